"""The check of what withdrawn objections keep out: as the withdrawal says, until an event releases it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from optout_registry.events import OlderReleased, Withdrawn
from optout_registry.older import kept_by
from optout_registry.storage.tables import EVENT, OBJECTION
from optout_registry.verification.findings import Findings

_AT_ONCE = 10_000
_CHANGED = "older content changed"
_INVENTED = "older content invented"


def check_withdrawn(connection: Connection, events: Sequence[Withdrawn], findings: Findings) -> None:
    """Compare what the objections that these events ended keep out with what the events say."""
    said = {event.number: event for event in events}
    for row in _rows(connection, list(said), "ended"):
        if row.until != kept_by(row.type, said[row.ended]):
            findings.add(_CHANGED, row.event, "what its withdrawal says of older content", "something else")


def check_released(connection: Connection, events: Sequence[OlderReleased], findings: Findings) -> None:
    """Each releases what one objection, of the request it names, kept out; and no other."""
    said = {event.number: event.request_id for event in events}
    unseen = set(said)
    for row in _rows(connection, list(said), "released"):
        if (
            row.request_id == said[row.released]
            and row.until is not None
            and (row.ended or row.released) < row.released
        ):
            unseen.discard(row.released)
        else:
            findings.add(_CHANGED, row.event, "a release of its own older content", "one of another's")
    for number in sorted(unseen):
        findings.add(
            _CHANGED, number, "the objection whose older content it releases", "one that keeps it out"
        )


def check_unspoken(connection: Connection, findings: Findings) -> None:
    """What no event speaks for: content kept out after an end that is no withdrawal, and releases."""
    for name, kind in (("until", "withdrawn"), ("released", "older_released")):
        number = OBJECTION.c["ended" if name == "until" else name]
        spoken = select(1).where(EVENT.c.number == number, EVENT.c.kind == kind).exists()
        statement = select(OBJECTION.c.event).where(OBJECTION.c[name].is_not(None), ~spoken)
        for event in connection.scalars(statement):
            findings.add(_INVENTED, event, f"an event of kind {kind}", "none")
    kept_out = select(OBJECTION.c.event).where(
        OBJECTION.c.pseudonym.is_(None), OBJECTION.c.until.is_not(None), OBJECTION.c.released.is_(None)
    )
    for event in connection.scalars(kept_out):
        findings.add(
            "objection redacted", event, "an objection that covers nothing any more", "one that does"
        )


def check_erased_releases(connection: Connection, recorded: Mapping[int, int], findings: Findings) -> None:
    """An erased release is of an objection redacted with it; ``recorded``: by which event each was erased."""
    erased = select(EVENT.c.number, OBJECTION.c.event).outerjoin(
        OBJECTION, OBJECTION.c.released == EVENT.c.number
    )
    rows = connection.execute(erased.where(EVENT.c.kind == "older_released", EVENT.c.body.is_(None)))
    for number, event in rows:
        if event is None or recorded.get(event) != recorded.get(number):
            findings.add(_CHANGED, number, "a release redacted with its objection", "one redacted otherwise")


def _rows(connection: Connection, numbers: Sequence[int], name: str) -> Iterator[Row[Any]]:
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        yield from connection.execute(select(OBJECTION).where(OBJECTION.c[name].in_(some)))
