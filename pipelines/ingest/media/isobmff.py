"""HEIC and AVIF: the items of the file's meta box. ISO/IEC 23008-12; C2PA specification, "BMFF"."""

from collections.abc import Iterator

from pipelines.ingest.media.boxes import (
    Box,
    Boxes,
    Extents,
    full,
    item_extents,
    item_kinds,
    properties_of,
)
from pipelines.ingest.media.limits import MAX_BLOCK_BYTES
from pipelines.ingest.media.parts import (
    BLOCK_OF,
    Bytes,
    Kind,
    Part,
    Piece,
    Size,
    Unreadable,
    number,
    size_of,
    take,
)
from schemas.media import Doubt, Doubted

_MIMES = {
    b"heic": "image/heic", b"heix": "image/heic", b"heim": "image/heic", b"heis": "image/heic",
    b"hevc": "image/heic-sequence", b"hevx": "image/heic-sequence", b"hevm": "image/heic-sequence",
    b"hevs": "image/heic-sequence", b"avif": "image/avif", b"avis": "image/avif", b"avio": "image/avif",
    b"MA1A": "image/avif", b"MA1B": "image/avif",
}  # fmt: skip
"""Brands of pictures that say how they are coded: HEVC (ISO/IEC 23008-12 annex B) or AV1 (AVIF 1.1)."""
_GENERAL = {
    b"mif1": "image/heif", b"mif2": "image/heif", b"miaf": "image/heif", b"msf1": "image/heif-sequence",
}  # fmt: skip
"""Brands of pictures in any coding."""
_MOST_BRANDS = 64
_PICTURE = b"pict"
"""Handler of a meta box whose items are pictures."""
_KINDS = {b"Exif": Kind.EXIF, b"application/rdf+xml": Kind.XMP}
_C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


def iso_mime(data: Bytes) -> str | None:
    """Type of an ISO file by its major brand, by those it is compatible with, by its items; None: no picture.

    What encoders write first is of no use where it names a profile, or the film that the same container could
    hold; AVIF files of some call themselves mif1.
    """
    if bytes(data[4:8]) != b"ftyp":
        return None
    major = bytes(data[8:12])
    held = bytes(data[16 : min(int.from_bytes(data[:4], "big"), 16 + 4 * _MOST_BRANDS)])
    others = [held[at : at + 4] for at in range(0, len(held), 4)]
    if major in _MIMES:
        return _MIMES[major]
    if major in _GENERAL:
        return "image/avif" if b"avif" in others else _GENERAL[major]
    for known in (_MIMES, _GENERAL):
        for brand in others:
            if brand in known:
                return known[brand]
    return "image/heif" if _has_pictures(data) else None


def _has_pictures(data: Bytes) -> bool:
    """Whether the file's own meta box is one of pictures. That of a film stands within another."""
    boxes = Boxes(data)
    try:
        for box in boxes.within(0, len(data)):
            if box.name == b"meta":
                _, _, reader = full(boxes, box)
                handler = boxes.named(b"hdlr", reader.at, box.end)
                return handler is not None and bytes(data[handler.start + 8 : handler.start + 12]) == _PICTURE
    except Unreadable:
        pass
    return False


def iso_parts(data: Bytes) -> Iterator[Part]:
    """Blocks, dimensions, type and doubts. Unreadable: the file cannot be walked further."""
    boxes = Boxes(data)
    for box in boxes.within(0, len(data)):
        if box.name == b"meta":
            yield from _meta(boxes, box)
        elif box.name == b"uuid" and bytes(data[box.start : box.start + 16]) == _C2PA:
            yield Piece(Kind.C2PA, b"")
        if box.is_cut:
            raise Unreadable(Doubt.TRUNCATED)


def _meta(boxes: Boxes, meta: Box) -> Iterator[Part]:
    _, _, reader = full(boxes, meta)
    there = {box.name: box for box in boxes.within(reader.at, meta.end)}
    if b"iinf" in there and b"iloc" in there:
        kinds = {
            item: kind
            for item, name in item_kinds(boxes, there[b"iinf"]).items()
            if (kind := _KINDS.get(name))
        }
        extents = item_extents(boxes, there[b"iloc"], set(kinds))
        for item, kind in kinds.items():
            if item in extents:
                yield from _item(boxes.data, kind, extents[item], there.get(b"idat"))
    if b"iprp" in there and b"pitm" in there:
        size = _size(boxes, there[b"iprp"], there[b"pitm"])
        if size is not None:
            yield size


def _item(data: Bytes, kind: Kind, extents: Extents, idat: Box | None) -> Iterator[Part]:
    start = idat.start if extents.is_in_box and idat is not None else 0
    if sum(size for _, size in extents.pieces) > MAX_BLOCK_BYTES:
        yield Doubted(Doubt.LIMIT, BLOCK_OF[kind])
        return
    try:
        held = b"".join(take(data, start + at, size or len(data) - start - at) for at, size in extents.pieces)
        if kind is Kind.EXIF:
            # Four bytes say how far on the TIFF structure begins.
            held = held[4 + number(held, 0, 4) :]
        yield Piece(kind, held)
    except Unreadable as end:
        yield Doubted(end.doubt, BLOCK_OF[kind])


def _size(boxes: Boxes, properties: Box, primary: Box) -> Size | Doubted | None:
    """Dimensions of the primary item: of its property ``ispe``."""
    version, _, reader = full(boxes, primary)
    item = reader.number(4 if version else 2)
    container = boxes.named(b"ipco", properties.start, properties.end)
    if container is None:
        return None
    described = list(boxes.within(container.start, container.end))
    for association in boxes.within(properties.start, properties.end):
        if association.name != b"ipma":
            continue
        for place in properties_of(boxes, association, item):
            if 0 < place <= len(described) and described[place - 1].name == b"ispe":
                _, _, sides = full(boxes, described[place - 1])
                return size_of(sides.number(4), sides.number(4))
    return None
