"""Photoshop's image resources, which hold IIM, and now and then EXIF and XMP.

Layout: Adobe Photoshop File Formats Specification, "Image Resource Blocks".
"""

from collections.abc import Iterator

from pipelines.ingest.media.limits import MAX_DATASETS
from pipelines.ingest.media.parts import Bytes, Kind, Part, Piece, Unreadable, number, take
from schemas.media import Block, Doubt, Doubted

_SIGNATURES = frozenset({b"8BIM", b"PHUT", b"AgHg", b"DCSR", b"MeSa"})
_KINDS = {1028: Kind.IIM, 1058: Kind.EXIF, 1060: Kind.XMP}
_HEADER = 7
"""Signature, number, and the length of a name: less than that is padding."""


def photoshop_parts(data: Bytes) -> Iterator[Part]:
    """The blocks of metadata among the resources. What is not well-formed ends the walk, with a doubt."""
    at = 0
    for _ in range(MAX_DATASETS):
        if len(data) - at < _HEADER:
            return
        if bytes(data[at : at + 4]) not in _SIGNATURES:
            yield Doubted(Doubt.BROKEN, Block.IIM)
            return
        kind = _KINDS.get(number(data, at + 4, 2))
        at += 6 + _even(1 + number(data, at + 6, 1))
        try:
            size = number(data, at, 4)
            held = take(data, at + 4, size)
        except Unreadable as end:
            if kind is not None:
                yield Piece(kind, data[at + 4 :])
            yield Doubted(end.doubt, Block.IIM)
            return
        if kind is not None:
            yield Piece(kind, held)
        at += 4 + _even(size)
    yield Doubted(Doubt.LIMIT, Block.IIM)


def _even(size: int) -> int:
    return size + size % 2
