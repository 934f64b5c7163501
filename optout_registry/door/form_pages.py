"""The two forms, for people with an account and without one, and the receipt they end with."""

import base64
from collections.abc import Mapping
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from optout_registry.door.service import Service, Taken, WrongField
from optout_registry.door.texts import Language, page, typed
from optout_registry.objections import Basis
from schemas.vocabulary import OTHER_ROLES, PURPOSE_OF_LABEL, SURFACE_OF_LABEL, IdentifierType

FormName = Literal["objection", "no-account"]
_FORMS: Mapping[str, tuple[IdentifierType, ...]] = {
    "objection": tuple(IdentifierType),
    # Somebody without an account has no account id, handle or DID on the platform.
    "no-account": (IdentifierType.EMAIL, IdentifierType.PHONE),
}
_MANY = ("surfaces", "roles", "purposes")
_ROLES = ("author", *OTHER_ROLES)
_EMPTY: dict[str, Any] = dict.fromkeys(("type", "value", "region", "basis", "linked", "contact", *_MANY))


def form_routes(service: Service) -> APIRouter:
    """The routes of the forms."""
    pages = APIRouter()

    @pages.get("/{language}/{form}")
    def empty_form(language: Language, form: Literal["objection", "no-account"]) -> Response:
        return _form_page(form, language, {})

    @pages.post("/{language}/{form}")
    async def object_(
        request: Request, language: Language, form: Literal["objection", "no-account"]
    ) -> Response:
        data = await request.form(max_files=0, max_fields=64)
        fields = _fields(data)
        try:
            if fields["type"] not in _FORMS[form]:
                raise _choose_type()
            taken = await service.object(fields, language, typed(data, "contact"))
        except WrongField as error:
            return _form_page(
                form, language, fields | {"contact": typed(data, "contact")}, wrong=error.subject
            )
        return receipt_page(taken, language, form=form)

    return pages


def _form_page(form: str, language: str, fields: dict[str, Any], wrong: str | None = None) -> Response:
    values = {
        "path": form,
        "types": [kind.value for kind in _FORMS[form]],
        "surfaces": tuple(SURFACE_OF_LABEL),
        "roles": _ROLES,
        "purposes": tuple(PURPOSE_OF_LABEL),
        "bases": [basis.value for basis in Basis],
        "fields": _EMPTY | fields,
        "wrong": wrong,
    }
    return page("form", language, values, status=422 if wrong else 200)


def receipt_page(taken: Taken, language: str, *, form: str) -> Response:
    """What somebody is given who has objected; ``form``: the path of the form they filled in."""
    # In the page and not behind an address: the secret is in no URL, and the door keeps only its digest.
    document = base64.b64encode(taken.receipt.model_dump_json(indent=2).encode() + b"\n").decode()
    values = {
        "path": form,
        "receipt": taken.receipt,
        "file": f"data:application/json;base64,{document}",
        "has_mail": taken.has_mail,
        "lacks_country": taken.lacks_country,
    }
    return page("receipt", language, values)


def _fields(data: FormData) -> dict[str, Any]:
    """The fields of a request; a list that is empty means all."""
    fields: dict[str, Any] = {name: typed(data, name) or None for name in ("type", "value", "region")}
    fields |= {name: [str(one) for one in data.getlist(name)] or None for name in _MANY}
    fields["basis"] = typed(data, "basis") or Basis.SELF.value
    # What a box says that is not ticked is nothing: the form sends this beside it.
    fields["linked"] = "not_linked" not in data
    return fields


def _choose_type() -> WrongField:
    return WrongField("type", expected="one of the kinds above", found="none", remedy="choose one")
