"""What the events of the log come to: what was decided, and what may be decided next. No clock, no file."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import pyarrow as pa

from pipelines.review.waiting import Waiting
from schemas.errors import BadInput, Refused
from schemas.review_log import ReviewEntry, ReviewEvent, What
from schemas.reviews import REVIEWS, Decision

Pair = tuple[str, str]
"""Keyed digests of a picture and of what is written about it."""


@dataclass(frozen=True)
class Release:
    """A release: by two people, who saw these rules."""

    event: ReviewEvent
    """The confirmation."""
    proposed_by: str
    rules: frozenset[str]
    """What both were shown. Rules of an earlier release do not add to them: nobody saw all together."""


@dataclass(frozen=True)
class Decided:
    """What holds after some events."""

    refused: dict[str, ReviewEvent] = field(default_factory=dict)
    """By picture, the first refusal: it beats every release, before or after."""
    released: dict[Pair, Release] = field(default_factory=dict)
    """The latest release of each pair, also of pictures that are refused; none of undigested bytes."""
    proposed: dict[Pair, ReviewEvent] = field(default_factory=dict)
    """Releases that wait for a second person."""


@dataclass(frozen=True)
class Standing:
    """How a waiting picture stands, and the event that says so; None: nothing was decided."""

    state: Literal["open", "proposed", "refused", "released"]
    event: ReviewEvent | None = None
    """Its ``actor`` proposed, refused or confirmed; its ``rules`` are those that this person saw."""


def decided(events: Iterable[ReviewEvent]) -> Decided:
    """What events come to.

    A release of a picture whose bytes nobody digested comes to nothing: its name is its record's, and
    nothing tells whether the picture there is the one that was seen.

    Raises:
        BadInput: a release that nobody else proposed, for the same rules.
    """
    now = Decided()
    for event in events:
        pair = (event.picture or "", event.words or "")
        match event.what:
            case "refused":
                now.refused.setdefault(pair[0], event)
            case "proposed":
                now.proposed[pair] = event
            case "dropped":
                now.proposed.pop(pair, None)
            case "released":
                proposal = now.proposed.pop(pair, None)
                if proposal is None or proposal.actor == event.actor or proposal.rules != event.rules:
                    raise _released_by_one(event)
                if event.copies:
                    now.released[pair] = Release(event, proposal.actor, frozenset(event.rules or ()))
            case _:
                pass
    return now


def reviews_of(events: Iterable[ReviewEvent]) -> pa.Table:
    """The decisions of persons as a REVIEWS table: equal for equal decisions, whatever their order.

    Of several releases of a picture with the same words the latest is the decision.

    Raises:
        BadInput: as :func:`decided`.
    """
    now = decided(events)
    rows: list[dict[str, Any]] = [
        {"picture": int(picture, 16), "copies": event.copies, "decision": Decision.REFUSED, "words": None,
         "rules": None} for picture, event in now.refused.items()
    ]  # fmt: skip
    rows += [
        {"picture": int(picture, 16), "copies": release.event.copies, "decision": Decision.RELEASED,
         "words": bytes.fromhex(words), "rules": sorted(release.rules)}
        for (picture, words), release in now.released.items() if picture not in now.refused
    ]  # fmt: skip
    rows.sort(key=lambda row: (row["picture"], row["copies"], row["decision"], row["words"] or b""))
    return pa.Table.from_pylist(rows, schema=REVIEWS)


def standing(now: Decided, item: Waiting) -> Standing:
    """How a waiting picture stands.

    A release counts where every rule that fires was seen, a proposal where exactly these were.
    """
    pair = (item.picture, item.words)
    if (refusal := now.refused.get(item.picture)) is not None:
        return Standing("refused", refusal)
    release = now.released.get(pair)
    if release is not None and release.rules.issuperset(item.rules):
        return Standing("released", release.event)
    proposal = now.proposed.get(pair)
    if proposal is not None and proposal.rules == item.rules:
        return Standing("proposed", proposal)
    return Standing("open")


def view(item: Waiting, actor: str, at: datetime) -> ReviewEntry:
    """Its page is about to be shown to somebody."""
    return _entry("viewed", item, actor, at)


def look(item: Waiting, actor: str, at: datetime) -> ReviewEntry:
    """The picture itself is about to be sent to somebody who asked for it."""
    return _entry("looked", item, actor, at)


def refuse(now: Decided, item: Waiting, actor: str, at: datetime) -> tuple[ReviewEntry, ...]:
    """The picture is not used, in any copy, whatever is written about it. Refused before: nothing more."""
    return () if item.picture in now.refused else (_entry("refused", item, actor, at),)


def propose_release(now: Decided, item: Waiting, actor: str, at: datetime) -> ReviewEntry:
    """The first of two people who release a picture with these words.

    Raises:
        Refused: its bytes were not digested; or it was decided, or proposed by somebody, meanwhile.
    """
    stands = _releasable(now, item)
    if stands.event is not None:
        raise Refused(
            "release",
            expected="a picture whose release nobody proposed",
            found=f"one that {stands.event.actor} proposed to release",
            remedy="another person confirms it, or it is refused",
        )
    return _entry("proposed", item, actor, at)


def confirm_release(now: Decided, item: Waiting, actor: str, at: datetime) -> ReviewEntry:
    """The second of two people who release a picture with these words.

    Raises:
        Refused: its bytes were not digested; nobody proposed it for the rules that fire now, or this very
            actor did; or it was decided.
    """
    stands = _releasable(now, item)
    if stands.event is None:
        raise Refused(
            "release",
            expected="a proposal by another person who saw the same rules",
            found="none",
            remedy="propose the release; another person confirms it",
        )
    if stands.event.actor == actor:
        raise Refused(
            "release",
            expected="two people",
            found=f"{actor} twice",
            remedy="another person confirms it, with a token of their own",
        )
    return _entry("released", item, actor, at)


def drop(now: Decided, item: Waiting, actor: str, at: datetime) -> ReviewEntry:
    """Take a proposal back; anybody may.

    Raises:
        Refused: there is none.
    """
    if (item.picture, item.words) not in now.proposed:
        raise Refused(
            "proposal", expected="one that stands", found="none", remedy="look at the picture's state again"
        )
    return _entry("dropped", item, actor, at)


def _releasable(now: Decided, item: Waiting) -> Standing:
    """How a picture stands that may be released: digested, and nothing final was decided (Refused)."""
    if not item.copies:
        raise Refused(
            "release",
            expected="a picture whose bytes were digested",
            found="one of which nobody can tell whether it is the one that was seen",
            remedy="ingest with media_root, and review the next version; or refuse it",
        )
    stands = standing(now, item)
    if stands.event is not None and stands.state in {"refused", "released"}:
        raise Refused(
            "release",
            expected="a picture that waits",
            found=f"one that was {stands.state} by {stands.event.actor}",
            remedy="go on with the next one: a refusal is not undone, and a release stands",
        )
    return stands


def _entry(what: What, item: Waiting, actor: str, at: datetime) -> ReviewEntry:
    return ReviewEntry(
        at=at,
        actor=actor,
        what=what,
        version=item.version,
        picture=item.picture,
        copies=item.copies,
        words=item.words,
        rules=item.rules,
        first_queued=item.since,
    )


def _released_by_one(event: ReviewEvent) -> BadInput:
    return BadInput(
        f"line {event.number} of the log of reviews",
        expected="a release that another person proposed, for the same rules",
        found="one that nobody else proposed",
        remedy="restore the log from a backup: optout writes no such line",
    )
