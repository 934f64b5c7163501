"""What people read, in their language: one YAML file for each, and the templates they stand in."""

from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

LANGUAGES = ("en", "fr", "de")
Language = Literal["en", "fr", "de"]


@cache
def texts(language: str) -> dict[str, Any]:
    """Every text of a language."""
    source = files(__package__).joinpath("texts", f"{language}.yaml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.safe_load(source)
    return loaded


@cache
def examples() -> dict[str, dict[str, Any]]:
    """By operation of the API: a body, and what it was answered."""
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(
        files(__package__).joinpath("examples.yaml").read_text("utf-8")
    )
    return loaded


@cache
def stylesheet() -> bytes:
    """The one stylesheet."""
    return files(__package__).joinpath("static", "door.css").read_bytes()


@cache
def _environment() -> Environment:
    # StrictUndefined: a name that a template misspells is an error and no gap in a page.
    return Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(
    template: str,
    language: str,
    values: dict[str, Any],
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    """A page of the door. ``values`` are escaped where they stand."""
    content = (
        _environment()
        .get_template(f"{template}.html")
        .render(t=texts(language), language=language, languages=LANGUAGES, **{"path": "", **values})
    )
    return HTMLResponse(content, status, headers={"Content-Language": language, **(headers or {})})


def text_of(language: str, name: str, **values: str) -> str:
    """One text with its gaps filled, for a mail."""
    return str(texts(language)[name]).format(**values)


def typed(data: FormData, name: str) -> str:
    """What was typed into a field of a form; empty if it was not sent."""
    value = data.get(name)
    return value.strip() if isinstance(value, str) else ""


def language_of(request: Request) -> str:
    """The language of the path; else the best of those that the browser asks for; else English."""
    first = request.url.path.removeprefix("/").partition("/")[0]
    if first in LANGUAGES:
        return first
    return preferred(request.headers.get("accept-language", ""))


def preferred(accepted: str) -> str:
    """The best of our languages for an Accept-Language header (RFC 9110, 12.5.4)."""
    best, weight = LANGUAGES[0], 0.0
    for part in accepted[:1000].split(","):
        tag, _, parameter = part.strip().partition(";")
        language = tag.partition("-")[0].lower()
        name, _, value = parameter.strip().partition("=")
        try:
            asked = float(value) if name == "q" else 1.0
        except ValueError:
            continue
        if language in LANGUAGES and asked > weight:
            best, weight = language, asked
    return best
