"""Texts as strings of characters, one for each word: what expressions of patterns are matched against."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.rules.patterns import GAP, BirthYear, Element, Place

MINOR_BELOW = 18
_FIRST, MOST_LETTERS = 0xF0000, 0x1_0000
"""Private use, plane 15 and some of plane 16: all of them are four bytes of UTF-8."""
NOBODY = chr(_FIRST)
"""A word that no pattern asks for."""
_NONE = r"[^\x00-\x{10FFFF}]"
"""No character."""


class Letter(NamedTuple):
    """What all words have in common that are one character."""

    bits: int = 0
    """The places of patterns where they fit."""
    year: int = 0
    """The year that they are; 0: none, or no pattern asks for one."""
    ends: bool = False
    """They end a sentence: no gap reaches beyond."""


class AlphabetFull(Exception):
    """Texts have more kinds of words than there are characters."""


@dataclass(frozen=True)
class Template:
    """The expression of a rule but for its classes: text, and numbers of places."""

    parts: tuple[str | int, ...]
    born: frozenset[int]
    """Places that ask for a year of birth."""


def template_of(patterns: Iterable[Sequence[Element]], numbers: dict[Place, int]) -> Template:
    """The template of patterns, any of which may fit."""
    parts: list[str | int] = []
    for pattern in patterns:
        parts.append("|")
        for element in pattern:
            if element.is_gap:
                parts.append(_GAP)
                continue
            parts.append("(?:")
            for sequence in element.sequences:
                parts += [*(numbers[place] for place in sequence), "|"]
            parts[-1] = ")?" if element.is_optional else ")"
    born = frozenset(number for place, number in numbers.items() if BirthYear() in place)
    return Template(tuple(parts[1:]), born)


@dataclass(frozen=True)
class Alphabet:
    """The characters of texts. The first is NOBODY."""

    letters: tuple[Letter, ...]

    @cached_property
    def _places(self) -> dict[Letter, int]:
        return {letter: place for place, letter in enumerate(self.letters)}

    def with_letters(self, letters: Sequence[Letter]) -> "tuple[Alphabet, list[int]]":
        """An alphabet that has these letters, too: itself, if it has them; and the place of each of them.

        Raises:
            AlphabetFull: there are too many. Fewer texts have fewer.
        """
        places, more = self._places, False
        for letter in letters:
            if letter not in places:
                if not more:
                    places, more = dict(places), True
                places[letter] = len(places)
        if len(places) > MOST_LETTERS:
            raise AlphabetFull
        return Alphabet(tuple(places)) if more else self, [places[letter] for letter in letters]

    @cached_property
    def _classes(self) -> dict[int, str]:
        """The characters that fit each place, by its number; no entry: none does."""
        found: dict[int, list[str]] = {}
        for number, letter in enumerate(self.letters):
            bits = letter.bits
            while bits:
                lowest = bits & -bits
                found.setdefault(lowest.bit_length() - 1, []).append(chr(_FIRST + number))
                bits ^= lowest
        return {place: "".join(characters) for place, characters in found.items()}

    @cached_property
    def _gap(self) -> str:
        ends = "".join(chr(_FIRST + number) for number, letter in enumerate(self.letters) if letter.ends)
        return (f"[^{ends}]" if ends else "(?s:.)") + f"{{0,{GAP}}}"

    def expression(self, template: Template, year: int) -> str:
        """An expression, for RE2, of texts that any pattern fits.

        ``year``: in which the picture was taken; 0: not known, and nobody has a year of birth.
        """
        classes = self._classes
        born = "".join(
            chr(_FIRST + number) for number, letter in enumerate(self.letters)
            if year and year - MINOR_BELOW < letter.year <= year
        ) if template.born else ""  # fmt: skip

        def one_of(number: int) -> str:
            fits = classes.get(number, "") + (born if number in template.born else "")
            return f"[{fits}]" if fits else _NONE

        return "".join(
            one_of(part) if isinstance(part, int) else self._gap if part is _GAP else part
            for part in template.parts
        )


_GAP = "~"
"""Stands in templates for the words that ``~`` lets stand between."""


def strings(places: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> pa.StringArray:
    """Texts as strings: ``places`` in the alphabet of all their words, ``lengths`` in words of each text."""
    points = places + _FIRST
    encoded = np.empty((len(points), 4), np.uint8)
    encoded[:, 0] = 0xF0 | points >> 18
    for place, shift in ((1, 12), (2, 6), (3, 0)):
        encoded[:, place] = 0x80 | points >> shift & 0x3F
    offsets = np.concatenate([[0], np.cumsum(lengths) * 4]).astype(np.int32)
    return pa.StringArray.from_buffers(len(lengths), pa.py_buffer(offsets), pa.py_buffer(encoded))
