"""Messages shared out among this process and others."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import IO, cast

from schemas.errors import ConfigurationError
from schemas.pseudonyms import DIGEST, pseudonyms

Hash = Callable[[Sequence[bytes], bytes, Sequence[bytes]], bytes]
"""What :func:`schemas.pseudonyms.pseudonyms` is."""
Process = subprocess.Popen[bytes]

WORTHWHILE = 100_000
"""Messages for which it pays to start one more process, which takes as long as 70,000 of them."""


@contextmanager
def shared_hashing(messages: int, processes: int | None = None) -> Iterator[Hash]:
    """How to hash lists of about so many messages: alone, or with others on as many cores as pay.

    ``processes``: so many, this one included, whatever the number of messages.
    """
    if processes is None:
        processes = min(os.cpu_count() or 1, 1 + messages // WORTHWHILE)
    with ExitStack() as started:
        others = [started.enter_context(_started()) for _ in range(processes - 1)]
        yield partial(_hash, others)


@contextmanager
def _started() -> Iterator[Process]:
    # A session of its own: Ctrl-C is for the parent, whose end closes the pipe.
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "pipelines.hashing"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _hash(others: Sequence[Process], keys: Sequence[bytes], prefix: bytes, forms: Sequence[bytes]) -> bytes:
    """The digests of all forms: each process takes an equal share, this one the first."""
    share = -(-len(forms) // (len(others) + 1))
    shares = [forms[start : start + share] for start in range(share, len(forms), share or 1)]
    for process, part in zip(others, shares, strict=False):
        _send(process, (keys, prefix, part))
    digests = pseudonyms(keys, prefix, forms[:share])
    return digests + b"".join(_received(*sent) for sent in zip(others, shares, strict=False))


def _send(process: Process, work: tuple[Sequence[bytes], bytes, Sequence[bytes]]) -> None:
    pipe = cast("IO[bytes]", process.stdin)
    try:
        pickle.dump(work, pipe, pickle.HIGHEST_PROTOCOL)
        pipe.flush()
    except BrokenPipeError as error:
        raise _ended(process) from error


def _received(process: Process, part: Sequence[bytes]) -> bytes:
    digests = cast("IO[bytes]", process.stdout).read(DIGEST * len(part))
    if len(digests) < DIGEST * len(part):
        raise _ended(process)
    return digests


def _ended(process: Process) -> ConfigurationError:
    return ConfigurationError(
        "a process that hashes identifiers",
        expected="one that lives as long as the plan is made",
        found=f"one that ended with {process.wait()} (-9: killed, mostly for want of memory)",
        remedy="see that there is memory for it, then run the command again: nothing was written",
    )
