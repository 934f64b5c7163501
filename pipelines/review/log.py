"""The log of reviews: one append-only file, JSON Lines, each line chained to the one before.

What was acknowledged is on the disk. What a writer left who died is no event: readers ignore it, the next
writer cuts it off.
"""

import fcntl
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pipelines.disk.durable import make_folders, sync_folder
from pipelines.disk.failures import explained
from schemas.canonical import sha256
from schemas.errors import BadInput
from schemas.review_log import ReviewEntry, ReviewEvent

_PRIVATE = 0o600
_RESTORE = "restore the log from a backup: no line of it is ever edited"


@dataclass
class OpenLog:
    """The log while its lock is held."""

    path: Path
    events: tuple[ReviewEvent, ...]
    """All there are, those appended meanwhile included."""
    _handle: int
    _bytes: int
    """Length of what they are written in; what the file has beyond was left by a writer who died."""

    def append(self, entries: Sequence[ReviewEntry]) -> tuple[ReviewEvent, ...]:
        """Write entries, all or none; when this returns they are on the disk.

        Raises:
            BadInput: the disk failed, and nothing was recorded.
        """
        if not entries:
            return ()
        added = _chained(self.events, entries)
        data = b"".join(event.to_canonical_json() + b"\n" for event in added)
        with explained(str(self.path)):
            os.ftruncate(self._handle, self._bytes)
            try:
                _write(self._handle, data)
                os.fsync(self._handle)
            except OSError:
                # Nobody may read what nobody was told; if this fails as well, the next one who reads does.
                with suppress(OSError):
                    os.ftruncate(self._handle, self._bytes)
                raise
        self.events += added
        self._bytes += len(data)
        return added


def read_log(path: Path) -> tuple[ReviewEvent, ...]:
    """Every event of the log, its chain checked; none where there is no file.

    Raises:
        BadInput: names the line that is missing, changed or none of ours; or the file cannot be read.
    """
    with explained(str(path)):
        try:
            handle = _opened(path, os.O_RDONLY)
        except FileNotFoundError:
            return ()
        try:
            fcntl.flock(handle, fcntl.LOCK_SH)
            data = _read(handle)
        finally:
            os.close(handle)
    return _events(data, path)[0]


@contextmanager
def appending(path: Path) -> Iterator[OpenLog]:
    """The log, made if it is missing, while nobody else reads or appends; waits for who does.

    Raises:
        BadInput: as :func:`read_log`.
    """
    with explained(str(path)):
        make_folders(path.parent)
        handle = _locked(path)
    try:
        with explained(str(path)):
            data = _read(handle)
            if not data:
                sync_folder(path.parent)  # whoever made it may have died before its name was on the disk
        events, length = _events(data, path)
        yield OpenLog(path, events, handle, length)
    finally:
        os.close(handle)


def _locked(path: Path) -> int:
    """A handle of the file that has this name while its lock is held."""
    while True:
        handle = _opened(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if path.exists() and os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # it was moved away, or replaced, meanwhile


def _opened(path: Path, flags: int) -> int:
    handle = os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK, _PRIVATE)
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return handle
    os.close(handle)
    raise BadInput(
        str(path),
        expected="a file of its own for the log of reviews",
        found="something else than a file",
        remedy="correct reviews in optout.yaml",
    )


def _read(handle: int) -> bytes:
    with os.fdopen(os.dup(handle), "rb") as file:
        return file.read()


def _write(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _chained(events: tuple[ReviewEvent, ...], entries: Sequence[ReviewEntry]) -> tuple[ReviewEvent, ...]:
    previous = events[-1].content_digest() if events else None
    through = len(events) + len(entries)
    added = []
    for number, entry in enumerate(entries, len(events) + 1):
        event = ReviewEvent(
            **{name: getattr(entry, name) for name in ReviewEntry.model_fields},
            number=number,
            previous=previous,
            through=through,
        )
        previous = event.content_digest()
        added.append(event)
    return tuple(added)


def _events(data: bytes, path: Path) -> tuple[tuple[ReviewEvent, ...], int]:
    """The events of whole appends, and the bytes they are written in."""
    events: list[ReviewEvent] = []
    whole = length = end = 0
    previous: str | None = None
    for number, line in enumerate(data.split(b"\n")[:-1], 1):  # what follows the last end of a line is torn
        subject = f"line {number} of {path.name}"
        event = ReviewEvent.parse(line, subject)
        _check(event, line, subject, number, previous)
        if len(events) > whole and event.through != events[-1].through:
            raise _changed(subject, f"an event appended together with line {number - 1}")
        previous = sha256(line)
        events.append(event)
        end += len(line) + 1
        if event.through == number:
            whole, length = number, end
    return tuple(events[:whole]), length


def _check(event: ReviewEvent, line: bytes, subject: str, number: int, previous: str | None) -> None:
    if event.number != number or event.through < number:
        raise _changed(subject, f"event {number}, appended with itself or later ones")
    if event.previous != previous:
        raise _changed(
            subject, f"the SHA-256 of the line before, {previous}" if previous else "no line before"
        )
    if event.to_canonical_json() != line:
        raise _changed(subject, "canonical JSON, as it was written")


def _changed(subject: str, expected: str) -> BadInput:
    return BadInput(
        subject, expected=expected, found="something else: a line was changed or removed", remedy=_RESTORE
    )
