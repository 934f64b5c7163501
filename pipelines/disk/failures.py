"""What the operating system says when storage fails, said so that a person knows what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from schemas.errors import BadInput

_AGAIN = "then run the command again: nothing was published, and finished work is kept"


class _Advice(NamedTuple):
    expected: str
    found: str
    remedy: str


_NO_ACCESS = _Advice(
    "a folder this user may read and write",
    "permission denied",
    f"correct the owner or the mode of the folder, {_AGAIN}",
)
_ADVICE: dict[int, _Advice] = {
    errno.ENOSPC: _Advice(
        "room for one more object", "disk full", f"free space, or name a larger disk in optout.yaml, {_AGAIN}"
    ),
    errno.EDQUOT: _Advice(
        "room for one more object", "the quota of this user is used up", f"free space or raise it, {_AGAIN}"
    ),
    errno.EFBIG: _Advice(
        "a file of any size", "a limit on the size of files", f"raise it (ulimit -f), {_AGAIN}"
    ),
    errno.EROFS: _Advice(
        "a folder that can be written", "a read-only file system", f"mount it writable, {_AGAIN}"
    ),
    errno.EACCES: _NO_ACCESS,
    errno.EPERM: _NO_ACCESS,
    errno.ENOTDIR: _Advice(
        "folders all the way", "a file where a folder should be", f"move that file elsewhere, {_AGAIN}"
    ),
    errno.EXDEV: _Advice(
        "a store on one file system", "staging/ on another one", f"bring the store together, {_AGAIN}"
    ),
    errno.ENOLCK: _Advice(
        "a file system with locks (flock)", "none", f"put the store on one that has them, {_AGAIN}"
    ),
}


@contextmanager
def explained(subject: str) -> Iterator[None]:
    """Turn an OSError into BadInput: an I/O error ends a build and never decides about a record.

    Missing and existing files pass: only the caller knows which of the two had to be.
    """
    try:
        yield
    except (FileNotFoundError, FileExistsError):
        raise
    except OSError as error:
        raise explain(error, subject) from error


@contextmanager
def in_doubt(subject: str) -> Iterator[None]:
    """Like :func:`explained`, where the object has its name already but may not survive a power cut."""
    try:
        yield
    except OSError as error:
        raise BadInput(
            subject,
            expected="the folder's entries written to the disk",
            found=error.strerror or type(error).__name__,
            remedy="check the disk, then `optout versions`: the name is there, but a power cut may undo it",
        ) from error


def explain(error: OSError, subject: str) -> BadInput:
    """The error a person sees, from what the operating system says."""
    reason = error.strerror or type(error).__name__
    advice = _ADVICE.get(
        error.errno or 0, _Advice("storage that works", reason, f"check the disk and its mount, {_AGAIN}")
    )
    return BadInput(subject, expected=advice.expected, found=advice.found, remedy=advice.remedy)
