"""The server under the door: one process, one event loop, and an orderly end."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from schemas.errors import ConfigurationError

HEADERS = 16_384
"""Bytes in the first line and the headers of a request."""
IDLE_SECONDS = 10
"""How long a connection may be idle."""
END_SECONDS = 60
"""How long requests under way may take to end: as long as the registry waits for its lock."""
_BACKLOG = 4_096


class _Server(uvicorn.Server):
    """uvicorn's, except that SIGTERM ends it in order and is not raised again: nothing went wrong."""

    interrupted = False

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        def interrupt(number: int, _frame: object) -> None:
            self.interrupted = number == signal.SIGINT
            self.should_exit = True

        before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def listening(host: str, port: int) -> socket.socket:
    """A socket on which the door will listen.

    Raises:
        ConfigurationError: the address is not this machine's, or taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise ConfigurationError(
            "--host and --port",
            expected="an address of this machine and a port that is free",
            found=error.strerror or type(error).__name__,
            remedy="choose others, or end what listens there",
        ) from error


def serve(app: ASGIApp, listener: socket.socket, *, proxies: tuple[str, ...] = ()) -> None:
    """Answer requests until SIGTERM or Ctrl-C; then answer those under way, and return.

    ``proxies``: addresses whose X-Forwarded-For is believed.

    Raises:
        KeyboardInterrupt: it was Ctrl-C.
    """
    config = uvicorn.Config(
        app,
        access_log=False,  # it would hold addresses
        log_config=None,
        log_level="critical",  # what is to be known stands in the door's own log
        server_header=False,
        # h11 and not httptools: it limits headers, and reads a request in one way only.
        http="h11",
        h11_max_incomplete_event_size=HEADERS,
        ws="none",
        lifespan="on",
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=END_SECONDS,
    )
    server = _Server(config)
    with listener:
        server.run(sockets=[listener])
    if server.interrupted:
        signal.raise_signal(signal.SIGINT)
