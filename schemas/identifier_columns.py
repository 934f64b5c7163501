"""Identifiers by the column: what :mod:`schemas.identifiers` says of one, for hundreds of thousands."""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.identifiers import media_message, normalise
from schemas.vocabulary import IdentifierType

_BLOCK = 64
"""Bytes in a block of SHA-256 (FIPS 180-4)."""


class _Plain(NamedTuple):
    """Values whose normal form is easily had: RE2 that matches them, and what they lose."""

    pattern: str
    lower: bool = False
    leading: str = ""


_PLAIN: dict[IdentifierType, _Plain] = {
    IdentifierType.ACCOUNT: _Plain(r"^[!-~]+$"),
    IdentifierType.HANDLE: _Plain(r"^@*[!-?A-~][!-~]*$", lower=True, leading="@"),
    IdentifierType.EMAIL: _Plain(r"^[0-9A-Za-z._%+-]+@[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+$", lower=True),
    IdentifierType.DID: _Plain(r"^did:plc:[0-9a-z]+$"),
}
"""A phone number needs its parser. What a pattern does not match goes the long way."""


def normal_forms(kind: IdentifierType, values: pa.StringArray, regions: pa.StringArray) -> list[bytes]:
    """The normal form of each value in UTF-8; ``regions`` has one entry per value, null: unknown."""
    plain = np.zeros(len(values), bool)
    forms = values
    if kind in _PLAIN:
        pattern, lower, leading = _PLAIN[kind]
        plain = np.asarray(pc.match_substring_regex(values, pattern))
        forms = pc.ascii_lower(forms) if lower else forms
        forms = pc.utf8_ltrim(forms, characters=leading) if leading else forms
    normal: list[bytes] = forms.cast(pa.binary()).to_pylist()
    for place in np.flatnonzero(~plain).tolist():
        form = normalise(kind, values[place].as_py(), regions[place].as_py())
        normal[place] = form.encode()
    return normal


def media_messages(digests: pa.StringArray) -> list[bytes]:
    """The message of each picture, by the digest of its bytes."""
    plain = np.asarray(pc.match_substring_regex(digests, r"^[0-9a-f]+$"))
    prefix = media_message("")
    messages = list(map(prefix.__add__, digests.cast(pa.binary()).to_pylist()))
    for place in np.flatnonzero(~plain).tolist():
        messages[place] = media_message(digests[place].as_py())
    return messages


def pseudonyms(key: bytes, messages: Iterable[bytes]) -> list[bytes]:
    """HMAC-SHA-256 of each message, 32 bytes: the two padded keys are hashed once (RFC 2104)."""
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block)).copy
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block)).copy
    found = []
    for message in messages:
        within = inner()
        within.update(message)
        around = outer()
        around.update(within.digest())
        found.append(around.digest())
    return found


def subjects(key: bytes, messages: Iterable[bytes]) -> npt.NDArray[np.uint64]:
    """The first 64 bits, big-endian, of HMAC-SHA-256 of each message."""
    digests = b"".join(pseudonyms(key, messages))
    return np.frombuffer(digests, ">u8")[::4].astype(np.uint64)
