"""The application: routes, what goes wrong, and what stands before them."""

import traceback
from collections.abc import Callable, Sequence

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pipelines.review.answers import page, static
from pipelines.review.desk import Desk
from pipelines.review.entrance import Entrance, ForeignForm, SignedOut, entrance_routes
from pipelines.review.guard import Guarded
from pipelines.review.item_pages import item_routes
from pipelines.review.sample_pages import sample_routes
from pipelines.review.sessions import Sessions
from schemas.errors import OptoutError

Write = Callable[[str], None]
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def review_app(desk: Desk, port: int, write: Write) -> ASGIApp:
    """The pages, for browsers on this machine that reach it at ``port``.

    ``write`` takes a line for each failure: where it was raised and what our own errors say, never what was
    asked for or shown.
    """
    entrance = Entrance(desk, Sessions(desk.now), f"optout-review-{port}")
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    _files(app)
    for routes in (entrance_routes(entrance), item_routes(desk, entrance), sample_routes(desk, entrance)):
        app.include_router(routes)
    _answer_failures(app, write)
    return Guarded(_Told(app, write), addresses(port))


def addresses(port: int) -> Sequence[str]:
    """The names under which a browser on this machine reaches the page."""
    return [f"http://{host}:{port}" for host in _LOOPBACK]


def _files(app: FastAPI) -> None:
    @app.get("/review.css")
    def style() -> Response:
        return static("review.css")

    @app.get("/review.js")
    def script() -> Response:
        return static("review.js")

    @app.get("/favicon.ico")
    def icon() -> Response:
        return Response(status_code=204)  # asked for by every browser


def _answer_failures(app: FastAPI, write: Write) -> None:
    @app.exception_handler(SignedOut)
    async def signed_out(_request: Request, _error: Exception) -> Response:
        return RedirectResponse("/sign-in", 303)

    @app.exception_handler(ForeignForm)
    async def foreign(_request: Request, _error: Exception) -> Response:
        return page("failure", {"title": "That form is not of this session", "problem": ""}, status=403)

    @app.exception_handler(OptoutError)
    async def ours(_request: Request, error: Exception) -> Response:
        write(_line(error))
        return page("failure", {"title": "That cannot be done", "problem": str(error)}, status=409)

    @app.exception_handler(Exception)
    async def failed(_request: Request, _error: Exception) -> Response:
        return page("failure", {"title": "Something failed here", "problem": ""}, status=500)

    @app.exception_handler(HTTPException)
    @app.exception_handler(RequestValidationError)
    async def no_page(_request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        return page("failure", {"title": "There is no such page", "problem": ""}, status=status)


class _Told:
    """Tells of a fault of the program where it was raised. Its text may hold what a person wrote."""

    def __init__(self, app: ASGIApp, write: Write) -> None:
        self._app, self._write = app, write

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - the framework has answered, and raised it on
            self._write(_line(error))


def _line(error: Exception) -> str:
    if isinstance(error, OptoutError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} in {frames[-1].name}, line {frames[-1].lineno}"
