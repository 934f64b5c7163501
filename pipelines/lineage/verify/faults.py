"""What a check finds wanting: faults, capped by kind so that one cause cannot drown the others."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas.model import Model
from schemas.outcomes import REASON_OF_CODE, Reason

CAP = 100
"""Faults listed of each kind; the rest is counted."""


class Fault(Model):
    """One thing found wanting: which object, by which law, what it should be and what it is."""

    object: str
    law: int
    expected: str
    found: str


class Report(Model):
    """The answer of ``optout verify``."""

    ok: bool
    checked: dict[str, int]
    """What was looked at: objects, splits, rows, and so on."""
    findings: tuple[Fault, ...]


@dataclass
class Faults:
    """Collects faults; those beyond the cap of their kind are counted."""

    listed: dict[tuple[int, str], list[Fault]] = field(default_factory=lambda: defaultdict(list))
    unlisted: Counter[tuple[int, str]] = field(default_factory=Counter)

    def add(self, kind: str, name: str, law: int, *, expected: str, found: str) -> None:
        """Note a fault of ``kind``; ``name`` says which object, split or row."""
        listed = self.listed[law, kind]
        if len(listed) < CAP:
            listed.append(Fault(object=name, law=law, expected=expected, found=found))
        else:
            self.unlisted[law, kind] += 1

    def add_rest(self, kind: str, law: int, found: Sequence[tuple[Any, ...]]) -> None:
        """Count what a query left out; the last column of each of its rows is the number it found."""
        if found:
            self.unlisted[law, kind] += found[0][-1] - len(found)

    def absorb(self, other: "Faults") -> None:
        """Take over everything another collection holds."""
        for (law, kind), listed in other.listed.items():
            for fault in listed:
                self.add(kind, fault.object, law, expected=fault.expected, found=fault.found)
        self.unlisted.update(other.unlisted)

    def all(self) -> tuple[Fault, ...]:
        """Every fault listed, each kind followed by a line that counts the rest of it."""
        result: list[Fault] = []
        for (law, kind), listed in self.listed.items():
            result += listed
            rest = self.unlisted[law, kind]
            if rest:
                result.append(Fault(object=f"{rest} more: {kind}", law=law, expected="none", found=str(rest)))
        return tuple(result)


def describe(code: int, bits: int) -> str:
    """A verdict in words: outcome, primary reason, the other reasons."""
    primary = REASON_OF_CODE.get(code)
    if primary is None:
        return f"a reason code {code} that nobody knows"
    if primary is Reason.KEPT:
        return primary.label if not bits else f"{primary.label}, with reasons {_labels(bits)}"
    rest = _labels(bits & ~primary.bit)
    label = f"{primary.outcome}: {primary.label}"
    return f"{label}, {rest}" if rest else label


def _labels(bits: int) -> str:
    return ", ".join(reason.label for reason in Reason if reason.bit & bits)
