"""`optout registry batches`, `reverse`: the imports, and when one was faulty."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.opened import WorkspaceOption, open_workspace
from pipelines.cli.registry.opened import open_to_read, open_to_write, say
from pipelines.cli.tables import counted, print_json, print_table, print_text
from pipelines.cli.tokens import TokenOption, read_token


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (batches, reverse):
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
