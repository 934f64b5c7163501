"""What is due when: the requests that wait for an answer, and counts that add up."""

import heapq
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import func, select

from optout_registry.cases.calendar import Calendar
from optout_registry.cases.case_file import CASES, STATUS, Status, read_received
from optout_registry.deadlines import days_left
from optout_registry.registry import Registry
from optout_registry.storage.tables import EVENT, OBJECTION
from schemas.model import Model

_ROWS = 16_384


class Waiting(Model):
    """A request that waits for an answer."""

    request_id: str
    event: int
    status: Status
    received_on: date
    last_day: date
    """On which an answer is in time."""
    days_left: int
    """0: the last day is today; below 0: overdue."""


class Due(Model):
    """Who waits, the most urgent first, and how many cases stand where."""

    on: date
    country: str | None
    time_zone: str
    received: int
    """Requests in the registry: the sum of the counts."""
    counts: dict[Status, int]
    overdue: int
    waiting: tuple[Waiting, ...]

    @property
    def waiting_in_all(self) -> int:
        """Requests that wait, whether or not they are listed."""
        return self.counts[Status.OPEN] + self.counts[Status.EXTENDED]


def due(registry: Registry, calendar: Calendar, on: date, *, most: int | None = None) -> Due:
    """What is due, seen on a day.

    ``most``: how many of those that wait are listed, the most urgent, and held in memory; all without it.

    Raises:
        ConfigurationError: the holidays of the country are not known. BadInput: an event cannot be read.
    """
    with registry.reading() as connection:
        found = connection.execute(select(STATUS, func.count()).select_from(CASES).group_by(STATUS)).all()
        counted = {Status(status): number for status, number in found}
        statement = (
            select(OBJECTION.c.request_id, OBJECTION.c.event, STATUS.label("status"), EVENT.c.body)
            .select_from(CASES.join(EVENT, EVENT.c.number == OBJECTION.c.event))
            .where(STATUS.in_([Status.OPEN.value, Status.EXTENDED.value]))
            .execution_options(yield_per=_ROWS)
        )
        overdue = 0

        def seen(rows: Iterable[Any]) -> Iterator[Waiting]:
            nonlocal overdue
            for row in rows:
                one = _waiting(row.request_id, row.event, Status(row.status), row.body, calendar, on)
                overdue += one.days_left < 0
                yield one

        with connection.execute(statement) as rows:
            waiting = seen(rows)
            listed = (
                sorted(waiting, key=_urgency)
                if most is None
                else heapq.nsmallest(most, waiting, key=_urgency)
            )
    counts = {status: counted.get(status, 0) for status in Status}
    return Due(
        on=on,
        country=calendar.country,
        time_zone=f"{calendar.zone}",
        received=sum(counts.values()),
        counts=counts,
        overdue=overdue,
        waiting=tuple(listed),
    )


def _urgency(one: Waiting) -> tuple[date, int]:
    return one.last_day, one.event


def _waiting(
    request_id: str, event: int, status: Status, body: bytes | None, calendar: Calendar, on: date
) -> Waiting:
    received_on = calendar.day_of(read_received(body, event).received_at)
    last_day = calendar.last_day(received_on, extended=status is Status.EXTENDED)
    return Waiting(
        request_id=request_id,
        event=event,
        status=status,
        received_on=received_on,
        last_day=last_day,
        days_left=days_left(last_day, on),
    )
