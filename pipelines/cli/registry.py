"""`optout registry`: objections, one by one or by file, and what of them holds."""

import csv
import io
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from pipelines.cli.opened import OpenedWorkspace, WorkspaceOption, open_workspace, read_yaml
from pipelines.cli.tables import counted, print_json, print_table, print_text
from schemas.errors import BadInput, ConfigurationError
from schemas.vocabulary import IdentifierType

if TYPE_CHECKING:
    from optout_registry.bulk import BadLine
    from optout_registry.intake import Intake

_LISTED = 20
"""Bad lines shown one by one; ``--bad-lines`` writes them all."""

registry = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands of the registry."""
    app.add_typer(registry, name="registry", help="Record objections, and count them.")


@registry.command()
def add(
    # Checked by the intake and not by typer, which would repeat an identifier typed in its place.
    kind: Annotated[str, typer.Argument(metavar="TYPE", help=f"One of {', '.join(IdentifierType)}.")],
    # Several words, because a phone number is often written with spaces.
    value: Annotated[list[str], typer.Argument(help="Whom it names; - reads it from standard input.")],
    *,
    region: Annotated[str | None, typer.Option(help="Country of a phone number without +, as FR.")] = None,
    surface: Annotated[list[str] | None, typer.Option(help="Only this surface; repeatable.")] = None,
    received_at: Annotated[str | None, typer.Option(help="When it reached you, as 2026-05-27.")] = None,
    request_id: Annotated[
        str | None, typer.Option(help="Your reference; the same again adds nothing.")
    ] = None,
    not_linked: Annotated[
        bool, typer.Option("--not-linked", help="Not the person's other accounts.")
    ] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Record one objection.

    It counts from the next build on. Prints event number and request id.
    """
    from optout_registry.intake import lacks_country, read_request
    from optout_registry.log import open_registry
    from optout_registry.objections import State

    now = datetime.now(UTC)
    opened = open_workspace(workspace)
    with _options():
        request = read_request({
            "type": kind,
            "value": _read_stdin() if value == ["-"] else " ".join(value),
            "region": region,
            "surfaces": surface or None,
            "linked": not not_linked,
            "received_at": received_at,
            "request_id": request_id,
        })  # fmt: skip
    intake = _intake(opened, request.type)
    with _options():
        objection = intake.objection(request, request_id=uuid.uuid4().hex, recorded_at=now)
    with open_registry(opened.registry_url) as log:
        receipt = log.add(objection, recorded_at=now)
    if lacks_country(request):
        _say("a number without + and without --region meets only accounts that write it the same way")
    if receipt.state is State.KNOWN:
        _say("this request was recorded before; nothing was added")
    print_text(f"event {receipt.event}  request {receipt.request_id}")


@registry.command()
def withdraw(
    request_id: Annotated[str, typer.Argument(help="As `registry add` printed it.")],
    received_at: Annotated[str | None, typer.Option(help="When it reached you, as 2026-05-27.")] = None,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Lift one objection.

    Others on the same person stay.
    """
    from optout_registry.intake import claimed_instant
    from optout_registry.log import open_registry
    from optout_registry.objections import State

    now = datetime.now(UTC)
    with _options():
        claimed = claimed_instant(received_at, now)
    with open_registry(open_workspace(workspace).registry_url) as log:
        receipt = log.withdraw(request_id, received_at=claimed, recorded_at=now)
    if receipt.state is State.KNOWN:
        _say("it was withdrawn before; nothing was added")
    print_text(f"event {receipt.event}  request {receipt.request_id} withdrawn")


@registry.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="A .csv or .jsonl file with columns type and value.")],
    bad_lines: Annotated[
        Path | None, typer.Option(help="Write line, field and problem of bad lines.")
    ] = None,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Record a file of objections.

    Importing it again adds nothing; bad lines are kept aside (exit 3).
    """
    from optout_registry.bulk import import_file
    from optout_registry.log import open_registry

    now = datetime.now(UTC)
    opened = open_workspace(workspace)
    intake = _intake(opened, IdentifierType.ACCOUNT)
    listed: list[BadLine] = []
    with open_registry(opened.registry_url) as log, _aside(bad_lines) as aside:

        def keep(line: "BadLine") -> None:
            if len(listed) < _LISTED:
                listed.append(line)
            aside(line)

        report = import_file(
            log,
            file,
            intake,
            recorded_at=now,
            on_bad=keep,
            on_progress=lambda done: _say(
                f"{counted(done.lines, 'line')}, {done.bytes:,} of {done.total_bytes:,} bytes"
            ),
        )
    print_table(
        f"{file.name}, batch {report.batch}",
        [{
            "lines": report.lines,
            "added": report.added,
            "known before": report.known,
            "withdrawn since": report.withdrawn,
            "bad": report.bad,
        }],
    )  # fmt: skip
    if report.without_country:
        _say(f"without + and region: {counted(report.without_country, 'number')}, met only where written so")
    if not report.bad:
        return
    for line in listed:
        _say(f"line {line.line}: {line.field}: expected {line.expected}")
    rest = "" if report.bad <= _LISTED else ", the first of them listed above"
    raise BadInput(
        file.name,
        expected="requests that can be read on every line",
        found=f"{report.bad:,} bad of {counted(report.lines, 'line')}{rest}",
        remedy="the other lines are recorded and stay; correct the bad ones in a file of their own",
    )


@registry.command()
def snapshot(
    event: Annotated[int | None, typer.Option(help="Event number; without one, the last.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the objections to this Parquet file.")] = None,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Show the objections that hold at an event.

    Their digest and number, no identifier.
    """
    from optout_registry.log import open_registry
    from optout_registry.snapshot import snapshot_parquet
    from schemas.canonical import sha256

    with open_registry(open_workspace(workspace).registry_url) as log:
        taken = log.snapshot(event)
    data = snapshot_parquet(taken)
    if out is not None:
        with _creating(out) as file:
            file.write(data)
    print_text(f"event {taken.event}  sha256 {sha256(data)}  rows {taken.objections.num_rows}")


@registry.command()
def status(
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Count what the registry holds."""
    from optout_registry.log import open_registry

    with open_registry(open_workspace(workspace).registry_url) as log:
        counts: dict[str, Any] = log.status().model_dump()
    if json:
        print_json(counts)
        return
    live = counts.pop("live_by_type")
    rows = [*counts.items(), *((f"live, {kind}", number) for kind, number in live.items())]
    print_table("registry", [{"what": name.replace("_", " "), "value": f"{value}"} for name, value in rows])


@contextmanager
def _aside(path: Path | None) -> Iterator[Callable[["BadLine"], None]]:
    """Where bad lines go: the file of ``--bad-lines`` as CSV, or nowhere."""
    if path is None:
        yield lambda _: None
        return
    with _creating(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("line", "field", "expected"))
        yield writer.writerow
        text.flush()


@contextmanager
def _creating(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("wb")
    except OSError as error:
        raise ConfigurationError(
            str(path),
            expected="a file that can be written",
            found=error.strerror or type(error).__name__,
            remedy="choose another path",
        ) from error
    with file:
        yield file


@contextmanager
def _options() -> Iterator[None]:
    """What a person typed is an option, not an input file: exit code 2."""
    try:
        yield
    except BadInput as error:
        raise ConfigurationError(
            error.subject.replace("_", "-"),
            expected=error.expected,
            found=error.found,
            remedy="correct it and repeat; nothing was recorded",
        ) from None


def _read_stdin() -> str:
    return sys.stdin.buffer.read().decode("utf-8", "surrogateescape")


def _intake(opened: OpenedWorkspace, kind: IdentifierType) -> "Intake":
    from optout_registry.intake import Intake
    from schemas.identifiers import PLATFORM_SCOPED

    key = opened.key("registry")
    platform = _platform(opened) if kind in PLATFORM_SCOPED else ""
    return Intake(key.secret, key.id, platform)


def _platform(opened: OpenedWorkspace) -> str:
    name = opened.settings.source
    source = read_yaml(opened.path(name))
    platform = source.get("platform") if isinstance(source, dict) else None
    if not isinstance(platform, str) or not platform:
        raise ConfigurationError(
            name,
            expected="platform: the name of the platform whose account ids and handles these are",
            found="none",
            remedy=f"add platform to {name}",
        )
    return platform


def _say(message: str) -> None:
    typer.echo(message, err=True)
