"""Group commit: an answer after the commit and never before, and nobody pays for a neighbour."""

import threading
from concurrent.futures import wait
from contextlib import contextmanager
from dataclasses import replace

import pytest
from registry.child import started
from registry.constants import NOW

from optout_registry.accepting import Acceptor, NotAcknowledged
from optout_registry.objections import State, WithdrawalProof
from optout_registry.opening import open_registry
from optout_registry.receipts import check_receipt
from optout_registry.transparency.notes import parse_verifier
from schemas.errors import BadInput, ConfigurationError

SECONDS = 20
"""Longest wait for what must come."""


class Gate:
    """A clock that holds the recording thread until it is opened: what comes meanwhile is one group."""

    def __init__(self):
        self.asked = threading.Semaphore(0)
        self.opened = threading.Semaphore(0)

    def __call__(self):
        self.asked.release()
        assert self.opened.acquire(timeout=SECONDS)
        return NOW

    def open(self, times=1):
        self.opened.release(times)

    def reached(self):
        assert self.asked.acquire(timeout=SECONDS)


@pytest.fixture
def gate():
    return Gate()


@contextmanager
def accepting(registry, gate, **options):
    """An acceptor whose thread a failed test does not leave before the closed gate."""
    with Acceptor(registry, gate, **options) as acceptor:
        try:
            yield acceptor
        except BaseException:
            gate.open(1000)
            raise


def results(futures):
    done, late = wait(futures, SECONDS)
    assert not late
    return [future.result() for future in futures if future in done]


def checkpoints(sql):
    return [size for (size,) in sql("SELECT size FROM checkpoint ORDER BY size")]


def test_what_waits_is_one_transaction_and_every_receipt_verifies(registry, objection, gate, sql):
    verifier = parse_verifier(registry.identity.log_key)
    with accepting(registry, gate) as acceptor:
        first = acceptor.accept(objection("first"))
        gate.reached()  # the first one is under way; the others come meanwhile
        others = [acceptor.accept(objection(f"a{n}")) for n in range(100)]
        gate.open(2)
        answers = results([first, *others])
    assert checkpoints(sql) == [1, 101]
    assert [(answer.event, answer.state) for answer in answers] == [(n, State.ADDED) for n in range(1, 102)]
    assert [answer.request_id for answer in answers] == [
        "request-first",
        *(f"request-a{n}" for n in range(100)),
    ]
    for answer in answers:
        check_receipt(answer.receipt, verifier)
    assert registry.verify([answers[0].receipt.checkpoint]).ok


def test_nothing_is_answered_before_it_is_on_disk(registry, objection, gate, url):
    seen = []
    with accepting(registry, gate) as acceptor:
        answer = acceptor.accept(objection())
        gate.reached()
        assert not answer.done()
        answer.add_done_callback(
            lambda done: seen.append((done.result().event, open_registry(url).head().event))
        )
        gate.open()
        results([answer])
    assert seen == [(1, 1)]


def test_a_group_has_a_largest_size(registry, objection, gate, sql):
    with accepting(registry, gate, group=10) as acceptor:
        first = acceptor.accept(objection("first"))
        gate.reached()
        others = [acceptor.accept(objection(f"a{n}")) for n in range(25)]
        gate.open(4)
        results([first, *others])
    assert checkpoints(sql) == [1, 11, 21, 26]


def test_a_conflict_and_a_repetition_fail_no_neighbour(registry, objection, gate):
    with accepting(registry, gate) as acceptor:
        first = acceptor.accept(objection("first"))
        gate.reached()
        same = [
            acceptor.accept(given)
            for given in (objection("a1"), objection("a1"), objection("a2", "request-a1"))
        ]
        last = acceptor.accept(objection("a3"))
        gate.open(2)
        answers = results([first, *same, last])
    assert [answer.state for answer in answers] == [
        State.ADDED,
        State.ADDED,
        State.KNOWN,
        State.CONFLICT,
        State.ADDED,
    ]
    assert registry.snapshot().objections.num_rows == 3


def test_one_that_cannot_be_recorded_fails_alone(registry, objection, gate):
    told = []
    with accepting(registry, gate, on_failure=told.append) as acceptor:
        first = acceptor.accept(objection("first"))
        gate.reached()
        good = [acceptor.accept(objection("a1"))]
        impossible = acceptor.accept(replace(objection("a2"), surfaces=-1))
        good.append(acceptor.accept(objection("a3")))
        gate.open(5)
        assert [answer.event for answer in results([first, *good])] == [1, 2, 3]
        with pytest.raises(NotAcknowledged):
            impossible.result(SECONDS)
    assert len(told) == 1
    assert registry.verify().ok


@pytest.mark.parametrize(
    ("change", "error"),
    [({"request_id": "ana@example.org"}, BadInput), ({"target": "of another key"}, ConfigurationError)],
    ids=["no request id", "another key"],
)
def test_what_could_never_be_recorded_is_not_queued(registry, objection, change, error):
    given = objection()
    if "target" in change:
        change = {"target": replace(given.target, key_ids=("registry-of-another",))}
    with Acceptor(registry, lambda: NOW) as acceptor, pytest.raises(error):
        acceptor.accept(replace(given, **change))
    assert registry.head().event == 0


def test_a_transaction_that_fails_gives_no_receipt_and_the_next_is_tried_anew(registry, objection, gate, sql):
    told = []
    with accepting(registry, gate, on_failure=told.append) as acceptor:
        first = acceptor.accept(objection("first"))
        gate.reached()
        group = [acceptor.accept(objection(f"a{n}")) for n in range(3)]
        gate.open()
        results([first])
        gate.reached()
        sql("ALTER TABLE receipt RENAME TO hidden")  # the last statement of a transaction fails
        gate.open()
        for future in group:
            with pytest.raises(NotAcknowledged, match="one that failed"):
                future.result(SECONDS)
        sql("ALTER TABLE hidden RENAME TO receipt")
        again = acceptor.accept(objection("a0"))
        gate.open()
        assert results([again])[0].event == 2
    assert [type(error) for error in told] == [BadInput]
    assert registry.head().event == 2
    assert registry.verify().ok


def test_more_than_the_bound_is_told_so_and_fewer_wait(registry, objection, gate):
    with accepting(registry, gate, waiting=3) as acceptor:
        first = acceptor.accept(objection("first"))
        gate.reached()
        waiting = [acceptor.accept(objection(f"a{n}")) for n in range(3)]
        with pytest.raises(NotAcknowledged, match="fewer than 3 requests waiting"):
            acceptor.accept(objection("too-many"))
        gate.open(2)
        results([first, *waiting])
    assert registry.head().event == 4


def test_the_end_records_what_waits_and_takes_nothing_more(registry, objection, gate):
    acceptor = Acceptor(registry, gate).__enter__()
    first = acceptor.accept(objection("first"))
    gate.reached()
    waiting = [acceptor.accept(objection(f"a{n}")) for n in range(5)]
    gate.open(2)
    acceptor.close()
    assert all(future.done() for future in [first, *waiting])
    with pytest.raises(NotAcknowledged, match="one that is closing"):
        acceptor.accept(objection("late"))
    assert registry.head().event == 6


def test_who_hangs_up_does_not_take_it_back(registry, objection, gate):
    with accepting(registry, gate) as acceptor:
        answer = acceptor.accept(objection())
        assert not answer.cancel()
        gate.open()
    assert registry.head().event == 1


def test_confirmations_and_withdrawals_take_their_turn(registry, objection):
    with Acceptor(registry, lambda: NOW) as acceptor:
        results([acceptor.accept(objection(name)) for name in ("a1", "a2")])
        answers = results(
            [
                acceptor.confirm("request-a1"),
                acceptor.withdraw(
                    "request-a2", proof=WithdrawalProof.RECEIPT_SECRET, received_at=NOW, releases_older=True
                ),
            ]
        )
        with pytest.raises(NotAcknowledged):
            acceptor.confirm("unknown").result(SECONDS)
    assert [answer.event for answer in answers] == [3, 4]
    assert registry.snapshot().objections.num_rows == 1
    assert registry.verify().ok


def test_what_is_written_beside_one_fails_that_one_alone(registry, objection):
    def impossible(*_):
        msg = "nothing can be written"
        raise RuntimeError(msg)

    written = []
    with Acceptor(registry, lambda: NOW) as acceptor:
        futures = [
            acceptor.accept(objection("a1"), lambda _, event: written.append(event)),
            acceptor.accept(objection("a2"), impossible),
            acceptor.accept(objection("a3")),
        ]
        with pytest.raises(NotAcknowledged):
            futures[1].result(60)
        events = [futures[0].result(60).event, futures[2].result(60).event]
    assert written[-1] == events[0]
    assert registry.head().event == registry.snapshot().objections.num_rows == 2


def test_several_processes_accept_at_once_and_none_acknowledged_is_lost(url, registry):
    script = """
    from optout_registry.accepting import Acceptor
    with Acceptor(open_registry(sys.argv[1], LOG_SECRET), lambda: now) as acceptor:
        futures = [acceptor.accept(objection(f"{sys.argv[2]}-{n}")) for n in range(500)]
        for future in futures:
            say(future.result().event)
    """
    children = [started(script, url, str(n)) for n in range(3)]
    answers = [child.communicate()[0].split() for child in children]
    assert [child.returncode for child in children] == [0, 0, 0]
    assert sorted(int(number) for numbers in answers for number in numbers) == list(range(1, 1501))
    assert registry.verify().ok
    assert len(registry.snapshot().objections) == 1500


def test_a_process_killed_at_work_has_lost_nothing_it_answered(url, registry):
    script = """
    from optout_registry.accepting import Acceptor
    with Acceptor(open_registry(sys.argv[1], LOG_SECRET), lambda: now, group=20) as acceptor:
        futures = [acceptor.accept(objection(f"a{n}")) for n in range(5000)]
        for future in futures:
            say(future.result().event)
    """
    child = started(script, url)
    acknowledged = int(child.stdout.readline())
    child.kill()
    acknowledged = max([acknowledged, *(int(line) for line in child.communicate()[0].split())])
    assert acknowledged <= registry.head().event < 5000
    assert registry.verify().ok
