"""Identifiers by the column: what :mod:`schemas.identifiers` says of one, for hundreds of thousands."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.identifiers import media_form, normalise
from schemas.pseudonyms import DIGEST
from schemas.vocabulary import IdentifierType


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


def media_forms(digests: pa.StringArray) -> list[bytes]:
    """The normal form of each picture's digest."""
    plain = np.asarray(pc.match_substring_regex(digests, r"^[0-9a-f]+$"))
    forms: list[bytes] = digests.cast(pa.binary()).to_pylist()
    for place in np.flatnonzero(~plain).tolist():
        forms[place] = media_form(digests[place].as_py()).encode()
    return forms


def digest_array(digests: bytes) -> pa.FixedSizeBinaryArray:
    """Digests that stand one after the other, as a column; no byte is copied."""
    buffers = [None, pa.py_buffer(digests)]
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(DIGEST), len(digests) // DIGEST, buffers)


def subjects(digests: bytes) -> npt.NDArray[np.uint64]:
    """The first 64 bits, big-endian, of each of the digests."""
    return np.frombuffer(digests, ">u8")[:: DIGEST // 8].astype(np.uint64)
