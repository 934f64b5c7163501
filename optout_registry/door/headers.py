"""What every answer carries, and from where a request may come."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from optout_registry.door.answers import FOREIGN, MISDIRECTED, answer_problem

_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Not no-referrer: of a page with that one a form's Origin is null, and its own posts look foreign
    # (Fetch standard, "append a request Origin header").
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
_SECURE = {"Strict-Transport-Security": "max-age=31536000"}
_SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Site:
    """The addresses under which people reach the door: the first stands in links, others are allowed."""

    public: str
    """As https://optout.example.org, without a path."""
    others: tuple[str, ...] = ()

    @property
    def is_secure(self) -> bool:
        """Whether people reach it by TLS."""
        return urlsplit(self.public).scheme == "https"

    @property
    def hosts(self) -> frozenset[str]:
        """Values of Host that mean this door."""
        return frozenset(urlsplit(one).netloc for one in (self.public, *self.others))

    def is_own(self, headers: Mapping[bytes, bytes]) -> bool:
        """Whether a request that changes something comes from a page of ours, or from no page at all.

        Browsers say which (Fetch Metadata), or at least Origin; other programs say neither, and carry
        nothing with them that a foreign page could misuse.
        """
        site = headers.get(b"sec-fetch-site")
        origin = headers.get(b"origin")
        if site is not None and site not in {b"same-origin", b"none"}:
            return False
        if origin is None or (origin == b"null" and site == b"same-origin"):
            return True
        return origin.decode("latin-1") in {self.public, *self.others}


class Guarded:
    """Answers only under its own names and to its own pages, and gives every answer the strict headers."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app, self._site = app, site
        self._headers = {**HEADERS, **(_SECURE if site.is_secure else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or say why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
            await send(message)

        headers = dict(scope["headers"])
        if headers.get(b"host", b"").decode("latin-1") not in self._site.hosts:
            await answer_problem(MISDIRECTED, scope, receive, send_guarded)
        elif scope["method"] not in _SAFE and not self._site.is_own(headers):
            await answer_problem(FOREIGN, scope, receive, send_guarded)
        else:
            await self._app(scope, receive, send_guarded)
