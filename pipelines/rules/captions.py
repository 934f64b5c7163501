"""Caption rules: words about a picture, read with RE2 (linear in the text, whatever the pattern)."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.rules.characters import WORD
from pipelines.rules.packs import CaptionRule, Pack

_BEFORE, _AFTER = rf"(?:^|[^{WORD}])", rf"(?:[^{WORD}]|$)"


def expression(*rules: CaptionRule) -> str:
    """One RE2 expression for rules; its word boundaries know every script, as RE2's own do not."""
    patterns = "|".join(pattern for rule in rules for pattern in rule.patterns)
    return f"(?i){_BEFORE}(?:{patterns}){_AFTER}"


def matches(words: pa.Array, pattern: str) -> npt.NDArray[np.bool_]:
    """Where an RE2 pattern is found; null words match nothing."""
    return np.asarray(pc.match_substring_regex(words, pattern).fill_null(False))


def caption_hits(rules: Sequence[CaptionRule], words: pa.Array) -> list[npt.NDArray[np.bool_]]:
    """Where each rule matches. All are looked for at once, one by one only where there is something."""
    if not rules:
        return []
    suspects = np.flatnonzero(matches(words, expression(*rules)))
    suspected = words.take(pa.array(suspects))
    hits = []
    for rule in rules:
        hit = np.zeros(len(words), bool)
        hit[suspects] = matches(suspected, expression(rule))
        hits.append(hit)
    return hits


def without_ocr(pack: Pack, automatic: pa.Array) -> pa.Array:
    """Automatic alternative text, cut where it begins to quote writing: that shows no person."""
    if not pack.ocr_marks:
        return automatic
    return pc.replace_substring_regex(automatic, rf"(?is)(?:{'|'.join(pack.ocr_marks)}).*", "")
