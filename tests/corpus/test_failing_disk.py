"""A disk that fails for real: full, read-only, closed to the user, or limited in the size of files."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from pipelines.corpus.store import open_store
from schemas.errors import BadInput

RUN = """
import json, os, resource, sys
import pyarrow
from pipelines.corpus.local import LocalStore
from pathlib import Path
folder, action, size, limit, user = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
if user:
    os.setgroups([])
    os.setuid(user)
store = LocalStore(Path(folder))
try:
    store.put("data", b"x" * size, "parquet") if action == "put" else list(store.list("versions"))
except Exception as error:
    print(json.dumps([type(error).__name__, error.exit_code, error.found, error.remedy]))
else:
    print(json.dumps(None))
"""
NOBODY = 65534


def elsewhere(folder, action, size=10, *, limit=0, user=0):
    """Put or list in a process of its own; [error, exit code, found, remedy] or None."""
    arguments = [sys.executable, "-c", RUN, str(folder), action, str(size), str(limit), str(user)]
    return json.loads(subprocess.run(arguments, stdout=subprocess.PIPE, check=True).stdout)


def everything(store):
    return [entry.name for entry in store.list()]


@pytest.fixture
def mounted(tmp_path):
    """A file system of one megabyte; a function that mounts it anew with other options."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(options):
        return subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)], capture_output=True, check=False
        )

    if os.geteuid() or mount("size=1m").returncode:
        pytest.skip("only root may mount a small file system, and not everywhere")
    try:
        yield folder, mount
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_full_disk(mounted):
    folder, _ = mounted
    store = open_store(str(folder))
    first = store.put("data", b"1" * 600_000, "parquet")
    for write in (
        lambda: store.put("data", b"2" * 600_000, "parquet"),
        lambda: store.create("versions/00000001.json", b"3" * 600_000),
        lambda: store.replace("staging/results/x.json", b"4" * 600_000),
    ):
        with pytest.raises(BadInput) as caught:
            write()
        assert (caught.value.exit_code, caught.value.found) == (3, "disk full")
        assert "nothing was published" in caught.value.remedy
        # what was written of it is given back, so that there is room to clear up
        assert everything(store) == [store.object_name("data", first.digest, "parquet")]
    store.delete(store.object_name("data", first.digest, "parquet"))
    second = store.put("data", b"2" * 600_000, "parquet")
    assert everything(store) == [store.object_name("data", second.digest, "parquet")]


def test_read_only_disk(mounted):
    folder, mount = mounted
    store = open_store(str(folder))
    ref = store.put("data", b"1", "parquet")
    assert mount("remount,ro").returncode == 0
    with pytest.raises(BadInput) as caught:
        store.put("data", b"2", "parquet")
    assert (caught.value.exit_code, caught.value.found) == (3, "a read-only file system")
    # reading, and asking for what is there already, still works
    assert store.read(store.object_name("data", ref.digest, "parquet")) == b"1"
    assert store.put("data", b"1", "parquet") == ref


def test_limited_size_of_files(store, root):
    """Without root: the kernel refuses the write after 100,000 bytes."""
    error, code, found, remedy = elsewhere(root, "put", 200_000, limit=100_000)
    assert (error, code, found) == ("BadInput", 3, "a limit on the size of files")
    assert "nothing was published" in remedy
    assert everything(store) == []
    assert elsewhere(root, "put", 200_000) is None
    assert len(everything(store)) == 1


@pytest.fixture
def open_to_all():
    """A folder that every user can reach, which pytest's own is not."""
    if os.geteuid():
        pytest.skip("only root can become another user")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_folder_closed_to_the_user(open_to_all):
    error, code, found, _ = elsewhere(open_to_all, "put", user=NOBODY)
    assert (error, code, found) == ("BadInput", 3, "permission denied")
    assert list(open_to_all.iterdir()) == []


def test_a_folder_that_cannot_be_listed_is_not_empty(open_to_all):
    """Taking an unreadable versions/ for an empty one would start the chain anew."""
    open_store(str(open_to_all)).create("versions/00000001.json", b"{}")
    assert elsewhere(open_to_all, "list", user=NOBODY) is None
    (open_to_all / "versions").chmod(0o700)
    error, code, found, _ = elsewhere(open_to_all, "list", user=NOBODY)
    assert (error, code, found) == ("BadInput", 3, "permission denied")
