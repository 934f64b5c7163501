"""JPEG: the segments before the first scan. ITU-T T.81 annex B; XMP specification part 3, section 1.1.3."""

from collections.abc import Iterator

from pipelines.ingest.media.limits import MAX_BLOCK_BYTES, MAX_SEGMENTS
from pipelines.ingest.media.parts import Bytes, Kind, Part, Piece, Unreadable, number, size_of
from pipelines.ingest.media.photoshop import photoshop_parts
from schemas.media import Block, Doubt, Doubted

_START_OF_IMAGE, _END_OF_IMAGE, _START_OF_SCAN = 0xD8, 0xD9, 0xDA
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a length: TEM and the restarts."""
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_APP1, _APP11, _APP13, _COMMENT = 0xE1, 0xEB, 0xED, 0xFE
_EXIF = b"Exif\0"
_XMP = b"://ns.adobe.com/xap/1.0/\0"
"""After ``http``, or what an agency's writer put in its place."""
_SCHEME = len(b"http")
_XMP_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
_LONGEST_NAME = 40
_JUMBF, _MANIFEST, _HEAD = b"JP", b"c2pa", 64


def jpeg_parts(data: Bytes) -> Iterator[Part]:
    """Blocks, dimensions and doubts, in the order of the file."""
    resources: list[Bytes] = []
    try:
        for marker, held in _segments(data):
            if marker == _APP13 and bytes(held[: len(_PHOTOSHOP)]) == _PHOTOSHOP:
                resources.append(held[len(_PHOTOSHOP) :])
            else:
                yield from _parts_of(marker, held)
    except Unreadable as end:
        yield Doubted(end.doubt, None)
    # Resources that do not fit into one segment go on in the next.
    if resources:
        if sum(map(len, resources)) > MAX_BLOCK_BYTES:
            yield Doubted(Doubt.LIMIT, Block.IIM)
        else:
            yield from photoshop_parts(resources[0] if len(resources) == 1 else b"".join(resources))


def _parts_of(marker: int, held: Bytes) -> Iterator[Part]:
    if marker in _FRAMES:
        size = size_of(number(held, 3, 2), number(held, 1, 2))
        if size is not None:
            yield size
    elif marker == _APP1:
        yield from _metadata(held)
    elif marker == _APP11 and _is_manifest(held):
        yield Piece(Kind.C2PA, b"")
    elif marker == _COMMENT:
        yield Piece(Kind.COMMENT, held, "Comment")


def _segments(data: Bytes) -> Iterator[tuple[int, Bytes]]:
    at = 2
    for _ in range(MAX_SEGMENTS):
        if number(data, at, 1) != 0xFF:  # noqa: PLR2004 - every marker begins with it
            raise Unreadable(Doubt.BROKEN)
        marker = number(data, at + 1, 1)
        if marker == 0xFF:  # noqa: PLR2004 - any number of them may stand before a marker
            at += 1
            continue
        at += 2
        if marker in {_START_OF_SCAN, _END_OF_IMAGE}:
            return
        if marker in _ALONE or marker == _START_OF_IMAGE:
            continue
        size = number(data, at, 2)
        if size < 2:  # noqa: PLR2004 - the length counts itself
            raise Unreadable(Doubt.BROKEN)
        yield marker, data[at + 2 : at + size]
        if at + size > len(data):
            raise Unreadable(Doubt.TRUNCATED)
        at += size
    raise Unreadable(Doubt.LIMIT)


def _metadata(held: Bytes) -> Iterator[Part]:
    head = bytes(held[:_LONGEST_NAME])
    if head.startswith(_EXIF):
        yield Piece(Kind.EXIF, held[len(_EXIF) + 1 :])
    elif head.startswith(_XMP, _SCHEME):
        yield Piece(Kind.XMP, held[_SCHEME + len(_XMP) :])
    elif head.startswith(_XMP_EXTENSION):
        yield Piece(Kind.XMP_EXTENSION, held[len(_XMP_EXTENSION) :])


def _is_manifest(held: Bytes) -> bool:
    """Whether a JUMBF segment begins a C2PA manifest store (C2PA specification, "Embedding manifests")."""
    head = bytes(held[:_HEAD])
    return head.startswith(_JUMBF) and _MANIFEST in head
