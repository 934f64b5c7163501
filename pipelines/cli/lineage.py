"""`optout lineage`, `funnel` and `diff`: questions about published versions."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.opened import OpenedWorkspace, WorkspaceOption, open_workspace
from pipelines.cli.tables import print_json, print_table
from schemas.errors import ConfigurationError

if TYPE_CHECKING:
    from pipelines.corpus.chain import Version
    from pipelines.corpus.store import Store

_HERE = Path()
_DIGEST_DIGITS = 64

VersionOption = Annotated[
    int | None, typer.Option("--version", min=1, help="Number of the version; the latest by default.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(app: typer.Typer) -> None:
    """Add the commands that ask."""
    for command in (lineage, funnel, diff):
        app.command()(command)


def lineage(
    sql: Annotated[str | None, typer.Option(help="One SELECT; `-` reads it from standard input.")] = None,
    database: Annotated[
        Path | None,
        typer.Option(help="Write a DuckDB file for the duckdb shell: tables, and views over the corpus."),
    ] = None,
    version: VersionOption = None,
    *,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    workspace: WorkspaceOption = _HERE,
) -> None:
    """Ask a version in SQL.

    One query, a shell, or a file for the duckdb shell.
    """
    if as_json + as_csv + (database is not None) > 1 or (sql is not None and database is not None):
        raise ConfigurationError(
            "options of lineage",
            expected="one of --database, --json and --csv; --sql or --database",
            found="several",
            remedy="ask once for each",
        )
    store, held = open_version(open_workspace(workspace), version)
    if database is not None:
        _write_database(store, held, database)
        return
    from pipelines.cli.lineage_shell import Layout, converse, show
    from pipelines.lineage.session import open_session

    layout: Layout = "json" if as_json else "csv" if as_csv else "table"
    with open_session(store, held) as session:
        if sql is None:
            converse(session, held, layout)
        else:
            show(session.ask(sys.stdin.read() if sql == "-" else sql), layout)


def funnel(
    version: Annotated[int | None, typer.Argument(min=1, help="Number; the latest by default.")] = None,
    *,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = _HERE,
) -> None:
    """Show rows in, reasons, and what is left."""
    from pipelines.lineage.funnel import funnel as count

    _, held = open_version(open_workspace(workspace), version)
    if as_json:
        print_json(count(held))
    else:
        print_funnel(held)


def print_funnel(held: "Version") -> None:
    """Print the funnel of a version as a table, and what became of pictures."""
    from pipelines.lineage.funnel import funnel_table, picture_table

    as_of = held.content.as_of.isoformat().replace("+00:00", "Z")
    print_table(f"Funnel of version {held.number}, as of {as_of}", funnel_table(held))
    if pictures := picture_table(held):
        print_table(f"Pictures of version {held.number}, in records that no standing rule removed", pictures)


def diff(
    a: Annotated[int, typer.Argument(min=1, help="Number of the earlier version.")],
    b: Annotated[int, typer.Argument(min=1, help="Number of the later version.")],
    *,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = _HERE,
) -> None:
    """Show what changed between two versions.

    Inputs, rows, splits and shards.
    """
    from pipelines.corpus.chain import load_version
    from pipelines.lineage.diff import diff as compare

    store = open_workspace(workspace).store()
    rows = compare(store, load_version(store, a), load_version(store, b))
    if as_json:
        print_json(rows)
        return
    inputs = [row for row in rows if row["section"] == "input"]
    # A reason that takes as many rows as before is no difference; --json has it.
    counts = [
        row for row in rows if row["section"] != "input" and (row["section"], row["change"]) != ("reason", 0)
    ]
    later = f"version {b}" if b != a else f"version {b}, again"
    if inputs:
        sides = {f"version {a}": "a", later: "b"}
        shown = [
            {"input": row["name"]} | {n: short(row[side]) for n, side in sides.items()} for row in inputs
        ]
        print_table(f"Inputs of versions {a} and {b} that differ", shown)
    else:
        typer.echo(f"Versions {a} and {b} were built from the same.")
    columns = {
        "section": "section",
        "name": "name",
        "a": f"version {a}",
        "b": later,
        "change": "change",
    }
    print_table(
        f"From version {a} to version {b}", [{columns[name]: row[name] for name in columns} for row in counts]
    )


def _write_database(store: "Store", version: "Version", path: Path) -> None:
    from pipelines.lineage.database import write_database

    held = write_database(store, version, path)
    typer.echo(f"wrote {path}: version {version.number}; open it with `duckdb {path}`", err=True)
    print_table(f"What {path.name} holds", held)


def open_version(opened: OpenedWorkspace, number: int | None) -> "tuple[Store, Version]":
    """The corpus of a workspace, and one of its versions, by default the latest."""
    from pipelines.corpus.chain import load_version

    store = opened.store()
    return store, load_version(store, number)


def short(value: object) -> object:
    """The first digits of a digest; anything else as it is."""
    if isinstance(value, str) and len(value) == _DIGEST_DIGITS:
        return f"{value[:12]}…"
    return value
