"""`optout lineage`, `funnel`, `diff`, `explain` and `where`: questions about published versions."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.opened import OpenedWorkspace, WorkspaceOption, open_workspace
from pipelines.cli.tables import print_json, print_table
from schemas.errors import ConfigurationError
from schemas.outcomes import Reason

if TYPE_CHECKING:
    from pipelines.corpus.chain import Version
    from pipelines.corpus.store import Store

_HERE = Path()
_DETAILS = 40
_DIGEST_DIGITS = 64

VersionOption = Annotated[
    int | None, typer.Option("--version", min=1, help="Number of the version; the latest by default.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(app: typer.Typer) -> None:
    """Add the commands that ask."""
    for command in (lineage, funnel, diff, explain, where):
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
    store, held = _version(open_workspace(workspace), version)
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

    _, held = _version(open_workspace(workspace), version)
    if as_json:
        print_json(count(held))
    else:
        print_funnel(held)


def print_funnel(held: "Version") -> None:
    """Print the funnel of a version as a table."""
    from pipelines.lineage.funnel import funnel_table

    as_of = held.content.as_of.isoformat().replace("+00:00", "Z")
    print_table(f"Funnel of version {held.number}, as of {as_of}", funnel_table(held))


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

    store = _store(open_workspace(workspace))
    rows = compare(store, load_version(store, a), load_version(store, b))
    if as_json:
        print_json(rows)
        return
    inputs = [row for row in rows if row["section"] == "input"]
    # A reason that takes as many rows as before is no difference; --json has it.
    counts = [
        row for row in rows if row["section"] != "input" and (row["section"], row["change"]) != ("reason", 0)
    ]
    if inputs:
        sides = {f"version {a}": "a", f"version {b}": "b"}
        shown = [
            {"input": row["name"]} | {n: _short(row[side]) for n, side in sides.items()} for row in inputs
        ]
        print_table(f"Inputs of versions {a} and {b} that differ", shown)
    else:
        typer.echo(f"Versions {a} and {b} were built from the same.")
    columns = {
        "section": "section",
        "name": "name",
        "a": f"version {a}",
        "b": f"version {b}",
        "change": "change",
    }
    print_table(
        f"From version {a} to version {b}", [{columns[name]: row[name] for name in columns} for row in counts]
    )


def explain(
    record: Annotated[
        str, typer.Argument(help="Id of a record, or SPLIT:ROW; `-` reads it from standard input.")
    ],
    version: VersionOption = None,
    *,
    by_id: Annotated[
        bool, typer.Option("--id", help="It is an id, even if it looks like SPLIT:ROW.")
    ] = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = _HERE,
) -> None:
    """Say what became of one record, and why."""
    from pipelines.lineage.explain import explain_record, explain_row, parse_place

    opened = open_workspace(workspace)
    store, held = _version(opened, version)
    asked = _asked(record)
    place = None if by_id else parse_place(asked)
    if place is not None:
        rows = explain_row(store, held, *place)
    else:
        rows = explain_record(store, held, asked, opened.path(opened.settings.canonical))
        if not rows:
            _hint_at_malformed(held)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        title = f"Row {row['row']} of split {row['split']}, version {row['version']}: {row['outcome']}"
        print_table(title, [{"field": name, "value": _text(value)} for name, value in row.items()])
    if not rows:
        typer.echo(f"nowhere: the canonical tables hold no record with this id (version {held.number})")


def where(
    kind: Annotated[str, typer.Argument(metavar="TYPE", help="account, email, phone, handle, did or media.")],
    value: Annotated[
        str, typer.Argument(help="The identifier, or a picture's SHA-256; `-` reads standard input.")
    ],
    version: VersionOption = None,
    *,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = _HERE,
) -> None:
    """Find where a person or a picture occurs.

    By a scan of what the versions hold.
    """
    from pipelines.lineage.people import has_accounts
    from pipelines.lineage.where import MEDIA, summary
    from pipelines.lineage.where import where as find

    opened = open_workspace(workspace)
    source = opened.path(opened.settings.canonical)
    rows = find(_store(opened), kind, _asked(value), opened.key("lineage"), source, version)
    if kind != MEDIA and not has_accounts(source):
        typer.echo("The source is not here: linked accounts were not looked for.", err=True)
    if as_json:
        print_json(rows)
        return
    scope = "any published version" if version is None else f"version {version}"
    if not rows:
        typer.echo(f"nowhere: no split of {scope} names it, in any role")
        return
    found = summary(rows)
    rare = {name for name in ("quarantined", "rejected") if not any(row[name] for row in found)}
    shown = [{name: value for name, value in row.items() if name not in rare} for row in found]
    print_table(f"Where it occurs, in {scope}", shown)
    if len(rows) <= _DETAILS:
        print_table("By split", [row | {"shard": _short(row["shard"])} for row in rows])
    else:
        typer.echo(f"{len(rows):,} occurrences by split: --json prints them", err=True)


def _hint_at_malformed(held: "Version") -> None:
    malformed = held.content.counts.reasons.get(Reason.MALFORMED.label, 0)
    if malformed:
        which = "row of this version has" if malformed == 1 else "rows of this version have"
        listed = f"`optout ingest --defects` lists {'it' if malformed == 1 else 'them'} by file and position"
        typer.echo(f"{malformed:,} malformed {which} no id: {listed}", err=True)


def _write_database(store: "Store", version: "Version", path: Path) -> None:
    from pipelines.lineage.database import write_database

    held = write_database(store, version, path)
    typer.echo(f"wrote {path}: version {version.number}; open it with `duckdb {path}`", err=True)
    print_table(f"What {path.name} holds", held)


def _store(opened: OpenedWorkspace) -> "Store":
    from pipelines.corpus.store import open_store

    return open_store(opened.url(opened.settings.corpus))


def _version(opened: OpenedWorkspace, number: int | None) -> "tuple[Store, Version]":
    from pipelines.corpus.chain import load_version

    store = _store(opened)
    return store, load_version(store, number)


def _asked(value: str) -> str:
    # An identifier on the command line ends up in shell histories and process lists.
    return sys.stdin.read().rstrip("\r\n") if value == "-" else value


def _short(value: Any) -> Any:  # noqa: ANN401
    is_digest = isinstance(value, str) and len(value) == _DIGEST_DIGITS
    return f"{value[:12]}…" if is_digest else value


def _text(value: Any) -> str | None:  # noqa: ANN401
    if isinstance(value, list):
        return ", ".join(value)
    return None if value is None else str(value)
