"""Objections that arrive faster than a disk can sync: one thread records them, many in one transaction.

Whoever hands one in gets a future, and an answer only after the commit that holds it. While a transaction
is written the next ones queue up, so groups are as large as the load makes them and nobody waits for a timer.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from threading import Condition, Thread
from types import TracebackType
from typing import Self

from optout_registry.identity import check_chain, check_scheme
from optout_registry.objections import Answer, Objection, WithdrawalProof, check_request_id
from optout_registry.registry import Beside, Registry
from schemas.errors import OptoutError, Refused

GROUP = 512
"""Most objections in one transaction: its receipts' proofs share most of what they read of the tree."""
WAITING = 20_000
"""Most requests that wait at once. Up to here a surge is slowed, and nobody is sent away."""


class NotAcknowledged(Refused):
    """A request has no answer: it was not taken in, or its transaction failed, and no receipt was given."""


@dataclass(frozen=True)
class _Waiting:
    """A request in the queue, and the future of whoever waits for it."""

    task: Objection | Callable[[datetime], Answer]
    """An objection, or what follows on one, given the time of recording."""
    beside: Beside | None = None
    """What is written with an objection."""
    answer: Future[Answer] = field(default_factory=Future)


class Acceptor:
    """Records what is handed in from any thread, in the order of arrival, on one thread of its own.

    Several of them, in several processes, may work on one registry: the database's write lock orders them.
    """

    def __init__(
        self,
        registry: Registry,
        clock: Callable[[], datetime],
        *,
        on_failure: Callable[[Exception], None] = lambda _: None,
        group: int = GROUP,
        waiting: int = WAITING,
    ) -> None:
        """``clock``: the instant in UTC. ``on_failure`` is told why a transaction failed, on the thread."""
        self._registry = registry
        self._clock = clock
        self._on_failure = on_failure
        self._group = group
        self._bound = waiting
        self._queue: deque[_Waiting] = deque()
        self._changed = Condition()
        self._is_closed = False
        self._thread = Thread(target=self._run, name="accepting")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Take nothing more in, record what waits, and return when all of it is answered."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._thread.join()

    def accept(self, objection: Objection, beside: Beside | None = None) -> Future[Answer]:
        """Queue an objection; its future brings the answer with the receipt, or NotAcknowledged.

        ``beside``: what is written with it, in its transaction, on the thread that records.

        Raises:
            NotAcknowledged: too many wait, or the end has begun.
            ConfigurationError, BadInput: it could never be recorded, and is not queued.
        """
        identity = self._registry.identity
        check_chain(identity, objection.target.key_ids)
        check_request_id(objection.request_id)
        check_scheme(identity)
        return self._queued(objection, beside)

    def confirm(self, request_id: str) -> Future[Answer]:
        """Queue that whoever made a request has shown who they are; errors as of :meth:`accept`."""
        return self._queued(lambda now: self._registry.confirm(request_id, recorded_at=now))

    def withdraw(
        self, request_id: str, *, proof: WithdrawalProof, received_at: datetime, releases_older: bool
    ) -> Future[Answer]:
        """Queue a withdrawal, from which on what is published is used again; errors as of :meth:`accept`.

        ``releases_older``: what was published before, too.
        """
        return self._queued(
            lambda now: self._registry.withdraw(
                request_id,
                proof=proof,
                received_at=received_at,
                recorded_at=now,
                releases_older=releases_older,
            )
        )

    def _queued(
        self, task: Objection | Callable[[datetime], Answer], beside: Beside | None = None
    ) -> Future[Answer]:
        waiting = _Waiting(task, beside)
        # It counts from the moment it was received: whoever hangs up does not take it back.
        waiting.answer.set_running_or_notify_cancel()
        with self._changed:
            if self._is_closed or len(self._queue) >= self._bound:
                raise _not_taken_in(is_closed=self._is_closed, bound=self._bound)
            self._queue.append(waiting)
            self._changed.notify_all()
        return waiting.answer

    def _run(self) -> None:
        while group := self._next_group():
            objections = [one for one in group if isinstance(one.task, Objection)]
            if objections:
                self._record(objections)
            for one in group:
                if not isinstance(one.task, Objection):
                    self._follow(one, one.task)

    def _next_group(self) -> list[_Waiting]:
        """What waits, in order, as much as fits into one transaction; empty: nothing will come any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._is_closed)
            return [self._queue.popleft() for _ in range(min(len(self._queue), self._group))]

    def _record(self, group: Sequence[_Waiting]) -> None:
        """One transaction, and one answer each. What fails it fails all of them, but not the next group."""
        objections = [one.task for one in group if isinstance(one.task, Objection)]
        try:
            answers = self._registry.add_all(
                objections,
                recorded_at=self._clock(),
                receipts=True,
                beside=[one.beside for one in group],
            )
        except OptoutError as error:
            self._fail(group, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, each of them waits for an answer
            if len(group) == 1:
                self._fail(group, error)
                return
            # Not the database's: one of them is at fault, and the others shall not pay for it.
            for one in group:
                self._record([one])
        else:
            for one, answer in zip(group, answers, strict=True):
                one.answer.set_result(answer)

    def _follow(self, one: _Waiting, task: Callable[[datetime], Answer]) -> None:
        try:
            answer = task(self._clock())
        except Exception as error:  # noqa: BLE001 - as above
            self._fail([one], error)
        else:
            one.answer.set_result(answer)

    def _fail(self, group: Sequence[_Waiting], error: Exception) -> None:
        for one in group:
            # One of its own for each: a traceback is part of an exception, and they are raised apart.
            failure = NotAcknowledged(
                "registry",
                expected="a transaction that is on disk",
                found="one that failed",
                remedy="send the request again; the operator's log says why",
            )
            failure.__cause__ = error
            one.answer.set_exception(failure)
        with suppress(Exception):  # a log that cannot be written must not end the thread
            self._on_failure(error)


def _not_taken_in(*, is_closed: bool, bound: int) -> NotAcknowledged:
    return NotAcknowledged(
        "registry",
        expected="a door that is open" if is_closed else f"fewer than {bound:,} requests waiting",
        found="one that is closing" if is_closed else "as many as that",
        remedy="send the request again in a minute",
    )
