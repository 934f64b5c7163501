"""Where patterns are found: all of a pack, in all texts, a word further at each step."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pipelines.rules.automaton import Automaton, Numbers
from pipelines.rules.lexicon import Lexicon
from pipelines.rules.lines import NOBODY, Lines, lines_of
from pipelines.rules.words import Words, ranges_of

_AT_ONCE = 1 << 15
"""Words of texts at which matching begins in one go: what bounds its memory."""


@dataclass(frozen=True)
class Spans:
    """Runs of words that patterns fit, an entry each."""

    first: Numbers
    """The number of its first word among the words of all lines."""
    behind: Numbers
    """The number of the word behind its last."""
    rules: Numbers
    """Of which rules, as bits."""
    order: Numbers
    """The first pattern of the pack that fits, by its number."""

    def of(self, chosen: npt.NDArray[np.bool_] | Numbers) -> "Spans":
        """Some of them."""
        return Spans(self.first[chosen], self.behind[chosen], self.rules[chosen], self.order[chosen])


def word_hits(lexicon: Lexicon, words: Words, texts: Numbers, years: Numbers) -> list[npt.NDArray[np.bool_]]:
    """Where each word rule of a pack matches, of some of the texts in ``words``.

    Args:
        lexicon: the pack.
        words: texts as words.
        texts: indices of those that the pack reads.
        years: of each of them the year in which its picture was taken or shown; 0: not known.
    """
    rules = np.zeros(len(texts), np.int64)
    for lines, seen in sightings(lexicon, lines_of(lexicon, words, texts, years)):
        np.bitwise_or.at(rules, lines.text[lines.of(seen.first)], seen.rules)
    return [(rules >> number & 1).astype(bool) for number in range(len(lexicon.pack.words))]


def reached(automaton: Automaton, lines: Lines, first: Numbers) -> Iterator[tuple[Numbers, Numbers]]:
    """The states that texts are in, one word further at each step, and the word with which each began.

    No pair comes twice in a step, so that there are at most as many as words and states. Nothing leads round
    in an automaton: there are as many steps as the longest pattern has words.
    """
    letter = lines.letter[first]
    each = lines.each[letter]
    begun, state = np.repeat(first, each), lines.begun[ranges_of(lines.first[letter], each)]
    fits, columns, size = lines.fits.ravel(), lines.fits.shape[1], len(automaton.place)
    further = 0
    while len(begun):
        yield begun, state
        further += 1
        each = automaton.each[state]
        begun, state = np.repeat(begun, each), automaton.following[ranges_of(automaton.first[state], each)]
        fitting = fits[lines.letter[begun + further] * columns + automaton.place[state]]
        begun, state = np.divmod(np.unique(begun[fitting] * size + state[fitting]), size)


def spans(automaton: Automaton, lines: Lines) -> Spans:
    """Every run of words of a line that a pattern fits."""
    starts = np.flatnonzero(lines.each[lines.letter])
    none = np.zeros(0, np.int64)
    found = [(none, none, none, none)]
    for some in range(0, len(starts), _AT_ONCE):
        for further, (first, state) in enumerate(
            reached(automaton, lines, starts[some : some + _AT_ONCE]), 1
        ):
            ends = np.flatnonzero(automaton.rules[state])
            if len(ends):
                begun, last = first[ends], state[ends]
                found.append((begun, begun + further, automaton.rules[last], automaton.order[last]))
    return Spans(*map(np.concatenate, zip(*found, strict=True)))


def sightings(lexicon: Lexicon, lines: Lines) -> Iterator[tuple[Lines, Spans]]:
    """What rules see of lines, and the lines as they were when they saw it.

    What a consuming rule has found becomes one word that nobody asks for, and later rules read what is then
    left of the line. What a text is about is looked for once, in all of it.
    """
    found = spans(lexicon.automaton, lines)
    read, contexts = _readers(lexicon, lines, found), lexicon.contexts
    while len(lines):
        line = lines.of(found.first)
        found = replace(found, rules=found.rules & read[line])
        rules = np.zeros(len(lines), np.int64)
        np.bitwise_or.at(rules, line, found.rules)
        # Of the rules that take something out the first to read: its bit is the lowest.
        taking = rules & lexicon.consuming & -(rules & lexicon.consuming)
        until = np.where(taking, taking << 1, 0) - 1
        found = replace(found, rules=found.rules & (until[line] | contexts))
        yield lines, found.of(found.rules != 0)
        taken = apart(found.of(found.rules & taking[line] != 0))
        lines = _without(lines, taken, taking != 0)
        read = read[taking != 0] & ~until[taking != 0] & ~contexts
        found = spans(lexicon.automaton, lines)


def _readers(lexicon: Lexicon, lines: Lines, found: Spans) -> Numbers:
    """Of each line the rules that read it, as bits: those that ask for no context, or for what is there."""
    there = np.zeros(len(lines), np.int64)
    np.bitwise_or.at(there, lines.of(found.first), found.rules)
    read = np.full(len(lines), -1)
    for rule, where, unless in lexicon.conditions:
        asked_for = (there & where != 0) if where else True
        read[~(asked_for & (there & unless == 0))] &= ~rule
    return read


def apart(found: Spans) -> Spans:
    """Those that do not overlap: the first to begin, then the first that begins behind it, and so on.

    Of those that begin together the one whose pattern the pack has first, and of these the longest.
    """
    found = found.of(np.lexsort((-found.behind, found.order, found.first)))
    chosen, end = [], 0
    for place, (first, behind) in enumerate(zip(found.first.tolist(), found.behind.tolist(), strict=True)):
        if first >= end:
            chosen.append(place)
            end = behind
    return found.of(np.array(chosen, np.int64))


def _without(lines: Lines, taken: Spans, kept: npt.NDArray[np.bool_]) -> Lines:
    """Some of the lines, each of these spans one word of nobody's."""
    letter = lines.letter.copy()
    letter[taken.first] = NOBODY
    there = np.repeat(kept, np.diff(lines.starts))
    there[ranges_of(taken.first + 1, taken.behind - taken.first - 1)] = False
    counted = np.concatenate([[0], np.cumsum(there)])
    starts = np.concatenate([counted[lines.starts[:-1][kept]], counted[-1:]])
    return replace(
        lines, letter=letter[there], starts=starts, written=lines.written[there], text=lines.text[kept]
    )
