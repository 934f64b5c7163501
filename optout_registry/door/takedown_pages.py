"""The forms for one record and for one picture, whoever published it."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from optout_registry.door.form_pages import receipt_page
from optout_registry.door.service import Service, WrongField
from optout_registry.door.texts import Language, page, typed
from optout_registry.door.uploads import PICTURE, read_with_picture
from optout_registry.objections import Basis
from schemas.vocabulary import PURPOSE_OF_LABEL, TakedownType

_EMPTY: dict[str, Any] = dict.fromkeys(("value", "sha256", "basis", "contact", "purposes"))


def takedown_routes(service: Service) -> APIRouter:
    """The routes of both forms."""
    pages = APIRouter()

    @pages.get("/{language}/record")
    def record_form(language: Language) -> Response:
        return _form_page("record", language, {})

    @pages.post("/{language}/record")
    async def record(request: Request, language: Language) -> Response:
        data = await request.form(max_files=0, max_fields=16)
        return await _take_down("record", language, data, _fields(data, TakedownType.RECORD, "value"))

    @pages.get("/{language}/picture")
    def picture_form(language: Language) -> Response:
        return _form_page("picture", language, {})

    @pages.post("/{language}/picture")
    async def picture(request: Request, language: Language) -> Response:
        data, digest = await read_with_picture(request)
        fields = _fields(data, TakedownType.MEDIA, "sha256")
        try:
            fields["value"] = one_picture(fields["value"], digest)
        except WrongField as error:
            return _form_page("picture", language, _typed(data), wrong=error.subject)
        return await _take_down("picture", language, data, fields)

    async def _take_down(form: str, language: str, data: FormData, fields: dict[str, Any]) -> Response:
        try:
            taken = await service.object(fields, language, typed(data, "contact"))
        except WrongField as error:
            wrong = "sha256" if (form, error.subject) == ("picture", "value") else error.subject
            return _form_page(form, language, _typed(data), wrong=wrong)
        return receipt_page(taken, language, form=form)

    return pages


def one_picture(sha256: str | None, digest: str | None) -> str:
    """The digest that a form names: typed, or of the file sent with it, and not both.

    Raises:
        WrongField: none, or both.
    """
    if (sha256 is None) == (digest is None):
        raise WrongField(
            "picture",
            expected="a file that is not empty, or its SHA-256",
            found="neither" if digest is None else "both",
            remedy="choose a file or enter its SHA-256",
        )
    return sha256 or digest or ""


def _form_page(form: str, language: str, fields: dict[str, Any], wrong: str | None = None) -> Response:
    values = {
        "path": form,
        "purposes": tuple(PURPOSE_OF_LABEL),
        "bases": [basis.value for basis in Basis],
        "fields": _EMPTY | fields,
        "wrong": wrong,
        "most": PICTURE >> 20,
    }
    return page("takedown", language, values, status=422 if wrong else 200)


def _fields(data: FormData, kind: TakedownType, name: str) -> dict[str, Any]:
    """The fields of a request; what it names stands in the field ``name``."""
    return {
        "type": kind.value,
        "value": typed(data, name) or None,
        "basis": typed(data, "basis") or Basis.SELF.value,
        "purposes": [str(one) for one in data.getlist("purposes")] or None,
    }


def _typed(data: FormData) -> dict[str, Any]:
    """What was filled in, for the form to show again."""
    shown: dict[str, Any] = {name: typed(data, name) for name in ("value", "sha256", "basis", "contact")}
    return shown | {"purposes": [str(one) for one in data.getlist("purposes")]}
