"""What a build says before it starts: of what is allowed, and seldom meant."""

from datetime import datetime
from typing import TYPE_CHECKING

import typer

from pipelines.cli.opened import OpenedWorkspace
from schemas.errors import ConfigurationError

if TYPE_CHECKING:
    from pipelines.planning import BuildInputs


def say_doubts(opened: OpenedWorkspace, inputs: "BuildInputs") -> None:
    """Say on stderr what may be a mistake; nothing of it stops the build.

    Raises:
        BadInput: the source was not ingested, or the chain is damaged.
    """
    from pipelines.corpus.chain import latest_version

    name = opened.settings.source
    if _was_described_anew(opened, inputs.source.manifest().description):
        typer.echo(
            f"{name} has changed since `optout ingest`: this build reads the tables as they were ingested. "
            "Run `optout ingest` first to use it.",
            err=True,
        )
    parent = latest_version(inputs.store)
    if parent is not None and inputs.as_of < parent.content.as_of:
        typer.echo(
            f"as of {_shown(inputs.as_of)}, earlier than version {parent.number} (as of "
            f"{_shown(parent.content.as_of)}): people who came of age or were told since do not count",
            err=True,
        )


def _was_described_anew(opened: OpenedWorkspace, ingested: str) -> bool:
    """Whether source.yaml says something else than the description that was ingested; unsaid is not."""
    if not opened.path(opened.settings.source).is_file():
        return False
    try:
        description = opened.description()
    except ConfigurationError:
        return True  # what can be no description was not ingested
    return description.content_digest() != ingested


def _shown(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
