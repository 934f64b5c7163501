"""Signed notes (C2SP signed-note) and the checkpoints of a log in them (C2SP tlog-checkpoint), with Ed25519.

example.org/registry                            origin of the log
17                                              leaves
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=    root of the tree, base64

— example.org/registry Az3grlgtzPIC…            name of the key; base64 of its id and the signature
"""

import base64
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from optout_registry.transparency.merkle import HASH, MAX_SIZE
from schemas.errors import ConfigurationError, Refused

KEY = 32
"""Bytes in an Ed25519 key, private or public (RFC 8032)."""

MAX_BYTES = 1_000_000
"""Longest note that is opened."""

MAX_SIGNATURES = 100
"""Most signatures in a note that is opened."""

_ID = 4
_ED25519 = b"\x01"
_MARK = "— "
_NO_TEXT = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")
_ORIGIN = re.compile(r"[^\x00-\x1f\ud800-\udfff]+")
_NAME = re.compile(r"[^\x00-\x1f\ud800-\udfff\s+]+")
_CHECKPOINT = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]+=)\n")


class InvalidNote(Refused):
    """A note is malformed, or none of the keys asked for has signed it."""


@dataclass(frozen=True)
class Verifier:
    """Whose signatures are believed: the name of a key and the public key, 32 bytes.

    Raises:
        ConfigurationError: a name with a space or plus, or no such key.
    """

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        _check_key(self.name, self.public_key)

    @cached_property
    def key_id(self) -> bytes:
        """Four bytes that tell keys of one name apart; no proof of anything."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public_key).digest()[:_ID]

    def __str__(self) -> str:
        """Text form: name, id in hexadecimal and key in base64, with plus signs between."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(_ED25519 + self.public_key)}"


@dataclass(frozen=True)
class Signer:
    """Who signs: the name of a key and the private key, 32 bytes, which no representation shows.

    Raises:
        ConfigurationError: a name with a space or plus, or no such key.
    """

    name: str
    private_key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _check_key(self.name, self.private_key)

    @cached_property
    def verifier(self) -> Verifier:
        """By which others check what this signs."""
        public = Ed25519PrivateKey.from_private_bytes(self.private_key).public_key()
        return Verifier(self.name, public.public_bytes_raw())


@dataclass(frozen=True)
class Checkpoint:
    """What a log says of itself: its origin, its leaves and the root of their tree.

    Raises:
        InvalidNote: an origin of no or several lines, a size below 0, a root that is not 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        is_line = _ORIGIN.fullmatch(self.origin)
        if not is_line or not 0 <= self.size <= MAX_SIZE or len(self.root) != HASH:
            raise _malformed("checkpoint", "an origin of one line, a size and a root of 32 bytes")

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"


def parse_verifier(text: str) -> Verifier:
    """Read the text form of a verifier.

    Raises:
        ConfigurationError: it is none, or its id is another key's.
    """
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    key = _decoded(encoded)
    if key is not None and key[:1] == _ED25519:
        verifier = Verifier(name, key[1:])
        if verifier.key_id.hex() == key_id:
            return verifier
    raise _no_key("NAME+ID+KEY of an Ed25519 key, with the id of this name and key")


def signed_note(text: str, signer: Signer) -> bytes:
    """The note: the text, an empty line and the signature.

    Raises:
        InvalidNote: the text does not end with a new line, holds other control characters, or is too long.
    """
    if not text.endswith("\n") or _NO_TEXT.search(text) or len(text.encode()) > MAX_BYTES // 2:
        raise _malformed("text of a note", f"lines of UTF-8, at most {MAX_BYTES // 2} bytes")
    signature = Ed25519PrivateKey.from_private_bytes(signer.private_key).sign(text.encode())
    line = f"{_MARK}{signer.name} {_base64(signer.verifier.key_id + signature)}\n"
    return f"{text}\n{line}".encode()


def open_note(note: bytes, verifiers: Collection[Verifier]) -> str:
    """The text of a note that at least one of the verifiers' keys has signed.

    Signatures of other keys are ignored. One that bears a known key's name and id must be that key's.

    Raises:
        InvalidNote: malformed, too long, not signed by any of them, or with a false signature.
        ConfigurationError: two of the verifiers have one name and id.
    """
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    if len(known) != len(set(verifiers)):
        raise _no_key("one key for each name and id")
    text, lines = _taken_apart(note)
    is_signed = False
    for line in lines:
        name, key_id, signature = _signature(line)
        verifier = known.get((name, key_id))
        if verifier is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(verifier.public_key).verify(signature, text.encode())
        except InvalidSignature:
            raise _unsigned(f"the signature of {name}", "a false one") from None
        is_signed = True
    if not is_signed:
        raise _unsigned("the signature of a known key", "only those of others")
    return text


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint, as :func:`open_note` gives it.

    Lines that the format lets follow are refused: no log of ours writes them, and nothing would check them.

    Raises:
        InvalidNote: anything but origin, size and root, each as it is written.
    """
    found = _CHECKPOINT.fullmatch(text)
    if not found or (root := _decoded(found[3])) is None:
        raise _malformed("checkpoint", "three lines: origin, size, root in base64")
    return Checkpoint(found[1], int(found[2]), root)


def _taken_apart(note: bytes) -> tuple[str, list[str]]:
    if len(note) > MAX_BYTES:
        raise _malformed("signed note", f"at most {MAX_BYTES} bytes")
    try:
        whole = note.decode()
    except UnicodeDecodeError:
        raise _malformed("signed note", "UTF-8") from None
    text, gap, signatures = whole.rpartition("\n\n")
    lines = signatures.split("\n")
    if not gap or lines.pop() or not lines or _NO_TEXT.search(whole):
        raise _malformed("signed note", "lines of text, an empty line and lines of signatures")
    if len(lines) > MAX_SIGNATURES:
        raise _malformed("signed note", f"at most {MAX_SIGNATURES} signatures")
    return text + "\n", lines


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = line.removeprefix(_MARK).partition(" ")
    signature = _decoded(encoded)
    if not line.startswith(_MARK) or not _NAME.fullmatch(name) or signature is None or len(signature) <= _ID:
        raise _malformed("signature of a note", "an em dash, a name, and base64 of key id and signature")
    return name, signature[:_ID], signature[_ID:]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decoded(text: str) -> bytes | None:
    """Bytes of base64 in its one canonical form; of anything else None."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return data if _base64(data) == text else None


def _check_key(name: str, key: bytes) -> None:
    if not _NAME.fullmatch(name) or not isinstance(key, bytes) or len(key) != KEY:
        raise _no_key(f"a name without spaces and plus signs, and a key of {KEY} bytes")


def _no_key(expected: str) -> ConfigurationError:
    return ConfigurationError(
        "verifier key or signing key",
        expected=expected,
        found="something else",
        remedy="copy it again, whole; a name looks like example.org/registry",
    )


def _unsigned(expected: str, found: str) -> InvalidNote:
    return InvalidNote(
        "signed note",
        expected=expected,
        found=found,
        remedy="do not use it; keep it for the auditor, and check that the verifier key is the log's",
    )


def _malformed(subject: str, expected: str) -> InvalidNote:
    return InvalidNote(subject, expected=expected, found="something else", remedy="fetch it again, whole")
