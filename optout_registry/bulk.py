"""Bulk import: a file of objections, in constant memory, again and again with the same result."""

import gc
import hashlib
import hmac
import io
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from optout_registry.batches import check_not_reversed
from optout_registry.identity import check_chain
from optout_registry.intake import Intake
from optout_registry.lines import Line, read_lines
from optout_registry.objections import Answer, Objection, State
from optout_registry.registry import Registry
from optout_registry.request import read_request
from schemas.errors import BadInput
from schemas.identifiers import message

ROWS_PER_TRANSACTION = 10_000
_USED_UP = {
    State.CONFLICT: "an id that no other objection has",
    State.ANEW: "a new id: the objection under this one ended before this was received",
    State.REVERSED: "a new id: the batch that this one came with was reversed",
}


Take = Callable[[Sequence[Objection], str, datetime], Sequence[Answer]]
"""What is done with objections, given their batch and the time."""


class BadLine(NamedTuple):
    """A line that was kept aside: where, which field, what it should have been. No value."""

    line: int
    field: str
    expected: str


class Progress(NamedTuple):
    """How far an import is."""

    lines: int
    bytes: int
    total_bytes: int


@dataclass
class ImportReport:
    """What became of the lines of a file: lines = added + known + ended + bad."""

    batch: str
    lines: int = 0
    added: int = 0
    known: int = 0
    """Received before under the same request id."""
    ended: int = 0
    """Received before, and withdrawn or refused since: that stays so."""
    bad: int = 0
    without_country: int = 0
    """Phone numbers without country code and region: they meet only numbers written like them."""


def import_file(
    registry: Registry,
    path: Path,
    intake: Intake,
    *,
    clock: Callable[[], datetime],
    on_bad: Callable[[BadLine], None],
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> ImportReport:
    """Record the objections of a CSV or JSON Lines file, 10,000 in a transaction, each with its time.

    A line's request id is its column ``request_id``, else the file's digest and the line's number:
    importing a file again adds nothing, and an import that was interrupted goes on. Bad lines go to
    ``on_bad``, the others are recorded.

    Raises:
        BadInput: unreadable, a misspelt column or a batch that was reversed (nothing was recorded), or
            changed while it was read.
    """
    check_chain(registry.identity, intake.keychain.ids)

    def record(objections: Sequence[Objection], batch: str, recorded_at: datetime) -> Sequence[Answer]:
        return registry.add_all(objections, recorded_at=recorded_at, batch=batch)

    return read_file(registry, path, intake, record, clock=clock, on_bad=on_bad, on_progress=on_progress)


def read_file(
    registry: Registry,
    path: Path,
    intake: Intake,
    take: Take,
    *,
    clock: Callable[[], datetime],
    on_bad: Callable[[BadLine], None],
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> ImportReport:
    """Hand the objections of a file to ``take``, 10,000 at a time, and count its answers.

    Raises:
        As :func:`import_file`.
    """
    with _opened(path) as file, _rare_collection():
        before = os.fstat(file.fileno())
        report = ImportReport(_batch(intake.keychain.secrets[0], file))
        check_not_reversed(registry, report.batch)
        text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
        lines = read_lines(path, text)
        while part := list(islice(lines, ROWS_PER_TRANSACTION)):
            _take_part(part, intake, report, take, clock(), on_bad)
            on_progress(Progress(report.lines, file.tell(), before.st_size))
        after = os.fstat(file.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise BadInput(
            path.name,
            expected="a file that nobody writes to",
            found="one that changed while it was read",
            remedy="import it again when it is complete; what was recorded stays",
        )
    return report


def _take_part(
    part: list[Line],
    intake: Intake,
    report: ImportReport,
    take: Take,
    recorded_at: datetime,
    on_bad: Callable[[BadLine], None],
) -> None:
    numbers: list[int] = []
    objections: list[Objection] = []
    bad: list[BadLine] = []
    for line in part:
        if line.fields is None:
            bad.append(BadLine(line.number, line.field, line.problem))
            continue
        try:
            request = read_request(line.fields)
            objection = intake.objection(
                request, request_id=f"{report.batch}:{line.number}", recorded_at=recorded_at
            )
        except BadInput as error:
            bad.append(BadLine(line.number, error.subject, error.expected or ""))
            continue
        report.without_country += request.lacks_country
        numbers.append(line.number)
        objections.append(objection)
    for number, answer in zip(numbers, take(objections, report.batch, recorded_at), strict=True):
        match answer.state:
            case State.ADDED:
                report.added += 1
            case State.KNOWN:
                report.known += 1
            case State.ENDED:
                report.ended += 1
            case refused:
                bad.append(BadLine(number, "request_id", _USED_UP[refused]))
    report.lines += len(part)
    report.bad += len(bad)
    for entry in sorted(bad):
        on_bad(entry)


def _batch(key: bytes, file: io.BufferedReader) -> str:
    """Name of the file's contents; leaves the file at its start.

    Keyed, because a plain digest of a file with one line would tell whether it names somebody. Under the
    first key, because the name stands in the log for good: after a rotation the same file is still the same.
    """
    digest = hashlib.file_digest(file, "sha256")
    file.seek(0)
    return hmac.digest(key, message("batch", "", digest.hexdigest()), "sha256").hex()[:32]


@contextmanager
def _rare_collection() -> Iterator[None]:
    """Let the collector of cycles look a few times a part: at some hundreds of objects it looks all the time.

    An import makes no cycle but of a bad line, and a third of its time went into looking for them.
    """
    before = gc.get_threshold()
    gc.set_threshold(ROWS_PER_TRANSACTION * 5, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def _opened(path: Path) -> Iterator[io.BufferedReader]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise BadInput(
            str(path),
            expected="a readable file",
            found=error.strerror or type(error).__name__,
            remedy="check the path and the file's permissions",
        ) from error
