"""Takedowns: the normal form of a record or a picture, and how a target is sealed (AES-SIV, RFC 5297).

A keyed hash of every record would cost a build more than all else: so the registry keeps what a takedown
names encrypted, and a build opens it. Shared by registry, plan and verify.
"""

import hmac
import re
import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from schemas.identifiers import media_form, normalise, scope_of
from schemas.vocabulary import IdentifierType, TakedownType

SHA256 = re.compile(r"[0-9a-f]{64}")
"""The normal form of a picture: the digest of its bytes."""
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*)://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_PLAIN = r"^[!-~]+$"
_ESCAPE = re.compile(r"%([0-9a-f]{2})", re.IGNORECASE)
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PORTS = {"http": "80", "https": "443"}
_MAX_PASSES = 64


def takedown_form(kind: TakedownType, value: str) -> str:
    """The normal form of what a takedown names; empty if nothing is left."""
    return record_form(value) if kind is TakedownType.RECORD else media_form(value)


def record_form(value: str) -> str:
    """The normal form of a record's id or address.

    An id is opaque, as an account's is. Of an address only what RFC 3986 (6.2.2, 6.2.3) holds for the same
    is made alike: case of scheme and host, the port that goes without saying, an empty path, escapes that
    nothing needs. Scheme, path, query and fragment count.
    """
    text = value
    # One pass can bare what the next takes away: an escape within an escape.
    for _ in range(_MAX_PASSES):
        before, text = text, _address(normalise(IdentifierType.ACCOUNT, text))
        if text == before:
            break
    return text


def is_address(form: str) -> bool:
    """Whether a record's normal form is an address, which may be that of a picture, too."""
    return _ADDRESS.fullmatch(form) is not None


def record_forms(values: pa.StringArray) -> pa.StringArray:
    """The normal form of each record id or address; null stays null."""
    plain = pc.and_(
        pc.match_substring_regex(values, _PLAIN), pc.invert(pc.match_substring(values, "://"))
    ).fill_null(True)  # fmt: skip
    if pc.all(plain, min_count=0).as_py():
        return values
    odd = np.flatnonzero(~np.asarray(plain))
    forms = [record_form(values[place].as_py()) for place in odd.tolist()]
    return pc.replace_with_mask(values, pc.invert(plain), pa.array(forms, pa.string()))


def seal(key: bytes, kind: TakedownType, platform: str, normal: str) -> bytes:
    """A target encrypted: equal targets are sealed alike, and no other type or platform opens one."""
    return AESSIV(_cipher_key(key)).encrypt(normal.encode("utf-8", "surrogatepass"), _bound(kind, platform))


def unseal(key: bytes, kind: TakedownType, platform: str, sealed: bytes) -> str | None:
    """The target in its normal form; None: sealed under another key, type or platform, or changed since."""
    try:
        return (
            AESSIV(_cipher_key(key)).decrypt(sealed, _bound(kind, platform)).decode("utf-8", "surrogatepass")
        )
    except (InvalidTag, ValueError):  # ValueError: too short to be one, or no text
        return None


def _cipher_key(key: bytes) -> bytes:
    # AES-256-SIV takes two keys of 32 bytes.
    return hmac.digest(key, b"seal", "sha512")


def _bound(kind: TakedownType, platform: str) -> list[bytes]:
    return [kind.value.encode(), scope_of(kind, platform).encode()]


def _address(text: str) -> str:
    parts = _ADDRESS.fullmatch(text)
    if parts is None:
        return text
    scheme, authority, rest = parts[1].lower(), parts[2], parts[3]
    if scheme in _PORTS:
        person, at, host = authority.rpartition("@")
        host, colon, port = host.lower().rpartition(":") if _has_port(host) else (host.lower(), "", "")
        authority = (
            f"{person}{at}{host}{colon}{port}" if port not in {"", _PORTS[scheme]} else f"{person}{at}{host}"
        )
        rest = rest if rest.startswith("/") else f"/{rest}"
    return unicodedata.normalize("NFC", _ESCAPE.sub(_unescaped, f"{scheme}://{authority}{rest}"))


def _has_port(host: str) -> bool:
    return re.search(r":[0-9]*$", host) is not None


def _unescaped(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if character in _UNRESERVED else escape[0].upper()
