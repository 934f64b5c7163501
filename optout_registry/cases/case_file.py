"""The case of a request: its status, and what was done for the person and when."""

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, case, insert, literal, select, update

from optout_registry import held
from optout_registry.cases.calendar import Calendar
from optout_registry.events import Received, RefusedAsImpersonation, read_body
from optout_registry.registry import Registry
from optout_registry.storage.tables import CASE_FILE, EVENT, OBJECTION
from schemas.errors import BadInput, ConfigurationError, Refused

_ENDING = EVENT.alias("ending")
_REFUSED = RefusedAsImpersonation.model_fields["kind"].default


class Status(StrEnum):
    """Where a case stands: each request has exactly one."""

    OPEN = "open"
    """Nobody has answered. A refusal as impersonation must be answered, too (GDPR art. 12(4))."""
    EXTENDED = "extended"
    """The person was told within the first month that it takes longer."""
    ANSWERED = "answered"
    CLOSED = "closed"
    """It was taken back, or came with a faulty file, before it was answered: nothing is left to answer."""
    REDACTED = "redacted"


class ExtensionReason(StrEnum):
    """Why an answer takes longer: GDPR art. 12(3) knows these two."""

    COMPLEXITY = "complexity"
    NUMBER_OF_REQUESTS = "number_of_requests"


class AnswerKind(StrEnum):
    """What a person was answered."""

    DONE = "done"
    """Their objection is recorded and counts."""
    REFUSED = "refused"
    """It was refused as an impersonation, for which reason, and where they can complain (art. 12(4))."""


STATUS = case(
    (OBJECTION.c.pseudonym.is_(None), literal(Status.REDACTED.value)),
    (CASE_FILE.c.answered_on.is_not(None), literal(Status.ANSWERED.value)),
    (_ENDING.c.kind != _REFUSED, literal(Status.CLOSED.value)),
    (CASE_FILE.c.extended_on.is_not(None), literal(Status.EXTENDED.value)),
    else_=literal(Status.OPEN.value),
)
"""The status of a row of :data:`CASES`."""
CASES = OBJECTION.outerjoin(CASE_FILE, CASE_FILE.c.event == OBJECTION.c.event).outerjoin(
    _ENDING, _ENDING.c.number == OBJECTION.c.ended
)
"""Every request, with what was done about it and the event that ended it."""


class Case(NamedTuple):
    """One case."""

    received: Received
    """The event that received the request."""
    status: Status
    ending: str | None
    """Kind of the event that ended the objection."""
    row: RowMapping
    """Of CASE_FILE, whose columns are all null where nothing was done yet."""


def find_case(connection: Connection, request_id: str) -> Case:
    """The case of a request that was not redacted.

    Raises:
        BadInput: no such request. Refused: it was redacted, and nothing is left of it.
    """
    objection = held.find_one(connection, request_id)
    if objection.is_redacted:
        raise Refused(
            f"request {request_id}",
            expected="a request whose content is kept",
            found="one that was redacted",
            remedy="nothing: whom it named and what it said was erased for good",
        )
    statement = select(STATUS.label("status"), _ENDING.c.kind.label("ending"), EVENT.c.body, *CASE_FILE.c)
    joined = CASES.join(EVENT, EVENT.c.number == OBJECTION.c.event)
    row = (
        connection.execute(statement.select_from(joined).where(OBJECTION.c.event == objection.event))
        .mappings()
        .one()
    )
    received = read_received(row["body"], objection.event)
    return Case(received, Status(row["status"]), row["ending"], row)


def deadline(found: Case, calendar: Calendar) -> date:
    """The last day on which an answer to a request is, or was, in time."""
    received = calendar.day_of(found.received.received_at)
    return calendar.last_day(received, extended=found.row["extended_on"] is not None)


def put(connection: Connection, event: int, **values: str | bytes | None) -> None:
    """Write into the case file of the request that an event received; the first time makes it."""
    changed = connection.execute(update(CASE_FILE).where(CASE_FILE.c.event == event).values(**values))
    if not changed.rowcount:
        connection.execute(insert(CASE_FILE).values(event=event, **values))


def read_received(body: bytes | None, event: int) -> Received:
    """The event that received a request.

    Raises:
        BadInput: the body is that of no such event.
    """
    found = read_body(body or b"", event)
    if not isinstance(found, Received):
        raise BadInput(
            f"event {event}",
            expected="the receipt of a request",
            found=f"an event of kind {found.kind}",
            remedy="run `optout registry verify`; restore the registry from its backup",
        )
    return found


def extend(
    registry: Registry,
    request_id: str,
    reason: ExtensionReason,
    *,
    told_on: date,
    recorded_at: datetime,
    calendar: Calendar,
) -> date:
    """Give an answer two further months; the new last day.

    ``told_on``: when the person was told so and why, which has to be within the first month.

    Raises:
        BadInput: no such request. ConfigurationError: a day before receipt, or one to come.
        Refused: answered, closed or extended before, or told too late.
    """
    with registry.appending() as (connection, *_):
        found = find_case(connection, request_id)
        if found.status is not Status.OPEN:
            raise _not_open(request_id, found.status)
        received = calendar.day_of(found.received.received_at)
        last_day = calendar.last_day(received, extended=False)
        check_day("told-on", told_on, received, calendar.day_of(recorded_at))
        if told_on > last_day:
            raise Refused(
                f"request {request_id}",
                expected=f"a person who was told by {last_day} that it takes longer (GDPR art. 12(3))",
                found=f"told on {told_on}",
                remedy="the time cannot be extended any more: answer, and say why it is late",
            )
        put(
            connection,
            found.received.number,
            extended_on=told_on.isoformat(),
            extended_at=written(recorded_at),
            extension_reason=reason.value,
        )
        return calendar.last_day(received, extended=True)


def answer(
    registry: Registry,
    request_id: str,
    kind: AnswerKind,
    *,
    answered_on: date,
    recorded_at: datetime,
    calendar: Calendar,
) -> date:
    """Record that the person was answered; the last day on which that was in time.

    Raises:
        BadInput: no such request. ConfigurationError: a day before receipt, or one to come.
        Refused: answered or closed before, or the answer is not what happened.
    """
    with registry.appending() as (connection, *_):
        found = find_case(connection, request_id)
        if found.status not in {Status.OPEN, Status.EXTENDED}:
            raise _not_open(request_id, found.status)
        if (kind is AnswerKind.REFUSED) != (found.ending == _REFUSED):
            raise Refused(
                f"request {request_id}",
                expected=f"one that {'was refused' if kind is AnswerKind.REFUSED else 'holds'}",
                found=f"one that {'was refused' if found.ending else 'holds'}",
                remedy="answer what is so; `registry refuse` refuses one",
            )
        received = calendar.day_of(found.received.received_at)
        check_day("answered-on", answered_on, received, calendar.day_of(recorded_at))
        put(
            connection,
            found.received.number,
            answered_on=answered_on.isoformat(),
            answered_at=written(recorded_at),
            answer=kind.value,
        )
        return deadline(found, calendar)


def written(instant: datetime) -> str:
    """An instant as it is stored: UTC, in the order of its text."""
    return instant.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _not_open(request_id: str, status: Status) -> Refused:
    return Refused(
        f"request {request_id}",
        expected="one that waits for an answer",
        found=f"one that is {status.value}",
        remedy="see `registry due` for those that wait; what was told to a person is not told again",
    )


def check_day(name: str, day: date, received: date | None, today: date) -> None:
    """Refuse a day before receipt, or one to come (ConfigurationError); ``name`` is the option's."""
    if day > today or (received is not None and day < received):
        raise ConfigurationError(
            f"--{name}",
            expected="a day not to come" if received is None else f"a day from receipt, {received}, to today",
            found=day.isoformat(),
            remedy=f"correct {name}",
        )
