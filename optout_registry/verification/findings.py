"""What a check of the registry reports."""

from collections import Counter
from dataclasses import dataclass, field

from schemas.model import Model

_LISTED = 100
"""Findings of one kind that are listed: in a log that was written anew each event would be one."""


class LogFinding(Model):
    """Something that is not as the log says, or as its signatures say."""

    what: str
    """Kind of finding."""
    number: int | None
    """Of the event, or the size of a checkpoint; null: of no event."""
    expected: str
    found: str


class LogReport(Model):
    """What was checked, and what was found wanting."""

    ok: bool
    events: int
    erased: int
    """Events whose content was erased: their leaves still stand in the tree."""
    checkpoints: int
    root: str | None
    """Of the tree over all events, computed from them; null: the tree is broken."""
    findings: tuple[LogFinding, ...]
    unlisted: int
    """Further findings of the kinds above."""


@dataclass
class Findings:
    """Findings as they come up."""

    listed: list[LogFinding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, what: str, number: int | None, expected: str, found: str) -> None:
        """Take one in; ``number`` as in :class:`LogFinding`."""
        self.counts[what] += 1
        if self.counts[what] <= _LISTED:
            self.listed.append(LogFinding(what=what, number=number, expected=expected, found=found))
