"""The registry of a workspace, and what people write turned into what it keeps."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, TypeVar

import typer

from pipelines.cli.opened import OpenedWorkspace, read_yaml
from schemas.errors import BadInput, ConfigurationError
from schemas.vocabulary import TargetType

if TYPE_CHECKING:
    from optout_registry.cases.calendar import Calendar
    from optout_registry.cases.sealing import CaseKey
    from optout_registry.intake import Intake
    from optout_registry.registry import Registry

_Label = TypeVar("_Label", bound=StrEnum)


def open_to_read(opened: OpenedWorkspace) -> "Registry":
    """The registry, without the key that signs its log."""
    from optout_registry.opening import open_registry

    return open_registry(opened.registry_url)


def open_to_write(opened: OpenedWorkspace) -> "Registry":
    """The registry, with the key that signs its log."""
    from optout_registry.opening import open_registry

    return open_registry(opened.registry_url, opened.key("log").secret)


def intake_for(opened: OpenedWorkspace, kind: TargetType) -> "Intake":
    """How targets become pseudonyms; those of a platform need source.yaml, which names it."""
    from optout_registry.intake import Intake
    from optout_registry.takedowns import check_target_key
    from schemas.identifiers import PLATFORM_SCOPED

    platform = _platform(opened) if kind in PLATFORM_SCOPED else ""

    @cache
    def target_key() -> bytes:
        secret = opened.key("target").secret
        with open_to_read(opened) as registry:
            check_target_key(registry, secret)
        return secret

    return Intake(opened.keychain(), platform, target_key)


def case_key(opened: OpenedWorkspace) -> "CaseKey":
    """The key that seals contact data and correspondence."""
    from optout_registry.cases.sealing import CaseKey

    key = opened.key("case")
    return CaseKey(key.id, key.secret)


def calendar_of(opened: OpenedWorkspace) -> "Calendar":
    """The days of the officer whom optout.yaml describes."""
    from zoneinfo import ZoneInfo

    from optout_registry.cases.calendar import Calendar

    officer = opened.settings.officer
    return Calendar(ZoneInfo(officer.time_zone), officer.country)


def day_given(option: str, text: str | None, today: date) -> date:
    """The day that an option names; today without one (ConfigurationError)."""
    try:
        return today if text is None else date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(
            option, expected="a day, as in 2026-05-27", found="something else", remedy=f"correct {option}"
        ) from None


def one_of(option: str, text: str, known: type[_Label], remedy: str) -> _Label:
    """The member of a closed list that an option names (ConfigurationError)."""
    try:
        return known(text)
    except ValueError:
        raise ConfigurationError(
            option, expected=f"one of {', '.join(known)}", found="something else", remedy=remedy
        ) from None


def read_stdin() -> str:
    """What a person typed or piped; bytes that are no UTF-8 stand as lone surrogates."""
    return sys.stdin.buffer.read().decode("utf-8", "surrogateescape")


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
