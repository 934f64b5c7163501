"""Whether a released text is its source but for its masks, and each mask stands for no more than its kind.

The literal pieces between the masks are looked for in order; only what lies between them is looked at, so the
time follows the length of the text and not the product of its length and its masks.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

MOST_STEPS = 1_000_000
"""Places tried in one text. Written to mislead, one can ask for more: it is then not the source's."""


@dataclass(frozen=True)
class Kind:
    """What a mask stands for: a run without ``stop`` that holds a ``need``, so many characters around it."""

    stop: re.Pattern[str]
    need: re.Pattern[str]
    before: int = 0
    after: int = 0
    starts: bool = False
    """The run starts with its ``need``."""


_SPACE, _AT, _DIGIT = re.compile(r"\s"), re.compile("[@\uff20\ufe6b]"), re.compile(r"\d")
KINDS = {
    "handle": Kind(_SPACE, _AT, after=1, starts=True),
    "email": Kind(_SPACE, _AT, before=1, after=1),
    # neither a letter nor a new line
    "phone": Kind(re.compile(r"[^\W\d_]|\n"), _DIGIT),
    # no letter but the capitals of an account number, no white space but spaces
    "number": Kind(re.compile(r"[^\WA-Z\d_]|[\t-\r\x1c-\x1f\x85]"), _DIGIT),
}
_MASK = re.compile(f"⟦({'|'.join(KINDS)})⟧")


def differs_only_in_masks(released: str, source: str, kinds: Iterable[str]) -> bool:
    """Whether ``source`` becomes ``released`` by masks of these kinds; one may stand in the source, too."""
    first, *rest = _MASK.split(released)
    names, pieces = rest[::2], rest[1::2]
    if not names:
        return released == source
    if not source.startswith(first) or not source.endswith(pieces[-1]):
        return False
    text = _Text(source, names, pieces, frozenset(kinds))
    return text.fits(len(first))


@dataclass
class _Text:
    source: str
    names: list[str]
    pieces: list[str]
    """The literal text behind each mask."""
    kinds: frozenset[str]
    places: dict[re.Pattern[str], list[int]] = field(default_factory=dict)
    tried: dict[tuple[int, int], int] = field(default_factory=dict)
    """By mask and end of a run: from where on its ends have been tried."""

    def fits(self, start: int) -> bool:
        """Whether the masks can be laid on the source from ``start`` on: depth first, the shortest first."""
        open_masks = [self._starts_after(0, start)]
        steps = 0
        while open_masks:
            place = next(open_masks[-1], None)
            steps += 1
            if steps > MOST_STEPS:
                return False
            if place is None:
                open_masks.pop()
            elif len(open_masks) == len(self.names):
                return True
            else:
                open_masks.append(self._starts_after(len(open_masks), place))
        return False

    def _starts_after(self, mask: int, start: int) -> Iterator[int]:
        """Where the next mask may start if this one starts at ``start``."""
        piece, is_last = self.pieces[mask], mask + 1 == len(self.names)
        end = len(self.source) - len(piece)
        for place in self._ends(mask, start):
            if place == end if is_last else self.source.startswith(piece, place):
                yield place + len(piece)

    def _ends(self, mask: int, start: int) -> Iterator[int]:
        """Where the mask that starts at ``start`` may end, as far as the piece behind it is found there."""
        name, piece = self.names[mask], self.pieces[mask]
        if self.source.startswith(f"⟦{name}⟧", start):
            yield start + len(name) + 2
        if name not in self.kinds:
            return
        kind = KINDS[name]
        needed = self._next(kind.need, start + kind.before)
        last = self._next(kind.stop, start)
        first = needed + 1 + kind.after
        if first > last or (kind.starts and needed != start):
            return
        tried = self.tried.get((mask, last), last + 1)
        if first >= tried:
            return
        self.tried[mask, last] = first
        if mask + 1 == len(self.names):
            yield from (place for place in (len(self.source) - len(piece),) if first <= place <= last)
            return
        place = self.source.find(piece, first, last + len(piece))
        while 0 <= place < tried:
            yield place
            place = self.source.find(piece, place + 1, last + len(piece))

    def _next(self, pattern: re.Pattern[str], start: int) -> int:
        """The first place from ``start`` on where a character stands; the end if there is none."""
        places = self.places.get(pattern)
        if places is None:
            places = self.places[pattern] = [match.start() for match in pattern.finditer(self.source)]
        at = bisect_left(places, start)
        return places[at] if at < len(places) else len(self.source)
