"""A sample of kept pictures that persons check: what was drawn, what was seen, and what that comes to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Literal

from pipelines.review.bound import upper_bound
from pipelines.review.candidates import Candidate
from pipelines.review.decisions import Decided
from schemas.errors import BadInput
from schemas.review_log import Check, Draw, ReviewEntry, ReviewEvent


@dataclass(frozen=True)
class Sample:
    """A drawn sample and what was seen of it so far."""

    event: ReviewEvent
    """That drew it."""
    draw: Draw
    seen: dict[int, dict[int, bool]]
    """By pick, by place of the picture in its record: whether it shows a minor, by anybody who checked it."""
    checked: frozenset[int]
    """Picks of which every picture was looked at that it may be, or one shows a minor."""
    minors: int
    """Picks that show one."""

    @property
    def is_complete(self) -> bool:
        """Whether every pick was checked: only then it has a result."""
        return len(self.checked) == self.draw.kept

    @property
    def at_most(self) -> float:
        """The share of the released pictures that show a minor, exceeded with probability 5 % at most."""
        return upper_bound(self.minors, len(self.checked))

    def __str__(self) -> str:
        """Where it stands, in a sentence; the share is rounded up."""
        minors = f"{self.minors} minor{'' if self.minors == 1 else 's'}"
        share = f"{ceil(self.at_most * 1000 - 1e-9) / 10:.1f}"
        if self.is_complete:
            return f"checked all {self.draw.kept}, {minors}: at most {share} % of the kept pictures (95 %)"
        return (
            f"checked {len(self.checked)} of {self.draw.kept}, {minors}: so far at most {share} % of the kept"
            " pictures (95 %)"
        )


def samples_of(events: Iterable[ReviewEvent], content: str) -> tuple[Sample, ...]:
    """The samples of the version with this content digest, in the order in which they were drawn."""
    events = tuple(events)
    return tuple(
        _sample(event, event.draw, events)
        for event in events
        if event.draw is not None and event.draw.content == content
    )


def enter_draw(
    samples: Sequence[Sample], draw: Draw, version: int, actor: str, at: datetime
) -> tuple[ReviewEntry, ...]:
    """The entry of a sample; none if it was drawn before.

    Raises:
        BadInput: it was drawn before, and came to other pictures.
    """
    before = [one.draw for one in samples if (one.draw.seed, one.draw.kept) == (draw.seed, draw.kept)]
    if any(one != draw for one in before):
        raise BadInput(
            "sample",
            expected="the same pictures for the same version, number and seed",
            found="others than the log of reviews says",
            remedy="draw another sample with --seed, and keep the log for whoever asks why",
        )
    return () if before else (ReviewEntry(at=at, actor=actor, what="drawn", version=version, draw=draw),)


def view_pick(
    sample: Sample, candidate: Candidate, what: Literal["viewed", "looked"], actor: str, at: datetime
) -> ReviewEntry:
    """A picture of a sample: its page is about to be shown to somebody, or itself to be sent."""
    return ReviewEntry(
        at=at,
        actor=actor,
        what=what,
        version=sample.event.version,
        picture=candidate.picture,
        copies=candidate.copies,
    )


def check_pick(
    now: Decided,
    sample: Sample,
    pick: int,
    candidates: Sequence[Candidate],
    medium: int,
    *,
    minor: bool,
    actor: str,
    at: datetime,
) -> tuple[ReviewEntry, ...]:
    """What somebody saw on the candidate at ``medium``; one that shows a minor is refused, too.

    A minor whom anybody saw counts, whatever others say.
    """
    (looked_at,) = (one for one in candidates if one.place.medium == medium)
    version = sample.event.version
    check = Check(draw=sample.event.number, pick=pick, medium=medium, candidates=len(candidates), minor=minor)
    checked = ReviewEntry(at=at, actor=actor, what="checked", version=version, check=check)
    if not minor or looked_at.picture in now.refused:
        return (checked,)
    refused = ReviewEntry(
        at=at,
        actor=actor,
        what="refused",
        version=version,
        picture=looked_at.picture,
        copies=looked_at.copies,
    )
    return (checked, refused)


def _sample(drawn: ReviewEvent, draw: Draw, events: Sequence[ReviewEvent]) -> Sample:
    seen: dict[int, dict[int, bool]] = {}
    of: dict[int, int] = {}
    for check in (event.check for event in events if event.check is not None):
        if check.draw == drawn.number and check.pick < draw.kept:
            of[check.pick] = max(check.candidates, of.get(check.pick, 0))
            pictures = seen.setdefault(check.pick, {})
            pictures[check.medium] = check.minor or pictures.get(check.medium, False)
    minors = {pick for pick, pictures in seen.items() if any(pictures.values())}
    whole = {pick for pick, pictures in seen.items() if len(pictures) == of[pick]}
    return Sample(drawn, draw, seen, frozenset(minors | whole), len(minors))
