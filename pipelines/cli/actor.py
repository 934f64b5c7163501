"""`optout actor`: who may decide what takes two people."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.opened import WorkspaceOption, open_workspace
from pipelines.cli.registry.opened import open_to_read, open_to_write, options
from pipelines.cli.tables import print_json, print_table, print_text
from pipelines.cli.written import writing_file

NameArgument = Annotated[str, typer.Argument(help="Stands in the log for good: small letters and digits.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    actor = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    actor.command()(add)
    actor.command()(revoke)
    actor.command(name="list")(list_)
    app.add_typer(actor, name="actor", help="Enter the people who decide, each with a token of their own.")


def add(
    name: NameArgument,
    out: Annotated[
        Path | None, typer.Option(help="Write the token to this new file, readable by you alone.")
    ] = None,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Enter an actor, and give their token once.

    Two tokens do not prove two people: hand each one to the person whose it is.
    """
    from optout_registry.actors import add_actor

    with open_to_write(open_workspace(workspace)) as registry:
        if out is None:
            print_text(add_actor(registry, name))
            return
        # Opened first: a token that cannot be written would be lost, and its name with it.
        with writing_file(out, mode=0o600) as file:
            file.write(f"{add_actor(registry, name)}\n".encode())


def revoke(name: NameArgument, workspace: WorkspaceOption = Path()) -> None:
    """Let an actor's token open nothing any more; what they decided stays."""
    from optout_registry.actors import revoke_actor

    with options(), open_to_write(open_workspace(workspace)) as registry:
        revoke_actor(registry, name)
    print_text(f"{name} is revoked")


def list_(
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """List the actors, with those whose token was revoked."""
    from optout_registry.actors import list_actors

    with open_to_read(open_workspace(workspace)) as registry:
        rows = [actor.model_dump() for actor in list_actors(registry)]
    if json:
        print_json(rows)
    elif rows:
        print_table("actors", rows)
    else:
        print_text("no actor was entered")
