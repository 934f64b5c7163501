"""Sorting on disk is sorting: whatever the runs, the ranges and the rows."""

import datetime as dt
import errno
import os
import subprocess
import sys
import tempfile
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import BadInput
from schemas.sorted_rows import in_order, merged, place, ranges, row_at, sorted_rows
from schemas.spill import kept, on_disk
from schemas.tables import SNAPSHOT

DIGESTS = [
    bytes(31) + b"\1",
    bytes(31) + b"\2",
    bytes([127, *[0] * 31]),
    bytes([128, *[0] * 31]),
    b"\xff" * 32,
]
"""Some begin with the same 64 bits, some differ in their sign as one number."""
OTHER = pa.schema([pa.field("n", pa.int64(), nullable=False), ("day", pa.date32()), ("text", pa.string())])
_SNAPSHOT_ROW = st.tuples(
    st.sampled_from(["account", "email", "record", "é", "e"]),
    st.sampled_from(DIGESTS),
    st.booleans(),
    *[st.sampled_from([1, 2, 65535])] * 3,
    st.sampled_from([None, b"", b"\xff", b"a"]),
    st.sampled_from(
        [None, *(dt.datetime(year, 1, 1, microsecond=1, tzinfo=dt.UTC) for year in (1969, 2026))]
    ),
)
_OTHER_ROW = st.tuples(
    st.integers(-3, 3),
    st.sampled_from([None, dt.date(1969, 1, 1), dt.date(2026, 1, 1)]),
    st.sampled_from([None, "", "é", "z", "\U0001f600", "\ufb01"]),
)
TABLES = st.one_of(
    st.tuples(st.just(SNAPSHOT), st.lists(_SNAPSHOT_ROW, max_size=40)),
    st.tuples(st.just(OTHER), st.lists(_OTHER_ROW, max_size=40)),
)


def key(row):
    """The order, without Arrow: null first, text by its bytes."""
    return [(value is not None, value.encode() if isinstance(value, str) else value or 0) if value is not None
            else (False,) for value in row]  # fmt: skip


def batches(schema, rows, size):
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        yield pa.RecordBatch.from_pylist([dict(zip(schema.names, row, strict=True)) for row in part], schema)


def rows_of(table):
    return [tuple(row.values()) for row in table.to_pylist()]


@given(given_rows=TABLES, batch=st.integers(1, 9), run=st.integers(1, 50))
def test_rows_come_in_order_and_once(given_rows, batch, run):
    schema, rows = given_rows
    found = sorted_rows(batches(schema, rows, batch), schema, run_rows=run)
    assert found.schema.equals(schema)
    assert rows_of(found) == sorted(set(rows), key=key)


@given(given_rows=TABLES, cuts=st.lists(st.integers(0, 40), max_size=6), range_rows=st.integers(1, 60))
def test_merged_runs_are_the_rows_of_all_in_order(given_rows, cuts, range_rows):
    schema, rows = given_rows
    edges = sorted({0, *cuts, len(rows)})
    parts = [rows[a:b] for a, b in pairwise(edges)] or [rows]
    runs = [in_order(pa.Table.from_batches(batches(schema, part, 7), schema)) for part in parts]
    pieces = list(ranges(runs, range_rows))
    assert [pa.concat_tables(column).to_pylist() for column in zip(*pieces, strict=True)] == [
        run.to_pylist() for run in runs
    ]
    assert all(sum(map(len, piece)) <= max(range_rows, 3 * len(runs)) for piece in pieces)
    assert rows_of(pa.Table.from_batches(merged(runs, range_rows), schema)) == sorted(set(rows), key=key)


def test_a_range_has_no_more_rows_than_it_may():
    numbers = pa.schema([pa.field("n", pa.int64(), nullable=False)])
    runs = [
        pa.table({"n": range(start, 600, step)}, numbers)
        for start, step in ((0, 1), (0, 3), (500, 1), (7, 300))
    ]
    sizes = [sum(map(len, piece)) for piece in ranges(runs, 60)]
    assert max(sizes) <= 60
    assert len(sizes) > sum(map(len, runs)) / 60


def test_a_row_has_its_place():
    rows = [("account", DIGESTS[0], True, 1, 1, 1, sealed, None) for sealed in (None, b"", b"b")]
    table = pa.Table.from_batches(batches(SNAPSHOT, rows, 2), SNAPSHOT)
    assert [place(table, row_at(table, number)) for number in range(3)] == [0, 1, 2]
    assert place(table, (*row_at(table, 0)[:-2], (b"a",))) == 2
    assert place(table, ("email",)) == 3


@pytest.mark.parametrize("rows", [0, 5, 6])
def test_what_is_large_lies_in_a_file_without_a_name(rows, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    numbers = pa.schema([("n", pa.int64())])
    before = pa.total_allocated_bytes()
    table = kept(batches(numbers, [(n,) for n in range(rows)], 2), numbers, memory_rows=5)
    assert table.column("n").to_pylist() == list(range(rows))
    assert (pa.total_allocated_bytes() == before) is (rows in {0, 6})
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_an_error_that_says_where_to_find_room(monkeypatch):
    numbers = pa.schema([("n", pa.int64())])

    def fail(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile, "TemporaryFile", fail)
    with pytest.raises(BadInput, match=r"(?s)TMPDIR.*No space left"):
        on_disk(batches(numbers, [(1,)], 1), numbers)


def test_a_disk_that_fills_while_it_is_written():
    """In a process of its own: a limit on the size of files ends as a full disk does."""
    code = (
        "import resource, signal, pyarrow as pa; from schemas.spill import on_disk\n"
        "from schemas.errors import BadInput\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        "batch = pa.RecordBatch.from_pydict({'n': range(10_000)})\n"
        "try: on_disk([batch], batch.schema)\n"
        "except BadInput as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "File too large" in done.stdout
    assert "TMPDIR" in done.stdout
