"""The registry of a workspace, and what people write turned into what it keeps."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from pipelines.cli.opened import OpenedWorkspace, read_yaml
from schemas.errors import BadInput, ConfigurationError
from schemas.vocabulary import IdentifierType

if TYPE_CHECKING:
    from optout_registry.intake import Intake
    from optout_registry.registry import Registry


def open_to_read(opened: OpenedWorkspace) -> "Registry":
    """The registry, without the key that signs its log."""
    from optout_registry.opening import open_registry

    return open_registry(opened.registry_url)


def open_to_write(opened: OpenedWorkspace) -> "Registry":
    """The registry, with the key that signs its log."""
    from optout_registry.opening import open_registry

    return open_registry(opened.registry_url, opened.key("log").secret)


def intake_for(opened: OpenedWorkspace, kind: IdentifierType) -> "Intake":
    """How identifiers become pseudonyms; those of a platform need source.yaml, which names it."""
    from optout_registry.intake import Intake
    from schemas.identifiers import PLATFORM_SCOPED

    platform = _platform(opened) if kind in PLATFORM_SCOPED else ""
    return Intake(opened.keychain(), platform)


@contextmanager
def options() -> Iterator[None]:
    """What a person typed is an option, not an input file: exit code 2."""
    try:
        yield
    except BadInput as error:
        raise ConfigurationError(
            error.subject.replace("_", "-"),
            expected=error.expected,
            found=error.found,
            remedy="correct it and repeat; nothing was recorded",
        ) from None


def say(message: str) -> None:
    """A message for the person at the terminal."""
    typer.echo(message, err=True)


def _platform(opened: OpenedWorkspace) -> str:
    name = opened.settings.source
    source = read_yaml(opened.path(name))
    platform = source.get("platform") if isinstance(source, dict) else None
    if not isinstance(platform, str) or not platform:
        raise ConfigurationError(
            name,
            expected="platform: the name of the platform whose account ids and handles these are",
            found="none",
            remedy=f"add platform to {name}",
        )
    return platform
