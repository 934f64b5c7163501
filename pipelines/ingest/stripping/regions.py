"""That no piece which is copied covers what is left out: one that says it is longer would bring it along."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise
from typing import TypeAlias

from pipelines.ingest.stripping.pieces import must

Region: TypeAlias = tuple[int, int]
"""Start and size."""


def must_stand_apart(taken: set[Region], others: Iterable[Region]) -> None:
    """Refuse the file if what is copied overlaps itself or any other part. The same piece twice is one."""
    pieces = sorted((start, start + size) for start, size in taken if size)
    must(all(end <= start for (_, end), (start, _) in pairwise(pieces)))
    ends = [end for _, end in pieces]
    for start, size in others:
        # The first piece that ends behind the start is the first that could overlap.
        place = bisect_right(ends, start)
        must(not size or place == len(pieces) or pieces[place][0] >= start + size)
