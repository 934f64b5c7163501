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
    from pipelines.disk.durable import temporary_file

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
NEW_KEY = """
import sys
from pathlib import Path
from pipelines.keys import create_key_file
create_key_file(Path(sys.argv[1], "keys/lineage.key"), "lineage")
"""
SYSTEM_CALL = re.compile(r"(\w+)\((.*)\) += (-?\d+)")
INIT = """
import sys
from pipelines.cli.main import main
sys.argv[1:] = ["init", "--workspace", sys.argv[1]]
main()
"""
LINKED_BY_ANOTHER = """
import sys
from pathlib import Path
from pipelines.corpus.local import LocalStore
store = LocalStore(Path(sys.argv[1]))
store.put("data", b"shard", "parquet")
store.create("versions/00000001.json", sys.argv[2].encode())
"""


def system_calls(tmp_path, program, *arguments):
    """The system calls of a program that succeeded, in order: (name, arguments, paths among them, result)."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    trace = tmp_path / "trace"
    calls = "trace=openat,write,fsync,close,mkdir,link,linkat,rename,renameat,renameat2"
    traced = ["strace", "-o", str(trace), "-e", calls]
    if subprocess.run([*traced, "true"], capture_output=True, check=False).returncode:
        pytest.skip("strace may not trace here")
    subprocess.run([*traced, sys.executable, "-c", program, *map(str, arguments)], check=True)
    for line in trace.read_text(encoding="utf-8").splitlines():
        match = SYSTEM_CALL.match(line)
        if match is not None and not match[3].startswith("-"):
            yield match[1], match[2], [Path(path) for path in re.findall(r'"([^"]*)"', match[2])], match[3]


@pytest.mark.parametrize(("program", "names"), [(TRACED, 3), (NEW_KEY, 1)], ids=["store", "key"])
def test_the_disk_has_it_before_the_name_and_the_name_before_the_return(tmp_path, program, names):
    """The order of system calls: each file is synced before it is linked, each folder after."""
    root = tmp_path / "corpus"
    opened, synced, unsynced, named = {}, set(), set(), 0
    for call, arguments, paths, result in system_calls(tmp_path, program, root):
        if call == "openat":
            opened[result] = paths[0]
        elif call == "write":
            synced.discard(opened.get(arguments.partition(",")[0]))
        elif call == "fsync":
            synced.add(opened[arguments])
            unsynced.discard(opened[arguments])
        elif call == "mkdir" and root in (paths[0], *paths[0].parents):
            unsynced.add(paths[0].parent)
        elif call.startswith(("link", "rename")) and root in paths[-1].parents:
            assert paths[0] in synced
            assert paths[-1].parent not in unsynced
            unsynced.add(paths[-1].parent)
            named += 1
    assert named == names
    assert unsynced == set()


def synced_by(tmp_path, program, *arguments):
    """The files and folders that a program brought to the disk."""
    opened, synced = {}, set()
    for call, said, paths, result in system_calls(tmp_path, program, *arguments):
        if call == "openat":
            opened[result] = paths[0]
        elif call == "fsync":
            synced.add(opened[said])
    return synced


def with_folders(root, *names):
    return {path for name in names for path in (root / name, (root / name).parent)}


@pytest.mark.parametrize("entry", ["entry", "the same plan's entry, a minute later"])
def test_a_name_that_another_has_linked_is_on_the_disk_before_it_is_reported(tmp_path, entry):
    """That other may have been killed before its own fsync: nobody else would make up for it."""
    store = open_store(str(tmp_path / "corpus"))
    store.create("versions/00000001.json", b"entry")
    shard = store.object_name("data", store.put("data", b"shard", "parquet").digest, "parquet")
    synced = synced_by(tmp_path, LINKED_BY_ANOTHER, store.root, entry)
    assert synced == with_folders(store.root, "versions/00000001.json", shard)


def test_what_an_init_that_died_has_linked_is_on_the_disk_before_the_next_one_ends(tmp_path):
    root = tmp_path / "w"
    files = with_folders(root, "optout.yaml", "policy.yaml", "keys/registry.key", "keys/lineage.key")
    synced_by(tmp_path, INIT, root)
    assert files <= synced_by(tmp_path, INIT, root)
