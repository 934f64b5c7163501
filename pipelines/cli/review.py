"""`optout review`: decisions on suspected pictures out and in, and a sample of those that were kept."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.lineage import JsonOption, VersionOption, open_version
from pipelines.cli.opened import OpenedWorkspace, WorkspaceOption, open_workspace
from pipelines.cli.review_serving import serve
from pipelines.cli.tables import counted, print_json, print_text
from pipelines.cli.tokens import TokenOption, read_token
from schemas.errors import BadInput, ConfigurationError

if TYPE_CHECKING:
    from pipelines.review.sample import Sample

_HERE = Path()
_PRIVATE = 0o600


def register(app: typer.Typer) -> None:
    """Add the commands."""
    review = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    review.command("export")(export)
    review.command("import")(import_)
    review.command()(sample)
    review.command()(serve)
    app.add_typer(review, name="review", help="Decide on suspected pictures, and check kept ones.")


def export(
    file: Annotated[Path | None, typer.Argument(help="Write to this new file; without one, print.")] = None,
    *,
    workspace: WorkspaceOption = _HERE,
) -> None:
    """Write what waits and what was decided, as JSON Lines.

    The queue of the latest version, worst evidence first, then the decisions. No text, no id, no path.
    """
    from pipelines.cli.written import writing_file
    from pipelines.review.decisions import decided
    from pipelines.review.exchange import export_lines
    from pipelines.review.log import read_log
    from pipelines.review.queue import read_queue

    opened = open_workspace(workspace)
    store, held = open_version(opened, None)
    events = read_log(_log(opened))
    lines = [
        line.to_canonical_json() for line in export_lines(read_queue(store, held, events), decided(events))
    ]
    if file is None:
        for line in lines:
            print_text(line.decode())
        return
    if not lines:
        typer.echo(f"nothing waits and nothing was decided: {file} was not written", err=True)
        return
    with writing_file(file, mode=_PRIVATE) as out:
        out.writelines(line + b"\n" for line in lines)
    typer.echo(f"wrote {counted(len(lines), 'line')} to {file}", err=True)


def import_(
    file: Annotated[Path, typer.Argument(help="Lines of an export, with refusals; - reads standard input.")],
    token: TokenOption,
    *,
    workspace: WorkspaceOption = _HERE,
) -> None:
    """Refuse the pictures of which a line says so: all of them, or none where a line is wrong.

    A picture that waited once may be refused, too, whether it expired or is gone. Releases are not
    imported: two people give each one in `review serve`.
    """
    from pipelines.review.decisions import decided
    from pipelines.review.exchange import Queued, import_lines
    from pipelines.review.log import appending
    from pipelines.review.queue import ever_queued, read_queue

    if str(file) == str(token) == "-":
        raise ConfigurationError(
            "FILE and --token",
            expected="one of them from standard input",
            found="both",
            remedy="name the file with the token",
        )
    opened = open_workspace(workspace)
    actor = actor_of_token(opened, read_token(token))
    name, data = _read(file)
    store, held = open_version(opened, None)
    with appending(_log(opened)) as log:
        queue = Queued(held.number, read_queue(store, held, log.events), ever_queued(store, held))
        entries = import_lines(data, name, queue, decided(log.events), actor, datetime.now(UTC))
        log.append(entries)
    print_text(f"{counted(len(entries), 'picture')} refused by {actor}")


def sample(
    kept: Annotated[int, typer.Option(help="How many of the kept pictures to draw.", min=1)],
    token: TokenOption,
    seed: Annotated[int, typer.Option(help="Another seed draws others.", min=0, max=2**53 - 1)] = 0,
    version: VersionOption = None,
    *,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = _HERE,
) -> None:
    """Draw kept pictures at random, to be checked in `review serve`, and say how many minors were missed.

    The same numbers draw the same pictures; asked again, it says where the sample stands. At most: the
    upper limit of Clopper and Pearson, exceeded by chance in one sample of twenty.
    """
    from pipelines.review.drawing import draw_sample
    from pipelines.review.log import appending
    from pipelines.review.sample import enter_draw, samples_of

    opened = open_workspace(workspace)
    actor = actor_of_token(opened, read_token(token))
    store, held = open_version(opened, version)
    draw, _ = draw_sample(store, held, kept, seed)
    with appending(_log(opened)) as log:
        log.append(
            enter_draw(samples_of(log.events, draw.content), draw, held.number, actor, datetime.now(UTC))
        )
        (stands,) = (one for one in samples_of(log.events, draw.content) if one.draw == draw)
    if as_json:
        print_json(_as_json(stands))
    else:
        print_text(str(stands))


def actor_of_token(opened: OpenedWorkspace, token: str) -> str:
    """The actor of the workspace's registry who holds a token (Refused)."""
    from optout_registry.actors import actor_of
    from pipelines.cli.registry.opened import open_to_read

    with open_to_read(opened) as registry, registry.reading() as connection:
        return actor_of(connection, token)


def _as_json(sample: "Sample") -> dict[str, object]:
    return {
        "version": sample.event.version,
        "content": sample.draw.content,
        "seed": sample.draw.seed,
        "kept": sample.draw.kept,
        "universe": sample.draw.universe,
        "drawn_by": sample.event.actor,
        "drawn_at": sample.event.at,
        "checked": len(sample.checked),
        "minors": sample.minors,
        "complete": sample.is_complete,
        "at_most": sample.at_most,
    }


def _log(opened: OpenedWorkspace) -> Path:
    return opened.path(opened.settings.reviews)


def _read(file: Path) -> tuple[str, bytes]:
    """What a file is called in messages, and its content."""
    try:
        if str(file) == "-":
            return "standard input", sys.stdin.buffer.read()
        return file.name, file.read_bytes()
    except OSError as error:
        raise BadInput(
            str(file),
            expected="a readable file",
            found=error.strerror or type(error).__name__,
            remedy="name the file that `optout review export` wrote",
        ) from error
