"""`optout key`: keys that lie encrypted under a master key."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines.cli.tables import print_text

PurposeArgument = Annotated[
    Literal["registry", "lineage", "log", "case", "target"], typer.Argument(help="What the key is for.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    key = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    key.callback()(_keys)
    key.command()(wrap)
    app.add_typer(key, name="key", help="Store keys encrypted.")


def _keys() -> None:
    # With a callback typer keeps the name of a command that stands alone.
    """Store keys encrypted."""


def wrap(
    purpose: PurposeArgument,
    out: Annotated[Path, typer.Argument(help="File to write: optout.yaml then names it as kms:OUT.")],
    kms: Annotated[
        str, typer.Option(help="Master key, as local:PATH from the folder of OUT; made if it is not there.")
    ],
    source: Annotated[
        Path | None, typer.Option("--from", help="Key file to wrap; without one, a new key.")
    ] = None,
) -> None:
    """Write a key to a file, encrypted under a master key.

    Delete the key file it came from once the wrapped one works.
    """
    from pipelines.keys import MASTER, create_key_file, wrap_key_file

    service, _, location = kms.partition(":")
    master = Path(out.parent, location).resolve()
    if service == "local" and location and not master.exists():
        made = create_key_file(master, MASTER)
        typer.echo(f"wrote {master} ({made.id}): keep a copy in a safe place", err=True)
    key = wrap_key_file(out, purpose, kms, source)
    print_text(f"{out}  {key.id}")
