"""How results are printed: nothing is cut in a pipe, nothing is obeyed by a terminal, no digit is lost."""

import json
from datetime import UTC, datetime

import pytest

from pipelines.cli.tables import counted, print_csv, print_json, print_table


def test_a_table_keeps_every_digit_and_obeys_no_escape_sequence(capsys):
    digests = {name: name * 64 for name in "abc"}
    print_table("", [digests | {"path": "\x1b[2Jposts\n.csv", "n": 1234567, "none": None, "all": ["x", "y"]}])
    [line] = [line for line in capsys.readouterr().out.splitlines() if "posts" in line]
    assert line.split() == [*digests.values(), "\\x1b[2Jposts\\n.csv", "1,234,567", "x,", "y"]


def test_a_pipe_gets_every_column_whole_and_no_padding(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    row = {f"column {n}": "x" * 2_000 for n in range(10)}
    print_table("Title", [row, dict.fromkeys(row, "y")])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines if "x" in line] == [list(row.values())]
    assert [line for line in lines if line != line.rstrip()] == []
    assert lines[0] == "Title"


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 splits"), (1, "1 split"), (2, "2 splits"), (2000, "2,000 splits")]
)
def test_a_noun_agrees_with_its_number(number, said):
    assert counted(number, "split") == said


def test_columns_are_those_of_all_rows(capsys):
    print_table("Title", [{"a": 1}, {"a": 2, "b": True}])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ["Title"]
    assert lines[2] == ["a", "b"]
    assert lines[4:6] == [["1"], ["2", "yes"]]


def test_a_table_without_rows_says_so(capsys):
    print_table("versions", [])
    assert capsys.readouterr().out == "versions: no rows\n"


def test_json_is_one_document_that_any_reader_reads_alike(capsys):
    print_json({
        "exact": -(2**53), "large": 2**64 - 1, "nan": float("nan"), "infinite": float("-inf"), "text": "é\ud800",
        "bytes": b"\x0f", "at": datetime(2026, 6, 1, tzinfo=UTC), "rows": ({"a": None},),
    })  # fmt: skip
    out = capsys.readouterr().out
    assert out.isascii()
    assert json.loads(out) == {
        "exact": -(2**53), "large": "18446744073709551615", "nan": None, "infinite": None, "text": "é\ud800",
        "bytes": "0f", "at": "2026-06-01T00:00:00Z", "rows": [{"a": None}],
    }  # fmt: skip


def test_csv_quotes_and_writes_lists_as_json(capsys):
    print_csv(["a", "b"], iter([(1, 'say "x"'), (None, [1, "é"])]))
    assert capsys.readouterr().out == 'a,b\n1,"say ""x"""\n,"[1, ""\\u00e9""]"\n'
