"""The files of a source: what is read of one file is what was seen of it, whole, or an error."""

import ctypes
import os
import struct
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builders import account, accounts_table
from pipelines.corpus.source_files import SourceFiles
from schemas.canonical import canonical_json, sha256
from schemas.errors import BadInput

IN_OPEN, IN_CLOSE_NOWRITE = 0x20, 0x10


def parquet_of(*ids):
    sink = pa.BufferOutputStream()
    pq.write_table(accounts_table([account(account_id=one) for one in ids]), sink)
    return sink.getvalue().to_pybytes()


def ids_of(batches):
    return [one for batch in batches for one in batch.column("account_id").to_pylist()]


@pytest.fixture
def opened(tmp_path):
    """A function that says how often files of the folder were opened since the last call, by whatever code."""
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK)
    assert (
        libc.inotify_add_watch(watch, os.fsencode(tmp_path), IN_OPEN | IN_CLOSE_NOWRITE) >= 0
    )  # equal neighbours merge

    def count():
        try:
            events = os.read(watch, 65_536)
        except BlockingIOError:
            return {}
        found, at = Counter(), 0
        while at < len(events):
            _, mask, _, length = struct.unpack_from("iIII", events, at)
            at += 16 + length
            if mask & IN_OPEN:
                found[events[at - length : at].rstrip(b"\0").decode()] += 1
        return found

    yield count
    os.close(watch)


def test_a_file_is_opened_once_so_rows_and_digest_are_of_the_same_bytes(tmp_path, opened):
    contents = {name: parquet_of(name) for name in ("a.parquet", "b.parquet")}
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    opened()
    batches, _ = SourceFiles(str(tmp_path)).accounts(list(contents))
    assert ids_of(batches) == list(contents)
    assert opened() == dict.fromkeys(contents, 1)


def test_the_digest_is_over_all_files_in_order_of_path(tmp_path):
    contents = {"b.parquet": parquet_of("a2"), "a.parquet": parquet_of("a1", "a1")}
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    batches, digest = SourceFiles(str(tmp_path)).accounts(list(contents))
    assert ids_of(batches) == ["a1", "a1", "a2"]
    assert digest == sha256(canonical_json([sha256(contents[name]) for name in sorted(contents)]))


@pytest.mark.parametrize("data", [b"", b"PAR1 nothing PAR1"])
def test_an_unreadable_file_is_named(tmp_path, data):
    (tmp_path / "a.parquet").write_bytes(data)
    with pytest.raises(BadInput, match=r"a\.parquet"):
        SourceFiles(str(tmp_path)).accounts(["a.parquet"])
    with pytest.raises(BadInput, match=r"missing\.parquet"):
        SourceFiles(str(tmp_path)).accounts(["missing.parquet"])


def test_the_bytes_of_ranges(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"0123456789")
    source = SourceFiles(str(tmp_path))
    assert source.read_ranges(source.observe("a.parquet"), [(2, 3), (0, 10), (10, 0)]) == [
        b"234",
        b"0123456789",
        b"",
    ]


def rewritten(path):
    """The same size, a nanosecond later."""
    seen = path.stat()
    path.write_bytes(b"9876543210")
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns + 1))


@pytest.mark.parametrize(
    "change", [rewritten, lambda path: os.truncate(path, 9), lambda path: os.truncate(path, 11)]
)
@pytest.mark.parametrize("when", range(3), ids=["before", "between two ranges", "after the last range"])
def test_a_file_that_changes_while_it_is_read_stops_the_build(tmp_path, change, when):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"0123456789")
    source = SourceFiles(str(tmp_path))
    observed = source.observe("a.parquet")

    def ranges():
        for number, asked in enumerate([(0, 5), (0, 5), None]):
            if number == when:
                change(path)
            if asked:
                yield asked

    with pytest.raises(BadInput, match="nobody writes to the source"):
        source.read_ranges(observed, ranges())


def test_a_read_that_ends_early_is_no_fault_of_the_rows():
    """The kernel says that a file of sysfs has a page, and gives fewer bytes: as a failing disk does."""
    source = SourceFiles("/sys/devices/system/cpu")
    observed = source.observe("online")
    if observed.bytes <= len((Path("/sys/devices/system/cpu/online")).read_bytes()):
        pytest.skip("this kernel has no file that is shorter than it says")
    with pytest.raises(BadInput) as caught:
        source.read_ranges(observed, [(0, 1), (0, observed.bytes)])
    assert (caught.value.subject, caught.value.expected) == ("online", f"{observed.bytes} bytes from 0")
