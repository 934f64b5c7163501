"""A writer may die anywhere: no name shows half an object, and writing again ends in the same store."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.corpus.store import open_store

CRASHING = str(Path(__file__).with_name("crashing.py"))


def crash(action, folder):
    run = subprocess.run([sys.executable, CRASHING, action, str(folder)], stdout=subprocess.PIPE, check=True)
    return json.loads(run.stdout)


def test_killed_at_every_line(tmp_path):
    """Some deaths leave a temporary file behind (else nothing would be proven), none a false name."""
    found = crash("lines", tmp_path)
    assert found["faults"] == []
    assert found["status"] == 0
    assert found["killed"] > 100
    assert 0 < found["left_behind"] < found["killed"]


def test_killed_at_random_moments(tmp_path):
    found = crash("moments", tmp_path)
    assert (found["faults"], found["staging"]) == ([], [])
    assert found["killed"] == 20
    assert found["written"] > 0


@pytest.mark.parametrize("size", [0, 1, 70_000])
def test_clean_leaves_a_living_writer_alone(tmp_path, size):
    """The temporary file of a writer between its fsync and its link is not a leftover."""
    from pipelines.corpus.durable import temporary_file

    store = open_store(str(tmp_path / "corpus"))
    store.replace("staging/x", b"")
    with temporary_file(tmp_path / "corpus/staging/tmp", b"x" * size, 0o600) as path:
        assert store.clean() == 0
        assert path.stat().st_size == size
        orphan = path.with_name("orphan")
        orphan.write_bytes(b"half")
        assert store.clean() == 1
    assert not orphan.exists()
    assert [entry.name for entry in store.list()] == ["staging/x"]


TRACED = """
import sys
from pipelines.corpus.local import LocalStore
from pathlib import Path
store = LocalStore(Path(sys.argv[1]))
store.put("data", b"shard", "parquet")
store.create("versions/00000001.json", b"entry")
store.replace("staging/results/x.json", b"result")
"""
SYSTEM_CALL = re.compile(r"(\w+)\((.*)\) += (-?\d+)")


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_the_disk_has_it_before_the_name_and_the_name_before_the_return(tmp_path):
    """The order of system calls: each file is synced before it is linked, each folder after."""
    trace, root = tmp_path / "trace", tmp_path / "corpus"
    calls = "trace=openat,write,fsync,close,mkdir,link,linkat,rename,renameat,renameat2"
    command = ["strace", "-o", str(trace), "-e", calls, sys.executable, "-c", TRACED, str(root)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("strace may not trace here")
    opened, synced, unsynced, named = {}, set(), set(), 0
    for line in trace.read_text(encoding="utf-8").splitlines():
        match = SYSTEM_CALL.match(line)
        if match is None or match[3].startswith("-"):
            continue
        call, paths = match[1], [Path(path) for path in re.findall(r'"([^"]*)"', match[2])]
        if call == "openat":
            opened[match[3]] = paths[0]
        elif call == "write":
            synced.discard(opened.get(match[2].partition(",")[0]))
        elif call == "fsync":
            synced.add(opened[match[2]])
            unsynced.discard(opened[match[2]])
        elif call == "mkdir" and root in (paths[0], *paths[0].parents):
            unsynced.add(paths[0].parent)
        elif call.startswith(("link", "rename")) and root in paths[-1].parents:
            assert paths[0] in synced
            assert paths[-1].parent not in unsynced
            unsynced.add(paths[-1].parent)
            named += 1
    assert named == 3
    assert unsynced == set()
