"""HEIC and AVIF files, put together from items and taken apart again."""

import struct
from dataclasses import dataclass
from itertools import pairwise

from ingest.media.made import box, full_box
from ingest.stripping.planted import FORMS, saved


@dataclass(frozen=True)
class Item:
    """An item of a file: ``properties`` are boxes, each with whether a reader has to know it."""

    type: bytes
    held: bytes = b""
    properties: tuple[tuple[bytes, bool], ...] = ()
    name: bytes = b""
    content: bytes = b""
    is_hidden: bool = False
    method: int = 0
    cuts: tuple[int, ...] = ()
    """Where its bytes are cut into pieces that do not stand together."""
    protection: int = 0

    @property
    def pieces(self):
        bounds = [0, *self.cuts, len(self.held)]
        return [self.held[start:end] for start, end in pairwise(bounds)]


@dataclass(frozen=True)
class File:
    """A file: items by number; references as (kind, from, to …)."""

    items: dict[int, Item]
    references: tuple[tuple, ...] = ()
    primary: int = 1
    brands: tuple[bytes, ...] = (b"avif", b"mif1", b"miaf")
    handler: bytes = b"\0"
    loose: tuple[bytes, ...] = ()
    """Properties of no item."""
    in_meta: bytes = b""
    before: bytes = b""
    """Between the boxes of items and of their bytes."""
    gap: bytes = b""
    """Between the pieces of items."""
    end: bytes = b""
    wide: bool = False
    """Numbers of items in four bytes."""
    first_bytes: bool = False
    """The bytes of items stand before the box of items."""
    less: tuple[bytes, ...] = ()
    """Boxes that are missing."""

    def bytes(self):
        head = box(b"ftyp", self.brands[0], bytes(4), *self.brands)
        outer = b"".join(
            self.gap + piece for item in self.items.values() if item.method == 0 for piece in item.pieces
        )
        mdat = box(b"mdat", outer, self.gap)
        if self.first_bytes:
            return head + self.before + mdat + self._meta(len(head + self.before) + 8) + self.end
        start = len(head + self._meta(0) + self.before) + 8
        return head + self._meta(start) + self.before + mdat + self.end

    def _meta(self, start):
        size = "I" if self.wide else "H"
        version = int(self.wide)
        at = {0: start, 1: 0}
        places = infos = associations = b""
        properties = list(self.loose)
        inner = b""
        for number, item in self.items.items():
            infos += full_box(b"infe", struct.pack(f">{size}H", number, item.protection), item.type, item.name + b"\0",
                              item.content + b"\0" if item.content else b"", version=2 + version, flags=int(item.is_hidden))  # fmt: skip
            told = b""
            for held, is_essential in item.properties:
                properties.append(held)
                told += struct.pack(">H", len(properties) | is_essential << 15)
            associations += struct.pack(f">{size}B", number, len(item.properties)) + told
            if not item.held:
                continue
            extents = b""
            for piece in item.pieces:
                at[item.method] += len(self.gap)
                extents += struct.pack(">II", at[item.method], len(piece))
                at[item.method] += len(piece)
                inner += self.gap + piece if item.method else b""
            places += struct.pack(f">{size}HHH", number, item.method, 0, len(item.pieces)) + extents
        count = len([item for item in self.items.values() if item.held])
        links = b"".join(box(kind, struct.pack(f">{size}H{len(to)}{size}", source, len(to), *to))
                         for kind, source, *to in self.references)  # fmt: skip
        parts = {
            b"hdlr": full_box(b"hdlr", b"\0\0\0\0pict" + b"\0" * 12 + self.handler),
            b"pitm": full_box(b"pitm", struct.pack(f">{size}", self.primary), version=version),
            b"iinf": full_box(b"iinf", struct.pack(">H", len(self.items)), infos),
            b"iloc": full_box(b"iloc", b"\x44\0" + struct.pack(f">{size}", count) + places, version=1 + version),
            b"iref": full_box(b"iref", links, version=version) if links else b"",
            b"iprp": box(b"iprp", box(b"ipco", *properties),
                         full_box(b"ipma", struct.pack(">I", len(self.items)) + associations, version=version, flags=1)),
            b"idat": box(b"idat", inner, self.gap) if inner else b"",
        }  # fmt: skip
        return full_box(
            b"meta", *(held for name, held in parts.items() if name not in self.less), self.in_meta
        )


def boxes(data, start=0, end=None):
    """Name and content of each box; a reader of its own, for files that are well made."""
    end = len(data) if end is None else end
    while start < end:
        (size,) = struct.unpack_from(">I", data, start)
        yield data[start + 4 : start + 8], data[start + 8 : start + size]
        start += size


def taken_apart(data):
    """Items of a file with 16-bit numbers: {number: (type, hidden, bytes, [(name, content, essential)])}, references."""
    meta = dict(boxes(dict(boxes(data))[b"meta"][4:]))
    version, (count,) = meta[b"iloc"][0], struct.unpack_from(">H", meta[b"iloc"], 6)
    at, held = 8, {}
    for _ in range(count):
        number, method = struct.unpack_from(">HH", meta[b"iloc"], at)
        method, at = (method, at + 4) if version else (0, at + 2)
        (pieces,) = struct.unpack_from(">2xH", meta[b"iloc"], at)
        at += 4
        whole = b""
        for _ in range(pieces):
            start, size = struct.unpack_from(">II", meta[b"iloc"], at)
            at += 8
            whole += (meta[b"idat"] if method else data)[start : start + size]
        held[number] = whole
    properties = dict(boxes(meta[b"iprp"]))
    container, told = list(boxes(properties[b"ipco"])), {}
    at, wide = 8, properties[b"ipma"][3] & 1
    for _ in range(struct.unpack_from(">I", properties[b"ipma"], 4)[0]):
        number, count = struct.unpack_from(">HB", properties[b"ipma"], at)
        places = struct.unpack_from(f">{count}{'H' if wide else 'B'}", properties[b"ipma"], at + 3)
        at += 3 + count * (2 if wide else 1)
        top = 1 << (15 if wide else 7)
        told[number] = [(*container[place % top - 1], bool(place & top)) for place in places]
    items = {}
    for _, entry in boxes(meta[b"iinf"][6:]):
        number, kind = struct.unpack_from(">H2x4s", entry, 4)
        items[number] = (kind, bool(entry[3] & 1), held.get(number, b""), told.get(number, []))
    links = {}
    for kind, entry in boxes(meta.get(b"iref", b"\0\0\0\0")[4:]):
        numbers = struct.unpack(f">{len(entry) // 2}H", entry)
        links[kind, numbers[0]] = numbers[2:]
    return items, links


def item_of(picture, **options):
    """A picture as one item, as Pillow's encoder codes it: and that of its transparency, if it has one."""
    items, _ = taken_apart(saved(picture, "AVIF", **options))
    coded = [
        Item(kind, held, tuple((box(name, content), essential) for name, content, essential in told))
        for kind, _, held, told in items.values() if kind == b"av01"
    ]  # fmt: skip
    return coded[0] if len(coded) == 1 else coded


# HEVC, as its records and units are; no decoder would make a picture of it


def unit(kind, held):
    """A unit of HEVC with its length before it."""
    return struct.pack(">IBB", 2 + len(held), kind << 1, 1) + held


def message(kind, held):
    return bytes([kind, len(held)]) + held + b"\x80"


def hevc(*arrays):
    """Record of a decoder: main profile, lengths of four bytes."""
    head = b"\1\x01\x60\0\0\0\x90\0\0\0\0\0\x5a\xf0\0\xfc\xfd\xf8\xf8\0\0\x0f"
    told = [bytes([0x80 | kind]) + struct.pack(">HH", 1, len(held)) + held for kind, held in arrays]
    return box(b"hvcC", head, bytes([len(arrays)]), *told)


SETS = ((32, b"\x40\1video"), (33, b"\x42\1sequence"), (34, b"\x44\1picture"))
SLICE, LIGHT = unit(19, b"\xaf" * 90), unit(39, message(144, b"\3\xe8\1\x90"))
TEXT = unit(39, message(5, bytes(16) + FORMS["utf-8"]))


def spatial(width, height):
    return full_box(b"ispe", struct.pack(">II", width, height))


def coded_item(held, record=None, **more):
    properties = ((record or hevc(*SETS), True), (spatial(64, 64), False))
    return Item(b"hvc1", held, properties, **more)


HEIC = (b"heic", b"mif1", b"heic")
"""Brands."""
