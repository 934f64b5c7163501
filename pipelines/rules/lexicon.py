"""A pack made ready: what each word may stand for, and where its patterns are found.

A pattern never meets a letter. Every different word of a batch is looked up once; words that no pattern
tells apart become one character; a text becomes a string of such characters, and a pattern a short regular
expression over them. So the time depends on how many words there are, not on how many a pack knows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.rules.alphabet import NOBODY, Alphabet, Letter, strings
from pipelines.rules.packs import Pack, WordRule
from pipelines.rules.patterns import Atom, BirthYear, Element, Literal, Notation, Number, literals
from pipelines.rules.words import Words, spelled
from schemas.errors import ConfigurationError

Mask = npt.NDArray[np.bool_]

ENDS = frozenset(".!?;:")
"""Signs that end a sentence."""
_SIGNS = ENDS | {",", "(", ")"}
_LONGEST_TAG = 60


@dataclass(frozen=True)
class Lexicon:
    """A pack's words and patterns."""

    pack: Pack
    rules: tuple[tuple[tuple[Element, ...], ...], ...]
    """Patterns of each word rule."""
    bits: dict[Atom, int]
    """A bit for everything that patterns ask of a word."""
    words: dict[str, int]
    """Of each word that a pattern or list names: what it may stand for, as bits."""
    stop: frozenset[str]
    """Frequent words of the language."""
    wild: tuple[Literal, ...]
    is_dated: bool
    """Some pattern asks for a year of birth."""
    anchors: int
    """What each pattern asks for that is not in most texts: where none of it is, no pattern matches."""

    def letters(self, word: str) -> list[Letter]:
        """What a word may stand for; a tag of several known words stands for each of them."""
        if word.startswith("#"):
            tag = word[1:]
            return [self._letter(part) for part in ([tag] if tag in self.words else self._parts(tag))]
        return [self._letter(word)]

    def _letter(self, word: str) -> Letter:
        bits = self.words.get(word)
        if not word.isdecimal():
            return Letter(self._wild(word) if bits is None else bits, ends=word in ENDS)
        value = int(word[:9])
        year = value if len(word) == 4 and self.is_dated else 0  # noqa: PLR2004 - digits of a year
        return Letter(_ranges(self.bits, value, is_ordinal=False) | (bits or 0), year)

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

    def _wild(self, word: str) -> int:
        return sum(self.bits[literal] for literal in self.wild if literal.fits(word))


def compile_pack(pack: Pack) -> Lexicon:
    """Make a pack ready; ConfigurationError names the rule whose pattern is none."""
    patterns = [pattern for rule in pack.words for pattern in rule.patterns]
    listed = literals(patterns, pack.lists)
    written = [*listed, *pack.stop, *pack.numbers, *pack.ordinals]
    spelling = dict(zip(written, spelled(pa.array(written, pa.string())).to_pylist(), strict=True))
    notation = Notation(pack.lists, spelling)
    rules = tuple(_patterns(pack, rule, notation) for rule in pack.words)
    atoms = sorted({atom for rule in rules for pattern in rule for atom in _atoms(pattern)}, key=repr)
    bits: dict[Atom, int] = {atom: 1 << number for number, atom in enumerate(atoms)}
    wild = tuple(atom for atom in atoms if isinstance(atom, Literal) and atom.is_wild)
    words = {atom.word: bit for atom, bit in bits.items() if isinstance(atom, Literal) and not atom.is_wild}
    for numbers, is_ordinal in ((pack.numbers, False), (pack.ordinals, True)):
        for word, value in numbers.items():
            (one,) = spelling[word].split()
            words[one] = words.get(one, 0) | _ranges(bits, value, is_ordinal=is_ordinal)
    for word in words:
        words[word] |= sum(bits[literal] for literal in wild if literal.fits(word))
    stop = frozenset(part for word in pack.stop for part in spelling[word].split())
    frequent = stop | _SIGNS
    anchors = 0
    for rule in rules:
        for pattern in rule:
            anchors |= _anchor(pattern, bits, frequent)
    return Lexicon(pack, rules, bits, words, stop, wild, BirthYear() in atoms, anchors)


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
    hits = [np.zeros(len(texts), bool) for _ in lexicon.rules]
    lengths = words.starts[texts + 1] - words.starts[texts]
    word = words.word[_ranges_of(words.starts[texts], lengths)]
    used = np.flatnonzero(np.bincount(word, minlength=len(words.distinct)))
    letters = [lexicon.letters(words.distinct[one]) for one in used.tolist()]
    anchored = np.zeros(len(words.distinct), bool)
    anchored[used] = [any(one.bits & lexicon.anchors or one.year for one in several) for several in letters]
    found = np.repeat(np.arange(len(texts)), lengths)[anchored[word]]
    suspects = np.flatnonzero(np.bincount(found, minlength=len(texts)))
    if not len(suspects):
        return hits
    starts = np.cumsum(lengths) - lengths
    word = word[_ranges_of(starts[suspects], lengths[suspects])]
    number = np.zeros(len(words.distinct), np.int64)
    number[used] = np.arange(len(used))
    alphabet, place = Alphabet.of(letter for several in letters for letter in several)
    each = np.array([len(several) for several in letters])
    first = np.cumsum(each) - each
    counts = each[number[word]]
    ends = np.concatenate([[0], np.cumsum(counts)])[np.cumsum(lengths[suspects])]
    read = strings(place[_ranges_of(first[number[word]], counts)], np.diff(ends, prepend=0))
    dates = years[suspects]
    for rule, patterns, hit in zip(lexicon.pack.words, lexicon.rules, hits, strict=True):
        found = np.zeros(len(suspects), bool)
        for year in np.unique(dates).tolist() if _is_dated(patterns) else [0]:
            expression = alphabet.expression(lexicon.bits, patterns, year)
            if expression is None:
                continue
            matched = np.asarray(pc.match_substring_regex(read, expression))
            if year:
                matched &= dates == year
            found |= matched
            if rule.consumes and matched.any():
                rest = pc.replace_substring_regex(read.filter(pa.array(matched)), expression, NOBODY)
                read = pc.replace_with_mask(read, pa.array(matched), rest)
        hit[suspects] = found
    return hits


def _ranges_of(starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The numbers from each start on, as many as its length, one range after the other."""
    ends = np.cumsum(lengths)
    places: npt.NDArray[np.int64] = np.arange(lengths.sum()) + np.repeat(starts - (ends - lengths), lengths)
    return places


def _is_dated(patterns: Iterable[Sequence[Element]]) -> bool:
    return any(BirthYear() in _atoms(pattern) for pattern in patterns)


def _atoms(pattern: Sequence[Element]) -> set[Atom]:
    return {
        atom for element in pattern for sequence in element.sequences for place in sequence for atom in place
    }


def _ranges(bits: dict[Atom, int], value: int, *, is_ordinal: bool) -> int:
    return sum(
        bit for atom, bit in bits.items()
        if isinstance(atom, Number) and atom.is_ordinal == is_ordinal and atom.low <= value <= atom.high
    )  # fmt: skip


def _anchor(pattern: Sequence[Element], bits: dict[Atom, int], frequent: frozenset[str]) -> int:
    """What a text has to hold for a pattern to match: the rarest of its required places."""

    def frequency(atoms: frozenset[Atom]) -> int:
        words = [atom.word for atom in atoms if isinstance(atom, Literal)]
        if not _SIGNS.isdisjoint(words):
            return 3
        return 2 if not frequent.isdisjoint(words) else int(len(words) < len(atoms))

    required = [element.sequences for element in pattern if not (element.is_optional or element.is_gap)]
    rarest = [[min(sequence, key=frequency) for sequence in sequences] for sequences in required]
    chosen = min(rarest, key=lambda places: max(map(frequency, places)))
    return sum({bits[atom] for atoms in chosen for atom in atoms})


def _patterns(pack: Pack, rule: WordRule, notation: Notation) -> tuple[tuple[Element, ...], ...]:
    try:
        return tuple(notation.pattern(pattern) for pattern in rule.patterns)
    except ValueError as error:
        raise ConfigurationError(
            f"rule {rule.id} of pack {pack.pack}",
            expected="patterns as docs/rules.md describes them",
            found=str(error),
            remedy="correct the pattern",
        ) from error
