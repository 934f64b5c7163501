"""What a copy is put together from, and why there is none."""

from enum import StrEnum
from typing import TypeAlias

Bytes: TypeAlias = bytes | memoryview
MAX_PIECES = 1 << 20
"""Segments, chunks, blocks or entries of one file."""


class Refusal(StrEnum):
    """Why a file is not copied."""

    NO_IMAGE = "no_image"
    """Its first bytes are those of no format that is known."""
    FORMAT = "format"
    """Of its format, or of this kind of it, no copy is made: raw formats, sequences, hierarchical JPEG …"""
    BROKEN = "broken"
    """It does not keep to its format: what of it is the picture is not certain."""
    TRUNCATED = "truncated"
    """It ends before its format's end."""
    LIMIT = "limit"
    """It has more parts, or is larger, than a file is taken apart into."""
    NOT_OPENED = "not_opened"
    """The operating system would not open or read it."""


class Refused(Exception):
    """The file cannot be copied without what it declares. Nothing of it was written."""

    def __init__(self, why: Refusal) -> None:
        self.why = why
        super().__init__(why)


def must(holds: bool, why: Refusal = Refusal.BROKEN) -> None:  # noqa: FBT001 - a condition, not a switch
    """Refuse the file unless this holds."""
    if not holds:
        raise Refused(why)


def take(data: Bytes, start: int, size: int) -> Bytes:
    """``size`` bytes from ``start``, which have to be there."""
    must(start >= 0 and size >= 0, Refusal.BROKEN)
    must(start + size <= len(data), Refusal.TRUNCATED)
    return data[start : start + size]


def number(data: Bytes, start: int, size: int) -> int:
    """An unsigned number, its highest byte first."""
    return int.from_bytes(take(data, start, size), "big")
