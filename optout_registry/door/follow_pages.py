"""The pages for later: what became of an objection, its confirmation, its withdrawal."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from optout_registry.door.answers import UNKNOWN_SECRET
from optout_registry.door.links import Use
from optout_registry.door.service import WITHDRAWING, Outcome, Service, WrongField
from optout_registry.door.takedown_pages import one_picture
from optout_registry.door.texts import Language, page, typed
from optout_registry.door.uploads import PICTURE, read_with_picture
from optout_registry.objections import State
from schemas.vocabulary import TARGET_TYPES, TakedownType

_EMPTY: dict[str, Any] = dict.fromkeys(("type", "value", "region", "releases_older"))
_DONE = {State.ADDED: "withdrawn", State.OLDER_RELEASED: "older_released"}


def status_routes(service: Service) -> APIRouter:
    """Ask about an objection."""
    pages = APIRouter()

    @pages.get("/{language}/status")
    def status_form(language: Language) -> Response:
        return page("status", language, {"path": "status", "standing": None, "wrong": None})

    @pages.post("/{language}/status")
    async def status(request: Request, language: Language) -> Response:
        secret = typed(await request.form(max_files=0, max_fields=8), "secret")
        standing = await service.standing(secret)
        if standing is None:
            values = {"path": "status", "standing": None, "wrong": "secret"}
            return page("status", language, values, status=UNKNOWN_SECRET.status)
        return page("status", language, {"path": "status", "standing": standing, "wrong": None})

    return pages


def withdrawal_routes(service: Service) -> APIRouter:
    """Withdraw one."""
    pages = APIRouter()

    @pages.get("/{language}/withdrawal")
    def withdrawal_form(language: Language) -> Response:
        return _withdrawal_page(language, {})

    @pages.post("/{language}/withdrawal")
    async def withdrawal(request: Request, language: Language) -> Response:
        data, digest = await read_with_picture(request)
        fields = {name: typed(data, name) or None for name in ("type", "value", "region")}
        releases_older = typed(data, "releases_older") == "true"
        chosen: dict[str, Any] = {**fields, "releases_older": releases_older}
        try:
            if digest is not None:
                fields["value"] = chosen["value"] = _picture(fields, digest)
            outcome = await service.ask_to_withdraw(
                typed(data, "secret"), fields, language, releases_older=releases_older
            )
        except WrongField as error:
            return _withdrawal_page(language, chosen, wrong=error.subject)
        if outcome is Outcome.NO_MATCH:
            return _withdrawal_page(language, chosen, wrong="match")
        return page("done", language, {"path": "withdrawal", "what": outcome.value})

    return pages


def link_routes(service: Service) -> APIRouter:
    """What the links in mails lead to: a button, and what it does."""
    pages = APIRouter()

    @pages.get("/{language}/confirmation")
    def confirmation_button(language: Language, token: str = "") -> Response:
        return _button_page(language, (Use.CONFIRM,), token)

    @pages.post("/{language}/confirmation")
    async def confirmation(request: Request, language: Language) -> Response:
        token = typed(await request.form(max_files=0, max_fields=8), "token")
        answer = await service.confirm(token)
        what = "confirmed" if answer.state in {State.ADDED, State.KNOWN} else "ended_before"
        return page("done", language, {"path": "status", "what": what})

    @pages.get("/{language}/withdrawal/link")
    def withdrawal_button(language: Language, token: str = "") -> Response:
        return _button_page(language, WITHDRAWING, token)

    @pages.post("/{language}/withdrawal/link")
    async def withdrawal_by_link(request: Request, language: Language) -> Response:
        token = typed(await request.form(max_files=0, max_fields=8), "token")
        answer = await service.withdraw(token)
        what = _DONE.get(answer.state, "ended_before")
        return page("done", language, {"path": "withdrawal", "what": what})

    def _button_page(language: str, uses: Sequence[Use], token: str) -> Response:
        # Mail scanners open links: opening one shows a button, and the button does it.
        use, _ = service.links.opened(uses, token, service.clock())
        return page("button", language, {"use": use.name.lower(), "token": token})

    return pages


def _picture(fields: Mapping[str, str | None], digest: str) -> str:
    """The digest of a file that was sent, where a picture is what the request names (WrongField)."""
    if fields["type"] != TakedownType.MEDIA:
        raise WrongField(
            "picture", expected="a file only of a picture", found="one of something else", remedy="send none"
        )
    return one_picture(fields["value"], digest)


def _withdrawal_page(language: str, fields: dict[str, Any], wrong: str | None = None) -> Response:
    values = {
        "path": "withdrawal",
        "types": [kind.value for kind in TARGET_TYPES],
        "most": PICTURE >> 20,
        "fields": _EMPTY | fields,
        "wrong": wrong,
    }
    return page("withdrawal", language, values, status=422 if wrong else 200)
