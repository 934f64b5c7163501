"""The frames of an animated PNG: as many as announced, in their order, within the picture. PNG, 11.3.6."""

from pipelines.ingest.stripping.pieces import Bytes, must, number
from pipelines.ingest.stripping.png_header import Header

_CONTROL, _NUMBER = 26, 4


class Frames:
    """What has come of the animation that ``acTL`` announces. What contradicts it refuses the file."""

    def __init__(self, header: Header, held: Bytes) -> None:
        self._size = header.width, header.height
        self._announced = number(held, 0, 4)
        must(self._announced > 0)
        self._controls = self._numbered = 0
        self._is_empty = False
        """The last frame has had no data yet."""
        self._is_pictured = False
        """The image data of the still picture has begun."""

    def control(self, held: Bytes) -> None:
        """Take in ``fcTL``: position, size, time, and how the frame is laid over the last one."""
        must(len(held) == _CONTROL and not self._is_empty)
        self._count(held)
        width, height, left, above = (number(held, at, 4) for at in (4, 8, 12, 16))
        must(min(width, height) > 0 and left + width <= self._size[0] and above + height <= self._size[1])
        # The one before the image data says that the still picture is the first frame.
        must(self._is_pictured or (width, height) == self._size)
        must(held[24] <= 2 and held[25] <= 1)  # noqa: PLR2004 - three ways to dispose, two to blend
        self._controls += 1
        self._is_empty = True

    def data(self, held: Bytes) -> None:
        """Take in ``fdAT``: a number and a part of the frame's data."""
        must(len(held) >= _NUMBER and self._is_pictured and self._controls > 0)
        self._count(held)
        self._is_empty = False

    def image_data(self) -> None:
        """Take in ``IDAT``."""
        self._is_pictured, self._is_empty = True, False

    def must_be_whole(self) -> None:
        """Refuse an animation with more or fewer frames than announced."""
        must(self._controls == self._announced and not self._is_empty)

    def _count(self, held: Bytes) -> None:
        must(number(held, 0, _NUMBER) == self._numbered)
        self._numbered += 1
