"""TIFF without what it declares, written anew from its pages: what no page needs to be shown is not there.

TIFF 6.0; of raw formats (DNG, CR2, NEF, ARW, PEF), BigTIFF and JPEG as TIFF 6.0 had it no copy is made.
"""

import struct
from dataclasses import dataclass

from pipelines.ingest.media.ifd import order_and_first
from pipelines.ingest.media.parts import Order
from pipelines.ingest.stripping.pieces import MAX_PIECES, Bytes, Refusal, must
from pipelines.ingest.stripping.regions import must_stand_apart
from pipelines.ingest.stripping.tiff_directories import Walk
from pipelines.ingest.stripping.tiff_pixels import Segment, copied, must_be_known, segments_of
from pipelines.ingest.stripping.tiff_tags import (
    LONG,
    STRIP_SIZES,
    STRIPS,
    TILE_SIZES,
    TILE_WIDTH,
    TILES,
    Value,
    Values,
    kept_values,
    read_bytes,
)

_CANON = b"CR\x02"
_VENDORS = {50706, 50740, 32997}
"""DNG; private data of raw formats; voxels, whose strips are counted otherwise."""
_SHARED_BYTES = 1 << 20
"""By which the values of all pages may be longer than the file: some say the same place."""
_HEAD, _ENTRY = 8, 12


@dataclass(frozen=True, slots=True)
class _Page:
    values: Values
    segments: list[Segment]
    tags: tuple[int, int]
    """Under which it says where its pixels are, and how long each piece is."""


def strip_tiff(data: Bytes) -> list[Bytes]:
    """The pieces of the copy: the pages with the tags that show them; their pixels as they are.

    Smaller versions of a picture are left out. Which one is the picture has to be certain.
    """
    data = memoryview(data)
    must(bytes(data[_HEAD : _HEAD + len(_CANON)]) != _CANON, Refusal.FORMAT)
    order, first = order_and_first(data)
    walk = Walk(data, order)
    shown, left_out = walk.all(first)
    pages: list[_Page] = []
    values_left, segments_left = len(data) + _SHARED_BYTES, MAX_PIECES
    for directory in shown:
        must(_VENDORS.isdisjoint(directory.entries), Refusal.FORMAT)
        must_be_known(data, directory, order)
        # Directories may share values, and in the copy each has its own.
        values_left -= read_bytes(directory, order)
        must(values_left >= 0, Refusal.LIMIT)
        values = kept_values(data, directory, order)
        segments = segments_of(data, directory, order)
        segments_left -= len(segments)
        must(segments_left >= 0, Refusal.LIMIT)
        tags = (TILES, TILE_SIZES) if TILE_WIDTH in directory.entries else (STRIPS, STRIP_SIZES)
        pages.append(_Page(values, segments, tags))
    taken = {(segment.start, segment.size) for page in pages for segment in page.segments}
    must_stand_apart(taken, walk.covered(shown, left_out))
    return _written(data, pages, order)


def _written(data: Bytes, pages: list[_Page], order: Order) -> list[Bytes]:
    """The file anew: head, directories each with its values, then pixels in the order of pages."""
    at = _HEAD + sum(_size(page) for page in pages)
    places: dict[Segment, tuple[int, int]] = {}
    pixels: list[Bytes] = []
    for segment in (segment for page in pages for segment in page.segments):
        if segment in places:
            continue
        held = copied(data, segment)
        places[segment] = (at if segment.size else 0, len(held))
        pixels += [held, b"\0"] if len(held) % 2 else [held]
        at += len(held) + len(held) % 2
    sign = "<" if order == "little" else ">"
    pieces: list[Bytes] = [b"II*\0" if order == "little" else b"MM\0*", struct.pack(f"{sign}I", _HEAD)]
    at = _HEAD
    for page in pages:
        size = _size(page)
        pieces += _directory(page, at, at + size if page is not pages[-1] else 0, places, sign)
        at += size
    return pieces + pixels


def _size(page: _Page) -> int:
    values = [len(value.raw) for value in page.values.values()] + 2 * [4 * len(page.segments)]
    return 2 + _ENTRY * len(values) + 4 + sum(size + size % 2 for size in values if size > 4)  # noqa: PLR2004 - others stand in the entry


def _directory(
    page: _Page, at: int, following: int, places: dict[Segment, tuple[int, int]], sign: str
) -> list[Bytes]:
    count = len(page.segments)
    where = zip(*(places[segment] for segment in page.segments), strict=True)
    arrays = [Value(LONG, count, struct.pack(f"{sign}{count}I", *numbers)) for numbers in where]
    values = page.values | dict(zip(page.tags, arrays, strict=True))
    entries = [struct.pack(f"{sign}H", len(values))]
    held: list[bytes] = []
    at += 2 + _ENTRY * len(values) + 4
    for tag, value in sorted(values.items()):
        is_inline = len(value.raw) <= 4  # noqa: PLR2004 - bytes in an entry
        inline = value.raw.ljust(4, b"\0") if is_inline else struct.pack(f"{sign}I", at)
        entries.append(struct.pack(f"{sign}HHI", tag, value.type, value.count) + inline)
        if not is_inline:
            held.append(value.raw + b"\0" * (len(value.raw) % 2))
            at += len(held[-1])
    return [*entries, struct.pack(f"{sign}I", following), *held]
