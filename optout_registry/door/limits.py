"""Limits: how large a body may be, and how fast one address may send them."""

import asyncio
import ipaddress
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from optout_registry.door.answers import TOO_LARGE, TOO_MANY, answer_problem
from optout_registry.door.uploads import carries_file

BODY = 16_384
"""Bytes in a body: a form with everything filled in has a tenth."""
SURGE = 1_000
"""Requests of one address that may wait at once; only beyond that one is refused."""
_REMEMBERED = 100_000
_SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass
class Pace:
    """How long a request of an address has to wait, so that in the long run it sends ``rate`` a second.

    The generic cell rate algorithm (ITU-T I.371): one number for each address. It slows an abuser down; an
    office or a mobile network behind one address is slowed and not refused.
    """

    rate: float
    """Requests a second; 0: no limit."""
    burst: int = 60
    """Requests that need not wait after a pause."""
    longest: float = 10
    """Seconds that a request waits at most."""
    _due: dict[str, float] = field(default_factory=dict, repr=False)

    def delay(self, address: str, now: float) -> float:
        """Seconds that the next request of an address waits."""
        if not self.rate:
            return 0
        if len(self._due) >= _REMEMBERED:
            owing = [item for item in self._due.items() if item[1] > now]
            self._due = dict(owing[-_REMEMBERED // 2 :])  # memory has a bound, whoever sends
        ahead = self.burst / self.rate
        due = min(max(self._due.get(address, now), now), now + ahead + self.longest)
        self._due[address] = due + 1 / self.rate
        return min(max(due - now - ahead, 0), self.longest)


class Slowed:
    """Lets what changes something wait as its address' pace asks."""

    def __init__(self, app: ASGIApp, pace: Pace, clock: Callable[[], float], surge: int = SURGE) -> None:
        """``clock``: seconds that never go back."""
        self._app, self._pace, self._clock, self._surge = app, pace, clock, surge
        self._waiting: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, later perhaps."""
        if scope["type"] != "http" or scope["method"] in _SAFE:
            await self._app(scope, receive, send)
            return
        address = network_of((scope.get("client") or ("",))[0])
        if self._waiting[address] >= self._surge:
            await answer_problem(TOO_MANY, scope, receive, send)
            return
        delay = self._pace.delay(address, self._clock())
        if delay:
            self._waiting[address] += 1
            try:
                await asyncio.sleep(delay)
            finally:
                self._waiting[address] -= 1
                if not self._waiting[address]:
                    del self._waiting[address]
        await self._app(scope, receive, send)


class SmallBodies:
    """Refuses a body that is too large, before anything parses it, declared or not.

    One that carries a file is measured by who reads it.
    """

    def __init__(self, app: ASGIApp, most: int = BODY) -> None:
        self._app, self._most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request whose body is read whole."""
        if scope["type"] != "http" or carries_file(scope):
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared[:20]) > self._most:
            await answer_problem(TOO_LARGE, scope, receive, send)
            return
        body = b""
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return  # the client has gone
            body += message.get("body", b"")
            if len(body) > self._most:
                await answer_problem(TOO_LARGE, scope, receive, send)
                return
            if not message.get("more_body", False):
                break
        whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def once() -> Message:
            return whole.pop() if whole else await receive()

        await self._app(scope, once, send)


def network_of(address: str) -> str:
    """What counts as one sender: an IPv4 address, or a network of IPv6 as one customer has it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
