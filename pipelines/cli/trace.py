"""`optout explain` and `optout where`: what became of one record, and where one person is."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.lineage import JsonOption, VersionOption, open_version, short
from pipelines.cli.opened import WorkspaceOption, open_workspace
from pipelines.cli.tables import print_json, print_table
from schemas.outcomes import Reason

if TYPE_CHECKING:
    from pipelines.corpus.chain import Version

_HERE = Path()
_DETAILS = 40


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (explain, where):
        app.command()(command)


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
    store, held = open_version(opened, version)
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
    # Several words, because a phone number is often written with spaces.
    value: Annotated[
        list[str], typer.Argument(help="The identifier, or a picture's SHA-256; `-` reads standard input.")
    ],
    version: Annotated[
        int | None,
        typer.Option("--version", min=1, help="Only this version; every published one by default."),
    ] = None,
    *,
    region: Annotated[
        str | None,
        typer.Option(help="Country of a phone number without +, as FR; that of each account by default."),
    ] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = _HERE,
) -> None:
    """Find where a person or a picture occurs.

    By a scan of what every published version holds.
    """
    from pipelines.lineage.people import has_accounts
    from pipelines.lineage.where import MEDIA, summary
    from pipelines.lineage.where import where as find

    opened = open_workspace(workspace)
    source = opened.path(opened.settings.canonical)
    rows = find(opened.store(), kind, _asked(" ".join(value)), opened.key("lineage"), source, version, region)
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
        print_table("By split", [row | {"shard": short(row["shard"])} for row in rows])
    else:
        typer.echo(f"{len(rows):,} occurrences by split: --json prints them", err=True)


def _hint_at_malformed(held: "Version") -> None:
    malformed = held.content.counts.reasons.get(Reason.MALFORMED.label, 0)
    if malformed:
        which = "row of this version has" if malformed == 1 else "rows of this version have"
        listed = f"`optout ingest --defects` lists {'it' if malformed == 1 else 'them'} by file and position"
        typer.echo(f"{malformed:,} malformed {which} no id: {listed}", err=True)


def _asked(value: str) -> str:
    # An identifier on the command line ends up in shell histories and process lists.
    return sys.stdin.read().rstrip("\r\n") if value == "-" else value


def _text(value: Any) -> str | None:  # noqa: ANN401
    if isinstance(value, list):
        return ", ".join(value)
    return None if value is None else str(value)
