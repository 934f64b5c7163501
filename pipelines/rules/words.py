"""Texts as words: one spelling, cut into words, each different one kept once.

Unicode is Arrow's (its version is part of the engine), never Python's.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.rules.characters import WORD, with_ascii_digits
from pipelines.rules.spelling import plain

_ADDRESSES = r"(?:https?://|www\.)[^ ]*|@[^ ]+"
"""Addresses and names of accounts: what they hold was chosen by nobody who describes the picture."""
_DIGITS_IN_GROUPS = r"([0-9])[.,']([0-9]{3})([^0-9]|$)"
_DECIMALS = r"([0-9])[.,][0-9]{1,2}([^0-9.,]|$)"
_UNREAD = (
    r"""[-\x{2010}-\x{2015}\x{2018}-\x{201f}\x{b4}\x{ab}\x{bb}\x{2039}\x{203a}'"`*_~^|\\/<>"""
    r"""\[\]{}=\pZ\pC]+"""
)
"""Hyphens, quotation marks and other signs that no pattern reads."""
_ALONE = rf"([0-9]+|[^{WORD} #])"
_FOLDED = {
    "\u00df": "ss", "\u03c2": "\u03c3", "\u0131": "i", "\u0142": "l", "\u00f8": "oe", "\u0111": "d",
    "\u00e6": "ae", "\u0153": "oe",
}  # fmt: skip
"""Letters that are written in two ways and do not decompose. Upper case of ß is SS."""


MOST_WORDS = 10_000
"""Words of a text that are read."""


@dataclass(frozen=True)
class Words:
    """Texts as sequences of words."""

    distinct: pa.StringArray
    """Every different word once."""
    word: npt.NDArray[np.int32]
    """Index into ``distinct`` of every word of every text, one text after the other."""
    starts: npt.NDArray[np.int64]
    """Where each text begins in ``word``, and where the last one ends: texts + 1."""

    def __len__(self) -> int:
        return len(self.starts) - 1

    def lengths(self) -> list[int]:
        """How many words each text has."""
        counts: list[int] = (self.starts[1:] - self.starts[:-1]).tolist()
        return counts


def spelled(texts: pa.StringArray) -> pa.StringArray:
    """Texts in one spelling: small letters without accents, words and signs apart, a space between.

    A number is a word of its own: ``kids2023`` is ``kids 2023``. 1,000 is one number; of 7.5 the 7 is read.
    """
    read = with_ascii_digits(_small(plain(_small(texts))))
    for pattern, replaced in (
        (_ADDRESSES, " @ "),
        *[(_DIGITS_IN_GROUPS, r"\1\2\3")] * 2,  # a group's end begins the next: every other one at a time
        (_DECIMALS, r"\1\2"),
        (_UNREAD, " "),
        (_ALONE, r" \1 "),
    ):
        read = pc.replace_substring_regex(read, pattern, replaced)
    return read


def words_of(texts: pa.StringArray) -> Words:
    """Cut texts into words; a null text has none. What often stands between spaces is spelled once."""
    written = pc.utf8_split_whitespace(texts)
    chunks = written.flatten().dictionary_encode()
    cut = pc.ascii_split_whitespace(spelled(chunks.dictionary))
    words = pc.list_flatten(cut)
    nonempty = pc.not_equal(words, "")
    encoded = words.filter(nonempty).dictionary_encode()
    # Words of each chunk, then of each text: a chunk's words stand in for it wherever it stands.
    owner = np.asarray(pc.list_parent_indices(cut).filter(nonempty))
    each = np.bincount(owner, minlength=len(chunks.dictionary))
    first = np.cumsum(each) - each
    chunk = np.asarray(chunks.indices)
    counts = each[chunk]
    ends = np.cumsum(counts)
    place = np.arange(ends[-1] if len(ends) else 0) + np.repeat(first[chunk] - (ends - counts), counts)
    text_ends = np.cumsum(np.asarray(pc.list_value_length(written).fill_null(0)).astype(np.int64))
    starts = np.concatenate([[0], np.concatenate([[0], ends])[text_ends]])
    word = np.asarray(encoded.indices)[place]
    lengths = np.diff(starts)
    if lengths.max(initial=0) > MOST_WORDS:
        within = np.arange(len(word)) - np.repeat(starts[:-1], lengths) < MOST_WORDS
        word, starts = word[within], np.concatenate([[0], np.cumsum(np.minimum(lengths, MOST_WORDS))])
    return Words(encoded.dictionary, word, starts)


def ranges_of(starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The numbers from each start on, as many as its length, one range after the other."""
    ends = np.cumsum(lengths)
    places: npt.NDArray[np.int64] = np.arange(ends[-1] if len(ends) else 0) + np.repeat(
        starts - (ends - lengths), lengths
    )
    return places


def _small(texts: pa.StringArray) -> pa.StringArray:
    small = pc.utf8_lower(texts)
    foreign = np.asarray(pc.invert(pc.string_is_ascii(small)).fill_null(False))
    if not foreign.any():
        return small
    folded = small.filter(pa.array(foreign))
    for letter, plainly in _FOLDED.items():
        folded = pc.replace_substring(folded, letter, plainly)
    return pc.replace_with_mask(small, pa.array(foreign), folded)
