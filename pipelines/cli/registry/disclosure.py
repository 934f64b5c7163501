"""`optout registry export`, `redact`: a person's extract, and what is erased."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.opened import OpenedWorkspace, WorkspaceOption, open_workspace
from pipelines.cli.registry.opened import (
    calendar_of,
    case_key,
    intake_for,
    open_to_write,
    options,
    read_stdin,
    say,
)
from pipelines.cli.tables import counted, print_text
from pipelines.cli.written import writing_file
from schemas.errors import ConfigurationError

if TYPE_CHECKING:
    from optout_registry.registry import Registry


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(export)
    app.command()(redact)


def export(
    request_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[REQUEST_ID]...", help="Of one person.")
    ] = None,
    *,
    out: Annotated[Path, typer.Option(help="Write the extract to this file, for the person alone.")],
    kind: Annotated[
        str | None,
        typer.Option("--type", help="All on one identifier of this type, read from standard input."),
    ] = None,
    region: Annotated[str | None, typer.Option(help="Country of a phone number without +, as FR.")] = None,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Write all that is held about a person's requests (GDPR art. 15).

    Find out first who asks: it holds contact data and correspondence. The log records that it was given.
    """
    from optout_registry.extract import export as take
    from optout_registry.extract import requests_on
    from optout_registry.request import read_request

    now = datetime.now(UTC)
    opened = open_workspace(workspace)
    if (kind is None) == (not request_ids):
        raise ConfigurationError(
            "registry export",
            expected="request ids, or the --type of an identifier",
            found="neither, or both",
            remedy="name one of them",
        )
    key, calendar = case_key(opened), calendar_of(opened)
    # Before anything is recorded: it has to be possible to hand the extract over.
    with open_to_write(opened) as registry, writing_file(out, mode=0o600) as file:
        named = list(dict.fromkeys(request_ids or ()))
        if kind is not None:
            with options():
                request = read_request({"type": kind, "value": read_stdin(), "region": region})
            intake = intake_for(opened, request.type)
            with options():
                target = intake.target(request.type, request.value, request.region)
            named = requests_on(registry, target)
        extract = take(registry, named, key, calendar, recorded_at=now)
        text = json.dumps(extract.model_dump(mode="json"), ensure_ascii=False, indent=2, sort_keys=True)
        file.write(f"{text}\n".encode())
    print_text(f"{counted(len(extract.requests), 'request')} written to {out}")


def redact(
    request_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[REQUEST_ID]...", help="As `registry add` printed it.")
    ] = None,
    *,
    expired: Annotated[
        bool,
        typer.Option(
            "--expired", help="Contact data and correspondence whose retention is over, of all cases."
        ),
    ] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Erase what is held about requests that have ended.

    Their events' content, whom they named, their cases; the log still verifies. One that holds is refused.
    """
    from optout_registry.redaction import forget

    now = datetime.now(UTC)
    opened = open_workspace(workspace)
    if bool(request_ids) == expired:
        raise ConfigurationError(
            "registry redact",
            expected="requests, or --expired",
            found="neither, or both",
            remedy="name one of them",
        )
    with open_to_write(opened) as registry:
        try:
            if expired:
                _delete_expired(registry, opened, now)
            for request_id in dict.fromkeys(request_ids or ()):
                _redact(registry, request_id, now)
        finally:
            # Of those before one that was refused, too.
            forget(registry)


def _delete_expired(registry: "Registry", opened: OpenedWorkspace, now: datetime) -> None:
    from optout_registry.cases.retention import delete_expired

    retention = timedelta(days=opened.settings.officer.case_retention_days)
    deleted = delete_expired(registry, now=now, retention=retention)
    print_text(f"{counted(deleted.cases, 'case')} and {counted(deleted.messages, 'message')} deleted")


def _redact(registry: "Registry", request_id: str, now: datetime) -> None:
    from optout_registry.redaction import redact as erase

    redaction = erase(registry, request_id, recorded_at=now)
    if redaction.event is None:
        say(f"request {request_id} was redacted before; nothing was added")
        return
    erased = counted(len(redaction.erased), "event")
    print_text(f"event {redaction.event}  request {request_id} redacted: {erased} erased")
