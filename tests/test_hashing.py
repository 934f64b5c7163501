"""Who hashes how much changes no digest, and a process that ends early is said, not made up for."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from screened import eligibility

from builders import account, objection
from pipelines.hashing import shares
from pipelines.hashing.shares import shared_hashing
from schemas.errors import ConfigurationError
from schemas.pseudonyms import pseudonyms

KEYS = (b"key", b"a further one")
FORMS = [b"%d" % number * (number % 40) for number in range(5_000)]


@pytest.mark.parametrize("processes", [1, 2, 4])
def test_shares_add_up_to_the_whole(processes):
    with shared_hashing(0, processes) as hashed:
        for forms in (FORMS, FORMS[:5], FORMS[:2], []):
            assert hashed(KEYS, b"prefix", forms) == pseudonyms(KEYS, b"prefix", forms)


@pytest.mark.parametrize(("times", "others"), [(0.9, 0), (1, 1), (2.5, 2), (90, 2)])
def test_other_processes_where_it_pays(monkeypatch, times, others):
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    messages = int(times * shares.WORTHWHILE)
    with shared_hashing(messages) as hashed:
        assert len(hashed.args[0]) == others


@pytest.mark.parametrize("forms", [FORMS, [b"f" * 1_000] * 5_000], ids=["read to the end", "while written"])
def test_a_process_that_was_killed_is_said(forms):
    with shared_hashing(0, 2) as hashed:
        (process,) = hashed.args[0]
        process.send_signal(signal.SIGKILL)
        with pytest.raises(ConfigurationError, match="ended with -9"):
            hashed([b"key"], b"prefix", forms)


@pytest.mark.parametrize("error", [None, KeyboardInterrupt])
def test_no_process_is_left(error):
    processes = []
    with suppress(KeyboardInterrupt), shared_hashing(0, 3) as hashed:
        processes += hashed.args[0]
        if error:
            raise error
    # Killed: an interrupt does not wait for the end of a share.
    assert [process.returncode for process in processes] == [-signal.SIGKILL, -signal.SIGKILL]


PARENT = """
import time
from pipelines.hashing.shares import shared_hashing
with shared_hashing(0, 3) as hashed:
    hashed([b"key"], b"prefix", [b"1", b"2", b"3"])  # now all of them are there
    print(*(process.pid for process in hashed.args[0]), flush=True)
    time.sleep(600)
"""


def test_it_ends_when_its_parent_is_killed():
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        processes = [Path(f"/proc/{number}/cmdline") for number in parent.stdout.readline().split()]
        alive = [b"pipelines.hashing" in process.read_bytes() for process in processes]
        parent.kill()
    assert alive == [True, True]
    deadline = time.monotonic() + 60
    while any(process.exists() and process.read_bytes() for process in processes):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_eligibility_is_the_same_whoever_hashes(monkeypatch):
    accounts = [account(account_id=f"a{n}", identifiers=[{"type": "email", "value": f"a{n}@b.example"}])
                for n in range(40)]  # fmt: skip
    objections = [objection("account", "a7"), objection("email", "a31@b.example")]
    alone = eligibility(accounts, objections)
    monkeypatch.setattr(shares, "WORTHWHILE", 10)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    shared = eligibility(accounts, objections)
    assert shared == alone
    assert shared.counts.objected == 2
