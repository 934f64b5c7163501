"""`optout registry preview`, `batches`, `reverse`: an import before it is made, and when it was faulty."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.opened import WorkspaceOption, open_workspace
from pipelines.cli.registry.opened import intake_for, open_to_read, open_to_write, say
from pipelines.cli.tables import counted, print_json, print_table, print_text
from pipelines.cli.tokens import TokenOption, read_token
from schemas.vocabulary import IdentifierType


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (preview, batches, reverse):
        app.command()(command)


def batches(
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """List the imports, and which wait to be reversed."""
    from optout_registry.batches import list_batches

    with open_to_read(open_workspace(workspace)) as registry:
        rows = [batch.model_dump(mode="json") for batch in list_batches(registry)]
    if json:
        print_json(rows)
    elif rows:
        print_table("batches", [{name.replace("_", " "): cell for name, cell in row.items()} for row in rows])
    else:
        print_text("no file was imported")


def reverse(
    batch: Annotated[str, typer.Argument(help="As `registry import` printed it.")],
    token: TokenOption,
    *,
    drop: Annotated[bool, typer.Option("--drop", help="Take back the proposal; nothing is lifted.")] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Take back a faulty import: one actor proposes it, another one accepts.

    Its people stay excluded until then. What came with another file as well, or by itself, holds.
    """
    from optout_registry.reversal import drop_reversal, reverse_batch

    now = datetime.now(UTC)
    secret = read_token(token)
    with open_to_write(open_workspace(workspace)) as registry:
        if drop:
            drop_reversal(registry, batch, secret)
            print_text(f"batch {batch}: the proposal to reverse it was dropped; all of it holds")
            return
        done = reverse_batch(registry, batch, secret, recorded_at=now)
    if done.spared:
        say(f"{counted(done.spared, 'objection')} came another way as well, and hold")
    objections = counted(done.objections, "objection")
    if done.event is None:
        say("nothing was lifted: another actor must accept it with the same command and their own token")
        print_text(f"batch {batch}: reversal proposed by {done.proposed_by}, {objections}")
    else:
        print_text(f"event {done.event}  batch {batch} reversed, {objections} lifted")


def preview(
    file: Annotated[Path, typer.Argument(help="A file as `registry import` takes it.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Say what importing a file would come to.

    Nothing is recorded. Bad lines are counted; `registry import` lists them.
    """
    from optout_registry.proposed import propose_file
    from pipelines.corpus.chain import latest_version
    from pipelines.corpus.source_files import SourceFiles
    from pipelines.eligibility import EligibilityKeys
    from pipelines.previewing import preview as look

    now = datetime.now(UTC)
    opened = open_workspace(workspace)
    intake = intake_for(opened, IdentifierType.ACCOUNT)
    with open_to_read(opened) as registry:
        proposed = propose_file(registry, file, intake, recorded_at=now, on_bad=lambda _: None)
    source = SourceFiles(opened.url(opened.settings.canonical))
    manifest = source.manifest()
    accounts, _ = source.accounts(manifest.accounts)
    store = opened.store()
    keys = EligibilityKeys(registry=opened.keychain().secrets, lineage=opened.key("lineage").secret)
    found = look(accounts, proposed.new, manifest.platform, keys, store, latest_version(store))
    report = proposed.report
    counts: dict[str, Any] = {
        "batch": report.batch,
        "lines": report.lines,
        "new": report.added,
        "known": report.known,
        "ended": report.ended,
        "bad": report.bad,
        "matched": found.matched,
        "unmatched": found.unmatched,
        "takedowns": found.takedowns,
        "accounts": found.accounts,
        "touched": None if found.touched is None else found.touched.model_dump(),
    }
    if json:
        print_json(counts)
        return
    touched = counts.pop("touched") or {}
    rows = [*counts.items(), *touched.items()]
    print_table(file.name, [{"what": name.replace("_", " "), "value": f"{value}"} for name, value in rows])
    if not touched:
        say("no version is published yet: nothing can be touched")
