"""The log of reviews: one append-only file, JSON Lines, each line chained to the one before.

What was acknowledged is on the disk. What a writer left who died is no event: readers ignore it, the next
writer cuts it off.
"""

import fcntl
import json
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pipelines.disk.durable import make_folders, sync_folder
from pipelines.disk.failures import explained
from schemas.canonical import parse_json, sha256
from schemas.errors import BadInput
from schemas.review_log import ReviewEntry, ReviewEvent

_PRIVATE = 0o600
_RESTORE = "restore the log from a backup: no line of it is ever edited"


@dataclass(frozen=True)
class Held:
    """What was read of the log, so that who reads it again need not check all of it again."""

    events: tuple[ReviewEvent, ...] = ()
    length: int = 0
    """Bytes they are written in; what the file has beyond was left by a writer who died."""
    digest: str = sha256(b"")
    """SHA-256 of those bytes."""
    last: str | None = None
    """SHA-256 of the last line, without its end; None: there is none."""


@dataclass
class OpenLog:
    """The log while its lock is held."""

    path: Path
    held: Held
    _handle: int

    @property
    def events(self) -> tuple[ReviewEvent, ...]:
        """All there are, those appended meanwhile included."""
        return self.held.events

    def append(self, entries: Sequence[ReviewEntry]) -> tuple[ReviewEvent, ...]:
        """Write entries, all or none; when this returns they are on the disk.

        Raises:
            BadInput: the disk failed, and nothing was recorded.
        """
        if not entries:
            return ()
        added = _chained(self.held, entries)
        data = b"".join(event.to_canonical_json() + b"\n" for event in added)
        length = self.held.length
        with explained(str(self.path)):
            os.ftruncate(self._handle, length)
            try:
                _write(self._handle, data)
                os.fsync(self._handle)
            except OSError:
                # Nobody may read what nobody was told. If this fails as well, the disk has the last word.
                with suppress(OSError):
                    os.ftruncate(self._handle, length)
                raise
        self.held = _continued(self.held, _read(self._handle), self.path)
        return added


def read_log(path: Path) -> tuple[ReviewEvent, ...]:
    """Every event of the log, its chain checked; none where there is no file.

    Raises:
        BadInput: names the line that is missing, changed or none of ours; or the file cannot be read.
    """
    return hold_log(path, Held()).events


def hold_log(path: Path, before: Held) -> Held:
    """The log; of what was read ``before`` only the digest is checked.

    Raises:
        BadInput: as :func:`read_log`.
    """
    with explained(str(path)):
        try:
            handle = _opened(path, os.O_RDONLY)
        except FileNotFoundError:
            return Held()
        try:
            fcntl.flock(handle, fcntl.LOCK_SH)
            data = _read(handle)
        finally:
            os.close(handle)
    return _continued(before, data, path)


@contextmanager
def appending(path: Path, before: Held | None = None) -> Iterator[OpenLog]:
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
        yield OpenLog(path, _continued(before or Held(), data, path), handle)
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
        file.seek(0)
        return file.read()


def _write(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _chained(held: Held, entries: Sequence[ReviewEntry]) -> tuple[ReviewEvent, ...]:
    previous, first = held.last, len(held.events) + 1
    added = []
    for number, entry in enumerate(entries, first):
        event = ReviewEvent(
            **{name: getattr(entry, name) for name in ReviewEntry.model_fields},
            number=number,
            previous=previous,
            through=first + len(entries) - 1,
        )
        previous = event.content_digest()
        added.append(event)
    return tuple(added)


def _continued(before: Held, data: bytes, path: Path) -> Held:
    """The events of whole appends in the bytes of a log, of which some may have been read before."""
    if sha256(data[: before.length]) != before.digest:
        before = Held()
    events, last = list(before.events), before.last
    whole, length, final, end = len(events), before.length, last, before.length
    lines = data[before.length :].split(b"\n")[:-1]  # what follows the last end of a line is torn
    for number, line in enumerate(lines, len(events) + 1):
        subject = f"line {number} of {path.name}"
        value = parse_json(line, subject)
        event = ReviewEvent.of(value, subject, BadInput)
        _check(event, value, line, subject, number, last)
        if len(events) > whole and event.through != events[-1].through:
            raise _changed(subject, f"an event appended together with line {number - 1}")
        events.append(event)
        last = sha256(line)
        end += len(line) + 1
        if event.through == number:
            whole, length, final = number, end, last
    return Held(tuple(events[:whole]), length, sha256(data[:length]), final)


def _check(
    event: ReviewEvent, value: object, line: bytes, subject: str, number: int, previous: str | None
) -> None:
    if event.number != number or event.through < number:
        raise _changed(subject, f"event {number}, appended with itself or later ones")
    if event.previous != previous:
        raise _changed(
            subject, f"the SHA-256 of the line before, {previous}" if previous else "no line before"
        )
    # As RFC 8785 has it for text, small whole numbers and null, and twenty times as fast as in general.
    written = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    if written != line or event.model_dump(mode="json") != value:
        raise _changed(subject, "canonical JSON, as it was written")


def _changed(subject: str, expected: str) -> BadInput:
    return BadInput(
        subject, expected=expected, found="something else: a line was changed or removed", remedy=_RESTORE
    )
