"""Texts as lines of letters, against which patterns are matched: what a pack knows of each word."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.rules.automaton import Numbers
from pipelines.rules.lexicon import NOBODYS, UNKNOWN, Letter, Lexicon
from pipelines.rules.words import Words, ranges_of

_MINOR_BELOW = 18
END, NOBODY = 0, 1
"""Letters: behind the last word of each line, where nothing fits; a word that no pattern asks for."""


@dataclass(frozen=True)
class Lines:
    """Texts, one behind the other, an END after each."""

    letter: Numbers
    """Of every word."""
    starts: Numbers
    """Where each line begins, and where the last one ends: lines + 1."""
    written: Numbers
    """The number of each word before anything was taken out."""
    text: Numbers
    """Which of the given texts each line is."""
    fits: npt.NDArray[np.bool_]
    """Which places each letter fits: letters x places."""
    begun: Numbers
    """States of patterns that begin with a letter, letter after letter."""
    first: Numbers
    """Of each letter: where it begins in ``begun``."""
    each: Numbers
    """Of each letter: how many they are."""

    def __len__(self) -> int:
        return len(self.text)

    def of(self, word: Numbers) -> Numbers:
        """The line of each word."""
        return np.searchsorted(self.starts, word, side="right") - 1


@dataclass(frozen=True)
class _Spelling:
    """The letters of different words."""

    letters: list[Letter]
    """Every different letter once, from NOBODY on."""
    several: Numbers
    """Letters, word after word; the first is NOBODY, for all words that are not asked for."""
    first: Numbers
    """Of each word: where it begins in ``several``."""
    each: Numbers
    """Of each word: how many letters it is."""
    rare: npt.NDArray[np.bool_]
    """Words without one of which no pattern matches."""


def lines_of(lexicon: Lexicon, words: Words, texts: Numbers, years: Numbers) -> Lines:
    """Those of some texts in ``words`` that a pattern may fit.

    Args:
        lexicon: of the pack that reads them.
        words: texts as words.
        texts: numbers of those that it reads.
        years: of each of them the year in which its picture was taken or shown; 0: not known.
    """
    lengths = words.starts[texts + 1] - words.starts[texts]
    word = words.word[ranges_of(words.starts[texts], lengths)]
    spelling = _spell(lexicon, words.distinct, word)
    ends = np.cumsum(lengths)
    counted = np.concatenate([[0], np.cumsum(spelling.rare[word])])
    suspects = np.flatnonzero(counted[ends] > counted[ends - lengths])
    word = word[ranges_of((ends - lengths)[suspects], lengths[suspects])]
    each = spelling.each[word]
    letter = spelling.several[ranges_of(spelling.first[word], each)]
    ends = np.concatenate([[0], np.cumsum(each)])[np.cumsum(lengths[suspects])]
    born = _born(spelling.letters, letter, ends, years[suspects])
    starts = np.concatenate([[0], ends + np.arange(1, len(ends) + 1)])
    fits = _fits(lexicon, spelling.letters)
    begins = lexicon.automaton.begins
    beginning, state = np.divmod(np.flatnonzero(fits[:, lexicon.automaton.place[begins]]), len(begins))
    begun = np.bincount(beginning, minlength=len(fits))
    return Lines(
        letter=np.insert(born, ends, END),
        starts=starts,
        written=np.arange(starts[-1]),
        text=suspects,
        fits=fits,
        begun=begins[state],
        first=np.cumsum(begun) - begun,
        each=begun,
    )


def _spell(lexicon: Lexicon, distinct: pa.StringArray, word: npt.NDArray[np.int32]) -> _Spelling:
    """Look up every different word that is there."""
    used = np.flatnonzero(np.bincount(word, minlength=len(distinct)))
    number, several = {UNKNOWN: NOBODY}, [NOBODY]
    asked, each = [], []
    for place, spelled in zip(used.tolist(), distinct.take(pa.array(used)).to_pylist(), strict=True):
        letters = lexicon.letters(spelled)
        if letters is not NOBODYS:
            asked.append(place)
            each.append(len(letters))
            several += [number.setdefault(letter, len(number) + NOBODY) for letter in letters]
    first, length = np.zeros(len(distinct), np.int64), np.ones(len(distinct), np.int64)
    length[asked] = each
    first[asked] = 1 + np.cumsum(each) - each
    rare = np.zeros(len(distinct), bool)
    if asked:
        may_match = np.array([False, *(lexicon.may_match(letter) for letter in number)])
        rare[asked] = np.logical_or.reduceat(may_match[several], first[asked])
    return _Spelling(list(number), np.array(several), first, length, rare)


def _born(letters: list[Letter], letter: Numbers, ends: Numbers, years: Numbers) -> Numbers:
    """Letters, years in which a minor was born as letters of their own: behind all others, in their order."""
    year = np.array([0, *(one.year for one in letters)])
    dated = np.flatnonzero(year[letter])
    if not len(dated):
        return letter
    taken = years[np.searchsorted(ends, dated, side="right")]
    age = taken - year[letter[dated]]
    minor = dated[(taken != 0) & (age >= 0) & (age < _MINOR_BELOW)]
    born = letter.copy()
    born[minor] += len(letters)
    return born


def _fits(lexicon: Lexicon, letters: list[Letter]) -> npt.NDArray[np.bool_]:
    """Which places letters fit: END, these, and once more these as years in which a minor was born."""
    masks = [0, *(one.places for one in letters)]
    if any(one.year for one in letters):
        masks += [one.places | lexicon.born for one in letters]
    places = lexicon.automaton.places
    size = places // 8 + 1
    packed = np.frombuffer(b"".join(mask.to_bytes(size, "little") for mask in masks), np.uint8)
    return np.unpackbits(packed.reshape(-1, size), axis=1, count=places, bitorder="little").view(bool)
