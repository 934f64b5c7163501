"""TIFF directories: entries and the bytes of their values. TIFF 6.0, section 2; EXIF is made of them."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.ingest.media.limits import MAX_DIRECTORIES, MAX_ENTRIES
from pipelines.ingest.media.parts import Bytes, Order, Unreadable, number, take
from schemas.media import Doubt

_SIZE_OF_TYPE = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 129: 1}
_INTEGERS = {1: "B", 3: "H", 4: "L", 6: "b", 8: "h", 9: "l", 13: "L"}
_RATIONALS = {5: "LL", 10: "ll"}
_ORDERS: dict[bytes, Order] = {b"II": "little", b"MM": "big"}
_MAGIC = 42
_ENTRY = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """Type, number of values, and where they stand: in ``inline`` (4 bytes), or at the offset it holds."""

    type: int
    count: int
    inline: bytes


@dataclass(frozen=True, slots=True)
class Directory:
    """Entries by tag; of a tag that occurs twice the first. ``doubt``: why not all were read."""

    entries: dict[int, Entry]
    following: int
    doubt: Doubt | None


def order_and_first(data: Bytes) -> tuple[Order, int]:
    """Byte order, and where the first directory stands."""
    order = _ORDERS.get(bytes(data[:2]))
    if order is None or number(data, 2, 2, order) != _MAGIC:
        raise Unreadable(Doubt.BROKEN)
    return order, number(data, 4, 4, order)


def directory_at(data: Bytes, at: int, order: Order) -> Directory:
    """The directory at an offset; of one that is cut off, the entries that are there."""
    count = number(data, at, 2, order)
    there = max(0, min(count, (len(data) - at - 2) // _ENTRY, MAX_ENTRIES))
    entries: dict[int, Entry] = {}
    layout = ">HHL4s" if order == "big" else "<HHL4s"
    for tag, type_, values, inline in struct.iter_unpack(layout, data[at + 2 : at + 2 + there * _ENTRY]):
        entries.setdefault(tag, Entry(type_, values, inline))
    if there < count:
        return Directory(entries, 0, Doubt.LIMIT if there == MAX_ENTRIES else Doubt.TRUNCATED)
    end = at + 2 + count * _ENTRY
    # Writers leave the offset of the next directory out where there is none.
    return Directory(entries, number(data, end, 4, order) if end + 4 <= len(data) else 0, None)


def directories(data: Bytes, first: int, order: Order) -> Iterator[Directory]:
    """The chain of directories from ``first``. Unreadable: BROKEN where it comes back upon itself."""
    seen: set[int] = set()
    at = first
    while at:
        if at in seen:
            raise Unreadable(Doubt.BROKEN)
        if len(seen) == MAX_DIRECTORIES:
            raise Unreadable(Doubt.LIMIT)
        seen.add(at)
        directory = directory_at(data, at, order)
        yield directory
        at = directory.following


def raw_of(data: Bytes, entry: Entry, order: Order) -> Bytes:
    """The bytes of an entry's values."""
    start, size = place_of(entry, order)
    return entry.inline[:size] if start is None else take(data, start, size)


def place_of(entry: Entry, order: Order) -> tuple[int | None, int]:
    """Where an entry's values would stand (null: in itself), and how many bytes they are."""
    each = _SIZE_OF_TYPE.get(entry.type)
    if each is None:
        raise Unreadable(Doubt.BROKEN)
    size = each * entry.count
    return (None if size <= len(entry.inline) else int.from_bytes(entry.inline, order)), size


def integers_of(data: Bytes, entry: Entry, order: Order) -> tuple[int, ...]:
    """An entry's values as integers; none where its type is another."""
    code = _INTEGERS.get(entry.type)
    if code is None:
        return ()
    raw = raw_of(data, entry, order)
    return struct.unpack(f"{'>' if order == 'big' else '<'}{entry.count}{code}", raw)


def rationals_of(data: Bytes, entry: Entry, order: Order) -> tuple[str, ...]:
    """An entry's values as ``numerator/denominator``; none where its type is another."""
    code = _RATIONALS.get(entry.type)
    if code is None:
        return ()
    pairs = struct.iter_unpack(f"{'>' if order == 'big' else '<'}{code}", raw_of(data, entry, order))
    return tuple(f"{numerator}/{denominator}" for numerator, denominator in pairs)
