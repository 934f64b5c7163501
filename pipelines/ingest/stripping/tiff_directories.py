"""Which directories of a TIFF are pages, which are left out, and where all that is no pixel stands."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipelines.ingest.media.ifd import Directory, directory_at, place_of
from pipelines.ingest.media.parts import Order, Unreadable, number
from pipelines.ingest.stripping.pieces import Bytes, Refusal, Refused, must
from pipelines.ingest.stripping.regions import Region
from pipelines.ingest.stripping.tiff_tags import (
    OLD_SUBFILE_TYPE,
    PREVIEW,
    PREVIEW_SIZE,
    STRIP_SIZES,
    STRIPS,
    SUB_DIRECTORIES,
    SUBFILE_TYPE,
    TILE_SIZES,
    TILES,
    WIDTH,
    numbers,
    one,
)

_MAX_DIRECTORIES = 4096
_MAX_NUMBERS = 1 << 20
"""Entries, and places that they lead to, of all directories."""
_EXIF, _GPS, _INTEROPERABILITY = 34665, 34853, 40965
_REDUCED, _OLD_REDUCED = 1, 2
_HEAD, _COUNT, _ENTRY = 8, 2, 12


@dataclass
class Walk:
    """A file whose directories are read, each once, and how much of them may still be."""

    data: Bytes
    order: Order
    left: int = field(default=_MAX_NUMBERS)
    seen: set[int] = field(default_factory=set)

    def all(self, first: int) -> tuple[list[Directory], list[Directory]]:
        """The pages, and what is left out: thumbnails, previews, levels of a pyramid.

        Refused: the first directory is no page, or one below a page holds more than a smaller version of it,
        as in raw formats. Which of them is the picture is not certain then.
        """
        pages: list[Directory] = []
        left_out: list[Directory] = []
        for directory in self._chain(first):
            below = [self._at(at) for at in self._numbers(directory, SUB_DIRECTORIES)]
            must(all(self._is_reduced(one) for one in below), Refusal.FORMAT)
            is_left_out = self._is_reduced(directory) or _is_thumbnail(directory)
            must(bool(pages) or not is_left_out, Refusal.FORMAT)
            (left_out if is_left_out else pages).append(directory)
            left_out += below
        must(bool(pages))
        return pages, left_out

    def covered(self, pages: list[Directory], left_out: list[Directory]) -> Iterator[Region]:
        """Where directories, their values and those below them stand; of what is left out the pixels, too."""
        yield 0, _HEAD
        for directory in (*pages, *left_out):
            yield from self._values(directory)
            for tag in (_EXIF, _GPS):
                for below in self._below(directory, tag):
                    yield from self._values(below)
                    for last in self._below(below, _INTEROPERABILITY):
                        yield from self._values(last)
        for directory in left_out:
            for tags in ((STRIPS, STRIP_SIZES), (TILES, TILE_SIZES), (PREVIEW, PREVIEW_SIZE)):
                yield from zip(*(self._told(directory, tag) for tag in tags), strict=False)
        for at in self.seen:
            yield at, _COUNT + _ENTRY * number(self.data, at, _COUNT, self.order)

    def _chain(self, first: int) -> Iterator[Directory]:
        at = first
        while at:
            directory = self._at(at)
            yield directory
            at = directory.following

    def _at(self, at: int) -> Directory:
        """A directory that no other offset led to, and that is whole."""
        must(at not in self.seen and at >= _HEAD)
        must(len(self.seen) < _MAX_DIRECTORIES, Refusal.LIMIT)
        count = number(self.data, at, _COUNT, self.order)
        self._spend(count)
        self.seen.add(at)
        directory = directory_at(self.data, at, self.order)
        if directory.doubt is not None:
            raise Refused(Refusal(directory.doubt.value))
        # Of a tag that is there twice some readers take the first, others the last.
        must(len(directory.entries) == count)
        return directory

    def _spend(self, count: int) -> None:
        self.left -= count
        must(self.left >= 0, Refusal.LIMIT)

    def _numbers(self, directory: Directory, tag: int) -> tuple[int, ...]:
        if tag in directory.entries:
            self._spend(directory.entries[tag].count)
        return numbers(self.data, directory, tag, self.order)

    def _told(self, directory: Directory, tag: int) -> tuple[int, ...]:
        """The numbers of what is left out; none where they cannot be read."""
        try:
            return self._numbers(directory, tag)
        except Unreadable:
            return ()

    def _below(self, directory: Directory, tag: int) -> Iterator[Directory]:
        """The directory of metadata under a tag, unless another one led to it, or it leads nowhere."""
        for at in self._told(directory, tag)[:1]:
            if at not in self.seen and at + _COUNT <= len(self.data):
                self._spend(number(self.data, at, _COUNT, self.order))
                self.seen.add(at)
                yield directory_at(self.data, at, self.order)

    def _values(self, directory: Directory) -> Iterator[Region]:
        for entry in directory.entries.values():
            try:
                start, size = place_of(entry, self.order)
            except Unreadable:  # of a type that nobody knows the size of
                continue
            if start is not None:
                yield start, size

    def _is_reduced(self, directory: Directory) -> bool:
        kind = one(self.data, directory, SUBFILE_TYPE, self.order, 0)
        old = one(self.data, directory, OLD_SUBFILE_TYPE, self.order, 0)
        return bool(kind & _REDUCED) or old == _OLD_REDUCED


def _is_thumbnail(directory: Directory) -> bool:
    """As cameras write it into EXIF, where the stream alone says how large it is."""
    return PREVIEW in directory.entries and WIDTH not in directory.entries
