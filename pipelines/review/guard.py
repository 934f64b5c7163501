"""What every answer carries, and which requests are answered at all: those of this page, on this machine."""

from collections.abc import Mapping, Sequence

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Not no-referrer: of a page with that one a form's Origin is null (Fetch standard, "append a request
    # Origin header"). No other site gets one of either.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
_SAFE = {"GET", "HEAD"}


class Guarded:
    """Answers under its own names alone, and changes something only for a page of its own.

    A name that somebody else's server has given this machine (DNS rebinding) is none of them.
    """

    def __init__(self, app: ASGIApp, addresses: Sequence[str]) -> None:
        """``addresses``: http://127.0.0.1 with its port, and what else means the same."""
        self._app = app
        self._origins = frozenset(addresses)
        self._hosts = frozenset(address.partition("://")[2] for address in addresses)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or say why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        answer: ASGIApp = self._app
        if self._value(scope, b"host") not in self._hosts:
            answer = PlainTextResponse("This page has another name.", 421)
        elif scope["method"] not in _SAFE and not self._is_own(scope):
            answer = PlainTextResponse("Only this page's own forms are taken.", 403)
        await answer(scope, receive, send_guarded)

    def _is_own(self, scope: Scope) -> bool:
        """Browsers send Origin with every form, and where it comes from (Fetch Metadata)."""
        site = self._value(scope, b"sec-fetch-site")
        return self._value(scope, b"origin") in self._origins and site in {None, "same-origin"}

    def _value(self, scope: Scope, name: bytes) -> str | None:
        """The value of a header that is there once; else None."""
        found = [value for key, value in scope["headers"] if key == name]
        return found[0].decode("latin-1") if len(found) == 1 else None
