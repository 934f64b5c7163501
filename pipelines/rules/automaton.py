"""The patterns of a pack as one automaton over words: which word may follow which.

A state stands for one place of a pattern (Glushkov's position automaton): a text is in it where the word that
it has just read fits that place. Patterns that begin alike share their states.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.rules.patterns import GAP, Element, Patterns, Place

Numbers = npt.NDArray[np.int64]
IN_GAP = 0
"""The number of the place that every word fits that ``~`` lets stand between."""
NO_PATTERN = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Automaton:
    """States, by their numbers. There are as many ``place`` as ``rules``, ``order``, ``first``, ``each``."""

    places: int
    """How many different places there are, IN_GAP included."""
    begins: Numbers
    """States of words with which a pattern begins: one for each different place."""
    place: Numbers
    """The number of the place that a word has to fit."""
    rules: Numbers
    """Rules of which a pattern ends in the state, as bits."""
    order: Numbers
    """The first pattern of the pack that ends in it, by its number; NO_PATTERN: none does."""
    first: Numbers
    """Where its followers begin in ``following``."""
    each: Numbers
    """How many followers it has."""
    following: Numbers
    """States of the word that comes next."""


@dataclass
class _States:
    """States while they are made. Number 0 is before the first word of a pattern."""

    number: dict[tuple[int, frozenset[int]], int]
    """Of a place and the states that may come before it."""
    rules: list[int]
    order: list[int]
    patterns: int = 0

    def state(self, place: int, before: frozenset[int]) -> int:
        found = self.number.setdefault((place, before), len(self.rules))
        if found == len(self.rules):
            self.rules.append(0)
            self.order.append(NO_PATTERN)
        return found

    def add(self, pattern: Sequence[Element], numbers: Mapping[Place, int], rule: int) -> None:
        before = frozenset({0})
        for element in pattern:
            ends = set(before) if element.is_optional or element.is_gap else set()
            within = [[IN_GAP] * size for size in range(1, GAP + 1)] if element.is_gap else []
            for places in within or [[numbers[one] for one in each] for each in element.sequences]:
                last = before
                for place in places:
                    last = frozenset({self.state(place, last)})
                ends |= last
            before = frozenset(ends)
        for state in before:
            self.rules[state] |= 1 << rule
            self.order[state] = min(self.order[state], self.patterns)
        self.patterns += 1


def automaton_of(rules: Iterable[Patterns], numbers: Mapping[Place, int]) -> Automaton:
    """The automaton of the patterns of each rule; ``numbers`` of all their places: from IN_GAP + 1 on."""
    states = _States({}, [0], [NO_PATTERN])
    for rule, patterns in enumerate(rules):
        for pattern in patterns:
            states.add(pattern, numbers, rule)
    follows: list[list[int]] = [[] for _ in states.rules]
    for (_, before), state in states.number.items():
        for one in before:
            follows[one].append(state)
    # Nothing leads back to before the first word: its followers are where a text is entered.
    begins, follows[0] = follows[0], []
    each = np.array([len(some) for some in follows], np.int64)
    return Automaton(
        places=len(numbers) + 1,
        begins=np.array(begins, np.int64),
        place=np.array([IN_GAP, *(place for place, _ in states.number)], np.int64),
        rules=np.array(states.rules, np.int64),
        order=np.array(states.order, np.int64),
        first=np.cumsum(each) - each,
        each=each,
        following=np.array([state for some in follows for state in some], np.int64),
    )
