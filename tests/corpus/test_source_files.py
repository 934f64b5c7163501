"""The accounts of a source: rows and digest of one and the same bytes."""

import ctypes
import os
import struct
from collections import Counter

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
