"""A HEIF file anew: brands, one meta box, the bytes of its items. ISO/IEC 14496-12, 8.11; 23008-12, 9.3."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.ingest.stripping.heif_items import Reference
from pipelines.ingest.stripping.pieces import Bytes

_HANDLER = bytes(4) + bytes(4) + b"pict" + bytes(12) + b"\0"
"""Of a picture, without a name."""
_ESSENTIAL = 0x8000


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the copy. They are numbered from 1 in order."""

    type: bytes
    is_hidden: bool
    properties: list[tuple[int, bool]]
    """Places in the copy's list of properties, from 0; whether a reader has to know them."""
    pieces: Sequence[Bytes]
    is_inner: bool
    """Its bytes stand in the meta box."""

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(map(len, self.pieces))


def written(
    brands: list[bytes],
    items: list[Item],
    primary: int,
    references: list[Reference],
    properties: list[tuple[bytes, bytes]],
) -> list[Bytes]:
    """The pieces of the file. Numbers of items in ``references`` and ``primary`` are the copy's."""
    head = _box(b"ftyp", brands[0], bytes(4), *brands[1:])
    outer = [piece for item in items if not item.is_inner for piece in item.pieces]
    # How long the meta box is does not depend on the offsets in it.
    start = len(head) + len(_meta(items, primary, references, properties, 0)) + 8
    meta = _meta(items, primary, references, properties, start)
    return [head, meta, (8 + sum(map(len, outer))).to_bytes(4, "big") + b"mdat", *outer]


def _meta(
    items: list[Item],
    primary: int,
    references: list[Reference],
    properties: list[tuple[bytes, bytes]],
    start: int,
) -> bytes:
    inner = b"".join(piece for item in items if item.is_inner for piece in item.pieces)
    parts = [
        _box(b"hdlr", _HANDLER),
        _full(b"pitm", 0, 0, _number(primary, 2)),
        _locations(items, start),
        _full(b"iinf", 0, 0, _number(len(items), 2), *(_info(at, item) for at, item in enumerate(items, 1))),
    ]
    if references:
        parts.append(_full(b"iref", 0, 0, *map(_reference, references)))
    container = _box(b"ipco", *(_box(name, held) for name, held in properties))
    parts.append(_box(b"iprp", container, _associations(items)))
    if inner:
        parts.append(_box(b"idat", inner))
    return _full(b"meta", 0, 0, *parts)


def _locations(items: list[Item], start: int) -> bytes:
    """Box ``iloc``: one piece for each item that has bytes. Version 0 is what every reader knows."""
    version = int(any(item.is_inner and item.size for item in items))
    at = {False: start, True: 0}
    entries = []
    for number, item in enumerate(items, 1):
        if not item.size:
            continue
        method = _number(item.is_inner, 2) if version else b""
        place = _number(at[item.is_inner], 4) + _number(item.size, 4)
        entries.append(_number(number, 2) + method + bytes(2) + _number(1, 2) + place)
        at[item.is_inner] += item.size
    return _full(b"iloc", version, 0, b"\x44\0", _number(len(entries), 2), *entries)


def _info(number: int, item: Item) -> bytes:
    return _full(b"infe", 2, int(item.is_hidden), _number(number, 2), bytes(2), item.type, b"\0")


def _reference(reference: Reference) -> bytes:
    targets = (_number(target, 2) for target in reference.targets)
    return _box(reference.kind, _number(reference.source, 2), _number(len(reference.targets), 2), *targets)


def _associations(items: list[Item]) -> bytes:
    """Box ``ipma``; its places count from 1."""
    entries = []
    for number, item in enumerate(items, 1):
        told = (
            _number(place + 1 | (_ESSENTIAL if essential else 0), 2) for place, essential in item.properties
        )
        entries.append(b"".join([_number(number, 2), _number(len(item.properties), 1), *told]))
    return _full(b"ipma", 0, 1, _number(len(entries), 4), *entries)


def _box(name: bytes, *held: bytes) -> bytes:
    content = b"".join(held)
    return _number(8 + len(content), 4) + name + content


def _full(name: bytes, version: int, flags: int, *held: bytes) -> bytes:
    return _box(name, _number(version, 1), _number(flags, 3), *held)


def _number(value: int, size: int) -> bytes:
    return int(value).to_bytes(size, "big")
