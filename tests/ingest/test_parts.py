"""Canonical files: every row once, in order, in row groups and files of bounded size."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest import parts
from pipelines.ingest.parts import PartLimits, parts_of

SCHEMA = pa.schema([("n", pa.int64()), ("text", pa.string())])


def batches(sizes, text="x"):
    numbers = iter(range(sum(sizes)))
    for size in sizes:
        rows = [{"n": next(numbers), "text": text} for _ in range(size)]
        yield pa.RecordBatch.from_pylist(rows, SCHEMA)


def written(given_batches, limits):
    """Row counts of the row groups of each file, and all numbers in order."""
    groups, numbers = [], []
    for part in parts_of(given_batches, SCHEMA, limits):
        with pq.ParquetFile(pa.BufferReader(part)) as file:
            groups.append([file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)])
            numbers += file.read().column("n").to_pylist()
    return groups, numbers


@given(
    st.lists(st.integers(0, 20), max_size=8),
    st.none() | st.integers(1, 12),
    st.none() | st.integers(1, 25),
)
def test_every_row_once_in_order_within_the_limits(sizes, row_group_rows, part_rows):
    groups, numbers = written(batches(sizes), PartLimits(row_group_rows, part_rows))
    assert numbers == list(range(sum(sizes)))
    assert all(group <= (row_group_rows or 10**9) for part in groups for group in part)
    assert all(sum(part) <= (part_rows or 10**9) for part in groups)
    if part_rows is not None:
        assert all(sum(part) == part_rows for part in groups[:-1])


def test_no_rows_no_file():
    assert written(batches([0, 0]), PartLimits()) == ([], [])


@pytest.mark.parametrize("size", [3, 1000], ids=["short texts", "a text longer than a row group"])
def test_bytes_bound_row_groups_and_files(monkeypatch, size):
    monkeypatch.setattr(parts, "SPLIT_BYTES", 500)
    monkeypatch.setattr(parts, "PART_BYTES", 2000)
    groups, numbers = written(batches([50] * 8, text="x" * size), PartLimits())
    assert numbers == list(range(400))
    rows = 1 if size > 500 else 500 // (8 + 4 + size)
    assert max(group for part in groups for group in part) <= max(rows, 1) + 1
    assert max(map(sum, groups)) * (12 + size) <= 2000 + 500 + (1000 if size > 500 else 0)


def test_equal_rows_make_equal_bytes():
    one, two = (list(parts_of(batches(sizes), SCHEMA, PartLimits())) for sizes in ([30, 10], [7, 3, 30]))
    assert one == two
