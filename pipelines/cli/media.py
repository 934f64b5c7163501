"""`optout media`: what pictures declare, as a table, and copies that declare nothing."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.progress import run_with_progress
from pipelines.cli.tables import counted, print_json, print_table

_LISTED = 1000
"""Files that a table shows; ``--json`` has all."""

if TYPE_CHECKING:
    from pipelines.ingest.scanning.scan import Summary
    from pipelines.ingest.stripping.export import Exported


def register(app: typer.Typer) -> None:
    """Add the commands on pictures."""
    media = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    media.command()(scan)
    media.command()(export)
    app.add_typer(media, name="media", help="Read what pictures declare, and copy them without it.")


def scan(
    folder: Annotated[Path, typer.Argument(help="Folder of pictures; all files below it are read.")],
    out: Annotated[Path, typer.Argument(help="Parquet file to write; an earlier one is replaced.")],
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
    from pipelines.cli.no_pandas import leave_pandas_out
    from pipelines.disk.failures import explained
    from pipelines.ingest.scanning.limits import Limits
    from pipelines.ingest.scanning.scan import Summary
    from pipelines.ingest.scanning.scan import scan as scan_folder

    leave_pandas_out()
    summary = Summary()

    def work() -> None:
        with explained(str(out)):
            scan_folder(folder, out, workers or os.cpu_count() or 1, Limits(), summary, sha256=sha256)

    run_with_progress(work, "reading files", total=None, done=lambda: summary.files)
    _print(summary, as_json=as_json)


def export(
    source: Annotated[Path, typer.Argument(metavar="FROM", help="Folder of pictures; it is only read.")],
    target: Annotated[Path, typer.Argument(metavar="TO", help="New folder for the copies.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Copy the pictures of a folder without what they declare.

    The image data is copied byte for byte; of all else only colour profile and orientation stay. A file of
    which no such copy can be made is not copied and listed, and the exit code is 1.
    """
    from pipelines.disk.failures import explained
    from pipelines.ingest.scanning.limits import Limits
    from pipelines.ingest.stripping.export import Exported
    from pipelines.ingest.stripping.export import export as export_folder

    exported = Exported()

    def work() -> None:
        with explained(str(target)):
            export_folder(source, target, Limits(), exported)

    run_with_progress(work, "copying pictures", total=None, done=lambda: exported.copied)
    _print_exported(exported, as_json=as_json)
    if exported.left:
        raise typer.Exit(1)


def _print_exported(exported: "Exported", *, as_json: bool) -> None:
    rows = [{"path": path, "reason": reason.value} for path, reason in exported.left]
    if as_json:
        print_json({"copied": exported.copied, "bytes": exported.bytes, "not_copied": rows})
        return
    print_table("copies", [{"pictures": exported.copied, "bytes": exported.bytes}])
    if rows:
        print_table(f"{counted(len(rows), 'file')} not copied", rows[:_LISTED])
        if len(rows) > _LISTED:
            typer.echo(f"the first {_LISTED:,} files; --json prints all", err=True)


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
