"""The application: routes, errors, and what stands before them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Lifespan

from optout_registry.accepting import NotAcknowledged
from optout_registry.door.access import Logged, Write, failure_line
from optout_registry.door.answers import (
    API,
    BAD_REQUEST,
    BUSY,
    EXPIRED_LINK,
    FAILED,
    INVALID_LINK,
    LARGE_FILE,
    NOT_ALLOWED,
    NOT_FOUND,
    SLOW_FILE,
    UNKNOWN_SECRET,
    Problem,
    UnknownSecret,
    failure_response,
)
from optout_registry.door.api import api_routes
from optout_registry.door.headers import Guarded, Site
from optout_registry.door.limits import Pace, Slowed, SmallBodies
from optout_registry.door.links import ExpiredLink, InvalidLink
from optout_registry.door.officer import Office, officer_routes
from optout_registry.door.pages import Programme, page_routes
from optout_registry.door.service import Service, WrongField
from optout_registry.door.uploads import LargeFile, SlowFile
from schemas.errors import OptoutError

_DESCRIPTION = """\
Objections to the use of a person's content for training. An answer never tells whether an identifier is
known. A receipt is given once: it proves that the objection stands in the log, and its secret asks about it.
"""


@dataclass(frozen=True)
class Surroundings:
    """What the application needs besides the service."""

    site: Site
    pace: Pace
    write: Write
    """Writes a line of the access log."""
    clock: Callable[[], datetime]
    seconds: Callable[[], float]
    """A clock that never goes back."""
    office: Office | None = field(default=None)


def api_app(service: Service, lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    """The API and its description alone."""
    app = FastAPI(
        title="Optout door", version="1", description=_DESCRIPTION, lifespan=lifespan,
        openapi_url="/api/openapi.json", docs_url=None, redoc_url=None,
        redirect_slashes=False,
    )  # fmt: skip
    app.include_router(api_routes(service))
    return app


def door_app(service: Service, programme: Programme, around: Surroundings) -> ASGIApp:
    """The door; it starts the service's acceptor, and at the end answers what waits before it returns."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with service.acceptor:
            yield

    app = api_app(service, lifespan)
    if around.office is not None:
        app.include_router(officer_routes(service.registry, around.office))
    app.include_router(page_routes(service, programme))
    _answer_our_errors(app, around)
    _answer_others(app)
    # From the inside out: a body is read only of a request that may come, and every answer is logged.
    inner: ASGIApp = SmallBodies(app)
    inner = Slowed(inner, around.pace, around.seconds)
    inner = Guarded(inner, around.site)
    return Logged(inner, around.write, around.clock)


def _answer_our_errors(app: FastAPI, around: Surroundings) -> None:
    known = {
        UnknownSecret: UNKNOWN_SECRET, InvalidLink: INVALID_LINK, ExpiredLink: EXPIRED_LINK,
        LargeFile: LARGE_FILE, SlowFile: SLOW_FILE,
    }  # fmt: skip

    @app.exception_handler(OptoutError)
    async def ours(request: Request, error: Exception) -> Response:
        for kind, failure in known.items():
            if isinstance(error, kind):
                return failure_response(failure, request)
        if isinstance(error, WrongField):
            return JSONResponse(Problem.of_error(error).model_dump(), 422)
        if not isinstance(error, NotAcknowledged):  # of that the acceptor has told
            around.write(failure_line(error, around.clock()))
        return failure_response(BUSY, request)


def _answer_others(app: FastAPI) -> None:
    """Errors of the framework, and faults."""

    @app.exception_handler(Exception)
    async def fault(request: Request, _: Exception) -> Response:
        return failure_response(FAILED, request)  # it is raised on, and logged outside

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: Exception) -> Response:
        if not request.url.path.startswith(API):
            return failure_response(NOT_FOUND, request)
        first = error.errors()[0] if isinstance(error, RequestValidationError) else {"loc": ()}
        # Where it is wrong and not what was sent there: the framework's own answer would repeat it.
        place = ".".join(str(part) for part in first["loc"][1:] if isinstance(part, int) or part in _FIELDS)
        problem = Problem(
            subject=place or "body",
            expected="what the description says",
            found="something else",
            remedy="compare it with the description",
        )
        return JSONResponse(problem.model_dump(), 422)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        failure = _HTTP.get(error.status_code, BAD_REQUEST)
        return failure_response(failure, request, error.headers)


_HTTP = {failure.status: failure for failure in (NOT_FOUND, NOT_ALLOWED)}
_FIELDS = frozenset({
    "type", "value", "region", "surfaces", "roles", "purposes", "basis", "linked", "language", "secret",
    "token",
})  # fmt: skip
