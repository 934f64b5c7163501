"""CSV, as people and programs write it: every row comes out, with its line, whole or as a defect."""

import csv
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest.readers import rows_of

from pipelines.ingest import limits, read_csv
from pipelines.ingest.read_csv import read_csv as read
from schemas.source import CsvFormat

CASES = {
    "plain": (b"a,b\n1,x\n2,y\n", {}, [(2, "1", "x"), (3, "2", "y")]),
    "no end of the last line": (b"a,b\n1,x", {}, [(2, "1", "x")]),
    "windows line ends": (b"a,b\r\n1,x\r\n", {}, [(2, "1", "x")]),
    "byte order mark": (b"\xef\xbb\xbfa,b\n1,x\n", {}, [(2, "1", "x")]),
    "only a header": (b"a,b\n", {}, []),
    "blank lines are no rows": (b"a,b\n\n1,x\n\n\n2,y\n\n", {}, [(3, "1", "x"), (6, "2", "y")]),
    "empty cells": (b'a,b\n,\n"",""\n', {}, [(2, "", ""), (3, "", "")]),
    "a line end inside quotes": (
        b'a,b\n1,"one\ntwo"\n2,y\n', {}, [(2, "1", "one\ntwo"), (4, "2", "y")],
    ),
    "doubled quotes": (b'a,b\n1,"say ""x"""\n', {}, [(2, "1", 'say "x"')]),
    "a delimiter inside quotes": (b'a,b\n"1,1",x\n', {}, [(2, "1,1", "x")]),
    "too few cells": (b"a,b\n1\n2,y\n", {}, [(2, "row:columns"), (3, "2", "y")]),
    "too many cells": (b"a,b\n1,x,z\n2,y\n", {}, [(2, "row:columns"), (3, "2", "y")]),
    "text after a closing quote": (b'a,b\n"1"1,x\n2,y\n', {}, [(2, "row:quotes"), (3, "2", "y")]),
    "a quote that never closes costs one line": (
        b'a,b\n1,"x\n2,y\n3,z\n', {}, [(2, "row:quotes"), (3, "2", "y"), (4, "3", "z")],
    ),
    "bytes that are no UTF-8": (b"a,b\n1,\xff\n2,y\n", {}, [(2, "row:encoding"), (3, "2", "y")]),
    "half a character at the end of the file": (b"a,b\n1,\xc3", {}, [(2, "row:encoding")]),
    "latin-1": ("a,b\n1,é\n".encode("latin-1"), {"encoding": "latin-1"}, [(2, "1", "é")]),
    "utf-16": ("a,b\n1,é\n".encode("utf-16"), {"encoding": "utf-16"}, [(2, "1", "é")]),
    "another delimiter": (b"a|b\n1|x,y\n", {"delimiter": "|"}, [(2, "1", "x,y")]),
    "quotes that are data": (b'a,b\n"1,x"\n', {"quote": None}, [(2, '"1', 'x"')]),
    "an escape": (b"a,b\n1,x\\,y\n", {"escape": "\\", "quote": None}, [(2, "1", "x,y")]),
    "columns named elsewhere": (b"1,x\n2,y\n", {"header": ("a", "b")}, [(1, "1", "x"), (2, "2", "y")]),
    "gzip": (gzip.compress(b"a,b\n1,x\n"), {}, [(2, "1", "x")]),
}  # fmt: skip


@pytest.mark.parametrize(("data", "form", "expected"), CASES.values(), ids=CASES)
def test_rows(tmp_path, data, form, expected):
    (tmp_path / "f.csv").write_bytes(data)
    assert rows_of(read(tmp_path / "f.csv", CsvFormat(**form)), "a", "b") == expected


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"", "empty file"), (b"a,a\n1,2\n", "'a' twice"), (b"a,\xff\n1,2\n", "row:encoding")],
    ids=["nothing", "a name twice", "a header that is no text"],
)
def test_a_file_without_usable_header_is_an_error(tmp_path, data, message):
    (tmp_path / "f.csv").write_bytes(data)
    with pytest.raises(ValueError, match=message):
        list(read(tmp_path / "f.csv", CsvFormat()))


@pytest.fixture
def short_rows(monkeypatch):
    """Rows of at most 100 characters, so that a test needs no large file."""
    monkeypatch.setattr(read_csv, "MAX_ROW_BYTES", 100)


@pytest.mark.usefixtures("short_rows")
def test_a_line_beyond_the_limit_costs_one_row(tmp_path):
    (tmp_path / "f.csv").write_text(f"a,b\n1,x\n2,{'y' * 1000}\n3,z\n")
    expected = [(2, "1", "x"), (3, "row:length"), (4, "3", "z")]
    assert rows_of(read(tmp_path / "f.csv", CsvFormat()), "a", "b") == expected


@pytest.mark.usefixtures("short_rows")
def test_a_quote_that_stays_open_beyond_the_limit_costs_one_line(tmp_path):
    lines = [f"{n},{'y' * 30}" for n in range(9)]
    (tmp_path / "f.csv").write_text("\n".join(["a,b", '1,"x', *lines]))
    found = rows_of(read(tmp_path / "f.csv", CsvFormat()), "a")
    assert found == [(2, "row:quotes"), *((n + 3, f"{n}") for n in range(9))]


def test_batches_are_small(tmp_path):
    (tmp_path / "f.csv").write_text("a\n" + "x\n" * 10_000)
    sizes = [batch.rows for batch in read(tmp_path / "f.csv", CsvFormat())]
    assert sum(sizes) == 10_000
    assert max(sizes) <= limits.BATCH_ROWS


cells = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)


@given(st.lists(st.tuples(cells, cells), max_size=8), st.sampled_from([",", "|", ";", "\t"]))
def test_what_the_standard_library_writes_comes_back(tmp_path_factory, table, delimiter):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *table])
    path = tmp_path_factory.mktemp("csv") / "f.csv"
    path.write_bytes(text.getvalue().encode())
    found = rows_of(read(path, CsvFormat(delimiter=delimiter)), "a", "b")
    assert [row[1:] for row in found] == table


@given(st.lists(st.sampled_from([b'"', b",", b"\n", b"a", b"\xff", b'""', b"\r"]), max_size=30))
def test_whatever_the_bytes_every_line_with_something_on_it_is_in_some_row(tmp_path_factory, pieces):
    path = tmp_path_factory.mktemp("csv") / "f.csv"
    path.write_bytes(b"a,b\n" + b"".join(pieces))
    positions = [row[0] for row in rows_of(read(path, CsvFormat()), "a", "b")]
    assert positions == sorted(set(positions))
    first = next((n for n, line in enumerate(b"".join(pieces).splitlines(), 2) if line), None)
    assert positions[:1] == ([] if first is None else [first])
