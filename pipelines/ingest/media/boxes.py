"""ISO base media files: boxes, and the tables by which items are found. ISO/IEC 14496-12, 23008-12."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipelines.ingest.media.limits import MAX_BOXES
from pipelines.ingest.media.parts import Bytes, Unreadable, number, take
from schemas.media import Doubt


@dataclass(frozen=True, slots=True)
class Box:
    """A box's type, and its content: from ``start`` up to ``end``, which is never beyond what encloses it."""

    name: bytes
    start: int
    end: int
    is_cut: bool
    """It says that it is longer than what it stands in."""


@dataclass
class Boxes:
    """A file whose boxes are walked, and how many more of them may be."""

    data: Bytes
    left: int = field(default=MAX_BOXES)

    def spend(self, count: int = 1) -> None:
        """Count boxes or entries. Unreadable: they are too many."""
        self.left -= count
        if self.left < 0:
            raise Unreadable(Doubt.LIMIT)

    def within(self, start: int, end: int) -> Iterator[Box]:
        """The boxes from ``start`` up to ``end``."""
        at = start
        while at + 8 <= end:
            self.spend()
            size, name, head = number(self.data, at, 4), bytes(take(self.data, at + 4, 4)), 8
            if size == 1:
                size, head = number(self.data, at + 8, 8), 16
            elif size == 0:
                size = end - at
            if size < head:
                raise Unreadable(Doubt.BROKEN)
            yield Box(name, min(at + head, end), min(at + size, end), at + size > end)
            at += size

    def named(self, name: bytes, start: int, end: int) -> Box | None:
        """The first box of a type."""
        return next((box for box in self.within(start, end) if box.name == name), None)


@dataclass
class Reader:
    """Numbers of a box, one after the other."""

    data: Bytes
    at: int
    end: int

    def number(self, size: int) -> int:
        """The next number, of ``size`` bytes; 0 of none."""
        if self.at + size > self.end:
            raise Unreadable(Doubt.TRUNCATED)
        self.at += size
        return number(self.data, self.at - size, size)

    def text(self) -> bytes:
        """The next text, which a NUL ends, or the box."""
        rest = bytes(take(self.data, self.at, min(self.end - self.at, 256)))
        found = rest.split(b"\0", 1)[0]
        self.at += len(found) + 1
        return found


def full(boxes: Boxes, box: Box) -> tuple[int, int, Reader]:
    """Version and flags of a full box, and its content after them."""
    reader = Reader(boxes.data, box.start, box.end)
    return reader.number(1), reader.number(3), reader


def item_kinds(boxes: Boxes, box: Box) -> dict[int, bytes]:
    """Item -> its type, or its content type where it has one (box ``iinf``)."""
    version, _, reader = full(boxes, box)
    reader.number(4 if version else 2)
    kinds: dict[int, bytes] = {}
    for entry in boxes.within(reader.at, reader.end):
        version, _, item = full(boxes, entry)
        if entry.name != b"infe" or version < 2:  # noqa: PLR2004 - older ones have no type
            continue
        number_of_item = item.number(2 if version == 2 else 4)  # noqa: PLR2004
        item.number(2)
        kind = item.number(4).to_bytes(4, "big")
        if kind == b"mime":
            item.text()
            kind = item.text()
        kinds[number_of_item] = kind
    return kinds


@dataclass(frozen=True, slots=True)
class Extents:
    """Where an item's bytes stand: in the file, or in the box ``idat``."""

    is_in_box: bool
    pieces: tuple[tuple[int, int], ...]


def item_extents(boxes: Boxes, box: Box, wanted: set[int]) -> dict[int, Extents]:
    """Item -> where its bytes stand (box ``iloc``). Items whose bytes another file holds are left out."""
    version, _, reader = full(boxes, box)
    sizes = reader.number(2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version else 0
    found: dict[int, Extents] = {}
    for _ in range(reader.number(2 if version < 2 else 4)):  # noqa: PLR2004
        boxes.spend()
        item = reader.number(2 if version < 2 else 4)  # noqa: PLR2004
        method = reader.number(2) & 15 if version else 0
        is_here = reader.number(2) == 0
        base = reader.number(base_size)
        count = reader.number(2)
        boxes.spend(count)
        pieces = []
        for _ in range(count):
            reader.number(index_size)
            pieces.append((base + reader.number(offset_size), reader.number(length_size)))
        if item in wanted and is_here and method in {0, 1}:
            found[item] = Extents(method == 1, tuple(pieces))
    return found


def properties_of(boxes: Boxes, box: Box, item: int) -> list[int]:
    """Places (from 1) of an item's properties (box ``ipma``)."""
    version, flags, reader = full(boxes, box)
    places: list[int] = []
    for _ in range(reader.number(4)):
        boxes.spend()
        owner = reader.number(4 if version else 2)
        for _ in range(reader.number(1)):
            place = reader.number(2) & 0x7FFF if flags & 1 else reader.number(1) & 0x7F
            if owner == item:
                places.append(place)
    return places
