"""The officer's view: counts, due dates, batches, preview. Who has the token sees it; it changes nothing."""

import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from optout_registry.door.officer_preview import LARGEST, Preview, add_preview
from optout_registry.door.texts import page
from optout_registry.registry import Registry

PATH = "/officer"
MOST = 200
"""Rows of a table that are shown."""


class Table(NamedTuple):
    """The first rows of a table, each from the name of a column to a value."""

    rows: Sequence[Mapping[str, object]]
    more: int = 0
    """Rows that are not among them."""


Tables = Callable[[int], Mapping[str, Table]]
"""Title to table, in order, of at most so many rows each. Called from another thread."""


@dataclass(frozen=True)
class Office:
    """Who may look, and at what besides the counts."""

    token: str = field(repr=False)
    """At least 128 random bits, known to the officers alone."""
    tables: Tables = lambda _: {}
    preview: Preview | None = None
    """Previews a file of objections; None: the view does not offer it."""


def new_token() -> str:
    """256 random bits."""
    return f"optout-officer-{secrets.token_urlsafe(32)}"


def officer_routes(registry: Registry, office: Office) -> APIRouter:
    """The routes of the view."""
    officer = APIRouter(prefix=PATH, include_in_schema=False)
    # Browsers take __Secure- only with Secure, which they send to localhost without TLS as well.
    cookie = "__Secure-optout-officer"

    def is_officer(request: Request) -> bool:
        given = request.cookies.get(cookie, "")
        return hmac.compare_digest(given.encode(), office.token.encode())

    @officer.get("")
    def view(request: Request) -> Response:
        if not is_officer(request):
            return page("officer_login", "en", {"wrong": False}, status=401)
        counts = registry.status().model_dump()
        by_type = counts.pop("live_by_type")
        rows: list[Mapping[str, object]] = [
            {"what": name.replace("_", " "), "value": value} for name, value in counts.items()
        ]
        rows += [{"what": f"live, {kind}", "value": number} for kind, number in by_type.items()]
        tables = {"Registry": Table(rows), **office.tables(MOST)}
        largest = LARGEST >> 20 if office.preview else None
        return page("officer", "en", {"tables": tables, "largest": largest})

    @officer.post("/login")
    async def login(request: Request) -> Response:
        data = await request.form(max_files=0, max_fields=4)
        token = str(data.get("token", "")).strip()
        if not hmac.compare_digest(token.encode(), office.token.encode()):
            return page("officer_login", "en", {"wrong": True}, status=401)
        answer = RedirectResponse(PATH, 303)
        answer.set_cookie(cookie, token, path=PATH, secure=True, httponly=True, samesite="strict")
        return answer

    @officer.post("/logout")
    def logout() -> Response:
        answer = RedirectResponse(PATH, 303)
        answer.delete_cookie(cookie, path=PATH, secure=True, httponly=True, samesite="strict")
        return answer

    if office.preview is not None:
        add_preview(officer, office.preview, is_officer)
    return officer
