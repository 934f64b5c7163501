"""Caption rules: words about a picture, read with RE2 (linear in the text, whatever the pattern)."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.rules.packs import CaptionRule, Pack

_BEFORE, _AFTER = r"(?:^|[^\pL\pN])", r"(?:[^\pL\pN]|$)"


def expression(rule: CaptionRule) -> str:
    """One RE2 expression for a rule; its word boundaries know every script, as RE2's own do not."""
    return f"(?i){_BEFORE}(?:{'|'.join(rule.patterns)}){_AFTER}"


def matches(words: pa.Array, pattern: str) -> npt.NDArray[np.bool_]:
    """Where an RE2 pattern is found; null words match nothing."""
    return np.asarray(pc.match_substring_regex(words, pattern).fill_null(False))


def caption_hits(rule: CaptionRule, words: pa.Array) -> npt.NDArray[np.bool_]:
    """Where a rule matches."""
    return matches(words, expression(rule))


def without_ocr(pack: Pack, automatic: pa.Array) -> pa.Array:
    """Automatic alternative text, cut where it begins to quote writing: that shows no person."""
    if not pack.ocr_marks:
        return automatic
    return pc.replace_substring_regex(automatic, rf"(?is)(?:{'|'.join(pack.ocr_marks)}).*", "")
