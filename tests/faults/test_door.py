"""A receipt comes after the disk has said that it holds the objection, and not at all where it says otherwise."""

import re
import subprocess

import pytest
from faults.tracing import strace
from served import Served, workspace_with_door

from optout_registry.opening import open_registry
from optout_registry.receipts import Receipt, check_receipt
from optout_registry.transparency.notes import parse_verifier

OBJECTION = {"type": "handle", "value": "@ana"}


@pytest.fixture
def workspace(tmp_path):
    return workspace_with_door(tmp_path / "workspace")


@pytest.fixture
def registry(workspace):
    return open_registry(f"sqlite:///{workspace}/registry.db")


def attached(served, *options):
    """strace, attached to every thread of a door; returned once it is."""
    # Its last thread is made by the first request.
    with served.client() as client:
        client.get("/en/")
    tracer = subprocess.Popen(
        [strace(), "-f", "-p", str(served.process.pid), *options], stderr=subprocess.PIPE, text=True
    )
    assert "attached" in tracer.stderr.readline()
    return tracer


def detach(tracer):
    tracer.terminate()
    tracer.communicate()


def test_the_log_is_synced_before_the_answer_is_sent(workspace, tmp_path):
    trace = tmp_path / "trace"
    calls = "recvfrom,sendto,fdatasync,fsync"
    with Served(workspace) as served:
        tracer = attached(served, "-y", "-s", "64", "-o", str(trace), "-e", f"trace={calls}")
        with served.client() as client:
            assert client.post("/api/v1/objections", json=OBJECTION).status_code == 201
        detach(tracer)
    lines = trace.read_text("utf-8", "replace").splitlines()
    asked = next(n for n, line in enumerate(lines) if "POST /api/v1/objections" in line)
    answered = next(n for n, line in enumerate(lines) if "HTTP/1.1 201" in line)
    between = "\n".join(lines[asked:answered])
    whole = re.findall(r"fdatasync\(\d+<[^>]*registry\.db-wal>\) += 0", between)
    # Another thread's call can stand between the begin of this one and its end.
    begun = re.search(r"fdatasync\(\d+<[^>]*registry\.db-wal> <unfinished", between)
    ended = re.search(r"<\.\.\. fdatasync resumed>\) += 0", between)
    assert whole or (begun and ended and begun.start() < ended.start()), between


def test_a_disk_that_fails_gives_no_receipt_and_the_next_objection_is_taken(workspace, registry):
    with Served(workspace) as served, served.client() as client:
        first = client.post("/api/v1/objections", json=OBJECTION)
        tracer = attached(served, "-o", "/dev/null", "-e", "inject=fdatasync:error=EIO")
        answers = [client.post("/api/v1/objections", json=OBJECTION) for _ in range(3)]
        page = client.post("/en/objection", data=OBJECTION)
        detach(tracer)
        last = client.post("/api/v1/objections", json=OBJECTION)
        assert served.end() == 0
    assert [answer.status_code for answer in [*answers, page]] == [503] * 4
    for answer in [*answers, page]:
        assert answer.headers["retry-after"] == "60"
        assert "secret" not in answer.text.lower()
    assert any("SQLITE_IOERR" in line for line in served.lines)
    verifier = parse_verifier(registry.identity.log_key)
    given = [Receipt.parse(answer.content, "answer") for answer in (first, last)]
    for receipt in given:
        check_receipt(receipt, verifier)
    assert registry.verify([receipt.checkpoint for receipt in given]).ok
