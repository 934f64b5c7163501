"""How the patterns of a pack are written, and what they ask of each word.

turn* {1-17}            a word that begins so, then a number from 1 to 17, in digits or in words
{1-17} year|years old?  one of several words; a word that may be missing
my ~ {child}            up to three words between, within a sentence; a word of the list `child`
born in? {birth-year}   a year in which somebody was born who is a minor in the picture
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

GAP: Final = 3
"""Words that ``~`` lets stand between."""
_RANGE = re.compile(r"(\d+)-(\d+)(\.?)")
_PART = re.compile(r"\{[^{}]*\}|[^|{}]+|\|")


@dataclass(frozen=True, order=True)
class Literal:
    """One word, in the one spelling. ``*`` at either end stands for any letters, at least one."""

    word: str

    @property
    def is_wild(self) -> bool:
        """Whether it stands for more than one word."""
        return "*" in self.word


class Wild:
    """Words with ``*``: where words fit, by what they begin with, end with or hold."""

    def __init__(self, masks: Mapping[Literal, int]) -> None:
        self._begin: dict[str, int] = {}
        self._end: dict[str, int] = {}
        self._within: dict[str, int] = {}
        for literal, mask in masks.items():
            core = literal.word.strip("*")
            open_before, open_after = literal.word.startswith("*"), literal.word.endswith("*")
            held = self._within if open_before and open_after else self._end if open_before else self._begin
            held[core] = held.get(core, 0) | mask
        self._begin_sizes, self._end_sizes = sorted({*map(len, self._begin)}), sorted({*map(len, self._end)})

    def fits(self, word: str) -> int:
        """Where a word fits; ``*`` stands for at least one letter."""
        mask = 0
        longest = len(word) - 1
        for size in self._begin_sizes:
            if size > longest:
                break
            mask |= self._begin.get(word[:size], 0)
        for size in self._end_sizes:
            if size > longest:
                break
            mask |= self._end.get(word[-size:], 0)
        for core, fitting in self._within.items():
            if core in word[1:-1]:
                mask |= fitting
        return mask


@dataclass(frozen=True, order=True)
class Number:
    """A number from ``low`` to ``high``: in digits or in words, or (ordinal) an ordinal word."""

    low: int
    high: int
    is_ordinal: bool = False


@dataclass(frozen=True, order=True)
class BirthYear:
    """Four digits: the year of birth of somebody who is a minor when the picture is taken."""


Atom = Literal | Number | BirthYear
Place = frozenset[Atom]
"""What one place of a pattern asks for: any of these."""
Sequence_ = tuple[Place, ...]


@dataclass(frozen=True)
class Element:
    """One place of a pattern: any of several sequences of words. A gap has none."""

    sequences: tuple[Sequence_, ...]
    is_optional: bool = False

    @property
    def is_gap(self) -> bool:
        """Whether it is ``~``."""
        return not self.sequences


Patterns = tuple[tuple[Element, ...], ...]


@dataclass(frozen=True)
class Notation:
    """What patterns may refer to."""

    lists: Mapping[str, Sequence[str]]
    spelling: Mapping[str, str]
    """Of each word as patterns and lists write it: the one spelling, perhaps several words."""
    _elements: dict[str, Element] = field(default_factory=dict)
    _listed: dict[str, list[Sequence_]] = field(default_factory=dict)
    _entries: dict[str, Sequence_] = field(default_factory=dict)

    def pattern(self, written: str) -> tuple[Element, ...]:
        """The elements of a pattern; ValueError says what is wrong with it."""
        elements = tuple(self._known(part) for part in written.split())
        required = [element for element in elements if not (element.is_optional or element.is_gap)]
        if not required or elements[0].is_gap or elements[-1].is_gap:
            msg = f"{written!r}: it asks for no word, or begins or ends with ~"
            raise ValueError(msg)
        return elements

    def _known(self, written: str) -> Element:
        if written not in self._elements:
            self._elements[written] = self._element(written)
        return self._elements[written]

    def _element(self, written: str) -> Element:
        core = written.removesuffix("?")
        if core == "~":
            return Element(())
        parts = _PART.findall(core)
        if "".join(parts) != core or set(parts[1::2]) - {"|"} or len(parts) % 2 == 0:
            msg = f"{written!r}: words and {{lists}} stand between |"
            raise ValueError(msg)
        found = [sequence for part in parts[::2] for sequence in self._sequences(part)]
        single = frozenset().union(*(sequence[0] for sequence in found if len(sequence) == 1))
        several = tuple(dict.fromkeys(sequence for sequence in found if len(sequence) > 1))
        return Element(((single,), *several) if single else several, is_optional=core != written)

    def _sequences(self, part: str) -> list[Sequence_]:
        if not part.startswith("{"):
            return [self._words(part)]
        name = part[1:-1]
        if name == "birth-year":
            return [(frozenset({BirthYear()}),)]
        if found := _RANGE.fullmatch(name):
            return [(frozenset({Number(int(found[1]), int(found[2]), found[3] == ".")}),)]
        if name not in self.lists:
            msg = f"{part}: no list of that name"
            raise ValueError(msg)
        if name not in self._listed:
            self._listed[name] = [self._words(entry) for entry in self.lists[name]]
        return self._listed[name]

    def _words(self, entry: str) -> Sequence_:
        if entry not in self._entries:
            self._entries[entry] = tuple(
                frozenset({Literal(word)}) for written in entry.split() for word in self._spelled(written)
            )
        return self._entries[entry]

    def _spelled(self, written: str) -> list[str]:
        core = written.strip("*")
        words = self.spelling[core].split()
        if not words or "*" in core or (core != written and len(words) > 1):
            msg = f"{written!r}: no word, or * elsewhere than before or after letters"
            raise ValueError(msg)
        return words if core == written else [written.replace(core, words[0])]


def literals(patterns: Iterable[str], lists: Mapping[str, Sequence[str]]) -> list[str]:
    """Every word of patterns and lists as written there: what Notation wants the spelling of."""
    found = {
        part
        for pattern in patterns
        for item in pattern.split()
        for part in _PART.findall(item.removesuffix("?"))
    }
    found |= {word for entries in lists.values() for entry in entries for word in entry.split()}
    return sorted({word.strip("*") for word in found if not word.startswith("{")})
