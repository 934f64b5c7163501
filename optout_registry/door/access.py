"""The access log: when, which route, how it ended. No address, no path, no query, no identifier."""

import json
import traceback
from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from optout_registry.door.answers import FAILED, answer_problem
from schemas.errors import OptoutError

Write = Callable[[str], None]


class Logged:
    """Writes a line for each request, and answers for a fault of the program."""

    def __init__(self, app: ASGIApp, write: Write, clock: Callable[[], datetime]) -> None:
        self._app, self._write, self._clock = app, write, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and write its line."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception as error:  # noqa: BLE001 - a person gets an answer whatever went wrong
            self._write(failure_line(error, self._clock()))
            if status:
                return  # begun, and cut off
            await answer_problem(FAILED, scope, receive, send_noted)
        finally:
            self._write(_line(self._clock(), method=scope["method"], route=_route(scope), status=status))


def failure_line(error: BaseException, now: datetime) -> str:
    """What an error was and where it was raised; its text only where it is ours, which names no value."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].name}:{frames[-1].lineno}" if frames else ""
    said = {"said": str(error)} if isinstance(error, OptoutError) else {"raised_in": where}
    return _line(now, error=type(error).__name__, **said)


def _route(scope: Scope) -> str:
    """The pattern of the path, which holds nothing of the request."""
    return getattr(scope.get("route"), "path", None) or "none"


def _line(now: datetime, **fields: Any) -> str:  # noqa: ANN401 - what JSON takes
    return json.dumps({"at": now.isoformat(timespec="milliseconds"), **fields})
