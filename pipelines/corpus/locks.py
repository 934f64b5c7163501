"""Locks on files (flock): held by a process, and released by the kernel however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PRIVATE = 0o600


@contextmanager
def shared(path: Path) -> Iterator[bool]:
    """Hold ``path`` together with others, made if it is missing; waits for one who has it alone.

    False, and nothing is held, if the file or its folder was removed in the meantime: try again.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield _still_there(path, handle)
    finally:
        os.close(handle)


@contextmanager
def alone(path: Path, *, create: bool = False) -> Iterator[bool]:
    """Hold ``path`` alone; False, and nothing is held, if somebody else holds it."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | (os.O_CREAT if create else 0), _PRIVATE)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield _still_there(path, handle)
    finally:
        os.close(handle)


def _still_there(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False
