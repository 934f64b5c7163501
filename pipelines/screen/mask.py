"""Masks in released text: what names or reaches a person is replaced, and counted."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class MaskPattern:
    """What is masked (RE2, whole match replaced) and a character it cannot do without."""

    name: str
    pattern: str


_SEPARATOR = r"[ \x{a0}().\-/]"
PATTERNS: tuple[MaskPattern, ...] = (
    MaskPattern("email", r"[\pL\pN._%+\-]+@[\pL\pN\-]+(?:\.[\pL\pN\-]+)+"),
    # International bank account numbers: ISO 13616, 15 to 34 characters, often in groups of four.
    MaskPattern("number", r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"),
    # With country code (E.164: up to 15 digits), or national with a leading zero, or in US groups.
    MaskPattern("phone", rf"(?:\+|\b00){_SEPARATOR}?[1-9](?:{_SEPARATOR}{{0,2}}\d){{6,14}}"),
    MaskPattern("phone", rf"\(?\b0(?:{_SEPARATOR}{{0,2}}\d){{8,11}}\b"),
    MaskPattern("phone", r"\(?\b\d{3}\)?[ .\-]\d{3}[ .\-]\d{4}\b"),
    MaskPattern("number", r"\d{7,}|\d(?:[ \-]?\d){8,}"),
    MaskPattern("handle", r"@[\pL\pN_](?:[\pL\pN_.\-]*[\pL\pN_])?"),
)
"""In order: an address is no handle, an account number no phone number."""
_PREFILTER = r"[@\d]"
"""Every match holds one of these: a cheap look before seven expensive ones."""


def token(name: str) -> str:
    """What stands in place of a match."""
    return f"⟦{name}⟧"


def mask(words: pa.Array, names: tuple[str, ...]) -> tuple[pa.Array, Counter[str]]:
    """Mask the kinds in ``names`` and count the masks set, by kind.

    Marks that the author wrote count as text: only what was added is counted.
    """
    counts: Counter[str] = Counter()
    suspects = np.flatnonzero(np.asarray(pc.match_substring_regex(words, _PREFILTER).fill_null(False)))
    if not len(suspects) or not names:
        return words, counts
    masked = words.take(pa.array(suspects))
    for pattern in PATTERNS:
        if pattern.name in names:
            before = _occurrences(masked, token(pattern.name))
            masked = pc.replace_substring_regex(masked, pattern.pattern, token(pattern.name))
            counts[pattern.name] += _occurrences(masked, token(pattern.name)) - before
    chosen = np.zeros(len(words), bool)
    chosen[suspects] = True
    return pc.replace_with_mask(words, pa.array(chosen), masked), counts


def _occurrences(words: pa.Array, mark: str) -> int:
    return int(pc.sum(pc.count_substring(words, mark)).as_py() or 0)
