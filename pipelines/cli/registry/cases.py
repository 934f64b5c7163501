"""`optout registry contact`, `message`, `extend`, `answer`, `due`: a request as a case."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.opened import WorkspaceOption, open_workspace
from pipelines.cli.registry.opened import (
    calendar_of,
    case_key,
    day_given,
    one_of,
    open_to_read,
    open_to_write,
    options,
    read_stdin,
    say,
)
from pipelines.cli.registry.requests import RequestArgument
from pipelines.cli.tables import counted, print_json, print_table, print_text
from schemas.errors import ConfigurationError

_DIRECTIONS = ("from_person", "to_person")
_REASONS = ("complexity", "number_of_requests")
_ANSWERS = ("done", "refused")
_LISTED = 100
"""Requests that are listed for people; ``--json`` lists all."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (due, contact, message, extend, answer):
        app.command()(command)


def due(
    on: Annotated[
        str | None, typer.Option(help="Seen on this day, as 2026-05-27; without one, today.")
    ] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """List the requests that wait for an answer, the most urgent first.

    Counts below say where every request stands; they add up to what the registry received.
    """
    from optout_registry.cases.due import due as look

    opened = open_workspace(workspace)
    calendar = calendar_of(opened)
    day = day_given("--on", on, calendar.day_of(datetime.now(UTC)))
    with open_to_read(opened) as registry:
        found = look(registry, calendar, day, most=None if json else _LISTED)
    if json:
        print_json(found.model_dump())
        return
    if found.waiting:
        print_table(
            f"waiting for an answer on {day}",
            [
                {
                    "request": one.request_id,
                    "status": one.status,
                    "received": one.received_on,
                    "last day": one.last_day,
                    "days left": one.days_left,
                }
                for one in found.waiting
            ],
        )
    if more := found.waiting_in_all - len(found.waiting):
        say(f"{more:,} more wait, with later last days; --json lists all")
    counts = " + ".join(f"{number:,} {status}" for status, number in found.counts.items())
    print_text(f"{counted(found.received, 'request')} = {counts}; {found.overdue:,} overdue")


def contact(
    request_id: RequestArgument,
    language: Annotated[str | None, typer.Option(help="In which to answer, as fr or pt-BR.")] = None,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Keep where to answer, read from standard input.

    One line, encrypted under the case key; in place of what was kept before.
    """
    from optout_registry.cases.contact import read_contact, set_contact

    opened = open_workspace(workspace)
    with options():
        given = read_contact(read_stdin(), language)
    key = case_key(opened)
    with open_to_write(opened) as registry:
        set_contact(registry, request_id, given, key)
    print_text(f"request {request_id} contact kept")


def message(
    request_id: RequestArgument,
    direction: Annotated[str, typer.Option(help=f"One of {', '.join(_DIRECTIONS)}.")],
    workspace: WorkspaceOption = Path(),
) -> None:
    """Keep what was written, read from standard input, encrypted under the case key."""
    from optout_registry.cases.contact import Direction, add_message, read_message

    now = datetime.now(UTC)
    opened = open_workspace(workspace)
    wrote = one_of("--direction", direction, Direction, "say who wrote")
    with options():
        text = read_message(read_stdin())
    key = case_key(opened)
    with open_to_write(opened) as registry:
        position = add_message(registry, request_id, wrote, text, recorded_at=now, key=key)
    print_text(f"request {request_id} message {position} kept")


def extend(
    request_id: RequestArgument,
    reason: Annotated[str, typer.Option(help=f"One of {', '.join(_REASONS)}.")],
    told_on: Annotated[
        str | None, typer.Option(help="Day on which the person was told; without one, today.")
    ] = None,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Give an answer two further months.

    The person must have been told so, and why, within the first.
    """
    from optout_registry.cases.case_file import ExtensionReason
    from optout_registry.cases.case_file import extend as give_time

    now = datetime.now(UTC)
    opened = open_workspace(workspace)
    calendar = calendar_of(opened)
    why = one_of("--reason", reason, ExtensionReason, "nothing else allows more time (GDPR art. 12(3))")
    day = day_given("--told-on", told_on, calendar.day_of(now))
    with open_to_write(opened) as registry:
        last_day = give_time(registry, request_id, why, told_on=day, recorded_at=now, calendar=calendar)
    print_text(f"request {request_id} extended to {last_day}")


def answer(
    request_id: Annotated[str | None, typer.Argument(help="As `registry add` printed it.")] = None,
    kind: Annotated[str, typer.Option("--with", help=f"One of {', '.join(_ANSWERS)}.")] = "done",
    batch: Annotated[
        str | None, typer.Option(help="All who wait in this import, as `registry import` printed it.")
    ] = None,
    answered_on: Annotated[
        str | None, typer.Option(help="Day on which they were answered; without one, today.")
    ] = None,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Record that a person was answered, or all of an import."""
    from optout_registry.cases.batches import answer_batch
    from optout_registry.cases.case_file import AnswerKind
    from optout_registry.cases.case_file import answer as record

    now = datetime.now(UTC)
    opened = open_workspace(workspace)
    calendar = calendar_of(opened)
    what = one_of("--with", kind, AnswerKind, "an answer says what is so")
    day = day_given("--answered-on", answered_on, calendar.day_of(now))
    if (request_id is None) == (batch is None) or (batch and what is not AnswerKind.DONE):
        raise ConfigurationError(
            "registry answer",
            expected="one request, or the --batch of an import with which all is done",
            found="neither, or both, or a batch that was refused",
            remedy="name one of them; a refusal is answered one by one",
        )
    with open_to_write(opened) as registry:
        if batch is not None:
            number = answer_batch(registry, batch, answered_on=day, recorded_at=now, calendar=calendar)
            print_text(f"batch {batch} {counted(number, 'request')} answered")
        elif request_id is not None:
            last_day = record(registry, request_id, what, answered_on=day, recorded_at=now, calendar=calendar)
            in_time = "in time" if day <= last_day else "late"
            print_text(f"request {request_id} answered on {day}, {in_time}: the last day was {last_day}")
