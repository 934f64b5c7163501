"""What of a case is deleted when its time is over: contact data and correspondence, never the log."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, or_, select, update

from optout_registry.cases.case_file import CASES, STATUS, Status
from optout_registry.events import read_body
from optout_registry.registry import Registry
from optout_registry.storage.tables import CASE_FILE, CORRESPONDENCE, EVENT, OBJECTION


class Deleted(NamedTuple):
    """What a deletion came to."""

    cases: int
    messages: int


def delete_expired(registry: Registry, *, now: datetime, retention: timedelta) -> Deleted:
    """Delete contact data and correspondence of cases that ended longer ago than ``retention``.

    A case ends with the last that happened in it: its answer, the event that ended the objection, a message.
    One that waits for an answer does not end. What stays says when and how it was answered, and to nobody.
    """
    with registry.appending() as (connection, *_):
        expired = [event for event, ended in _ended_cases(connection) if ended + retention <= now]
        messages = sum(delete_messages(connection, event) for event in expired)
        for event in expired:
            connection.execute(
                update(CASE_FILE)
                .where(CASE_FILE.c.event == event)
                .values(key_id=None, contact=None, language=None)
            )
    return Deleted(len(expired), messages)


def delete_messages(connection: Connection, event: int) -> int:
    """Delete the correspondence about the request that an event received; how many messages it was."""
    return connection.execute(delete(CORRESPONDENCE).where(CORRESPONDENCE.c.event == event)).rowcount


def _ended_cases(connection: Connection) -> list[tuple[int, datetime]]:
    """Cases that hold something sealed and have ended, each with when."""
    last_message = (
        select(func.max(CORRESPONDENCE.c.recorded_at))
        .where(CORRESPONDENCE.c.event == OBJECTION.c.event)
        .scalar_subquery()
    )
    end = EVENT.alias("end_of_objection")
    rows = connection.execute(
        select(
            OBJECTION.c.event,
            OBJECTION.c.ended,
            end.c.body,
            CASE_FILE.c.answered_at,
            last_message.label("message"),
        )
        .select_from(CASES.outerjoin(end, end.c.number == OBJECTION.c.ended))
        .where(
            STATUS.in_([Status.ANSWERED.value, Status.CLOSED.value]),
            or_(CASE_FILE.c.key_id.is_not(None), last_message.is_not(None)),
        )
        .order_by(OBJECTION.c.event)
    ).all()
    return [
        (
            row.event,
            max(
                datetime.fromisoformat(text)
                for text in (row.answered_at, row.message, row.body and _recorded_at(row.body, row.ended))
                if text
            ),
        )
        for row in rows
    ]


def _recorded_at(body: bytes, number: int) -> str:
    return read_body(body, number).recorded_at.isoformat()
