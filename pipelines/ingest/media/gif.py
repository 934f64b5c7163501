"""GIF: its blocks, over the pictures. GIF89a specification; XMP specification part 3, section 1.1.2."""

from collections.abc import Iterator

from pipelines.ingest.media.limits import MAX_BLOCK_BYTES, MAX_SEGMENTS, MAX_SUB_BLOCKS
from pipelines.ingest.media.parts import Bytes, Kind, Part, Piece, Unreadable, number, size_of, take
from schemas.media import Block, Doubt, Doubted

_IMAGE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B
_COMMENT, _APPLICATION = 0xFE, 0xFF
_XMP, _C2PA = b"XMP DataXMP", b"C2PA_GIF"
_MAGIC_TRAILER = 257
"""Bytes after an XMP packet that lead readers of sub-blocks to its end, the terminator not counted."""


def gif_parts(data: Bytes) -> Iterator[Part]:
    """Blocks, dimensions and doubts, in the order of the file. Unreadable: it cannot be walked further."""
    size = size_of(number(data, 6, 2, "little"), number(data, 8, 2, "little"))
    if size is not None:
        yield size
    at = 13 + _color_table(number(data, 10, 1))
    steps = MAX_SUB_BLOCKS
    for _ in range(MAX_SEGMENTS):
        introducer = number(data, at, 1)
        if introducer == _TRAILER:
            return
        if introducer == _IMAGE:
            at, steps = _after(data, at + 11 + _color_table(number(data, at + 9, 1)), steps)
        elif introducer == _EXTENSION:
            end, steps = _after(data, at + 2, steps)
            yield from _extension(data, at, end)
            at = end
        else:
            raise Unreadable(Doubt.BROKEN)
    raise Unreadable(Doubt.LIMIT)


def _color_table(packed: int) -> int:
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0


def _after(data: Bytes, at: int, steps: int) -> tuple[int, int]:
    """Where the sub-blocks that begin at ``at`` have ended, and how many steps are left."""
    for taken in range(steps):
        if at >= len(data):
            raise Unreadable(Doubt.TRUNCATED)
        length = data[at]
        at += 1 + length
        if not length:
            return at, steps - taken - 1
    raise Unreadable(Doubt.LIMIT)


def _extension(data: Bytes, at: int, end: int) -> Iterator[Part]:
    label = number(data, at + 1, 1)
    if label == _COMMENT:
        if end - at > MAX_BLOCK_BYTES:
            yield Doubted(Doubt.LIMIT, Block.COMMENT)
        else:
            yield Piece(Kind.COMMENT, b"".join(_sub_blocks(data, at + 2)), "Comment")
    elif label == _APPLICATION:
        name = bytes(take(data, at + 3, number(data, at + 2, 1)))
        if name == _XMP:
            packet = data[at + 3 + len(name) : max(at + 3 + len(name), end - 1 - _MAGIC_TRAILER)]
            yield Piece(Kind.XMP, packet)
        elif name.startswith(_C2PA):
            yield Piece(Kind.C2PA, b"")


def _sub_blocks(data: Bytes, at: int) -> Iterator[Bytes]:
    while length := number(data, at, 1):
        yield take(data, at + 1, length)
        at += 1 + length
