"""CSV, as people and programs write it: every row comes out, with its line, whole or as a defect."""

import csv
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest.peaks import peak_of
from ingest.readers import rows_of

from pipelines.ingest import limits, read_csv
from pipelines.ingest.read_csv import read_csv as read
from schemas.source import CsvFormat

MYSQL = {"delimiter": "\t", "escape": "\\", "null_literal": "\\N"}
CASES = {
    "plain": (b"a,b\n1,x\n2,y\n", {}, [(2, "1", "x"), (3, "2", "y")]),
    "no end of the last line": (b"a,b\n1,x", {}, [(2, "1", "x")]),
    "windows line ends": (b"a,b\r\n1,x\r\n", {}, [(2, "1", "x")]),
    "line ends of the first Macintosh": (b"a,b\r1,x\r2,y\r", {}, [(2, "1", "x"), (3, "2", "y")]),
    "a carriage return alone ends no row": (
        b"a|b\n1|hi\rvictim|forged\n2|y\n", {"delimiter": "|", "quote": None}, [(2, "row:quotes"), (3, "2", "y")],
    ),
    "nor does it where lines end as on Windows": (
        b"a,b\r\n1,hi\rvictim,forged\r\n2,y\r\n", {}, [(2, "row:quotes"), (3, "2", "y")],
    ),
    "a carriage return inside quotes": (b'a,b\n1,"x\ry"\n2,y\n', {}, [(2, "1", "x\ry"), (3, "2", "y")]),
    "an escaped carriage return": (
        b"a,b\n1,x\\\ry\n2,y\n", {"escape": "\\", "quote": None}, [(2, "1", "x\ry"), (3, "2", "y")],
    ),
    "an end of line after a carriage return": (b"a,b\n1,x\r\n2,y\n", {}, [(2, "1", "x"), (3, "2", "y")]),
    "null as MySQL writes it": (
        b"a\tb\n\\N\tx\\N\n2\t\\N\n", {**MYSQL, "quote": None}, [(2, None, "xN"), (3, "2", None)],
    ),
    "null as MySQL writes it, in quotes a letter": (
        b'a\tb\r\n"\\N"\t\\N\r\n', MYSQL, [(2, "N", None)],
    ),
    "null between delimiters that are text": (
        b'a\tb\n1\t"\t\\N\t"\n2\tx\\\t\\N\n', MYSQL, [(2, "1", "\tN\t"), (3, "2", "x\tN")],
    ),
    "null on a line of its own inside quotes": (b'a\tb\n1\t"\n\\N\n"\n', MYSQL, [(2, "1", "\nN\n")]),
    "null as a word": (b'a,b\nNULL,"NULL"\nNULLS,\n', {"null_literal": "NULL"}, [(2, None, "NULL"), (3, "NULLS", "")]),
    "null in the last cell of the file": (b"a,b\n1,NULL", {"null_literal": "NULL"}, [(2, "1", None)]),
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
    [(b"", "empty file"), (b"a,a\n1,2\n", "columns 1 and 2 alike"), (b"a,\xff\n1,2\n", "row:encoding")],
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


@pytest.mark.usefixtures("short_rows")
def test_a_long_line_that_is_cut_at_a_carriage_return_is_one_row(tmp_path):
    (tmp_path / "f.csv").write_bytes(b"a,b\n1," + b"y" * 97 + b"\rvictim,forged\n3,z\n")
    assert rows_of(read(tmp_path / "f.csv", CsvFormat()), "a", "b") == [(2, "row:length"), (3, "3", "z")]


@pytest.mark.long
def test_a_quote_that_stays_open_over_many_lines_takes_little_memory(tmp_path):
    (tmp_path / "f.csv").write_bytes(b'a,b\n1,"' + b"\n" * 9_000_000 + b"2,z\n")
    rose, found = peak_of(
        "from pipelines.ingest.read_csv import read_csv; from schemas.source import CsvFormat",
        "result = [[list(b.positions), list(b.column('b')), b.defects] for b in read_csv(path, CsvFormat())]",
        tmp_path / "f.csv",
    )
    assert found == [[[2, 9_000_002], [None, "z"], {"0": "row:quotes"}]]
    assert rose < 100_000_000


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


ROWS = [  # bytes, lines, and what becomes of them
    (b"1,x\n", 1, ("1", "x")), (b'"1","x\ny"\r\n', 2, ("1", "x\ny")), (b"\n", 1, None), (b"\r\n", 1, None),
    (b"1\n", 1, ("row:columns",)), (b'1,"\n\n",z\n', 3, ("row:columns",)), (b'"1"1,x\n', 1, ("row:quotes",)),
    (b"1,x\ry\n", 1, ("row:quotes",)), (b"1,\xff\n", 1, ("row:encoding",)), (b'1,"\xff\n"\n', 2, ("row:encoding",)),
    (b',""\n', 1, ("", "")),
]  # fmt: skip


@given(st.lists(st.sampled_from(ROWS), max_size=12))
def test_every_row_comes_out_at_its_line(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("csv") / "f.csv"
    path.write_bytes(b"a,b\n" + b"".join(data for data, _, _ in rows))
    expected, line = [], 2
    for _, lines, found in rows:
        expected += [] if found is None else [(line, *found)]
        line += lines
    assert rows_of(read(path, CsvFormat()), "a", "b") == expected


@given(
    st.lists(
        st.sampled_from([b'"', b",", b"\n", b"\n", b"a", b"\xff", b'""', b"\r", b"\\", b"N"]), max_size=40
    ),
    st.sampled_from([{}, {"quote": None}, {"escape": "\\"}, {"escape": "\\", "null_literal": "\\N"}]),
)
def test_whatever_the_bytes_every_line_with_something_on_it_is_in_some_row(tmp_path_factory, pieces, form):
    path = tmp_path_factory.mktemp("csv") / "f.csv"
    data = b"".join(pieces)
    path.write_bytes(b"a,b\n" + data)
    found = rows_of(read(path, CsvFormat(**form)), "a", "b")
    positions = [row[0] for row in found]
    assert positions == sorted(set(positions))
    lines = {n: line for n, line in enumerate(data.split(b"\n"), 2) if line.strip(b"\r")}
    assert set(positions) <= set(lines)
    # A line that begins no row lies inside a row: its text, line ends and all, is in the cells of that one.
    ends = [*positions, data.count(b"\n") + 3][1:]
    for row, end in zip(found, ends, strict=True):
        inside = [n for n in lines if row[0] < n < end]
        if inside and len(row) == 3:
            assert sum((cell or "").count("\n") for cell in row[1:]) >= inside[-1] - row[0]
        assert not inside or row[1] != "row:quotes"  # this defect costs one line
    assert not lines or positions[0] == min(lines)
