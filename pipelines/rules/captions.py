"""Caption rules: words about a picture, read with RE2 (linear in the text, whatever the pattern)."""

import re
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.rules.characters import WORD
from pipelines.rules.packs import CaptionRule, Pack
from pipelines.rules.spelling import plain, read_twice

_BEFORE, _AFTER = rf"(?:^|[^{WORD}])", rf"(?:[^{WORD}]|$)"
_PIECE_BYTES = 1 << 25
"""Bytes that are put into plain form at once. There is a character that becomes eighteen."""


def expression(*rules: CaptionRule) -> str:
    """One RE2 expression for rules; its word boundaries know every script, as RE2's own do not."""
    written = "|".join(pattern for rule in rules for pattern in rule.patterns)
    patterns = re.sub(r"\[[^]]*\]| ", _any_space, plain(pa.array([written]))[0].as_py())
    return f"(?i){_BEFORE}(?:{patterns}){_AFTER}"


def matches(words: pa.Array, pattern: str) -> npt.NDArray[np.bool_]:
    """Where an RE2 pattern is found; null words match nothing."""
    return np.asarray(pc.match_substring_regex(words, pattern).fill_null(False))


def caption_hits(rules: Sequence[CaptionRule], words: pa.Array) -> list[npt.NDArray[np.bool_]]:
    """Where each rule matches. All are looked for at once, one by one only where there is something."""
    hits = [np.zeros(len(words), bool) for _ in rules]
    if not rules:
        return hits
    for start, piece in _pieces(words):
        read = read_twice(plain(piece))
        suspects = np.flatnonzero(matches(read, expression(*rules)))
        suspected = read.take(pa.array(suspects))
        for rule, hit in zip(rules, hits, strict=True):
            hit[start + suspects] = matches(suspected, expression(rule))
    return hits


def without_ocr(pack: Pack, automatic: pa.Array) -> pa.Array:
    """Automatic alternative text, cut where it begins to quote writing: that shows no person."""
    if not pack.ocr_marks:
        return automatic
    return pc.replace_substring_regex(automatic, rf"(?is)(?:{'|'.join(pack.ocr_marks)}).*", "")


def _any_space(found: re.Match[str]) -> str:
    """A space of a pattern stands for any white space; within a class, for one character of it."""
    return r"\s+" if found[0] == " " else found[0].replace(" ", r"\s")


def _pieces(words: pa.Array) -> Iterator[tuple[int, pa.Array]]:
    """Words cut into slices of bounded size, each with its place."""
    sizes = np.asarray(pc.binary_length(words).fill_null(0)).astype(np.int64)
    starts = np.unique(np.cumsum(sizes) // _PIECE_BYTES, return_index=True)[1].tolist()
    for start, end in zip(starts, [*starts, len(words)][1:], strict=True):
        yield start, words.slice(start, end - start)
