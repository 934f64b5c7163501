"""Where the pixels of a page of a TIFF stand, and how they are copied. TIFF 6.0, sections 3, 15, 21."""

from dataclasses import dataclass
from typing import NamedTuple

from pipelines.ingest.media.ifd import Directory
from pipelines.ingest.media.parts import Order
from pipelines.ingest.stripping.jpeg import strip_jpeg
from pipelines.ingest.stripping.pieces import MAX_PIECES, Bytes, Refusal, must, take
from pipelines.ingest.stripping.tiff_tags import (
    BITS,
    COMPRESSION,
    HEIGHT,
    LONG,
    MAX_SAMPLES,
    PHOTOMETRIC,
    PLANAR,
    ROWS_PER_STRIP,
    SAMPLES,
    SHORT,
    STRIP_SIZES,
    STRIPS,
    SUBSAMPLING,
    TILE_HEIGHT,
    TILE_SIZES,
    TILE_WIDTH,
    TILES,
    WIDTH,
    numbers,
    one,
)
from pipelines.ingest.stripping.webp import strip_webp

_PLAIN, _JPEG, _WEBP = 1, 7, 50001
_COMPRESSIONS = {
    _PLAIN, 2, 3, 4, 5, _JPEG, 8, 32771, 32773, 32809, 32946, 34676, 34677, 34925, 50000, _WEBP,
}  # fmt: skip
"""None, fax codes, LZW, JPEG, Deflate, packed bits, ThunderScan, logarithmic, LZMA, Zstandard, WebP.

Not JPEG as TIFF 6.0 had it, whose parts lie anywhere, nor codes with comments that nothing here reads."""
_YCBCR = 6
_PHOTOMETRICS = {0, 1, 2, 3, 4, 5, _YCBCR, 8, 9, 10, 32844, 32845}
"""Grey, RGB, palette, mask, separated, YCbCr, Lab, logarithmic. Not the mosaics of raw formats."""
_SEPARATE = 2


class Segment(NamedTuple):
    """A strip or a tile as it stands in the file."""

    start: int
    size: int
    compression: int


def must_be_known(data: Bytes, page: Directory, order: Order) -> None:
    """Refuse a page whose pixels are coded, or to be shown, in a way of which no copy is made."""
    must(one(data, page, COMPRESSION, order, _PLAIN) in _COMPRESSIONS, Refusal.FORMAT)
    must(one(data, page, PHOTOMETRIC, order, 0) in _PHOTOMETRICS, Refusal.FORMAT)


def segments_of(data: Bytes, page: Directory, order: Order) -> list[Segment]:
    """The strips or tiles of a page: as many as its dimensions ask for, and no longer than its pixels are.

    How long compressed ones have to be only their decoder knows: they are as long as the page says.
    """
    compression = one(data, page, COMPRESSION, order, _PLAIN)
    grid = _grid(data, page, order)
    # More of them than the page shows could be anything.
    told = [page.entries.get(tag) for tag in grid.tags]
    must(all(entry and entry.count == grid.wanted and entry.type in {SHORT, LONG} for entry in told))
    starts, sizes = (numbers(data, page, tag, order) for tag in grid.tags)
    if compression == _PLAIN:
        longest = _plain_sizes(data, page, order, grid)
        # Some readers go on behind the end of one that says it is shorter. An empty one holds no pixels.
        must(all(not size or size >= most for size, most in zip(sizes, longest, strict=True)))
        sizes = tuple(map(min, sizes, longest))
    return [
        Segment(start if size else 0, size, compression) for start, size in zip(starts, sizes, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Grid:
    """How a page is cut into strips or tiles, plane after plane."""

    tags: tuple[int, int]
    """Of where they stand, and of how long they are."""
    wide: int
    rows: list[int]
    """Of each strip or tile of a plane, pixels from top to bottom."""
    planes: int
    samples: int

    @property
    def wanted(self) -> int:
        """Strips or tiles."""
        return len(self.rows) * self.planes


def _grid(data: Bytes, page: Directory, order: Order) -> _Grid:
    width, height = (one(data, page, tag, order, 0) for tag in (WIDTH, HEIGHT))
    samples, planar = one(data, page, SAMPLES, order, 1), one(data, page, PLANAR, order, 1)
    is_tiled = TILE_WIDTH in page.entries
    wide = one(data, page, TILE_WIDTH, order, 0) if is_tiled else width
    high = (
        one(data, page, TILE_HEIGHT, order, 0) if is_tiled else one(data, page, ROWS_PER_STRIP, order, height)
    )
    must(min(width, height, wide, high, samples) > 0 and planar in {1, _SEPARATE})
    must(samples <= MAX_SAMPLES, Refusal.LIMIT)
    planes = samples if planar == _SEPARATE else 1
    across, down = _units(width, wide), _units(height, high)
    must(across * down * planes <= MAX_PIECES, Refusal.LIMIT)
    # A strip ends with its page, a tile is filled up.
    rows = [high] * across * down if is_tiled else [min(high, height - place * high) for place in range(down)]
    return _Grid((TILES, TILE_SIZES) if is_tiled else (STRIPS, STRIP_SIZES), wide, rows, planes, samples)


def _plain_sizes(data: Bytes, page: Directory, order: Order, grid: _Grid) -> list[int]:
    """Bytes of each strip or tile that is not compressed."""
    bits = list(numbers(data, page, BITS, order)[: grid.samples]) or [1]
    bits += [bits[-1]] * (grid.samples - len(bits))
    if grid.planes > 1:
        return [rows * _units(grid.wide * plane, 8) for plane in bits[: grid.planes] for rows in grid.rows]
    if one(data, page, PHOTOMETRIC, order, 0) != _YCBCR:
        return [rows * _units(grid.wide * sum(bits), 8) for rows in grid.rows]
    across, down = numbers(data, page, SUBSAMPLING, order) or (2, 2)
    must(min(across, down) > 0)
    # A unit holds across * down samples of luma and two of chroma; all have the same number of bits.
    unit = (across * down + 2) * bits[0]
    return [_units(_units(grid.wide, across) * _units(rows, down) * unit, 8) for rows in grid.rows]


def _units(pixels: int, each: int) -> int:
    return -(-pixels // each)


def copied(data: Bytes, segment: Segment) -> Bytes:
    """The bytes of a strip or tile; of those that are a file of their own, without what it declares."""
    held = take(data, segment.start, segment.size)
    if segment.size and segment.compression == _JPEG:
        must(bytes(held[:2]) == b"\xff\xd8")
        return b"".join(strip_jpeg(held))
    if segment.size and segment.compression == _WEBP:
        must(bytes(held[:4]) == b"RIFF" and bytes(held[8:12]) == b"WEBP")
        return b"".join(strip_webp(held))
    return held
