"""Foreign Parquet: every row a footer counts comes out, whole or as a defect, in bounded memory."""

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from enumerations import few_of
from ingest.peaks import peak_of
from ingest.readers import rows_of

from pipelines.ingest import read_parquet
from pipelines.ingest.batch import BROKEN
from pipelines.ingest.read_parquet import column_names
from pipelines.ingest.read_parquet import read_parquet as read

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
VALUES = {
    "text": (pa.array(["é", None]), ["é", None]),
    "large text": (pa.array(["é", None], pa.large_string()), ["é", None]),
    "few different texts": (pa.array(["x", "x"]).dictionary_encode(), ["x", "x"]),
    "whole numbers": (pa.array([1, None], pa.uint64()), [1, None]),
    "decimals": (pa.array([Decimal("1.50"), None]), [Decimal("1.50"), None]),
    "dates": (pa.array([date(2024, 3, 5), None]), [date(2024, 3, 5), None]),
    "milliseconds": (pa.array([NOON, None], pa.timestamp("ms", "UTC")), [NOON, None]),
    "nanoseconds": (pa.array([NOON, None], pa.timestamp("ns", "UTC")), [NOON, None]),
    "nanoseconds finer than ours": (
        pa.array([1], pa.timestamp("ns", "UTC")), [datetime(1970, 1, 1, tzinfo=UTC)],
    ),
    "a date beyond the calendar": (pa.array([10**9, 0], pa.int32()).cast(pa.date32()), [BROKEN, date(1970, 1, 1)]),
    "lists of structs": (pa.array([[{"b": 1}], None, []]), [[{"b": 1}], None, []]),
}  # fmt: skip


@pytest.mark.parametrize(("array", "expected"), VALUES.values(), ids=VALUES)
def test_values(tmp_path, array, expected):
    pq.write_table(pa.table({"a": array}), tmp_path / "f")
    assert [row[1] for row in rows_of(read(tmp_path / "f", ["a"]), "a")] == expected


@pytest.mark.parametrize(
    ("name", "column"),
    [("text", "text"), ("a.b", "a.b"), ("nested", "nested")],
    ids=["plain", "a name with a dot", "in a struct"],
)
def test_a_column_that_unpacks_to_far_more_than_it_takes_up_is_not_read(tmp_path, monkeypatch, name, column):
    monkeypatch.setattr(read_parquet, "MAX_CHUNK_BYTES", 1_000_000)
    long = pa.array(["x" * 2_000_000, "y"])
    values = pa.StructArray.from_arrays([long], ["c"]) if name == "nested" else long
    table = pa.table({"id": ["1", "2"], name: values})
    pq.write_table(table, tmp_path / "f", compression="zstd", use_dictionary=False)
    found = rows_of(read(tmp_path / "f", ["id", column]), "id")
    assert found == [(1, "row:length"), (2, "row:length")]
    assert rows_of(read(tmp_path / "f", ["id"]), "id") == [(1, "1"), (2, "2")]


def test_int96_instants_that_nanoseconds_cannot_hold(tmp_path):
    """What Spark and Hive write: nanoseconds since 1970 in 64 bits end in 2262, and begin anew in 1677."""
    days = [(9999, 12, 31), (2300, 1, 1), (1000, 1, 1), (2024, 3, 5, 12, 0, 0, 7)]
    instants = [datetime(*day) for day in days]  # noqa: DTZ001 - INT96 has no zone
    table = pa.table({"a": pa.array(instants, pa.timestamp("us"))})
    pq.write_table(table, tmp_path / "f", use_deprecated_int96_timestamps=True)
    assert pq.ParquetFile(tmp_path / "f").schema.column(0).physical_type == "INT96"
    assert [row[1] for row in rows_of(read(tmp_path / "f", ["a"]), "a")] == instants


def test_positions_count_rows_over_row_groups(tmp_path):
    pq.write_table(pa.table({"a": range(10)}), tmp_path / "f", row_group_size=3)
    assert rows_of(read(tmp_path / "f", ["a"]), "a") == [(n + 1, n) for n in range(10)]


def test_text_that_is_no_utf8_costs_its_batch_and_not_the_file(tmp_path):
    wrong = pa.array([b"x", b"\xff"], pa.binary()).cast(pa.binary())
    text = pa.Array.from_buffers(pa.string(), 2, wrong.buffers())
    pq.write_table(
        pa.table({"a": pa.chunked_array([text, pa.array(["y"])])}), tmp_path / "f", row_group_size=2
    )
    found = rows_of(read(tmp_path / "f", ["a"]), "a")
    assert found == [(1, "row:unreadable"), (2, "row:unreadable"), (3, "y")]


def test_a_damaged_row_group_is_counted_and_the_next_one_read(tmp_path):
    path = tmp_path / "f"
    pq.write_table(
        pa.table({"a": [f"{n:04d}" for n in range(200)]}), path, row_group_size=100, use_dictionary=False
    )
    chunk = pq.read_metadata(path).row_group(0).column(0)
    data = bytearray(path.read_bytes())
    data[chunk.data_page_offset : chunk.data_page_offset + 12] = b"\xff" * 12
    path.write_bytes(data)
    found = rows_of(read(path, ["a"]), "a")
    assert found[:100] == [(n + 1, "row:unreadable") for n in range(100)]
    assert found[100:] == [(n + 1, f"{n:04d}") for n in range(100, 200)]


def test_every_row_that_a_footer_counts_comes_out(test_data):
    """Malformed and odd files of apache/parquet-testing: an error that stops, or all of their rows."""
    folder = test_data("standards/parquet-testing")
    stopped, partly = set(), set()
    for path in sorted([*folder.glob("bad_data/*.parquet"), *folder.glob("data/*.parquet")]):
        try:
            footer = pq.read_metadata(path)
            rows = sum(footer.row_group(n).num_rows for n in range(footer.num_row_groups))
            columns = column_names(path)
        except (OSError, pa.ArrowException):
            stopped.add(path.name)
            continue
        found = rows_of(read(path, columns), *columns)
        assert [row[0] for row in found] == list(range(1, rows + 1)), path.name
        if any(isinstance(row[1], str) and row[1].startswith("row:") for row in found if len(row) == 2):
            partly.add(path.name)
    assert "PARQUET-1481.parquet" in stopped  # a column type that does not exist
    assert {"ARROW-GH-41321.parquet", "ARROW-RS-GH-6229-DICTHEADER.parquet"} <= partly
    assert "datapage_v1-corrupt-checksum.parquet" in partly


@pytest.mark.parametrize("dictionary", few_of({"folded": True, "written out": False}, "folded"))
def test_a_small_file_of_gigabytes_is_read_in_bounded_memory(tmp_path, dictionary):
    path, long = tmp_path / "f", "x" * 1_000_000
    texts = pa.DictionaryArray.from_arrays(pa.array(np.zeros(2000, np.int32)), pa.array([long]))
    if not dictionary:
        texts = texts.cast(pa.string())
    schema = pa.schema([("id", pa.string()), ("text", texts.type)])
    table = pa.table({"id": [f"r{n}" for n in range(2000)], "text": texts}, schema)
    pq.write_table(table, path, compression="zstd", use_dictionary=dictionary, data_page_size=1 << 31)
    del table, texts
    assert path.stat().st_size < 250_000
    rose, (rows, defects, longest) = peak_of(
        "from pipelines.ingest.read_parquet import read_parquet",
        """
rows = defects = longest = 0
for batch in read_parquet(path, ["id", "text"]):
    rows += batch.rows
    defects += len(batch.defects)
    longest = max(longest, sum(len(text or "") for text in batch.column("text")))
result = [rows, defects, longest]
""",
        path,
    )
    assert (rows, defects) == (2000, 0 if dictionary else 2000)
    assert longest < 50_000_000
    assert rose < 400_000_000  # of the 2 GB that the file unpacks to
