"""Texts as strings of characters, one for each word: what expressions of patterns are matched against."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.rules.patterns import GAP, Atom, BirthYear, Element

MINOR_BELOW = 18
_FIRST, MOST_LETTERS = 0xF0000, 0x1_0000
"""Private use, plane 15 and some of plane 16: all of them are four bytes of UTF-8."""
NOBODY = chr(_FIRST)
"""A word that no pattern asks for."""


class Letter(NamedTuple):
    """What all words have in common that are one character."""

    bits: int = 0
    """What they may stand for."""
    year: int = 0
    """The year that they are; 0: none, or no pattern asks for one."""
    ends: bool = False
    """They end a sentence: no gap reaches beyond."""


class AlphabetFull(Exception):
    """Texts have more kinds of words than there are characters."""


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
    def _gap(self) -> str:
        ends = "".join(chr(_FIRST + place) for place, letter in enumerate(self.letters) if letter.ends)
        return (f"[^{ends}]" if ends else "(?s:.)") + f"{{0,{GAP}}}"

    def expression(
        self, bits: dict[Atom, int], patterns: Iterable[Sequence[Element]], year: int
    ) -> str | None:
        """An expression, for RE2 and Python alike, of texts that any pattern fits; null: none can.

        ``year``: in which the picture was taken; 0: not known, and nobody has a year of birth.
        """
        classes: dict[frozenset[Atom], str] = {}

        def one_of(atoms: frozenset[Atom]) -> str:
            if atoms not in classes:
                wanted = sum(bits[atom] for atom in atoms)
                born = year if BirthYear() in atoms else 0
                fits = [
                    chr(_FIRST + place) for place, letter in enumerate(self.letters)
                    if letter.bits & wanted or (born and born - MINOR_BELOW < letter.year <= born)
                ]  # fmt: skip
                classes[atoms] = f"[{''.join(fits)}]" if fits else ""
            return classes[atoms]

        def element(one: Element) -> str | None:
            if one.is_gap:
                return self._gap
            read = [[one_of(atoms) for atoms in sequence] for sequence in one.sequences]
            there = ["".join(places) for places in read if all(places)]
            if not there:
                return "" if one.is_optional else None
            return f"(?:{'|'.join(there)})" + "?" * one.is_optional

        written = []
        for pattern in patterns:
            parts = [element(one) for one in pattern]
            if None not in parts:
                written.append("".join(part for part in parts if part))
        return "|".join(written) or None


def strings(places: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> pa.StringArray:
    """Texts as strings: ``places`` in the alphabet of all their words, ``lengths`` in words of each text."""
    points = places + _FIRST
    encoded = np.empty((len(points), 4), np.uint8)
    encoded[:, 0] = 0xF0 | points >> 18
    for place, shift in ((1, 12), (2, 6), (3, 0)):
        encoded[:, place] = 0x80 | points >> shift & 0x3F
    offsets = np.concatenate([[0], np.cumsum(lengths) * 4]).astype(np.int32)
    return pa.StringArray.from_buffers(len(lengths), pa.py_buffer(offsets), pa.py_buffer(encoded))
