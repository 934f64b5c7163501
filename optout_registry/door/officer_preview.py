"""What an import would come to, for the officer: a file is looked at, and nothing of it is kept."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from optout_registry.bulk import BadLine
from optout_registry.door.texts import page
from optout_registry.door.uploads import read_file_form
from schemas.errors import OptoutError, Refused
from schemas.model import Model

LARGEST = 16 << 20
"""Bytes of a form with a file to preview."""
_ENDINGS = (".csv", ".jsonl", ".ndjson")


class Previewed(Model):
    """What an import would come to."""

    counts: dict[str, Any]
    """Name to value, in order: lines, and whom they meet."""
    touched: dict[str, Any] | None
    """The same of what of the latest version would be touched; null: none is published."""
    bad_lines: tuple[BadLine, ...]
    """The first of them."""


Preview = Callable[[Path], Awaitable[Previewed]]
"""Previews a file, in bounded time. Raises OptoutError: what is wrong with the file or the workspace."""


def add_preview(officer: APIRouter, preview: Preview, is_officer: Callable[[Request], bool]) -> None:
    """Add the route that takes the file."""
    at_work = asyncio.Lock()

    @officer.post("/preview")
    async def show(request: Request) -> Response:
        if not is_officer(request):
            return page("officer_login", "en", {"wrong": False}, status=401)
        if at_work.locked():
            return _page(503, problem="Another preview is under way. Send the file again when it has ended.")
        async with at_work:
            try:
                # It holds raw identifiers: for nobody else's eyes, and gone before the answer is sent.
                with TemporaryDirectory(prefix="optout-preview-") as folder:
                    found = await preview(await _received(request, Path(folder)))
            except OptoutError as error:
                return _page(422, problem=str(error))
        return _page(200, found=found)


async def _received(request: Request, folder: Path) -> Path:
    """The file of a form, in a folder of its own (Refused: it is none that can be imported)."""
    unnamed = folder / "import"
    with os.fdopen(os.open(unnamed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        sent = await read_file_form(request, "file", file.write, most=LARGEST)
    ending = Path(sent.file_name).suffix.lower()
    if ending not in _ENDINGS:
        raise Refused(
            "file",
            expected=f"one that ends in {', '.join(_ENDINGS[:-1])} or {_ENDINGS[-1]}",
            found="one that ends otherwise" if sent.file_name else "none",
            remedy="choose a file as `optout registry import` takes it",
        )
    return unnamed.rename(unnamed.with_suffix(ending))


def _page(status: int, *, found: Previewed | None = None, problem: str | None = None) -> Response:
    rows = []
    if found is not None:
        shown = [*found.counts.items(), *(found.touched or {}).items()]
        rows = [{"what": name.replace("_", " "), "value": value} for name, value in shown]
    lines = [line._asdict() for line in found.bad_lines] if found else []
    bad = found.counts["bad"] if found else 0
    values = {
        "rows": rows,
        "is_published": found is not None and found.touched is not None,
        "bad_lines": lines,
        "more": bad - len(lines),
        "problem": problem,
    }
    return page("officer_preview", "en", values, status=status)
