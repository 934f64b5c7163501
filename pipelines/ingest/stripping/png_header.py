"""What the head of a PNG decides about its other chunks: W3C PNG, third edition, 11.2 and 11.3."""

from pipelines.ingest.stripping.pieces import Bytes, must, number

_DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
"""Colour type -> bits of a sample."""
_PALETTE = 3
_LENGTHS: dict[bytes, dict[int, int | None]] = {
    b"tRNS": {0: 2, 2: 6, 4: None, 6: None},
    b"bKGD": {0: 2, 2: 6, _PALETTE: 1, 4: 2, 6: 6},
    b"sBIT": {0: 1, 2: 3, _PALETTE: 3, 4: 2, 6: 4},
}
"""Chunk -> colour type -> its length; null: pixels with transparency of their own have no such chunk."""
_LARGEST = (1 << 31) - 1


class Header:
    """Size and colour type of a picture, and how many colours its palette has."""

    DECIDES = frozenset({b"PLTE", *_LENGTHS})
    """The chunks of which :meth:`kept` is asked."""

    def __init__(self, held: Bytes) -> None:
        self.width, self.height = number(held, 0, 4), number(held, 4, 4)
        must(0 < self.width <= _LARGEST and 0 < self.height <= _LARGEST)
        self._depth, self._colour = held[8], held[9]
        must(self._depth in _DEPTHS.get(self._colour, set()))
        # One way to compress, one to filter, two to interlace.
        must(bytes(held[10:12]) == b"\0\0" and held[12] in {0, 1})
        self._colours: int | None = None

    def is_whole(self) -> bool:
        """A picture that shows colours of a palette has had it."""
        return self._colour != _PALETTE or self._colours is not None

    def kept(self, name: bytes, held: Bytes) -> Bytes | None:
        """What of this chunk decides about the look; none, where no decoder reads it."""
        if name == b"PLTE":
            return self._palette(held)
        if name == b"tRNS" and self._colour == _PALETTE:
            must(0 < len(held) <= (self._colours or 0))
            return held
        wanted = _LENGTHS[name][self._colour]
        must(wanted in {None, len(held)} and (name != b"bKGD" or self.is_whole()))
        return None if wanted is None else held

    def _palette(self, held: Bytes) -> Bytes | None:
        """The colours that pixels can name. Other colour types suggest with it what poor screens show."""
        if self._colour != _PALETTE:
            return None
        must(len(held) % 3 == 0 and 0 < len(held) <= 3 * 256)
        held = held[: 3 << self._depth]
        self._colours = len(held) // 3
        return held
