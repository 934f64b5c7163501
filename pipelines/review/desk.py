"""What the pages work on. Everything is handed in: they open no file and ask no registry themselves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from pipelines.review.decisions import Decided
from pipelines.review.shown import Shown
from pipelines.review.waiting import Place, Waiting

Doing = Literal["viewed", "refused", "proposed", "released", "dropped"]


class Queue(NamedTuple):
    """What waits, and what was decided."""

    items: Sequence[Waiting]
    """Undecided, worst first, copies of one picture side by side."""
    now: Decided


@dataclass(frozen=True)
class Pick:
    """A kept picture that was drawn to be checked by a person."""

    number: int
    """In the sample, from 0."""
    place: Place
    minor: bool | None
    """Whether it shows a minor; null: nobody has checked it."""


class Sample(NamedTuple):
    """The sample that is being checked."""

    picks: Sequence[Pick]
    """In the order in which they were drawn; empty: there is no sample."""
    result: str
    """Where it stands, in a sentence."""


@dataclass(frozen=True)
class Desk:
    """What there is to decide, how it is looked up, and how a decision is written down."""

    queue: Callable[[], Queue]
    record: Callable[[Doing, Waiting, str], None]
    """What an actor did, on disk when it returns. Refused: it does not fit what others did meanwhile."""
    sample: Callable[[], Sample]
    check: Callable[[Pick, bool | None, str], None]
    """An actor saw a minor, or none, on disk when it returns; None: it is about to be shown to them."""
    shown: Callable[[Place], Shown]
    """BadInput: the source is not what the version saw."""
    picture: Callable[[str], bytes | str]
    """From a uri to the content of a file, or why there is none: a key of pipelines.review.image.REASONS."""
    about: Callable[[str], tuple[str, str]]
    """From a rule's id to its level and its kind; two empty texts: no such rule is installed."""
    actor_of_token: Callable[[str], str]
    """Refused: it is nobody's, or was revoked."""
    now: Callable[[], datetime]
