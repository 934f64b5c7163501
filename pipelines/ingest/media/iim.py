"""IPTC-IIM: datasets of the application record, in the character set that is declared. IIM 4.2."""

import re
from collections.abc import Iterator

from pipelines.ingest.media.exif import Value
from pipelines.ingest.media.fields import IIM_DATASETS
from pipelines.ingest.media.limits import MAX_DATASETS
from pipelines.ingest.media.parts import Bytes, Unreadable, number, take
from schemas.media import Doubt

_MARK = 0x1C
_HEADER = 5
_EXTENDED = 0x8000
_ENVELOPE, _APPLICATION = 1, 2
_CODED_CHARACTER_SET = 90

_UTF8 = re.compile(rb"\x1b%(?:G|/[GHI])")
_NINETY_SIX = re.compile(rb"\x1b[-./](.)", re.DOTALL)
"""A set of 96 characters designated as G1, G2 or G3: what bytes from 0xA0 on mean."""
_SETS = {
    b"A": "iso8859-1", b"B": "iso8859-2", b"C": "iso8859-3", b"D": "iso8859-4", b"L": "iso8859-5",
    b"G": "iso8859-6", b"F": "iso8859-7", b"H": "iso8859-8", b"M": "iso8859-9", b"V": "iso8859-10",
    b"T": "iso8859-11", b"Y": "iso8859-13", b"_": "iso8859-14", b"b": "iso8859-15", b"f": "iso8859-16",
}  # fmt: skip
"""Final bytes of the ISO register of coded character sets."""
_ASCII = b"\x1b(B"


def iim_values(data: Bytes) -> Iterator[Value | Doubt]:
    """Properties and doubts of a block; one property for each dataset, in the order of the block."""
    held: list[tuple[str, bytes]] = []
    declared = b""
    ended: Doubt | None = None
    try:
        for record, dataset, raw in _datasets(data):
            if (record, dataset) == (_ENVELOPE, _CODED_CHARACTER_SET):
                declared = bytes(raw)
            elif record == _APPLICATION and dataset in IIM_DATASETS:
                held.append((IIM_DATASETS[dataset], bytes(raw)))
    except Unreadable as end:
        ended = end.doubt
    encoding = encoding_of(declared)
    for name, raw in held:
        text, doubt = _decoded(raw.rstrip(b"\0"), encoding)
        yield Value(name, (text,), doubt)
    if ended is not None:
        yield ended


def encoding_of(declared: bytes) -> str | None:
    """The encoding that dataset 1:90 names; None: it names none, or one that is not read."""
    if _UTF8.search(declared):
        return "utf-8"
    if match := _NINETY_SIX.search(declared):
        return _SETS.get(match[1])
    return "ascii" if declared == _ASCII else None


def _datasets(data: Bytes) -> Iterator[tuple[int, int, Bytes]]:
    """Record, dataset and bytes of each."""
    at = 0
    for _ in range(MAX_DATASETS):
        if len(data) - at < _HEADER:
            return
        if data[at] != _MARK:
            if any(data[at:]):  # else it is padding
                raise Unreadable(Doubt.BROKEN)
            return
        record, dataset, size = data[at + 1], data[at + 2], number(data, at + 3, 2)
        at += _HEADER
        if size & _EXTENDED:
            # The length of the length; what follows is the length.
            length = size & ~_EXTENDED
            size = number(data, at, length)
            at += length
        yield record, dataset, take(data, at, size)
        at += size
    raise Unreadable(Doubt.LIMIT)


def _decoded(raw: bytes, encoding: str | None) -> tuple[str, Doubt | None]:
    if raw.isascii():
        return raw.decode("ascii"), None
    if encoding is not None:
        try:
            return raw.decode(encoding), None
        except UnicodeDecodeError:
            return _guessed(raw), Doubt.BROKEN
    return _guessed(raw), Doubt.CHARSET_UNDECLARED


def _guessed(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
