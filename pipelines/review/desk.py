"""What the pages work on. Everything is handed in: they open no file and ask no registry themselves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from pipelines.review.candidates import Candidate
from pipelines.review.decisions import Decided
from pipelines.review.sample import Sample
from pipelines.review.shown import Shown
from pipelines.review.waiting import Place, Waiting

Doing = Literal["viewed", "looked", "refused", "proposed", "released", "dropped"]
Saw = Literal["viewed", "looked", "minor", "none"]
"""Of a picture of a sample: its page is about to be shown, or itself to be sent; what it shows."""


class Queue(NamedTuple):
    """What waits, and what was decided."""

    items: Sequence[Waiting]
    """Undecided, worst first, copies of one picture side by side."""
    now: Decided


class Drawn(NamedTuple):
    """A picture of a sample, as it may be found in the source."""

    sample: Sample
    number: int
    """Its place in the sample, from 0."""
    candidates: Sequence[Candidate]
    """At least one; several, where nothing tells which of them was released."""
    medium: int
    """Place in its record of the candidate that is looked at."""

    @property
    def looked_at(self) -> Candidate:
        """That candidate."""
        return next(one for one in self.candidates if one.place.medium == self.medium)

    @property
    def minor(self) -> bool | None:
        """Whether somebody saw a minor on it; None: nobody has checked it."""
        return self.sample.seen.get(self.number, {}).get(self.medium)


@dataclass(frozen=True)
class Desk:
    """What there is to decide, how it is looked up, and how a decision is written down."""

    queue: Callable[[], Queue]
    record: Callable[[Doing, Waiting, str], None]
    """What an actor did, on disk when it returns. Refused: it does not fit what others did meanwhile."""
    sample: Callable[[], Sample | None]
    """The sample of this version that was drawn last; None: none was."""
    candidates: Callable[[Sample, int], Sequence[Candidate]]
    """BadInput: the source is not what the version saw."""
    check: Callable[[Drawn, Saw, str], None]
    """What an actor is about to see, or saw, on disk when it returns."""
    shown: Callable[[Place], Shown]
    """BadInput: the source is not what the version saw."""
    picture: Callable[[str], bytes | str]
    """From a uri to the content of a file, or why there is none: a key of pipelines.review.image.REASONS."""
    about: Callable[[str], tuple[str, str]]
    """From a rule's id to its level and its kind; two empty texts: no such rule is installed."""
    actor_of_token: Callable[[str], str]
    """Refused: it is nobody's, or was revoked."""
    now: Callable[[], datetime]
