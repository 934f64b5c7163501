"""Accounts that objections reach: each row is of one event, and says what the event says."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from optout_registry.events import LINKED, Linked
from optout_registry.storage.tables import EVENT, INHERITED, OBJECTION
from optout_registry.verification.findings import Findings
from optout_registry.verification.rotations import Rotations, kept_of

_AT_ONCE = 10_000
_CHANGED, _INVENTED = "linked account changed", "linked account invented"


def check_inherited(event: Linked, row: Row[Any], rotations: Rotations, findings: Findings) -> None:
    """Compare what is kept of an event with what it says; ``row`` is joined with the tables."""
    kept = kept_of(row)
    if kept is None:
        findings.add("linked account missing", event.number, "an account that the log recorded", "none")
        return
    if (row.inherited_origin, row.inherited_platform) != (event.origin, event.platform):
        findings.add(_CHANGED, event.number, "origin and platform as the log has them", "others")
    rotations.check_target(event, kept, _CHANGED)


def check_origins(connection: Connection, events: Sequence[Linked], findings: Findings) -> None:
    """Each comes from an objection that was received before, and covers linked accounts."""
    for start in range(0, len(events), _AT_ONCE):
        some = events[start : start + _AT_ONCE]
        numbers = sorted({event.origin for event in some})
        linked = set(
            connection.scalars(
                select(OBJECTION.c.event).where(OBJECTION.c.linked, OBJECTION.c.event.in_(numbers))
            )
        )
        for event in some:
            if event.origin >= event.number or event.origin not in linked:
                findings.add(_INVENTED, event.number, "a linked objection that it comes from", "none")


def check_invented(connection: Connection, findings: Findings) -> None:
    """Rows that no event speaks for."""
    orphans = select(INHERITED.c.event).where(
        ~select(1).where(EVENT.c.number == INHERITED.c.event, EVENT.c.kind == LINKED).exists()
    )
    for number in connection.scalars(orphans):
        findings.add(_INVENTED, number, "an event that recorded it", "none")
