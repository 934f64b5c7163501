"""What a local store promises: bytes under their digest, names that appear once, modes, leases."""

import errno
import os
import stat
import subprocess
import sys
import threading

import pytest

from pipelines.corpus.local import LocalStore
from pipelines.corpus.objects import read_object
from schemas.canonical import sha256
from schemas.documents import ObjectRef
from schemas.errors import BadInput


def names(store, prefix=""):
    return [entry.name for entry in store.list(prefix)]


@pytest.mark.parametrize(
    "data",
    [b"", b"x", bytes(range(256)) * 5000, memoryview(b"abcdef")[1:4]],
    ids=["empty", "one", "big", "view"],
)
def test_put_then_read(store, data):
    ref = store.put("lineage", data, "parquet", rows=4)
    assert ref == ObjectRef(digest=sha256(data), bytes=len(data), rows=4)
    name = store.object_name("lineage", ref.digest, "parquet")
    assert store.read(name) == bytes(data)
    assert store.size(name) == len(data)
    with store.open(name) as file:
        assert file.read() == bytes(data)
    assert read_object(store, "lineage", ref, "parquet") == bytes(data)


def test_put_again_changes_nothing(store, root):
    ref = store.put("data", b"shard", "parquet")
    path = root / store.object_name("data", ref.digest, "parquet")
    before = path.stat()
    assert store.put("data", b"shard", "parquet") == ref
    assert LocalStore(root).put("data", b"shard", "parquet") == ref
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert names(store) == [store.object_name("data", ref.digest, "parquet")]


def test_put_over_damage_is_refused(store, root):
    """A damaged object is not healed in passing: somebody must know of it."""
    ref = store.put("data", b"shard", "parquet")
    path = root / store.object_name("data", ref.digest, "parquet")
    path.chmod(0o600)
    path.write_bytes(b"shird")
    with pytest.raises(BadInput) as caught:
        store.put("data", b"shard", "parquet")
    assert caught.value.subject == store.object_name("data", ref.digest, "parquet")
    assert path.read_bytes() == b"shird"


@pytest.mark.parametrize("found", [b"shird", b"shard and more", b""])
def test_a_changed_object_is_named_when_read(store, root, found):
    ref = store.put("data", b"shard", "parquet")
    name = store.object_name("data", ref.digest, "parquet")
    (root / name).chmod(0o600)
    (root / name).write_bytes(found)
    with pytest.raises(BadInput) as caught:
        read_object(store, "data", ref, "parquet")
    assert (caught.value.subject, caught.value.exit_code) == (name, 3)


@pytest.mark.parametrize("method", ["read", "open"])
def test_a_missing_object_is_named(store, method):
    with pytest.raises(BadInput) as caught:
        getattr(store, method)("data/sha256/ab/cd.parquet")
    assert caught.value.subject == "data/sha256/ab/cd.parquet"


def test_create_never_replaces(store):
    assert store.create("versions/00000001.json", b"first")
    assert not store.create("versions/00000001.json", b"second")
    assert store.read("versions/00000001.json") == b"first"
    assert names(store) == ["versions/00000001.json"]


def test_replace_is_for_staging_alone(store):
    store.replace("staging/results/x.json", b"first")
    store.replace("staging/results/x.json", b"second")
    assert store.read("staging/results/x.json") == b"second"
    for name in ("versions/00000001.json", "data/x", "lineage/x"):
        with pytest.raises(ValueError, match="only staging"):
            store.replace(name, b"x")
    assert names(store) == ["staging/results/x.json"]


def test_list_is_sorted_and_complete(store):
    written = ["staging/b", "staging/a/c", "staging/a.json", "staging/a/b/d", "staging/ab"]
    for name in written:
        store.replace(name, name.encode())
    assert names(store) == sorted(written)
    assert names(store, "staging/a") == names(store, "staging/a/") == ["staging/a/b/d", "staging/a/c"]
    assert {entry.name: entry.bytes for entry in store.list()} == {name: len(name) for name in written}
    assert names(store, "versions") == []


def test_delete(store):
    for name in ("staging/a/b/c", "staging/a/d", "staging/e"):
        store.replace(name, b"")
    store.delete("staging/e")
    store.delete("staging/e")
    assert store.delete_prefix("staging/a") == 2
    assert store.delete_prefix("staging/a") == 0
    assert names(store) == []


def test_a_folder_can_be_written_again_after_its_removal(store):
    store.replace("staging/a/b", b"1")
    store.delete_prefix("staging/a")
    store.replace("staging/a/b", b"2")
    assert store.read("staging/a/b") == b"2"


def test_deleting_does_not_follow_links(store, root, tmp_path):
    store.replace("staging/a/b", b"")
    (tmp_path / "kept").write_bytes(b"mine")
    (root / "staging/a/link").symlink_to(tmp_path, target_is_directory=True)
    store.delete_prefix("staging/a")
    assert (tmp_path / "kept").read_bytes() == b"mine"


def test_modes(store, root):
    """Objects are read-only; staging, which holds raw ids, is closed to everybody else."""
    before = os.umask(0o022)
    try:
        ref = store.put("data", b"shard", "parquet")
        store.create("versions/00000001.json", b"{}")
        store.replace("staging/plans/x/lookup.arrow", b"raw ids")
        with store.lease("staging/plans/x/lease"):
            pass
    finally:
        os.umask(before)
    modes = {
        store.object_name("data", ref.digest, "parquet"): 0o444,
        "versions/00000001.json": 0o444,
        "staging/plans/x/lookup.arrow": 0o600,
        "staging/plans/x/lease": 0o600,
        "staging": 0o700,
        "versions": 0o755,
    }
    assert {name: stat.S_IMODE((root / name).stat().st_mode) for name in modes} == modes


def test_one_of_many_threads_creates(store):
    """Twenty threads want one name, fifty times: exactly one gets it, and its bytes are there."""
    for number in range(50):
        name, gate, won = f"versions/{number}", threading.Barrier(20), []

        def race(me, name=name, gate=gate, won=won):
            gate.wait()
            if store.create(name, str(me).encode()):
                won.append(str(me).encode())

        threads = [threading.Thread(target=race, args=(me,)) for me in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert won == [store.read(name)]
    assert names(store, "staging") == []


def test_leases(store):
    name = "staging/plans/x/lease"
    assert not store.is_leased(name)
    with store.lease(name), store.lease(name):
        assert store.is_leased(name)
        with store.exclusively(name) as free:
            assert not free
    assert not store.is_leased(name)
    with store.exclusively(name) as free:
        assert free
        assert store.is_leased(name)
        with store.exclusively(name) as second:
            assert not second
    with store.lease(name):
        assert store.is_leased(name)


def test_a_lease_waits_for_a_sweep_and_outlives_its_folder(store):
    """Who waits while a sweep removes the plan gets a lease on a new file, not on the removed one."""
    name, holding, done = "staging/plans/x/lease", threading.Event(), threading.Event()

    def hold():
        with store.lease(name):
            holding.set()
            done.wait()

    with store.exclusively(name) as free:
        assert free
        thread = threading.Thread(target=hold)
        thread.start()
        store.delete_prefix("staging/plans/x")
    holding.wait()
    leased = store.is_leased(name)
    done.set()
    thread.join()
    assert leased
    assert not store.is_leased(name)


HOLD = """
import sys
from pipelines.corpus.store import open_store
with open_store(sys.argv[1]).lease("staging/building"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_kernel_ends_the_lease_of_a_killed_process(store):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, store.url], stdout=subprocess.PIPE, stdin=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"held\n"
        assert store.is_leased("staging/building")
        process.kill()
        process.wait()
    assert not store.is_leased("staging/building")


def test_a_file_where_a_folder_should_be(tmp_path):
    (tmp_path / "corpus").write_bytes(b"a file")
    with pytest.raises(BadInput) as caught:
        LocalStore(tmp_path / "corpus").put("data", b"x", "json")
    assert "a file where a folder should be" in caught.value.found
    assert (tmp_path / "corpus").read_bytes() == b"a file"


def test_a_folder_where_a_file_should_be(store, root):
    (root / "versions/00000001.json").mkdir(parents=True)
    with pytest.raises(BadInput) as caught:
        store.read("versions/00000001.json")
    assert caught.value.found == os.strerror(errno.EISDIR)
