"""`optout media`: what pictures declare, as a table, and copies that declare nothing."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.progress import run_with_progress
from pipelines.cli.tables import counted, print_json, print_table

if TYPE_CHECKING:
    from pipelines.ingest.scanning.scan import Summary


def register(app: typer.Typer) -> None:
    """Add the commands on pictures."""
    media = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    media.command()(scan)
    app.add_typer(media, name="media", help="Read what pictures declare, and copy them without it.")


def scan(
    folder: Annotated[Path, typer.Argument(help="Folder of pictures; all files below it are read.")],
    out: Annotated[Path, typer.Argument(help="Parquet file to write; one that exists is replaced.")],
    *,
    sha256: Annotated[
        bool,
        typer.Option("--sha256/--no-sha256", help="Read each picture whole, for the digest of its bytes."),
    ] = True,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes that read. One for each core.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Read what the pictures of a folder declare into one table.

    A file that cannot be read is a row that says why, and the next goes on. The table is `media` of
    `optout schema`.
    """
    from pipelines.disk.failures import explained
    from pipelines.ingest.scanning.limits import Limits
    from pipelines.ingest.scanning.scan import Summary
    from pipelines.ingest.scanning.scan import scan as scan_folder

    summary = Summary()

    def work() -> None:
        with explained(str(out)):
            scan_folder(folder, out, workers or os.cpu_count() or 1, Limits(), summary, sha256=sha256)

    run_with_progress(work, "reading files", total=None, done=lambda: summary.files)
    _print(summary, as_json=as_json)


def _print(summary: "Summary", *, as_json: bool) -> None:
    counts = {"unread": summary.unread, "doubts": summary.doubts, "mime": summary.mime}
    if as_json:
        sums = {"files": summary.files, "read": summary.read, "sidecars": summary.sidecars}
        print_json(sums | {name: dict(sorted(files.items())) for name, files in counts.items()})
        return
    rows = [
        {"": name, "what": what, "files": files}
        for name, by in counts.items()
        for what, files in sorted(by.items(), key=lambda item: (-item[1], item[0]))
    ]
    print_table(f"{counted(summary.files, 'file')}, {summary.read:,} read", rows)
