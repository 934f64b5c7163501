"""Workers that read files, under somebody who ends them: a file that kills its worker costs itself alone.

A process pool would lose every file that was handed out when one of its processes dies.
"""

import heapq
import os
import selectors
import signal
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from pipelines.ingest.scanning.answers import Answer
from pipelines.ingest.scanning.checked import decode
from pipelines.ingest.scanning.crew import PictureFile, Worker, not_started, started
from pipelines.ingest.scanning.limits import Limits
from schemas.media import Unread

WINDOW = 16
"""Files that a worker is given at once: it need not wait for its parent between two of them."""
_AHEAD = 8192
"""Files that are answered, at most, while an earlier one is waited for: answers come in order."""
_HELD_BYTES = 64 * 1024 * 1024
"""Bytes of their answers; more is not asked for."""
_LISTEN = 0.1
"""Seconds of one wait, at most."""
_START_SECONDS = 120


@dataclass
class _Hall:
    """Files on their way: not yet given, given, answered."""

    files: Iterator[tuple[int, PictureFile]]
    again: list[tuple[int, PictureFile]] = field(default_factory=list)
    """Heap of files that a worker was given and did not come to before it ended."""
    answered: dict[int, tuple[PictureFile, Answer, int]] = field(default_factory=dict)
    held: int = 0
    """Bytes of the answers that wait for an earlier one."""
    next: int = 0
    """Number of the file whose answer is next in order."""

    def take(self) -> tuple[int, PictureFile] | None:
        """A file to be given to a worker; none, while too much waits or where no more come."""
        if self.again:
            return heapq.heappop(self.again)
        if self.held > _HELD_BYTES or len(self.answered) > _AHEAD:
            return None
        return next(self.files, None)

    def judge(self, number: int, file: PictureFile, answer: Answer, size: int = 0) -> None:
        """Note the one answer of a file; ``size``: bytes it came in."""
        self.answered[number] = file, answer, size
        self.held += size

    def in_order(self) -> Iterator[tuple[PictureFile, Answer]]:
        """The answers that no earlier file is waited for."""
        while self.next in self.answered:
            file, answer, size = self.answered.pop(self.next)
            self.next += 1
            self.held -= size
            yield file, answer


@dataclass
class Crew:
    """Workers, as many as there is work for, and how they are listened to."""

    most: int
    """Workers at once."""
    limits: Limits
    sha256: bool
    selector: selectors.BaseSelector
    workers: list[Worker] = field(default_factory=list)

    def start(self) -> Worker:
        """One worker more."""
        worker = started(self.limits, sha256=self.sha256)
        self.workers.append(worker)
        self.selector.register(worker.answers, selectors.EVENT_READ, worker)
        return worker

    def end(self, worker: Worker) -> int:
        """End one; its exit code."""
        self.selector.unregister(worker.answers)
        self.workers.remove(worker)
        return worker.end()


@contextmanager
def crew_of(workers: int, limits: Limits, *, sha256: bool) -> Iterator[Crew]:
    """At most so many workers for :func:`read_files`, once or several times; none is left afterwards."""
    with closing(selectors.DefaultSelector()) as selector:
        crew = Crew(workers, limits, sha256, selector)
        try:
            yield crew
        finally:
            for worker in list(crew.workers):
                crew.end(worker)


def read_files(crew: Crew, files: Iterable[PictureFile]) -> Generator[tuple[PictureFile, Answer], None, None]:
    """Each file with its answer, in the order of ``files``.

    Raises:
        ConfigurationError: no worker can be started.
        Whatever ``files`` raises.
    """
    hall = _Hall(enumerate(files))
    try:
        while True:
            _hand_out(hall, crew)
            if not any(worker.given for worker in crew.workers):
                return
            _listen(hall, crew)
            yield from hall.in_order()
    finally:
        # Where nobody takes the rest: what these are at is nothing that the next files are.
        for worker in [worker for worker in crew.workers if worker.given]:
            crew.end(worker)


def _hand_out(hall: _Hall, crew: Crew) -> None:
    """Give each worker as many files as it may have, in turns; start one where all others have something."""
    while True:
        free = [worker for worker in crew.workers if len(worker.given) < WINDOW]
        if not free and len(crew.workers) == crew.most:
            return
        task = hall.take()
        if task is None:
            return
        least = min(free, key=lambda worker: len(worker.given), default=None)
        if least is None or (least.given and len(crew.workers) < crew.most):
            least = crew.start()
        least.give(*task)


def _listen(hall: _Hall, crew: Crew) -> None:
    """Wait for answers, once, and take those that come; end workers that are too slow.

    A worker's time is that in which it was listened to, never that in which this process did something
    else or was stopped: an answer that lies in the pipe is read before anybody is judged.
    """
    began = time.monotonic()
    ready = crew.selector.select(_LISTEN)
    listened = min(time.monotonic() - began, _LISTEN)
    for worker in crew.workers:
        worker.waited += listened
        worker.send()
    for key, _ in ready:
        worker = key.data
        alive = worker.receive()
        valid = _take_answers(hall, worker, sha256=crew.sha256)
        if not alive or not valid:
            _dismiss(hall, crew, worker, Unread.DIED)
    for worker in list(crew.workers):
        if not worker.ready and worker.waited > _START_SECONDS:
            raise not_started("none that says so within two minutes")
        if worker.ready and worker.given and worker.waited > crew.limits.seconds:
            _dismiss(hall, crew, worker, Unread.TOO_SLOW)


def _take_answers(hall: _Hall, worker: Worker, *, sha256: bool) -> bool:
    """Note the whole answers that a worker has sent; False: what it sent is none."""
    try:
        for data in worker.whole():
            worker.waited = 0
            if not worker.ready:
                worker.ready = True
                continue
            answer = decode(data, sha256=sha256)
            if not worker.given:
                return False
            number, file = worker.given.popleft()
            hall.judge(number, file, answer, len(data))
    except ValueError:
        return False
    return True


def _dismiss(hall: _Hall, crew: Crew, worker: Worker, why: Unread) -> None:
    """End a worker; the file it was at is judged, the others it was given go to somebody else."""
    code = crew.end(worker)
    if not worker.ready:
        raise not_started(f"one that ended with {code} (-9: killed, mostly for want of memory)")
    if worker.given:
        reason = Unread.TOO_SLOW if code == -signal.SIGXCPU else why
        number, file = worker.given.popleft()
        hall.judge(number, file, Answer(_size(file), unread=reason))
    for task in worker.given:
        heapq.heappush(hall.again, task)


def _size(file: PictureFile) -> int:
    """Bytes of a file that nobody lived to tell of; 0: it is gone."""
    try:
        return os.lstat(file.place).st_size
    except OSError:
        return 0
