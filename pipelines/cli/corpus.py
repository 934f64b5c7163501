"""`optout versions` and `optout files`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.opened import WorkspaceOption, open_workspace
from pipelines.cli.tables import print_json, print_table

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_HERE = Path()
_DIGITS = 12


def register(app: typer.Typer) -> None:
    """Add the commands that list what a corpus holds."""
    app.command()(versions)
    app.command()(files)


def versions(
    *,
    refused: Annotated[
        bool, typer.Option("--refused", help="The builds that a gate refused, and what it found.")
    ] = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = _HERE,
) -> None:
    """List versions, or builds that were refused."""
    from pipelines.corpus.listing import list_refused, list_versions

    store = open_workspace(workspace).store()
    rows = list_refused(store) if refused else list_versions(store)
    if as_json:
        print_json(rows)
    else:
        print_table("refused builds" if refused else "versions", [_shortened(row) for row in rows])


def files(
    version: Annotated[int, typer.Argument(min=1, help="Number of the version.")],
    *,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = _HERE,
) -> None:
    """List the shards of a version.

    All a training job reads, in this order, each as often as it is listed.

    A shard is listed twice where the source holds its rows twice.
    """
    from pipelines.corpus.listing import list_files

    rows = list_files(open_workspace(workspace).store(), version)
    if as_json:
        print_json(rows)
    else:
        print_table(f"files of version {version}", rows)


def _shortened(row: dict[str, Any]) -> dict[str, Any]:
    digests = {name: row[name][:_DIGITS] for name in ("content", "plan") if row.get(name)}
    return {**row, **digests}
