"""Masks in released text: what names or reaches a person is replaced, and counted."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.rules.characters import WORD, count, holds

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class MaskPattern:
    """What is masked: RE2, whole match replaced."""

    name: str
    pattern: str
    digits: int = 0
    """How many digits it cannot do without."""

    def possible(self, digits: npt.NDArray[np.int64], at: Mask) -> Mask:
        """Texts that hold the digits and the @ it cannot do without: no other text need be searched."""
        possible: Mask = digits >= self.digits
        return possible & at if "@" in self.pattern else possible


_OPENING = "⟦"
_SEPARATOR = r"[ \x{a0}().\-/]"
PATTERNS: tuple[MaskPattern, ...] = (
    MaskPattern("email", rf"[{WORD}._%+\-]+@[{WORD}\-]+(?:\.[{WORD}\-]+)+"),
    # International bank account numbers: ISO 13616, 15 to 34 characters, often in groups of four.
    MaskPattern("number", r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", digits=2),
    # With country code (E.164: up to 15 digits), or national with a leading zero, or in US groups.
    MaskPattern("phone", rf"(?:\+|\b00){_SEPARATOR}?[1-9](?:{_SEPARATOR}{{0,2}}\d){{6,14}}", digits=7),
    MaskPattern("phone", rf"\(?\b0(?:{_SEPARATOR}{{0,2}}\d){{8,11}}\b", digits=9),
    MaskPattern("phone", r"\(?\b\d{3}\)?[ .\-]\d{3}[ .\-]\d{4}\b", digits=10),
    MaskPattern("number", r"\d{7,}|\d(?:[ \-]?\d){8,}", digits=7),
    MaskPattern("handle", rf"@[{WORD}_]+(?:[.\-]+[{WORD}_]+)*"),
)
"""In order: an address is no handle, an account number no phone number."""


def token(name: str) -> str:
    """What stands in place of a match."""
    return f"{_OPENING}{name}⟧"


def mask(words: pa.Array, names: tuple[str, ...]) -> tuple[pa.Array, Counter[str]]:
    """Mask the kinds in ``names`` and count the masks set, by kind.

    Marks that the author wrote count as text: only what was added is counted.
    """
    counts: Counter[str] = Counter()
    chosen = [pattern for pattern in PATTERNS if pattern.name in names]
    digits, at = count(words, "0", "9"), holds(words, "@", "@")
    # A mask holds neither: what a text cannot match as it was written, it cannot match later.
    possible = [pattern.possible(digits, at) for pattern in chosen]
    touched = np.logical_or.reduce(possible, axis=0) if chosen else np.zeros(len(words), bool)
    if not touched.any():
        return words, counts
    written = masked = words.filter(pa.array(touched))
    for pattern, texts in zip(chosen, possible, strict=True):
        masked = _replaced(masked, texts[touched], pattern)
    had_marks = _occurrences(written, _OPENING) > 0
    for name in names:
        counts[name] = _occurrences(masked, token(name))
        counts[name] -= _occurrences(written, token(name)) if had_marks else 0
    return pc.replace_with_mask(words, pa.array(touched), masked), counts


def _replaced(words: pa.Array, texts: Mask, pattern: MaskPattern) -> pa.Array:
    if not texts.any():
        return words
    chosen = pa.array(texts)
    masked = pc.replace_substring_regex(words.filter(chosen), pattern.pattern, token(pattern.name))
    return pc.replace_with_mask(words, chosen, masked)


def _occurrences(words: pa.Array, mark: str) -> int:
    return int(pc.sum(pc.count_substring(words, mark)).as_py() or 0)
