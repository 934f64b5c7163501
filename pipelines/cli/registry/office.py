"""The officer's view of `optout registry serve`: its token, its tables, and its preview of an import."""

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.cli.opened import OpenedWorkspace
from pipelines.cli.registry.opened import calendar_of, say
from pipelines.cli.written import writing_file
from schemas.errors import ConfigurationError, OptoutError, Refused

if TYPE_CHECKING:
    from optout_registry.door.officer import Office, Tables
    from optout_registry.door.officer_preview import Previewed
    from optout_registry.registry import Registry
    from schemas.workspace import DoorSettings

_TOKEN = 22
"""Characters of a token at least: 128 bits in base64."""
_SAID = 4_096
"""Characters of an error that are shown."""


def open_office(opened: OpenedWorkspace, door: "DoorSettings", registry: "Registry") -> "Office | None":
    """The view, where the workspace names its token; the token is written if it is missing.

    Raises:
        ConfigurationError: no file that can be its token.
    """
    from optout_registry.door.officer import Office, new_token

    if door.officer_token is None:
        return None
    path = opened.path(door.officer_token)
    try:
        if not path.exists():
            with writing_file(path, mode=0o600) as file:
                file.write(f"{new_token()}\n".encode())
            say(f"wrote {path}: the token of the officer's view")
        token = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        found = error.strerror if isinstance(error, OSError) else None
        raise _no_token(path, found or "something else") from error
    if len(token) < _TOKEN:
        raise _no_token(path, "a shorter one")

    async def preview(file: Path) -> "Previewed":
        return await preview_apart(opened.root, file, door.preview_seconds)

    return Office(token, _tables(opened, registry), preview)


async def preview_apart(workspace: Path, file: Path, seconds: float) -> "Previewed":
    """What `optout registry preview` says of a file, by a process of its own.

    It takes memory for every account and every line, and may have to be ended: neither is for the process
    that takes objections.

    Raises:
        OptoutError: what the command said instead, or that it took too long.
    """
    from optout_registry.door.officer_preview import Previewed

    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "pipelines.cli", "registry", "preview"),
        *(str(file), "--json", "--workspace", str(workspace)),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the door, which ends this one
    )  # fmt: skip
    try:
        async with asyncio.timeout(seconds):
            out, err = await process.communicate()
    except TimeoutError:
        raise Refused(
            "preview",
            expected=f"an end within {seconds:g} seconds (preview_seconds of door in optout.yaml)",
            found="none: it was stopped",
            remedy="run `optout registry preview FILE` on the machine itself",
        ) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise _as_said(err.decode("utf-8", "replace"), process.returncode)
    said = json.loads(out)
    return Previewed(touched=said.pop("touched"), bad_lines=said.pop("bad_lines"), counts=said)


class _Said(OptoutError):
    """An error of the command, in the words in which it was said."""

    def __str__(self) -> str:
        return self.subject


def _as_said(text: str, code: int) -> OptoutError:
    message = text.partition("optout: ")[2].strip()
    if message:
        return _Said(message[:_SAID], remedy="")
    return Refused(
        "preview",
        expected="a result",
        found=f"exit code {code} and no message",
        remedy="run `optout registry preview FILE` on the machine itself, and report what it says",
    )


def _tables(opened: OpenedWorkspace, registry: "Registry") -> "Tables":
    from optout_registry.batches import list_batches
    from optout_registry.cases.due import due
    from optout_registry.door.officer import Table

    calendar = calendar_of(opened)

    def tables(most: int) -> dict[str, Table]:
        found = due(registry, calendar, calendar.day_of(datetime.now(UTC)), most=most)
        batches = list_batches(registry)
        counts = [{"status": status, "requests": number} for status, number in found.counts.items()]
        return {
            "Requests by status": Table(counts),
            "Due": Table(
                [one.model_dump() for one in found.waiting], found.waiting_in_all - len(found.waiting)
            ),
            "Batches": Table([batch.model_dump() for batch in batches[:most]], max(0, len(batches) - most)),
        }

    return tables


def _no_token(path: Path, found: str) -> ConfigurationError:
    return ConfigurationError(
        str(path),
        expected=f"a token of {_TOKEN} characters or more, readable by this user",
        found=found,
        remedy="correct officer_token in optout.yaml, or remove the file: another token is written",
    )
