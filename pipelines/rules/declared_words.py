"""What files say of the people shown in words, in fields made for it: an age, a stage of life.

A word in such a field declares a minor where the whole value is one: "nine", "neun Jahre", "child". Of
"parent of a child" or "thirty-nine" a part is none, and such a value declares nothing.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.rules.characters import matches
from pipelines.rules.compiling import compile_pack
from pipelines.rules.examples import check_examples
from pipelines.rules.lexicon import Lexicon
from pipelines.rules.matching import word_hits
from pipelines.rules.packs import Packs
from pipelines.rules.picture_words import PictureWords, values_of
from pipelines.rules.reading import reading
from pipelines.rules.words import spelled, words_of
from schemas.pack import DeclaredWords, Pack, WordRule
from schemas.signs import Kind, Level

Mask = npt.NDArray[np.bool_]
_EDGE = ";"
"""The sign, a word like others, between which a value is read; one that has it inside is several."""
_VOCABULARY = r"(?:https?://|urn:)[^\s;]*[/#:]([^\s;/#:])"
"""The address of a term, up to the first letter of its last part."""
_OF_A_PERSON = frozenset({Kind.LIFE_STAGE, Kind.AGE})
"""Who somebody is. A school has teachers, a christening has guests."""


def declared_in_words(
    rule: DeclaredWords, pictures: pa.StructArray, about: PictureWords, packs: Packs
) -> Mask:
    """Pictures with a value that declares a minor in words.

    A value is read by the packs that would read any text of its record. A value without a letter is left
    to the rules on numbers.
    """
    found = np.zeros(len(pictures), bool)
    owner, values = values_of(pictures, rule.properties)
    lettered = matches(values, r"\pL")
    if not lettered.any():
        return found
    owner, values = owner[lettered], values.filter(pa.array(lettered))
    terms = pc.replace_substring_regex(values, _VOCABULARY, r"\1")
    words = words_of(pc.binary_join_element_wise(_EDGE, terms, _EDGE, " "))
    for place, reads in enumerate(
        reading(packs, words, about.language.take(pa.array(owner)), np.ones(len(owner), bool))
    ):
        texts = np.flatnonzero(reads)
        if packs.packs[place].language is None or not len(texts):
            continue
        lexicon = _ready(packs, place)
        hits = word_hits(lexicon, words, texts, about.year[owner[texts]])
        for one, hit in zip(lexicon.pack.words, hits, strict=True):
            if one.id == rule.id or _declares(one):
                found[owner[texts[hit]]] = True
    return found


def _ready(packs: Packs, place: int) -> Lexicon:
    """A pack made ready to read values: when first asked for, as few datasets have any."""
    if place not in packs.ready_for_values:
        lexicon = compile_pack(_pack_of_values(packs, place))
        own = {rule.id for pack in packs.packs for rule in pack.declared_words}
        check_examples(lexicon, [n for n, one in enumerate(lexicon.pack.words) if one.id in own], _EDGE)
        packs.ready_for_values[place] = lexicon
    return packs.ready_for_values[place]


def _pack_of_values(packs: Packs, place: int) -> Pack:
    """The patterns of every language, then a language's pack, with what declares as patterns of whole values.

    What only looks like a sign takes nothing out of a value: one more such rule never un-declares a minor.
    """
    pack = packs.packs[place]
    own = [(one, rule) for one in packs.packs for rule in one.declared_words]
    lists = {name: entries for one, _ in own for name, entries in one.lists.items()}
    return pack.model_copy(
        update={
            "numbers": _numbers(packs),
            "lists": {**pack.lists, **lists},
            "words": (*(_in_every_language(rule) for _, rule in own), *_of_language(pack)),
        }
    )


def _of_language(pack: Pack) -> Iterator[WordRule]:
    for rule in pack.words:
        if "people" not in rule.reads:
            continue
        if _declares(rule):
            # A gap would let in any words: my old child's teacher.
            whole = [_whole(pattern) for pattern in rule.patterns if "~" not in pattern]
            if whole:
                yield rule.model_copy(update={"patterns": tuple(whole), "where": (), "unless": ()})


def _in_every_language(rule: DeclaredWords) -> WordRule:
    return WordRule(
        id=rule.id,
        level=Level.STRONG,
        kind=Kind.DECLARED,
        reads=("people",),
        patterns=tuple(map(_whole, rule.patterns)),
        matches=rule.matches,
        passes=rule.passes,
    )


def _declares(rule: WordRule) -> bool:
    return rule.level == Level.STRONG and rule.kind in _OF_A_PERSON


def _whole(pattern: str) -> str:
    return f"{_EDGE} {pattern} {_EDGE}"


def _numbers(packs: Packs) -> dict[str, int]:
    """Numbers in words of all packs: a file's language is nowhere said.

    A word for different numbers is for none: tres is 3 in Spanish and 60 in Danish.
    """
    written = [(word, value) for pack in packs.packs for word, value in pack.numbers.items()]
    spelling = spelled(pa.array([word for word, _ in written], pa.string())).to_pylist()
    values: dict[str, set[int]] = {}
    for word, (_, value) in zip(spelling, written, strict=True):
        values.setdefault(word.strip(), set()).add(value)
    return {word: min(several) for word, several in values.items() if len(several) == 1}
