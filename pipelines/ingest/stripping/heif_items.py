"""The items of a HEIF file, as its meta box tells of them. ISO/IEC 14496-12, 8.11; 23008-12, 9.3."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.ingest.media.boxes import Box, Boxes, Extents, Reader, full, item_extents
from pipelines.ingest.stripping.pieces import Bytes, Refusal, must, take

_META = (b"hdlr", b"pitm", b"iinf", b"iloc", b"iprp")
_SHORT_NUMBERS, _LONG_NUMBERS = 2, 3
"""Versions of an item's entry: with item numbers of two bytes, and of four."""


@dataclass(frozen=True, slots=True)
class Info:
    """An entry of ``iinf``, but for its name."""

    type: bytes
    is_hidden: bool
    is_protected: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """A box of ``iref``: what kind of reference leads from an item to which others."""

    kind: bytes
    source: int
    targets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Property:
    """A box of ``ipco``."""

    name: bytes
    held: Bytes


@dataclass(frozen=True, slots=True)
class Items:
    """A meta box of a picture."""

    primary: int
    infos: dict[int, Info]
    references: list[Reference]
    properties: list[Property]
    described: dict[int, list[tuple[int, bool]]]
    """Item -> places of its properties (from 0), and whether a reader has to know them."""
    extents: dict[int, Extents]
    """Of all items whose bytes are in this file."""
    inner: tuple[int, int]
    """Where the content of ``idat`` is; nowhere: (0, 0)."""


def items_of(boxes: Boxes, meta: Box) -> Items:
    """What the box tells. Refused: it is no picture's, or a part is missing, twice there, or cut."""
    version, _, reader = full(boxes, meta)
    must(version == 0)
    there: dict[bytes, Box] = {}
    for box in children(boxes, reader.at, meta.end):
        must(box.name not in there or box.name not in {*_META, b"iref", b"idat"})
        there[box.name] = box
    must(all(name in there for name in _META))
    _, _, handler = full(boxes, there[b"hdlr"])
    must(handler.number(8) & 0xFFFFFFFF == int.from_bytes(b"pict", "big"), Refusal.FORMAT)
    version, _, pitm = full(boxes, there[b"pitm"])
    primary = pitm.number(4 if version else 2)
    infos = _infos(boxes, there[b"iinf"])
    properties, described = _properties(boxes, there[b"iprp"])
    inner = there.get(b"idat")
    return Items(
        primary,
        infos,
        _references(boxes, there[b"iref"]) if b"iref" in there else [],
        properties,
        described,
        item_extents(boxes, there[b"iloc"], set(infos)),
        (inner.start, inner.end) if inner else (0, 0),
    )


def children(boxes: Boxes, start: int, end: int) -> Iterator[Box]:
    """The boxes from ``start`` up to ``end``, all of them whole."""
    for box in boxes.within(start, end):
        must(not box.is_cut)
        yield box


def _infos(boxes: Boxes, box: Box) -> dict[int, Info]:
    version, _, reader = full(boxes, box)
    reader.number(4 if version else 2)
    infos: dict[int, Info] = {}
    for entry in children(boxes, reader.at, reader.end):
        version, flags, item = full(boxes, entry)
        # Older versions have no type; in newer ones than these it may stand anywhere.
        must(entry.name == b"infe" and version in {_SHORT_NUMBERS, _LONG_NUMBERS}, Refusal.FORMAT)
        number = item.number(2 if version == _SHORT_NUMBERS else 4)
        is_protected = item.number(2) != 0
        must(number not in infos)
        infos[number] = Info(item.number(4).to_bytes(4, "big"), bool(flags & 1), is_protected)
    return infos


def _references(boxes: Boxes, box: Box) -> list[Reference]:
    version, _, reader = full(boxes, box)
    size = 4 if version else 2
    references: list[Reference] = []
    for entry in children(boxes, reader.at, reader.end):
        numbers = Reader(boxes.data, entry.start, entry.end)
        source, count = numbers.number(size), numbers.number(2)
        boxes.spend(count)
        references.append(Reference(entry.name, source, tuple(numbers.number(size) for _ in range(count))))
    return references


def _properties(boxes: Boxes, box: Box) -> tuple[list[Property], dict[int, list[tuple[int, bool]]]]:
    properties: list[Property] | None = None
    described: dict[int, list[tuple[int, bool]]] = {}
    for part in children(boxes, box.start, box.end):
        if part.name == b"ipco":
            must(properties is None)
            properties = [
                Property(one.name, take(boxes.data, one.start, one.end - one.start))
                for one in children(boxes, part.start, part.end)
            ]
        elif part.name == b"ipma":
            _associate(boxes, part, described)
    must(properties is not None)
    return properties or [], described


def _associate(boxes: Boxes, box: Box, described: dict[int, list[tuple[int, bool]]]) -> None:
    version, flags, reader = full(boxes, box)
    size = 2 if flags & 1 else 1
    for _ in range(reader.number(4)):
        item, count = reader.number(4 if version else 2), reader.number(1)
        boxes.spend(1 + count)
        of_item = described.setdefault(item, [])
        for _ in range(count):
            told = reader.number(size)
            essential = 1 << (8 * size - 1)
            # Place 0 is no property.
            if told % essential:
                of_item.append((told % essential - 1, bool(told & essential)))
