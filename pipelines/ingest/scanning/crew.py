"""A worker as its parent sees it: a process, two pipes that never block, and what it was given."""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, cast

from pipelines.ingest.scanning.limits import ANSWER_BYTES, Limits
from pipelines.ingest.scanning.worker import LENGTH
from schemas.errors import ConfigurationError

_CHUNK = 1 << 20
_ENVIRONMENT = (
    "PATH",
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONPYCACHEPREFIX",
    "LD_LIBRARY_PATH",
    "LANG",
    "LC_ALL",
)
"""All that a worker gets to know of its surroundings: keys may stand in other variables."""


@dataclass(frozen=True)
class PictureFile:
    """A file to be read."""

    path: str
    """Its name in the table: below the folder, with forward slashes."""
    place: bytes
    """Where it is, for the operating system."""
    sidecars: tuple[bytes, ...] = ()
    """Where what was written beside it is."""


@dataclass
class Worker:
    """A process that reads files one after the other."""

    process: subprocess.Popen[bytes]
    requests: int
    answers: int
    given: deque[tuple[int, PictureFile]] = field(default_factory=deque)
    """Files it has not answered, with their numbers; it is at the first."""
    ready: bool = False
    waited: float = 0
    """Seconds it was listened to since its last answer."""
    _outgoing: bytearray = field(default_factory=bytearray)
    _incoming: bytearray = field(default_factory=bytearray)

    def give(self, number: int, file: PictureFile) -> None:
        """Give it one more file."""
        if not self.given and self.ready:
            self.waited = 0
        self.given.append((number, file))
        request = b"\0".join((file.place, *file.sidecars))
        self._outgoing += LENGTH.pack(len(request)) + request
        self.send()

    def send(self) -> None:
        """Write what the pipe takes of the requests. That it is broken shows where answers are read."""
        with suppress(BlockingIOError, BrokenPipeError):
            while self._outgoing:
                del self._outgoing[: os.write(self.requests, self._outgoing)]

    def receive(self) -> bool:
        """Read what is there of the answers; False: it has closed them, or sends what is none."""
        with suppress(BlockingIOError):
            while len(self._incoming) <= LENGTH.size + ANSWER_BYTES:
                chunk = os.read(self.answers, _CHUNK)
                if not chunk:
                    return False
                self._incoming += chunk
        return True

    def whole(self) -> Iterator[bytes]:
        """The answers that have arrived whole.

        Raises:
            ValueError: one says that it is longer than any.
        """
        while len(self._incoming) >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self._incoming)
            if length > ANSWER_BYTES:
                raise ValueError("no answer of a worker")
            end = LENGTH.size + length
            if len(self._incoming) < end:
                return
            answer = bytes(self._incoming[LENGTH.size : end])
            del self._incoming[:end]
            yield answer

    def end(self) -> int:
        """End it, whatever it does; its exit code, or less the signal that ended it before."""
        self.process.kill()
        code = self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(BrokenPipeError):
                cast("IO[bytes]", pipe).close()
        return code


def started(limits: Limits, *, sha256: bool) -> Worker:
    """A new worker, which becomes ready by and by."""
    words = (limits.seconds, limits.file_bytes, limits.memory_bytes, int(sha256))
    # A session of its own: Ctrl-C is for the parent, whose end closes the pipe.
    try:
        process = subprocess.Popen(  # noqa: S603 - our own module, numbers alone
            [sys.executable, "-P", "-m", "pipelines.ingest.scanning", *map(str, words)],
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True, bufsize=0,
        )  # fmt: skip
    except OSError as error:
        raise not_started(error.strerror or type(error).__name__) from error
    requests, answers = (cast("IO[bytes]", pipe).fileno() for pipe in (process.stdin, process.stdout))
    os.set_blocking(requests, False)
    os.set_blocking(answers, False)
    return Worker(process, requests, answers)


def not_started(found: str) -> ConfigurationError:
    """What a person sees where no worker begins to read."""
    return ConfigurationError(
        "a process that reads pictures",
        expected="one that is ready to begin",
        found=found,
        remedy="see that there is memory for it, then run the command again",
    )
