"""WebP: the chunks of its RIFF. RFC 9649."""

from collections.abc import Iterator

from pipelines.ingest.media.limits import MAX_SEGMENTS
from pipelines.ingest.media.parts import Bytes, Kind, Part, Piece, Unreadable, number, size_of, take
from schemas.media import Block, Doubt, Doubted

_EXIF = b"Exif\0\0"
_BLOCKS = {b"EXIF": Kind.EXIF, b"XMP ": Kind.XMP, b"C2PA": Kind.C2PA}
_BLOCK_DOUBTED = {Kind.EXIF: Block.EXIF, Kind.XMP: Block.XMP, Kind.C2PA: Block.C2PA}
_SIDE = 0x3FFF


def webp_parts(data: Bytes) -> Iterator[Part]:
    """Blocks, dimensions and doubts, in the order of the file. Unreadable: it cannot be walked further."""
    at, end = 12, 8 + number(data, 4, 4, "little")
    sized = False
    for _ in range(MAX_SEGMENTS):
        if at >= end:
            return
        name, size = bytes(take(data, at, 4)), number(data, at + 4, 4, "little")
        kind = _BLOCKS.get(name)
        if kind is not None:
            yield from _block(kind, data, at + 8, size)
        elif not sized and (dimensions := _dimensions(name, data, at + 8)) is not None:
            sized = True
            found = size_of(*dimensions)
            if found is not None:
                yield found
        if at + 8 + size > len(data):
            raise Unreadable(Doubt.TRUNCATED)
        at += 8 + size + size % 2
    raise Unreadable(Doubt.LIMIT)


def _block(kind: Kind, data: Bytes, at: int, size: int) -> Iterator[Part]:
    if kind is Kind.C2PA:
        yield Piece(kind, b"")
        return
    try:
        held = take(data, at, size)
    except Unreadable as end:
        yield Doubted(end.doubt, _BLOCK_DOUBTED[kind])
        if end.doubt is Doubt.LIMIT:
            return
        held = data[at:]
    if kind is Kind.EXIF and bytes(held[: len(_EXIF)]) == _EXIF:
        held = held[len(_EXIF) :]
    yield Piece(kind, held)


def _dimensions(name: bytes, data: Bytes, at: int) -> tuple[int, int] | None:
    if name == b"VP8X":
        return 1 + number(data, at + 4, 3, "little"), 1 + number(data, at + 7, 3, "little")
    if name == b"VP8L":
        packed = number(data, at + 1, 4, "little")
        return 1 + (packed & _SIDE), 1 + (packed >> 14 & _SIDE)
    if name == b"VP8 ":
        return number(data, at + 6, 2, "little") & _SIDE, number(data, at + 8, 2, "little") & _SIDE
    return None
