"""Pages from templates, the two files they need, and forms read back."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from urllib.parse import parse_qsl

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from schemas.errors import BadInput

FORM_BYTES = 8_192
"""A form of ours with everything filled in has a tenth."""
_FIELDS = 16
_KINDS = {"review.css": "text/css", "review.js": "text/javascript"}


@cache
def _environment() -> Environment:
    # StrictUndefined: a name that a template misspells is an error and no gap in a page.
    return Environment(
        loader=PackageLoader("pipelines.review", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(template: str, values: Mapping[str, object], *, status: int = 200) -> Response:
    """A page. ``values`` are escaped where they stand."""
    html = _environment().get_template(f"{template}.html").render({"said": "", "session": None, **values})
    return HTMLResponse(html, status)


def static(name: str) -> Response:
    """The stylesheet or the script."""
    return Response(_static(name), media_type=_KINDS[name])


@cache
def _static(name: str) -> bytes:
    return files("pipelines.review").joinpath("pages", name).read_bytes()


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form; of one that is there twice the last value.

    Raises:
        BadInput: it is larger than any form of ours.
    """
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > FORM_BYTES:
            raise _no_form("a larger one")
    try:
        return dict(
            parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_FIELDS)
        )
    except ValueError as error:
        raise _no_form("one with more fields") from error


def _no_form(found: str) -> BadInput:
    return BadInput(
        "form", expected="a form of this page", found=found, remedy="go back to the page and use it"
    )
