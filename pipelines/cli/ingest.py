"""`optout ingest`: foreign files to the canonical tables that a build reads."""

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipelines.cli.opened import OpenedWorkspace, WorkspaceOption, open_workspace
from pipelines.cli.progress import run_with_progress
from pipelines.cli.tables import counted, print_json, print_table

if TYPE_CHECKING:
    from pipelines.ingesting import Ingested
    from schemas.ingest_plans import IngestPlan

_LISTED = 1000
"""Malformed rows that a table shows; ``--json`` has all."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(ingest)


def ingest(
    *,
    runner: Annotated[
        Literal["direct"], typer.Option("--runner", help="Engine that runs the job.")
    ] = "direct",
    workers: Annotated[int, typer.Option("--workers", min=1, help="Groups of files converted at once.")] = 2,
    defects: Annotated[
        bool, typer.Option("--defects", help="Convert nothing: list the malformed rows of the last ingest.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Convert source files to canonical tables.

    source.yaml names the files. A row that does not conform is kept as a malformed row with its file and
    position. Running it again replaces the tables once the new ones are whole; files that come out the
    same stay untouched.
    """
    from pipelines.corpus.source_root import SourceRoot
    from pipelines.ingesting import done_count
    from pipelines.ingesting import ingest as ingest_source
    from pipelines.jobs.ingest import run_ingest_job

    now = datetime.now(UTC)
    opened = open_workspace(workspace)
    if defects:
        _print_defects(opened, as_json=as_json)
        return
    root = SourceRoot(opened.url(opened.settings.canonical))
    plan = _plan(opened)

    def job(plan_id: str, units: list[int]) -> None:
        done = len(plan.units) - len(units)
        run_with_progress(
            lambda: run_ingest_job(root.url, plan_id, units, now, runner, workers),
            "converting files",
            total=len(units),
            done=lambda: done_count(root, plan) - done,
        )

    _print(ingest_source(root, plan, job), as_json=as_json)


def _print_defects(opened: OpenedWorkspace, *, as_json: bool) -> None:
    from pipelines.corpus.source_files import SourceFiles

    rows = SourceFiles(opened.url(opened.settings.canonical)).malformed()
    if as_json:
        print_json(list(rows))
        return
    listed = list(islice(rows, _LISTED))
    print_table("malformed rows", listed)
    more = sum(1 for _ in rows)
    if more:
        typer.echo(f"the first {_LISTED:,} rows; {more:,} more: --json prints all", err=True)


def _plan(opened: OpenedWorkspace) -> "IngestPlan":
    from pipelines.ingesting import plan_ingest

    return plan_ingest(opened.description(), opened.path(opened.settings.source).parent)


def _print(ingested: "Ingested", *, as_json: bool) -> None:
    numbers = ingested.manifest.numbers
    if as_json:
        print_json({
            "files": ingested.files,
            "accounts": len(ingested.manifest.accounts),
            "records": len(ingested.manifest.records),
            "numbers": numbers.model_dump(),
            "pictures": dict(sorted(ingested.pictures.items())),
            "defects": [
                {"table": table, "field": field, "rows": rows}
                for (table, field), rows in sorted(ingested.defects.items())
            ],
        })  # fmt: skip
        return
    print_table(
        f"{counted(ingested.files, 'file')} ingested",
        [
            {"table": "accounts", "rows": numbers.accounts, "malformed": numbers.malformed_accounts,
             "duplicate ids": numbers.duplicate_accounts, "files": len(ingested.manifest.accounts)},
            {"table": "records", "rows": numbers.records, "malformed": numbers.malformed_records,
             "duplicate ids": numbers.duplicate_records, "files": len(ingested.manifest.records)},
        ],
    )  # fmt: skip
    if ingested.pictures:
        print_table("pictures that records name", [dict(sorted(ingested.pictures.items()))])
    if ingested.defects:
        print_table(
            "malformed rows",
            [
                {"table": table, "field": field, "rows": rows}
                for (table, field), rows in sorted(
                    ingested.defects.items(), key=lambda item: (item[0][0], -item[1])
                )
            ],
        )
        typer.echo("`optout ingest --defects` lists them with file and position", err=True)
