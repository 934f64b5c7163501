"""A pack made ready: what each word may stand for, and the automaton of its patterns.

A pattern never meets a word. Every different word of a batch is looked up once, for the places of patterns
that it fits. So the time depends on how many words there are, not on how many a pack knows.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from pipelines.rules.automaton import IN_GAP, Automaton
from pipelines.rules.patterns import Number, Wild
from schemas.pack import Pack

ENDS = frozenset(".!?;:")
"""Signs that end a sentence."""
_LONGEST_TAG = 60
_YEARS = range(1900, 2100)
"""In which somebody may have been born."""


class Letter(NamedTuple):
    """What all words have in common that patterns do not tell apart."""

    places: int = 1 << IN_GAP
    """The places of patterns where they fit, as bits."""
    year: int = 0
    """The year that they are; 0: none, or no pattern asks for one."""


UNKNOWN = Letter()
NOBODYS = [UNKNOWN]
"""What a word is that no pattern asks for."""


class Condition(NamedTuple):
    """In which texts a rule reads. Rules are bits."""

    rule: int
    where: int
    """In those with one of these contexts; 0: in all."""
    unless: int
    """Not in those with one of these."""


@dataclass(frozen=True)
class Lexicon:
    """A pack's words and patterns. Places are bits, by their numbers in the automaton."""

    pack: Pack
    automaton: Automaton
    words: dict[str, int]
    """Of each word that a pattern or list names: the places where it fits."""
    wild: Wild
    """Where words fit that begin, end or are in some way."""
    ranges: dict[Number, int]
    """Where numbers of a range fit that are written in digits."""
    born: int
    """Where a year fits in which somebody was born who is a minor in the picture."""
    stop: frozenset[str]
    """Frequent words of the language."""
    rare: int
    """Of each pattern the rarest place that it asks for: a text that fits none of them fits no pattern."""
    consuming: int
    """Rules of which later ones do not see what they have found, as bits."""
    contexts: int
    """Rules that say what a text is about, as bits."""
    told: int
    """Places of the patterns of other rules."""
    conditions: tuple["Condition", ...]
    """Of the rules that ask what a text is about."""

    def letters(self, word: str) -> list[Letter]:
        """What a word may stand for; a tag of several known words stands for each of them."""
        if word in self._known:
            return self._known[word]
        if word.startswith("#"):
            tag = word[1:]
            if self.words.get(tag, 0) & self.told:
                return [self._letter(tag)]
            parts = [self._letter(part) for part in self._parts(tag)]
            # A word that contexts alone know hides nothing of what it is made of.
            return [self._letter(tag), *parts] if tag in self.words or not parts else parts
        letter = self._letter(word)
        return NOBODYS if letter is UNKNOWN else [letter]

    def may_match(self, letter: Letter) -> bool:
        """Whether a text with this letter may fit a pattern."""
        return bool((letter.places | (self.born if letter.year else 0)) & self.rare)

    def _letter(self, word: str) -> Letter:
        fits = self.words.get(word)
        if word.isdecimal():
            return self._number(word, fits or 0)
        if fits is None:
            fits = self.wild.fits(word)
        if word in ENDS:
            return Letter(fits)
        return Letter(fits | 1 << IN_GAP) if fits else UNKNOWN

    def _number(self, word: str, fits: int) -> Letter:
        value = int(word[:9])
        for one, mask in self.ranges.items():
            if one.low <= value <= one.high:
                fits |= mask
        is_year = self.born and value in _YEARS and word == str(value)
        return Letter(fits | 1 << IN_GAP, value if is_year else 0) if fits or is_year else UNKNOWN

    @cached_property
    def _known(self) -> dict[str, list[Letter]]:
        return {word: [self._letter(word)] for word in (*self.words, *ENDS)}

    def _parts(self, tag: str) -> list[str]:
        """The fewest words of the pack that a tag is made of, two at least; none where it is not."""
        fewest: list[list[str] | None] = [[], *[None] * len(tag)]
        for end in range(1, min(len(tag), _LONGEST_TAG) + 1):
            for start in range(end == len(tag), end):
                before, part = fewest[start], tag[start:end]
                if before is None or not (part in self.words or part in self.stop):
                    continue
                best = fewest[end]
                if best is None or len(before) + 1 < len(best):
                    fewest[end] = [*before, part]
        return fewest[len(tag)] or []
