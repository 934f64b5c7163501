"""Masks in released text: what names or reaches a person is replaced, and counted."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.rules.characters import WORD, holds


@dataclass(frozen=True)
class MaskPattern:
    """What is masked: RE2, whole match replaced. It cannot do without a digit, or without an @."""

    name: str
    pattern: str

    @property
    def needs_at(self) -> bool:
        """Whether it is an @ that it cannot do without."""
        return "@" in self.pattern


_OPENING = "⟦"
_SEPARATOR = r"[ \x{a0}().\-/]"
PATTERNS: tuple[MaskPattern, ...] = (
    MaskPattern("email", rf"[{WORD}._%+\-]+@[{WORD}\-]+(?:\.[{WORD}\-]+)+"),
    # International bank account numbers: ISO 13616, 15 to 34 characters, often in groups of four.
    MaskPattern("number", r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"),
    # With country code (E.164: up to 15 digits), or national with a leading zero, or in US groups.
    MaskPattern("phone", rf"(?:\+|\b00){_SEPARATOR}?[1-9](?:{_SEPARATOR}{{0,2}}\d){{6,14}}"),
    MaskPattern("phone", rf"\(?\b0(?:{_SEPARATOR}{{0,2}}\d){{8,11}}\b"),
    MaskPattern("phone", r"\(?\b\d{3}\)?[ .\-]\d{3}[ .\-]\d{4}\b"),
    MaskPattern("number", r"\d{7,}|\d(?:[ \-]?\d){8,}"),
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
    at, digit = holds(words, "@", "@"), holds(words, "0", "9")
    chosen = [pattern for pattern in PATTERNS if pattern.name in names]
    if not chosen or not (at | digit).any():
        return words, counts
    # A pattern sees only the texts that hold what it cannot do without; some texts hold both.
    places = [np.flatnonzero(part) for part in (at & ~digit, at & digit, digit & ~at)]
    parts = [words.take(pa.array(place)) for place in places]
    written = pa.concat_arrays(parts)
    for pattern in chosen:
        seen = slice(0, 2) if pattern.needs_at else slice(1, 3)
        parts[seen] = _replaced(parts[seen], pattern)
    masked = pa.concat_arrays(parts)
    had_marks = _occurrences(written, _OPENING) > 0
    for name in names:
        counts[name] = _occurrences(masked, token(name))
        counts[name] -= _occurrences(written, token(name)) if had_marks else 0
    order = np.argsort(np.concatenate(places))
    return pc.replace_with_mask(words, pa.array(at | digit), masked.take(pa.array(order))), counts


def _replaced(parts: list[pa.Array], pattern: MaskPattern) -> list[pa.Array]:
    masked = pc.replace_substring_regex(pa.concat_arrays(parts), pattern.pattern, token(pattern.name))
    size = len(parts[0])
    return [masked.slice(0, size), masked.slice(size)]


def _occurrences(words: pa.Array, mark: str) -> int:
    return int(pc.sum(pc.count_substring(words, mark)).as_py() or 0)
