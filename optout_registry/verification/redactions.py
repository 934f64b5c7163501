"""The check of redactions: what was erased was asked for, has ended, and is gone; nothing else is erased."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from optout_registry.events import ENDING, LINKED, RECEIVED, Exported, Redacted, read_body
from optout_registry.storage.tables import EVENT, OBJECTION, OTHER_KINDS
from optout_registry.verification.findings import Findings
from schemas.errors import OptoutError

_AT_ONCE = 10_000


def redactions(connection: Connection) -> dict[int, int]:
    """From the number of each event whose erasure is recorded to that of the event that records it.

    What cannot be read, or comes before what it names, records nothing: the events it was for are then found
    erased, and itself is found changed.
    """
    kind = Redacted.model_fields["kind"].default
    found: dict[int, int] = {}
    statement = select(EVENT.c.number, EVENT.c.body).where(
        OTHER_KINDS, EVENT.c.kind == kind, EVENT.c.body.is_not(None)
    )
    for number, body in connection.execute(statement.order_by(EVENT.c.number)):
        try:
            event = read_body(body, number)
        except OptoutError:
            continue
        if isinstance(event, Redacted):
            found |= {erased: number for erased in event.events if erased < number}
    return found


def check_erased(row: Row[Any], recorded: Mapping[int, int], findings: Findings) -> None:
    """Check an event without content, a row of EVENT and, as ``held_…``, the OBJECTION it received."""
    if row.number not in recorded:
        findings.add("event erased", row.number, "its content, or a redaction of it", "neither")
        return
    if row.kind == LINKED:
        _check_erased_link(row, recorded, findings)
    if row.kind != RECEIVED:
        return
    if row.held_event is None:
        findings.add("objection missing", row.number, "the row of a redacted objection", "none")
    elif row.held_ended is None:
        findings.add("objection redacted", row.number, "an objection that has ended", "one that holds")
    elif row.held_pseudonym is not None:
        findings.add("objection redacted", row.number, "nobody named any more", "a pseudonym")


def _check_erased_link(row: Row[Any], recorded: Mapping[int, int], findings: Findings) -> None:
    if row.inherited_event is None:
        findings.add("linked account missing", row.number, "the row of a redacted account", "none")
    elif row.inherited_pseudonym is not None:
        findings.add("objection redacted", row.number, "nobody named any more", "a pseudonym")
    elif recorded.get(row.inherited_origin) != recorded[row.number]:
        findings.add("redaction", recorded[row.number], "of one request and what it reached", "of another's")


def check_named(connection: Connection, events: Sequence[Redacted | Exported], findings: Findings) -> None:
    """Check that redactions and extracts name what they can be of."""
    for event in events:
        if isinstance(event, Redacted):
            _check_redacted(event, connection, findings)
        else:
            _check_exported(event, connection, findings)


def _check_redacted(event: Redacted, connection: Connection, findings: Findings) -> None:
    # Of one request, and what it names is gone.
    kinds: dict[int, tuple[str, bool]] = {}
    for start in range(0, len(event.events), _AT_ONCE):
        some = event.events[start : start + _AT_ONCE]
        statement = select(EVENT.c.number, EVENT.c.kind, EVENT.c.body.is_(None)).where(
            EVENT.c.number.in_(some)
        )
        kinds |= {number: (kind, is_erased) for number, kind, is_erased in connection.execute(statement)}
    for number in event.events:
        _, is_erased = kinds.get(number, ("", True))
        if number >= event.number or not is_erased:
            findings.add("event not erased", number, f"erased, as event {event.number} says", "its content")
    received = [number for number, (kind, _) in kinds.items() if kind == RECEIVED]
    if received != [event.events[0]]:
        findings.add("redaction", event.number, "of one request, which its first event received", "another")


def _check_exported(event: Exported, connection: Connection, findings: Findings) -> None:
    statement = select(EVENT.c.number).where(EVENT.c.number.in_(event.requests), EVENT.c.kind == RECEIVED)
    known = {number for number in connection.scalars(statement) if number < event.number}
    if known != set(event.requests):
        findings.add("extract", event.number, "of requests that were received before it", "of others")


def check_ends(connection: Connection, recorded: Mapping[int, int], findings: Findings) -> None:
    """Check that an erased end is that of an objection redacted with it, and of no other."""
    rows = connection.execute(
        select(OBJECTION.c.event, OBJECTION.c.ended, EVENT.c.kind)
        .join_from(OBJECTION, EVENT, EVENT.c.number == OBJECTION.c.ended)
        .where(EVENT.c.body.is_(None))
    ).all()
    ended = {row.ended for row in rows}
    for row in rows:
        if recorded.get(row.event) != recorded.get(row.ended):
            findings.add("objection ended", row.event, "an event that ends it", "one redacted with another")
    erased = connection.scalars(
        select(EVENT.c.number).where(EVENT.c.body.is_(None), EVENT.c.kind.in_(ENDING))
    )
    for number in erased:
        if number not in ended:
            findings.add("objection changed", number, "the objection it ended, ended", "one that is not")
