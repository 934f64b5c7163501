"""Who hashes how much changes no digest, and a process that ends early is said, not made up for."""

import os
import signal
import subprocess
import sys
from contextlib import suppress

import pytest

from pipelines.hashing import shares
from pipelines.hashing.shares import shared_hashing
from schemas.errors import ConfigurationError
from schemas.pseudonyms import pseudonyms

FORMS = [b"%d" % number * (number % 40) for number in range(5_000)]


@pytest.mark.parametrize("processes", [1, 2, 4])
def test_shares_add_up_to_the_whole(processes):
    with shared_hashing(0, processes) as hashed:
        for forms in (FORMS, FORMS[:5], FORMS[:2], []):
            assert hashed(b"key", b"prefix", forms) == pseudonyms(b"key", b"prefix", forms)


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
            hashed(b"key", b"prefix", forms)


@pytest.mark.parametrize("error", [None, KeyboardInterrupt])
def test_no_process_is_left(error):
    processes = []
    with suppress(KeyboardInterrupt), shared_hashing(0, 3) as hashed:
        processes += hashed.args[0]
        if error:
            raise error
    assert [process.returncode is not None for process in processes] == [True, True]


def test_it_ends_when_its_parent_does():
    command = [sys.executable, "-P", "-m", "pipelines.hashing"]
    subprocess.run(command, check=True, input=b"", timeout=60)
