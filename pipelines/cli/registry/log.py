"""`optout registry snapshot`, `status`, `checkpoint`, `verify`: what stands in the log, and its proof."""

from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.opened import WorkspaceOption, open_workspace
from pipelines.cli.registry.files_given import read_file, read_receipt
from pipelines.cli.registry.opened import open_to_read
from pipelines.cli.tables import counted, print_json, print_table, print_text
from pipelines.cli.written import writing_file
from schemas.errors import BadInput, Refused


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (snapshot, status, checkpoint, verify):
        app.command()(command)


def snapshot(
    event: Annotated[int | None, typer.Option(help="Event number; without one, the last.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the objections to this Parquet file.")] = None,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Show the objections that hold at an event.

    Their digest and number, no identifier.
    """
    from schemas.canonical import sha256
    from schemas.snapshots import snapshot_parquet

    with open_to_read(open_workspace(workspace)) as registry:
        taken = registry.snapshot(event)
    data = snapshot_parquet(taken.objections)
    if out is not None:
        with writing_file(out, replaces=_check_snapshot) as file:
            file.write(data)
    print_text(f"event {taken.event}  sha256 {sha256(data)}  rows {taken.objections.num_rows}")


def _check_snapshot(path: Path) -> None:
    """That a file holds an earlier snapshot (ConfigurationError)."""
    from pipelines.disk.earlier import check_earlier
    from schemas.tables import SNAPSHOT

    check_earlier(path, SNAPSHOT)


def status(
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Count what the registry holds."""
    with open_to_read(open_workspace(workspace)) as registry:
        counts: dict[str, Any] = registry.status().model_dump()
    if json:
        print_json(counts)
        return
    live = counts.pop("live_by_type")
    rows = [*counts.items(), *((f"live, {kind}", number) for kind, number in live.items())]
    print_table("registry", [{"what": name.replace("_", " "), "value": f"{value}"} for name, value in rows])


def checkpoint(workspace: WorkspaceOption = Path()) -> None:
    """Print the signed size and root of the log.

    Keep it elsewhere: `registry verify --checkpoint` shows that nothing before it was changed.
    """
    with open_to_read(open_workspace(workspace)) as registry:
        note = registry.checkpoint()
    if note is None:
        raise BadInput(
            "registry",
            expected="at least one event",
            found="none, so nothing was signed yet",
            remedy="record an objection first",
        )
    typer.echo(note, nl=False)


def verify(
    checkpoint: Annotated[
        Path | None, typer.Option(help="A checkpoint kept elsewhere: nothing before it has changed.")
    ] = None,
    receipt: Annotated[Path | None, typer.Option(help="A receipt: its objection stands in the log.")] = None,
    extract: Annotated[Path | None, typer.Option(help="An extract: its events stand in the log.")] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Check the whole log: every event, the tree over them, its signatures, and what they come to."""
    from optout_registry.extract import Extract, check_extract
    from optout_registry.receipts import check_receipt
    from optout_registry.transparency.notes import parse_verifier

    kept = [read_file(checkpoint).decode(errors="replace")] if checkpoint else []
    shown = read_receipt(receipt) if receipt else None
    given = Extract.parse(read_file(extract), str(extract)) if extract else None
    with open_to_read(open_workspace(workspace)) as registry:
        if shown is not None:
            check_receipt(shown, parse_verifier(registry.identity.log_key))
            kept.append(shown.checkpoint)
        if given is not None:
            check_extract(given, parse_verifier(registry.identity.log_key))
            kept.append(given.checkpoint)
        report = registry.verify(kept)
    if json:
        print_json(report.model_dump())
    else:
        if report.findings:
            print_table("findings", [finding.model_dump() for finding in report.findings])
        print_text(
            f"checked {counted(report.events, 'event')}, {counted(report.erased, 'erased one')} among them, "
            f"{counted(report.checkpoints, 'checkpoint')}; root {report.root or 'none'}"
        )
        print_text("nothing found wanting" if report.ok else counted(len(report.findings), "finding"))
    if not report.ok:
        raise Refused(
            "registry",
            expected="nothing found wanting",
            found=counted(len(report.findings), "finding"),
            remedy="build nothing with it; find out who changed it, and restore the registry from its backup",
        )
