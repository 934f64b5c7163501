"""Packs made ready: patterns parsed, everything that they ask of a word numbered."""

from collections.abc import Sequence
from functools import reduce
from operator import or_

import pyarrow as pa

from pipelines.rules.lexicon import ENDS, Lexicon
from pipelines.rules.packs import Pack, WordRule
from pipelines.rules.patterns import Atom, BirthYear, Element, Literal, Notation, Number, literals
from pipelines.rules.words import spelled
from schemas.errors import ConfigurationError

_SIGNS = ENDS | {",", "(", ")"}
_MOST_RULES = 62
"""Of a pack: a bit each, of a signed number."""


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
    anchors = tuple(
        reduce(or_, (_anchor(pattern, bits, frequent) for pattern in patterns)) for patterns in rules
    )
    if len(rules) > _MOST_RULES:
        raise ConfigurationError(
            f"pack {pack.pack}",
            expected=f"at most {_MOST_RULES} rules",
            found=str(len(rules)),
            remedy="put patterns of one level and kind into one rule",
        )
    dated = tuple(any(BirthYear() in _atoms(pattern) for pattern in patterns) for patterns in rules)
    return Lexicon(pack, rules, bits, words, stop, wild, dated, anchors)


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
            expected="patterns as docs/pictures.md describes them",
            found=str(error),
            remedy="correct the pattern",
        ) from error
