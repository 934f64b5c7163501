"""Which packs read a text: those of its language, and those of languages that it looks like."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.rules.lexicon import ENDS
from pipelines.rules.packs import Packs
from pipelines.rules.words import Words, ranges_of

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
_VOTES = 2
"""Frequent words of a language from which on a text or sentence is taken for one of it."""
_OF_FILES = "en"
"""What is filed with pictures is in English in any country: agencies, cameras and programs do so."""


def reading(packs: Packs, words: Words, language: pa.StringArray, from_files: Mask) -> list[Mask]:
    """Which texts each pack reads.

    Those said to be of its language, and those that look like it, as a whole or in one of their sentences.
    English reads what image files declare as well. A text of which none of this is true of any pack is read
    by all: a sign in the wrong language is one, too.

    Args:
        packs: the packs.
        words: the texts.
        language: of each text, a primary subtag; null: not known.
        from_files: texts out of the metadata of image files.
    """
    spoken = np.array(
        [np.asarray(pc.equal(language, pack.language or "").fill_null(False)) for pack in packs.packs]
    )
    read = spoken | _looks(packs, words)
    there = np.diff(words.starts) > 0
    nobody = ~read.any(axis=0)
    also = [from_files & ~nobody if pack.language == _OF_FILES else False for pack in packs.packs]
    return [
        (mask | nobody | english) & there if pack.language else there
        for pack, mask, english in zip(packs.packs, read, also, strict=True)
    ]


def _looks(packs: Packs, words: Words) -> Mask:
    """Packs x texts: whether a text, or a sentence of it, holds most frequent words of the language."""
    looks = np.zeros((len(packs.packs), len(words)), bool)
    place, pack = _frequent(packs.frequent, words)
    if not len(place):
        return looks
    text = np.searchsorted(words.starts, place, side="right") - 1
    ends = np.asarray(pc.is_in(words.distinct, value_set=pa.array(sorted(ENDS))))[words.word]
    sentence = np.concatenate([[0], np.cumsum(ends)])[place] + text
    for part, alone in ((text, False), (sentence, True)):
        which, first, votes = np.unique(part * len(packs.packs) + pack, return_index=True, return_counts=True)
        # Most votes of each part: parts are in order, and there are as many starts as parts.
        starts = np.flatnonzero(np.diff(which // len(packs.packs), prepend=-1))
        sizes = np.diff(starts, append=len(which))
        most = np.repeat(np.maximum.reduceat(votes, starts), sizes)
        won = (votes >= _VOTES) & (votes == most)
        if alone:  # A few words look like several languages: of a sentence no other may have as many.
            won &= np.repeat(np.add.reduceat((votes == most).astype(np.int64), starts), sizes) == 1
        looks[which[won] % len(packs.packs), text[first[won]]] = True
    return looks


def _frequent(frequent: Sequence[frozenset[str]], words: Words) -> tuple[Numbers, Numbers]:
    """Every frequent word of every language in the texts: its place among all words, and the pack."""
    packs_of: dict[str, list[int]] = {}
    for place, some in enumerate(frequent):
        for word in sorted(some):
            packs_of.setdefault(word, []).append(place)
    known = pc.index_in(words.distinct, value_set=pa.array(list(packs_of), pa.string())).fill_null(-1)
    number = np.asarray(known)[words.word]
    said = np.flatnonzero(number >= 0)
    number = number[said]
    each = np.array([len(some) for some in packs_of.values()], np.int64)
    listed = np.array([one for some in packs_of.values() for one in some], np.int64)
    return np.repeat(said, each[number]), listed[ranges_of((np.cumsum(each) - each)[number], each[number])]
