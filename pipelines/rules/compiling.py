"""Packs made ready: patterns parsed, every place of a pattern numbered, words looked at for what they fit."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_

import pyarrow as pa

from pipelines.rules.automaton import IN_GAP, automaton_of
from pipelines.rules.lexicon import ENDS, Condition, Lexicon
from pipelines.rules.patterns import (
    Atom,
    BirthYear,
    Element,
    Literal,
    Notation,
    Number,
    Patterns,
    Place,
    Wild,
    literals,
)
from pipelines.rules.words import spelled
from schemas.errors import ConfigurationError
from schemas.pack import Pack, WordRule

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
    numbered = {place: number for number, place in enumerate(dict.fromkeys(_places(rules)), IN_GAP + 1)}
    bits = {place: 1 << number for place, number in numbered.items()}
    words: dict[str, int] = {}
    asked: dict[Atom, int] = {}
    for place, bit in bits.items():
        for atom in place:
            asked[atom] = asked.get(atom, 0) | bit
    wild = Wild({atom: mask for atom, mask in asked.items() if isinstance(atom, Literal) and atom.is_wild})
    ranges = {atom: mask for atom, mask in asked.items() if isinstance(atom, Number)}
    for atom, mask in asked.items():
        if isinstance(atom, Literal) and not atom.is_wild:
            words[atom.word] = mask
    for numbers, is_ordinal in ((pack.numbers, False), (pack.ordinals, True)):
        for word, value in numbers.items():
            one = _one_word(pack, spelling[word])
            words[one] = words.get(one, 0) | _ranges(ranges, value, is_ordinal=is_ordinal)
    for word in words:
        words[word] |= wild.fits(word)
    stop = frozenset(part for word in pack.stop for part in spelling[word].split())
    frequent = stop | _SIGNS
    frequency = {place: _frequency(place, frequent) for place in bits}
    rare = _all_of(
        _rarest(pattern, bits, frequency)
        for rule, patterns in zip(pack.words, rules, strict=True) if not rule.is_context
        for pattern in patterns
    )  # fmt: skip
    if len(rules) > _MOST_RULES:
        raise ConfigurationError(
            f"pack {pack.pack}",
            expected=f"at most {_MOST_RULES} rules",
            found=str(len(rules)),
            remedy="put patterns of one level and kind into one rule",
        )
    return Lexicon(
        pack=pack,
        automaton=automaton_of(rules, numbered),
        words=words,
        wild=wild,
        ranges={one: mask for one, mask in ranges.items() if not one.is_ordinal},
        born=asked.get(BirthYear(), 0),
        stop=stop,
        rare=rare,
        consuming=_all_of(1 << number for number, rule in enumerate(pack.words) if rule.consumes),
        contexts=_all_of(1 << number for number, rule in enumerate(pack.words) if rule.is_context),
        told=_all_of(
            bits[place]
            for place in _places(
                patterns for rule, patterns in zip(pack.words, rules, strict=True) if not rule.is_context
            )
        ),
        conditions=tuple(_conditions(pack)),
    )


def _one_word(pack: Pack, number: str) -> str:
    """A number's word, which is one: patterns look numbers up word by word."""
    words = number.split()
    if len(words) != 1:
        raise ConfigurationError(
            f"numbers and ordinals of pack {pack.pack}",
            expected="one word each",
            found=f"{number.strip()!r}",
            remedy="leave it out, and write a pattern for it",
        )
    return words[0]


def _places(rules: Iterable[Patterns]) -> Iterator[Place]:
    """What each place of each pattern asks for."""
    for patterns in rules:
        for pattern in patterns:
            for element in pattern:
                for sequence in element.sequences:
                    yield from sequence


def _ranges(ranges: Mapping[Number, int], value: int, *, is_ordinal: bool) -> int:
    return _all_of(
        mask for one, mask in ranges.items() if one.is_ordinal == is_ordinal and one.low <= value <= one.high
    )


def _conditions(pack: Pack) -> Iterator[Condition]:
    contexts = {rule.id: 1 << number for number, rule in enumerate(pack.words) if rule.is_context}
    for number, rule in enumerate(pack.words):
        if rule.where or rule.unless:
            where, unless = (_all_of(contexts[name] for name in names) for names in (rule.where, rule.unless))
            yield Condition(1 << number, where, unless)


def _all_of(masks: Iterable[int]) -> int:
    return reduce(or_, masks, 0)


def _frequency(place: Place, frequent: frozenset[str]) -> int:
    """How often words fit a place, roughly: named words, numbers, frequent words, signs."""
    words = [atom.word for atom in place if isinstance(atom, Literal)]
    if not _SIGNS.isdisjoint(words):
        return 3
    return 2 if not frequent.isdisjoint(words) else int(len(words) < len(place))


def _rarest(pattern: Sequence[Element], bits: Mapping[Place, int], frequency: Mapping[Place, int]) -> int:
    """What a text has to hold for a pattern to match: the rarest of its required places, as bits."""
    required = [element.sequences for element in pattern if not (element.is_optional or element.is_gap)]
    rarest = [[min(sequence, key=frequency.__getitem__) for sequence in sequences] for sequences in required]
    chosen = min(rarest, key=lambda places: max(frequency[place] for place in places))
    return _all_of(bits[place] for place in chosen)


def _patterns(pack: Pack, rule: WordRule, notation: Notation) -> Patterns:
    try:
        return tuple(notation.pattern(pattern) for pattern in rule.patterns)
    except ValueError as error:
        raise ConfigurationError(
            f"rule {rule.id} of pack {pack.pack}",
            expected="patterns as docs/pictures.md describes them",
            found=str(error),
            remedy="correct the pattern",
        ) from error
