"""`optout`: the commands, and how every failure ends. Heavy imports happen inside the commands."""

import errno
import sys
from typing import Annotated

import typer

from pipelines.cli import (
    actor,
    build,
    corpus,
    ingest,
    key,
    lineage,
    media,
    registry,
    review,
    rules,
    schema,
    trace,
    verify,
    workspace,
)
from pipelines.cli.interrupts import INTERRUPTED, end_interrupted, interrupted
from schemas.errors import BadInput, OptoutError

app = typer.Typer(
    name="optout",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # help drawn with rich takes three times as long as all else of `--help`
    context_settings={"max_content_width": 110},
)
workspace.register(app)
schema.register(app)
ingest.register(app)
media.register(app)
registry.register(app)
actor.register(app)
key.register(app)
build.register(app)
corpus.register(app)
lineage.register(app)
trace.register(app)
verify.register(app)
rules.register(app)
review.register(app)


def _say_version(asked: bool) -> None:  # noqa: FBT001 - typer hands it in
    if asked:
        from importlib.metadata import version

        typer.echo(f"optout {version('optout')}")
        raise typer.Exit


@app.callback()
def root(
    *,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Print the release, and end."),
    ] = False,
) -> None:
    """Turn a social-content dataset into a training corpus without the people who objected."""


def main() -> None:
    """Run one command; a known failure is one message on stderr and its exit code."""
    try:
        app()
    except BaseException as ended:
        # typer turns a KeyboardInterrupt into SystemExit(130), a library perhaps into an error of its own.
        if interrupted() or (isinstance(ended, SystemExit) and ended.code == INTERRUPTED):
            end_interrupted()
        error = _unwritten(ended) if isinstance(ended, OSError) else ended
        if not isinstance(error, OptoutError):
            raise
        sys.stderr.write(f"optout: {error}\n")
        sys.exit(error.exit_code)


def _unwritten(error: OSError) -> BaseException:
    """What it means that there is no room for output: only a write fails so, and files of ours say which."""
    if error.filename is not None or error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return error
    return BadInput(
        "standard output",
        expected="room for what is printed",
        found=error.strerror or "none",
        remedy="free some space or print elsewhere, then repeat",
    )
