"""`optout registry import`: a file of objections."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.opened import WorkspaceOption, open_workspace
from pipelines.cli.registry.opened import intake_for, open_to_write, say
from pipelines.cli.tables import counted, print_table
from pipelines.cli.written import writing_file
from schemas.errors import BadInput
from schemas.vocabulary import IdentifierType

if TYPE_CHECKING:
    from optout_registry.bulk import BadLine

_LISTED = 20
"""Bad lines shown one by one; ``--bad-lines`` writes them all."""
_COLUMNS = ("line", "field", "expected")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="import")(import_)


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

    opened = open_workspace(workspace)
    intake = intake_for(opened, IdentifierType.ACCOUNT)
    listed: list[BadLine] = []
    with open_to_write(opened) as registry, _aside(bad_lines) as aside:

        def keep(line: "BadLine") -> None:
            if len(listed) < _LISTED:
                listed.append(line)
            aside(line)

        report = import_file(
            registry,
            file,
            intake,
            clock=partial(datetime.now, UTC),
            on_bad=keep,
            on_progress=lambda done: say(
                f"{counted(done.lines, 'line')}, {done.bytes:,} of {done.total_bytes:,} bytes"
            ),
        )
    print_table(
        f"{file.name}, batch {report.batch}",
        [{
            "lines": report.lines,
            "added": report.added,
            "known before": report.known,
            "ended since": report.ended,
            "bad": report.bad,
        }],
    )  # fmt: skip
    if report.without_country:
        say(f"without + and region: {counted(report.without_country, 'number')}, met only where written so")
    if not report.bad:
        return
    for line in listed:
        say(f"line {line.line}: {line.field}: expected {line.expected}")
    rest = "" if report.bad <= _LISTED else ", the first of them listed above"
    raise BadInput(
        file.name,
        expected="requests that can be read on every line",
        found=f"{report.bad:,} bad of {counted(report.lines, 'line')}{rest}",
        remedy="the other lines are recorded and stay; correct the bad ones in a file of their own",
    )


@contextmanager
def _aside(path: Path | None) -> Iterator[Callable[["BadLine"], None]]:
    """Where bad lines go: the file of ``--bad-lines`` as CSV, or nowhere."""
    if path is None:
        yield lambda _: None
        return
    with writing_file(path, replaces=_check_aside) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_COLUMNS)
        yield writer.writerow
        text.flush()


def _check_aside(path: Path) -> None:
    """That a file holds bad lines of an earlier import (BadInput)."""
    head = ",".join(_COLUMNS).encode() + b"\n"
    with path.open("rb") as file:
        if file.read(len(head)) != head:
            raise BadInput(
                path.name, expected="bad lines", found="something else", remedy="choose another path"
            )
