"""A pack made ready: what each word may stand for, and where its patterns are found.

A pattern never meets a letter. Every different word of a batch is looked up once; words that no pattern
tells apart become one character; a text becomes a string of such characters, and a pattern a short regular
expression over them. So the time depends on how many words there are, not on how many a pack knows.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.rules.alphabet import NOBODY, Alphabet, AlphabetFull, Letter, Template, strings, template_of
from pipelines.rules.packs import Pack
from pipelines.rules.patterns import Number, Patterns, Place, Wild
from pipelines.rules.words import Words

Mask = npt.NDArray[np.bool_]

ENDS = frozenset(".!?;:")
"""Signs that end a sentence."""
_LONGEST_TAG = 60
_YEARS = range(1900, 2100)
"""In which somebody may have been born."""


@dataclass(frozen=True)
class Lexicon:
    """A pack's words and patterns."""

    pack: Pack
    rules: tuple[Patterns, ...]
    """Patterns of each word rule."""
    bits: dict[Place, int]
    """A bit for each different place of patterns."""
    words: dict[str, int]
    """Of each word that a pattern or list names: the places where it fits, as bits."""
    stop: frozenset[str]
    """Frequent words of the language."""
    wild: Wild
    """Where words fit that begin, end or are in some way."""
    ranges: dict[Number, int]
    """Where numbers of a range fit."""
    dated: tuple[bool, ...]
    """Of each rule: whether some pattern asks for a year of birth."""
    anchors: tuple[int, ...]
    """Of each rule: what one of its patterns asks for at least. Where none of it is, none of them matches."""

    @cached_property
    def alphabet(self) -> Alphabet:
        """The letters of nearly all texts: of words that are named, of numbers, of one ``*`` each."""
        edges = {edge for one in self.ranges for edge in (one.low, one.high, one.high + 1)}
        years = _YEARS if any(self.dated) else ()
        words = [*self.words, *ENDS, *map(str, (*sorted(edges | {0}), *years))]
        letters = [self._letter(word) for word in words] + [Letter(mask) for mask in self.wild.masks]
        return Alphabet((Letter(),)).with_letters(letters)[0]

    def expression(self, alphabet: Alphabet, number: int, year: int) -> str:
        """The expression of a rule in an alphabet; kept, where it is the usual one."""
        year = year if self.dated[number] else 0
        if alphabet is not self.alphabet:
            return alphabet.expression(self._templates[number], year)
        key = number, year
        if key not in self._expressions:
            self._expressions[key] = alphabet.expression(self._templates[number], year)
        return self._expressions[key]

    @cached_property
    def _expressions(self) -> dict[tuple[int, int], str]:
        return {}

    @cached_property
    def _templates(self) -> tuple[Template, ...]:
        numbers = {place: bit.bit_length() - 1 for place, bit in self.bits.items()}
        return tuple(template_of(patterns, numbers) for patterns in self.rules)

    @cached_property
    def _telling(self) -> pa.StringArray:
        return pa.array(sorted({*self.words, *ENDS}))

    @cached_property
    def _wild_expression(self) -> str:
        cores = {re.escape(core) for core in self.wild.cores}
        return "|".join(["^#", "^[0-9]", *sorted(cores)])

    def read(self, distinct: pa.StringArray) -> tuple[Mask, list[list[Letter]]]:
        """Which words a pattern can ask for, and what each of these may stand for."""
        asked = np.asarray(pc.is_in(distinct, value_set=self._telling))
        asked |= np.asarray(pc.match_substring_regex(distinct, self._wild_expression))
        return asked, [self.letters(word) for word in distinct.filter(pa.array(asked)).to_pylist()]

    def asking(self, letters: Iterable[Letter]) -> int:
        """The rules that a word may make match, as bits."""
        asking = 0
        for letter in letters:
            if letter not in self._asking:
                self._asking[letter] = sum(
                    1 << number
                    for number, (anchor, dated) in enumerate(zip(self.anchors, self.dated, strict=True))
                    if letter.bits & anchor or (letter.year and dated)
                )
            asking |= self._asking[letter]
        return asking

    @cached_property
    def _asking(self) -> dict[Letter, int]:
        return {}

    def letters(self, word: str) -> list[Letter]:
        """What a word may stand for; a tag of several known words stands for each of them."""
        if word.startswith("#"):
            tag = word[1:]
            return [self._letter(part) for part in ([tag] if tag in self.words else self._parts(tag))]
        return [self._letter(word)]

    def _letter(self, word: str) -> Letter:
        bits = self.words.get(word)
        if not word.isdecimal():
            return Letter(self.wild.fits(word) if bits is None else bits, ends=word in ENDS)
        value = int(word[:9])
        year = value if value in _YEARS and word == str(value) and any(self.dated) else 0
        fits = bits or 0
        for one, mask in self.ranges.items():
            if not one.is_ordinal and one.low <= value <= one.high:
                fits |= mask
        return Letter(fits, year)

    def _parts(self, tag: str) -> list[str]:
        """The fewest words of the pack that a tag is made of; itself where it is not."""
        fewest: list[list[str] | None] = [[], *[None] * len(tag)]
        for end in range(1, min(len(tag), _LONGEST_TAG) + 1):
            for start in range(end):
                before, part = fewest[start], tag[start:end]
                if before is None or not (part in self.words or part in self.stop):
                    continue
                best = fewest[end]
                if best is None or len(before) + 1 < len(best):
                    fewest[end] = [*before, part]
        return fewest[len(tag)] or [tag]


def word_hits(
    lexicon: Lexicon, words: Words, texts: npt.NDArray[np.int64], years: npt.NDArray[np.int64]
) -> list[Mask]:
    """Where each word rule of a pack matches, of some of the texts in ``words``.

    Args:
        lexicon: the pack.
        words: texts as words.
        texts: indices of those that the pack reads.
        years: of each of them the year in which its picture was taken or shown; 0: not known.
    """
    try:
        return _hits(lexicon, words, texts, years)
    except AlphabetFull:
        # A text alone always fits: MOST_WORDS of it are read.
        middle = len(texts) // 2
        halves = [
            word_hits(lexicon, words, texts[half], years[half])
            for half in (slice(middle), slice(middle, None))
        ]
        return [np.concatenate(parts) for parts in zip(*halves, strict=True)]


def _hits(
    lexicon: Lexicon, words: Words, texts: npt.NDArray[np.int64], years: npt.NDArray[np.int64]
) -> list[Mask]:
    hits = [np.zeros(len(texts), bool) for _ in lexicon.rules]
    lengths = words.starts[texts + 1] - words.starts[texts]
    word = words.word[_ranges_of(words.starts[texts], lengths)]
    used = np.flatnonzero(np.bincount(word, minlength=len(words.distinct)))
    asked, letters = lexicon.read(words.distinct.take(pa.array(used)))
    asking = np.zeros(len(words.distinct), np.int64)
    asking[used[asked]] = [lexicon.asking(several) for several in letters]
    asked_for = _any_of(asking[word], lengths)
    suspects = np.flatnonzero(asked_for)
    if not len(suspects):
        return hits
    starts = np.cumsum(lengths) - lengths
    word = word[_ranges_of(starts[suspects], lengths[suspects])]
    # A word that nobody asks for is the first letter of the alphabet; one that is a tag may be several.
    alphabet, place = lexicon.alphabet.with_letters(
        [Letter(), *(one for several in letters for one in several)]
    )
    first, each = np.zeros(len(words.distinct), np.int64), np.ones(len(words.distinct), np.int64)
    each[used[asked]] = counts = np.array([len(several) for several in letters])
    first[used[asked]] = 1 + np.cumsum(counts) - counts
    ends = np.concatenate([[0], np.cumsum(each[word])])[np.cumsum(lengths[suspects])]
    read = strings(np.array(place)[_ranges_of(first[word], each[word])], np.diff(ends, prepend=0))
    dates = years[suspects]
    for number, rule in enumerate(lexicon.pack.words):
        chosen = np.flatnonzero(asked_for[suspects] >> number & 1)
        for year in np.unique(dates[chosen]).tolist() if lexicon.dated[number] else [0]:
            here = chosen[dates[chosen] == year] if year else chosen
            if not len(here):
                continue
            expression = lexicon.expression(alphabet, number, year)
            lines = read.take(pa.array(here))
            matched = np.asarray(pc.match_substring_regex(lines, expression))
            hits[number][suspects[here[matched]]] = True
            if rule.consumes and matched.any():
                mask = np.zeros(len(read), bool)
                mask[here[matched]] = True
                rest = pc.replace_substring_regex(lines.filter(pa.array(matched)), expression, NOBODY)
                read = pc.replace_with_mask(read, pa.array(mask), rest)
    return hits


def _ranges_of(starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The numbers from each start on, as many as its length, one range after the other."""
    ends = np.cumsum(lengths)
    places: npt.NDArray[np.int64] = np.arange(lengths.sum()) + np.repeat(starts - (ends - lengths), lengths)
    return places


def _any_of(bits: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The bits of each run of so many, put together; of an empty run none."""
    found = np.zeros(len(lengths), np.int64)
    some = lengths > 0
    if some.any():
        found[some] = np.bitwise_or.reduceat(bits, (np.cumsum(lengths) - lengths)[some])
    return found
