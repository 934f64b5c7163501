"""Run as a program: writers that are killed, and what is found afterwards.

    crashing.py lines FOLDER      die at the first line of the store's code, at the second, and so on
    crashing.py moments FOLDER    die at twenty random moments in the middle of writing

It imports once and forks, so that each death costs milliseconds. Prints one JSON object.
"""

import json
import os
import random
import signal
import sys
from pathlib import Path

import pipelines.corpus
import pipelines.disk
from pipelines.corpus.objects import parse_object_name
from pipelines.corpus.store import open_store
from schemas.canonical import sha256

OURS = tuple(str(Path(package.__file__).parent) for package in (pipelines.corpus, pipelines.disk))
ENTRY = "versions/00000001.json"
RESULT = "staging/results/x.json"


def write_a_version(store):
    """An object, a result that names it, an entry of the chain: in the order of a build."""
    ref = store.put("data", b"a shard", "parquet")
    store.replace(RESULT, ref.digest.encode())
    store.create(ENTRY, ref.digest.encode())


def write_many(store):
    """Objects of up to two megabytes, always the same ones."""
    for number in range(10_000):
        store.put("lineage", number.to_bytes(4, "big") * (1 + 7919 * number % 500_000), "json")


def die_at_line(wanted):
    """Arrange for SIGKILL before line event number ``wanted`` of the store's own modules."""
    passed = 0

    def trace(frame, event, _argument):
        nonlocal passed
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        if event == "line":
            passed += 1
            if passed == wanted:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)


def in_child(work):
    """Run ``work`` in a fork; returns its process id."""
    pid = os.fork()
    if pid:
        return pid
    work()
    os._exit(0)


def false_names(store):
    """Objects whose bytes are not those that their name says."""
    found = ((entry.name, parse_object_name(entry.name)) for entry in store.list())
    return [name for name, parsed in found if parsed and sha256(store.read(name)) != parsed.digest]


def what_is_named_exists(store):
    """A result or an entry is there only after the object it names."""
    digests = {store.read(name).decode() for name in (ENTRY, RESULT) if store.exists(name)}
    return all(store.exists(store.object_name("data", digest, "parquet")) for digest in digests)


def every_line(folder):
    faults, left_behind = [], 0
    for line in range(1, 5000):
        store = open_store(str(folder / str(line)))

        def work(store=store, line=line):
            die_at_line(line)
            write_a_version(store)

        _, status = os.waitpid(in_child(work), 0)
        if not os.WIFSIGNALED(status):
            return {"killed": line - 1, "faults": faults, "left_behind": left_behind, "status": status}
        if false_names(store) or not what_is_named_exists(store):
            faults.append(f"line {line}: half a write has a name")
        left_behind += store.clean()
        write_a_version(store)
        if len(list(store.list())) != 3 or false_names(store):
            faults.append(f"line {line}: writing again does not end in the same store")
    raise AssertionError


def random_moments(folder):
    store, killed, faults, left_behind = open_store(str(folder)), 0, [], 0
    generator = random.Random(20260602)  # noqa: S311 - moments, not secrets
    for _ in range(20):
        moment = generator.uniform(0.001, 0.1)

        def work(moment=moment):
            # The default action of SIGALRM ends a process on the spot, as SIGKILL does.
            signal.setitimer(signal.ITIMER_REAL, moment)
            write_many(store)

        _, status = os.waitpid(in_child(work), 0)
        killed += os.WIFSIGNALED(status)
        faults += false_names(store)
        left_behind += store.clean()
    written = len(list(store.list("lineage")))
    return {"killed": killed, "faults": faults, "left_behind": left_behind, "written": written,
            "staging": [entry.name for entry in store.list("staging")]}  # fmt: skip


if __name__ == "__main__":
    action = {"lines": every_line, "moments": random_moments}[sys.argv[1]]
    sys.stdout.write(json.dumps(action(Path(sys.argv[2]))))
