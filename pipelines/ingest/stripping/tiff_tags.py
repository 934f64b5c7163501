"""The tags that a page of a TIFF needs to be shown, and how many values each may have. TIFF 6.0."""

from dataclasses import dataclass
from typing import TypeAlias

from pipelines.ingest.media.ifd import Directory, Entry, integers_of, place_of, raw_of
from pipelines.ingest.media.parts import Order
from pipelines.ingest.stripping.jpeg import strip_jpeg_tables
from pipelines.ingest.stripping.pieces import Bytes, must
from pipelines.ingest.stripping.profile import profile_of

BYTE, SHORT, LONG, RATIONAL, UNDEFINED = 1, 3, 4, 5, 7
SUBFILE_TYPE, OLD_SUBFILE_TYPE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = (
    254,
    255,
    256,
    257,
    258,
    259,
    262,
)
STRIPS, SAMPLES, ROWS_PER_STRIP, STRIP_SIZES, PLANAR = 273, 277, 278, 279, 284
TILE_WIDTH, TILE_HEIGHT, TILES, TILE_SIZES, SUB_DIRECTORIES = 322, 323, 324, 325, 330
PREVIEW, PREVIEW_SIZE, SUBSAMPLING = 513, 514, 530
_ORIENTATION, _TRANSFER, _COLOURS, _JPEG_TABLES, _PROFILE = 274, 301, 320, 347, 34675
_TRANSFORMS = range(1, 9)
_MAX_BITS = 16
"""Of a sample that is looked up in a table."""
MAX_SAMPLES = 1024
"""Of a pixel."""

_WHOLE, _FRACTION, _ANY = {SHORT, LONG}, {RATIONAL}, {1, 3, 4, 6, 8, 9, 11, 12}
_FIXED: dict[int, tuple[set[int], int]] = {
    **dict.fromkeys((SUBFILE_TYPE, OLD_SUBFILE_TYPE, WIDTH, HEIGHT, COMPRESSION, PHOTOMETRIC), (_WHOLE, 1)),
    **dict.fromkeys((SAMPLES, ROWS_PER_STRIP, PLANAR, TILE_WIDTH, TILE_HEIGHT), (_WHOLE, 1)),
    # Order of bits, orientation, options of fax codes, predictor; inks and their number; place of chroma;
    # alpha as it was told before there was a tag for any extra sample.
    **dict.fromkeys((266, _ORIENTATION, 292, 293, 317, 332, 334, 531, 32995), (_WHOLE, 1)),
    # Resolution and its unit.
    282: (_FRACTION, 1), 283: (_FRACTION, 1), 296: (_WHOLE, 1),
    # White, primaries, range of the transfer function; coefficients and subsampling of YCbCr.
    318: (_FRACTION, 2), 319: (_FRACTION, 6), 342: (_WHOLE, 6), 529: (_FRACTION, 3), SUBSAMPLING: (_WHOLE, 2),
}  # fmt: skip
"""Tag -> types, and the one number of values."""
_BY_SAMPLES: dict[int, tuple[set[int], int]] = {
    # Bits, least and greatest values, extra samples, formats (old and new).
    **dict.fromkeys((BITS, 280, 281, 338, 339, 32996), (_WHOLE, 1)), 340: (_ANY, 1), 341: (_ANY, 1),
    # Range of dots, black and white.
    336: ({BYTE, SHORT}, 2), 532: ({SHORT, LONG, RATIONAL}, 2),
}  # fmt: skip
"""Tag -> types, and the greatest number of values for each sample of a pixel."""


_KEPT = {*_FIXED, *_BY_SAMPLES, _COLOURS, _TRANSFER, _JPEG_TABLES, _PROFILE}


@dataclass(frozen=True, slots=True)
class Value:
    """An entry of a directory, with the bytes of its values."""

    type: int
    count: int
    raw: bytes


Values: TypeAlias = dict[int, Value]


def numbers(data: Bytes, page: Directory, tag: int, order: Order) -> tuple[int, ...]:
    """The whole numbers under a tag; none where it is missing, or holds others."""
    entry = page.entries.get(tag)
    return () if entry is None else integers_of(data, entry, order)


def one(data: Bytes, page: Directory, tag: int, order: Order, default: int) -> int:
    """The number under a tag, or what it is where the tag is missing."""
    entry = page.entries.get(tag)
    if entry is None:
        return default
    must(entry.type in _WHOLE and entry.count == 1)
    return integers_of(data, entry, order)[0]


def kept_values(data: Bytes, page: Directory, order: Order) -> Values:
    """What of a page is written again, but for where its pixels are. Refused: a tag has another form."""
    samples = one(data, page, SAMPLES, order, 1)
    kept: Values = {}
    for tag, entry in page.entries.items():
        if tag in _FIXED:
            types, count = _FIXED[tag]
            must(entry.type in types and entry.count == count)
        elif tag in _BY_SAMPLES:
            types, each = _BY_SAMPLES[tag]
            must(entry.type in types and 1 <= entry.count <= each * samples)
        elif tag in {_COLOURS, _TRANSFER}:
            bits = _bits(data, page, order)
            must(entry.type == SHORT and bits <= _MAX_BITS)
            must(entry.count == 3 << bits or (tag == _TRANSFER and entry.count == 1 << bits))
        elif tag in {_PROFILE, _JPEG_TABLES}:
            value = _rewritten(data, tag, entry, order)
            kept |= {} if value is None else {tag: value}
            continue
        else:
            continue
        kept[tag] = Value(entry.type, entry.count, bytes(raw_of(data, entry, order)))
    if one(data, page, _ORIENTATION, order, 0) not in _TRANSFORMS:
        kept.pop(_ORIENTATION, None)
    return kept


def read_bytes(page: Directory, order: Order) -> int:
    """Bytes of the values that are looked at to copy a page, but for where its pixels are."""
    return sum(place_of(entry, order)[1] for tag, entry in page.entries.items() if tag in _KEPT)


def _bits(data: Bytes, page: Directory, order: Order) -> int:
    """Bits of the first sample, of which there may be many."""
    entry = page.entries.get(BITS)
    if entry is None:
        return 1
    must(entry.type in _WHOLE and 0 < entry.count <= MAX_SAMPLES)
    return integers_of(data, entry, order)[0]


def _rewritten(data: Bytes, tag: int, entry: Entry, order: Order) -> Value | None:
    must(entry.type in {BYTE, UNDEFINED})
    held = raw_of(data, entry, order)
    raw = profile_of(held) if tag == _PROFILE else b"".join(strip_jpeg_tables(held))
    return None if raw is None else Value(UNDEFINED, len(raw), raw)
