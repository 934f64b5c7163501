"""TIFF, and the raw formats that are TIFF: the blocks that its directories hold, dimensions, type.

Tags: TIFF 6.0; XMP specification part 3, section 1.1.4; DNG specification; TIFF/EP (ISO 12234-2).
"""

from collections.abc import Iterator

from pipelines.ingest.media.ifd import (
    Directory,
    Entry,
    directories,
    directory_at,
    integers_of,
    order_and_first,
    raw_of,
)
from pipelines.ingest.media.limits import MAX_DIRECTORIES
from pipelines.ingest.media.parts import BLOCK_OF, Bytes, Kind, Mime, Order, Part, Piece, Unreadable, size_of
from pipelines.ingest.media.photoshop import photoshop_parts
from schemas.media import Doubt, Doubted

_SUBFILE_TYPE, _WIDTH, _HEIGHT, _COMPRESSION, _PHOTOMETRIC, _MAKE = 254, 256, 257, 259, 262, 271
_SUB_DIRECTORIES = 330
_XMP, _IIM, _PHOTOSHOP, _DNG_VERSION, _C2PA = 700, 33723, 34377, 50706, 52545
_LONG = 4
_IIM_MARK = 0x1C
_CANON = b"CR\x02"
_MAKES = {
    b"NIKON": "image/x-nikon-nef", b"PENTAX": "image/x-pentax-pef", b"RICOH": "image/x-pentax-pef",
    b"SONY": "image/x-sony-arw",
}  # fmt: skip
_RAW = frozenset({(_COMPRESSION, 32767), (_COMPRESSION, 34713), (_COMPRESSION, 65535), (_PHOTOMETRIC, 32803)})
"""Which of a make's files are raw: in Sony's, Nikon's or Pentax's compression, or a mosaic of colours."""


def tiff_parts(data: Bytes) -> Iterator[Part]:
    """Blocks, dimensions, type and doubts, page after page."""
    pages: list[Directory] = []
    order: Order = "big"
    yield Piece(Kind.PAGES, data)
    try:
        order, first = order_and_first(data)
        for page in directories(data, first, order):
            pages.append(page)
            yield from _blocks(data, page, order)
            if page.doubt is not None:
                yield Doubted(page.doubt, None)
    except Unreadable as end:
        yield Doubted(end.doubt, None)
    if pages:
        yield from _described(data, pages[0], order)


def _blocks(data: Bytes, page: Directory, order: Order) -> Iterator[Part]:
    if _C2PA in page.entries:
        yield Piece(Kind.C2PA, b"")
    for tag, kind in ((_XMP, Kind.XMP), (_IIM, Kind.IIM), (_PHOTOSHOP, Kind.IIM)):
        entry = page.entries.get(tag)
        if entry is None:
            continue
        try:
            raw = raw_of(data, entry, order)
        except Unreadable as end:
            yield Doubted(end.doubt, BLOCK_OF[kind])
            continue
        if tag == _PHOTOSHOP:
            yield from photoshop_parts(raw)
        else:
            yield Piece(kind, _in_order(raw, entry) if tag == _IIM else raw)


def _in_order(raw: Bytes, entry: Entry) -> Bytes:
    """IIM declared as 32-bit numbers, which some writers swap as such."""
    if entry.type != _LONG or raw[0] == _IIM_MARK or raw[3] != _IIM_MARK:
        return raw
    return b"".join(bytes(raw[at : at + 4])[::-1] for at in range(0, len(raw), 4))


def _described(data: Bytes, first: Directory, order: Order) -> Iterator[Part]:
    try:
        images = [first, *_sub_images(data, first, order)]
        is_raw = any(
            (tag, number) in _RAW
            for image in images
            for tag in (_COMPRESSION, _PHOTOMETRIC)
            for number in _integers(data, image, tag, order)
        )
        mime = _type_of_raw(data, first, order, is_raw=is_raw)
        # A raw file begins with a small preview; the picture itself is a directory below it.
        full = [image for image in images if _integers(data, image, _SUBFILE_TYPE, order) == (0,)]
        for image in (*full, first):
            width, height = (_integers(data, image, tag, order) for tag in (_WIDTH, _HEIGHT))
            if width and height:
                size = size_of(width[0], height[0])
                if size is not None:
                    yield size
                break
    except Unreadable as end:
        yield Doubted(end.doubt, None)
    else:
        if mime is not None:
            yield Mime(mime)


def _sub_images(data: Bytes, page: Directory, order: Order) -> list[Directory]:
    offsets = _integers(data, page, _SUB_DIRECTORIES, order)
    if len(offsets) > MAX_DIRECTORIES:
        raise Unreadable(Doubt.LIMIT)
    return [directory_at(data, at, order) for at in offsets]


def _integers(data: Bytes, page: Directory, tag: int, order: Order) -> tuple[int, ...]:
    entry = page.entries.get(tag)
    return () if entry is None else integers_of(data, entry, order)


def _type_of_raw(data: Bytes, first: Directory, order: Order, *, is_raw: bool) -> str | None:
    if bytes(data[8:11]) == _CANON:
        return "image/x-canon-cr2"
    if _DNG_VERSION in first.entries:
        return "image/x-adobe-dng"
    if not is_raw or _MAKE not in first.entries:
        return None
    make = bytes(raw_of(data, first.entries[_MAKE], order)[:32]).upper()
    return next((mime for name, mime in _MAKES.items() if make.startswith(name)), None)
