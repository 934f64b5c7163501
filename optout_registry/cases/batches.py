"""Answers to a whole import: where a form has told each person already that their objection counts."""

from datetime import date, datetime

from sqlalchemy import func, insert, literal, select, update

from optout_registry.cases.calendar import Calendar
from optout_registry.cases.case_file import CASES, STATUS, AnswerKind, Status, check_day, written
from optout_registry.registry import Registry
from optout_registry.storage.tables import CASE_FILE, OBJECTION
from schemas.errors import BadInput


def answer_batch(
    registry: Registry, batch: str, *, answered_on: date, recorded_at: datetime, calendar: Calendar
) -> int:
    """Record that all who wait in an import were answered that it is done; how many that were.

    One that was refused waits on: its answer says something else.

    Raises:
        BadInput: no import of that name. ConfigurationError: a day to come.
    """
    check_day("answered-on", answered_on, None, calendar.day_of(recorded_at))
    values = {
        "answered_on": answered_on.isoformat(),
        "answered_at": written(recorded_at),
        "answer": AnswerKind.DONE.value,
    }
    with registry.appending() as (connection, *_):
        if not connection.scalar(select(func.count()).where(OBJECTION.c.batch == batch)):
            raise BadInput(
                "batch",
                expected="the name of an import into this registry",
                found="another one",
                remedy="`registry import` printed it; the same file again prints it again",
            )
        waiting = (
            select(OBJECTION.c.event)
            .select_from(CASES)
            .where(
                OBJECTION.c.batch == batch,
                OBJECTION.c.ended.is_(None),
                STATUS.in_([Status.OPEN.value, Status.EXTENDED.value]),
            )
        )
        number = connection.scalar(select(func.count()).select_from(waiting.subquery())) or 0
        connection.execute(update(CASE_FILE).where(CASE_FILE.c.event.in_(waiting)).values(**values))
        untouched = waiting.add_columns(*(literal(value) for value in values.values())).where(
            CASE_FILE.c.event.is_(None)
        )
        connection.execute(insert(CASE_FILE).from_select(["event", *values], untouched))
        return number
