"""The check of confirmed identities: what the log says of them, and what is kept beside it."""

from collections.abc import Mapping

from sqlalchemy import Connection, or_, select

from optout_registry.storage.tables import CONFIRMATION, EVENT, OBJECTION
from optout_registry.verification.findings import Findings

_AT_ONCE = 5_000


def check_confirmed(connection: Connection, confirmed: Mapping[int, str], findings: Findings) -> None:
    """Check that events (number -> request id) that confirm a request are kept as its confirmation."""
    numbers = list(confirmed)
    for start in range(0, len(numbers), _AT_ONCE):
        some = {number: confirmed[number] for number in numbers[start : start + _AT_ONCE]}
        kept = (
            select(OBJECTION.c.event, OBJECTION.c.request_id, CONFIRMATION.c.confirmed)
            .join_from(OBJECTION, CONFIRMATION, CONFIRMATION.c.event == OBJECTION.c.event)
            .where(or_(OBJECTION.c.request_id.in_(set(some.values())), CONFIRMATION.c.confirmed.in_(some)))
        )
        first: dict[str, int] = {}
        for row in connection.execute(kept):
            first[row.request_id] = row.confirmed
            if some.get(row.confirmed, row.request_id) != row.request_id:
                findings.add(
                    "confirmation invented", row.event, "an event that confirms it", "one of another request"
                )
        for number, request_id in some.items():
            # A log may hold a second confirmation of a request: the first one is what is kept.
            if first.get(request_id, number + 1) > number:
                findings.add("confirmation missing", number, "the request it confirms, confirmed", "none")


def check_confirmations(connection: Connection, findings: Findings) -> None:
    """Check that nothing is kept as confirmed of which no event says so."""
    says_so = select(1).where(
        EVENT.c.number == CONFIRMATION.c.confirmed, EVENT.c.kind == "identity_confirmed"
    )
    invented = select(CONFIRMATION.c.event).where(~says_so.exists())
    for number in connection.scalars(invented):
        findings.add("confirmation invented", number, "an event that confirms it", "none")
