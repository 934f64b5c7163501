"""A text about a picture as it is shown: evidence marked, the unseen made visible, its length bounded."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

MOST = 2_500
"""Characters of a text that are shown from its start."""
AROUND = 160
"""Characters that are shown before and after evidence that stands further on."""
MARKS = 100
"""Places of evidence that are marked in one text."""
# Marks, embeddings, overrides and isolates of the bidirectional algorithm (UAX 9); spaces of no width;
# controls. Joiners stay: emoji and several scripts need them.
_UNSEEN = re.compile(
    "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\u00ad\u0000-\u0008\u000b-\u001f\u007f-\u009f]"
)


@dataclass(frozen=True)
class Sight:
    """A rule, and the characters in which it saw something: from ``start``, before ``end``."""

    start: int
    end: int
    rule: str


@dataclass(frozen=True)
class Read:
    """A text about a picture as rules read it."""

    field: str
    """alt_text, auto_alt_text, caption, text, keywords, description or people."""
    text: str
    sights: tuple[Sight, ...] = ()


@dataclass(frozen=True)
class Piece:
    """A stretch of a text."""

    text: str
    marked: bool = False
    """Some rule saw something in it."""
    ending: tuple[str, ...] = ()
    """Rules that saw something that ends here."""
    unseen: bool = False
    """It stands for a character that cannot be seen."""
    left_out: int = 0
    """It stands for so many characters that are not shown."""


def pieces_of(text: str, sights: Sequence[Sight]) -> list[Piece]:
    """A text in pieces, in order. Of a long one the start, and what stands around evidence."""
    marked = sorted(sights, key=lambda one: (one.start, one.end, one.rule))[:MARKS]
    pieces: list[Piece] = []
    position = 0
    for start, end in _stretches(len(text), marked):
        if start > position:
            pieces.append(Piece("", left_out=start - position))
        pieces += _marked(text, start, end, marked)
        position = end
    if position < len(text):
        pieces.append(Piece("", left_out=len(text) - position))
    return pieces


def _stretches(length: int, sights: Sequence[Sight]) -> list[tuple[int, int]]:
    """What of a text is shown: ranges that do not touch, in order."""
    wanted = [(0, min(MOST, length))]
    for one in sights:
        start, end = max(one.start - AROUND, 0), min(one.end + AROUND, length)
        if start <= wanted[-1][1]:
            wanted[-1] = (wanted[-1][0], max(wanted[-1][1], end))
        else:
            wanted.append((start, end))
    return wanted


def _marked(text: str, start: int, end: int, sights: Sequence[Sight]) -> Iterator[Piece]:
    """The pieces of one stretch: rules may see the same words, or words of each other's."""
    within = [one for one in sights if one.start < end and one.end > start]
    edges = sorted({start, end, *(edge for one in within for edge in (one.start, one.end))})
    for left, right in pairwise(edges):
        marked = any(one.start <= left and one.end >= right for one in within)
        ending = sorted({one.rule for one in within if one.end == right})
        visible = list(_visible(text[left:right], marked=marked))
        yield from visible[:-1]
        yield replace(visible[-1], ending=tuple(ending))


def _visible(text: str, *, marked: bool) -> Iterator[Piece]:
    """The pieces of a text that is not empty."""
    position = 0
    for found in _UNSEEN.finditer(text):
        if found.start() > position:
            yield Piece(text[position : found.start()], marked)
        yield Piece(f"U+{ord(found[0]):04X}", marked, unseen=True)
        position = found.end()
    if position < len(text):
        yield Piece(text[position:], marked)
