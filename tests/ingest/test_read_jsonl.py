"""JSON Lines: every line with something on it is a row, whole or as a defect."""

import gzip
import json

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from ingest.readers import rows_of

from pipelines.ingest import read_jsonl
from pipelines.ingest.read_jsonl import read_jsonl as read

LINES = b'{"a": 1}\n{"a": "x"}\n'
SKIPPED = b"\x5d\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"pzstd"
"""A frame without content, which parallel compressors begin with (RFC 8878, 3.1.2)."""
CASES = {
    "plain": (LINES, [(1, 1), (2, "x")]),
    "gzip": (gzip.compress(LINES), [(1, 1), (2, "x")]),
    "gzip in two members": (gzip.compress(LINES) + gzip.compress(b'{"a": 3}'), [(1, 1), (2, "x"), (3, 3)]),
    "zstd": (zstandard.compress(LINES), [(1, 1), (2, "x")]),
    "zstd in two frames": (
        zstandard.compress(LINES) + zstandard.compress(b'{"a": 3}'), [(1, 1), (2, "x"), (3, 3)],
    ),
    "zstd after a frame to be skipped": (SKIPPED + zstandard.compress(LINES), [(1, 1), (2, "x")]),
    "zstd with a frame to be skipped between two": (
        zstandard.compress(LINES) + SKIPPED + zstandard.compress(b'{"a": 3}'), [(1, 1), (2, "x"), (3, 3)],
    ),
    "byte order mark": (b'\xef\xbb\xbf{"a": 1}', [(1, 1)]),
    "windows line ends": (b'{"a": 1}\r\n{"a": 2}\r\n', [(1, 1), (2, 2)]),
    "empty file": (b"", []),
    "blank lines are no rows": (b'\n  \n{"a": 1}\n\n', [(3, 1)]),
    "a missing key": (b'{"b": 1}', [(1, None)]),
    "null": (b'{"a": null}', [(1, None)]),
    "cut off": (b'{"a": 1}\n{"a": \n', [(1, 1), (2, "row:json")]),
    "no object": (b'[1]\n"a"\n7\n{"a": 1}', [(1, "row:json"), (2, "row:json"), (3, "row:json"), (4, 1)]),
    "two objects on one line": (b'{"a": 1}{"a": 2}', [(1, "row:json")]),
    "a name twice": (b'{"a": "private", "a": "public"}', [(1, "row:json")]),
    "a name twice further in": (b'{"a": {"b": 1, "b": 2}}', [(1, "row:json")]),
    "NaN": (b'{"a": NaN}', [(1, "row:json")]),
    "no UTF-8": (b'{"a": "\xff"}\n{"a": 1}', [(1, "row:encoding"), (2, 1)]),
    "half a character": (b'{"a": "\\ud83d"}', [(1, "row:encoding")]),
    "a whole character in two escapes": (b'{"a": "\\ud83d\\ude00"}', [(1, "\U0001f600")]),
    "depth": (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", [(1, "row:json")]),
    "a number of many digits": (b'{"a": ' + b"9" * 5000 + b"}", [(1, "row:json")]),
}  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), CASES.values(), ids=CASES)
def test_rows(tmp_path, data, expected):
    (tmp_path / "f").write_bytes(data)
    assert rows_of(read(tmp_path / "f"), "a") == expected


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress], ids=["gzip", "zstd"])
@pytest.mark.parametrize("kept", [0.5, 0.99], ids=["half of it", "nearly all of it"])
def test_a_compressed_file_that_ends_too_early_is_no_short_file(tmp_path, compress, kept):
    whole = compress(b"".join(b'{"a": %d}\n' % (n * n) for n in range(5000)))
    (tmp_path / "f").write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(OSError, match=r"Truncated|inflate"):
        rows_of(read(tmp_path / "f"), "a")


def test_a_line_beyond_the_limit_costs_one_row(tmp_path, monkeypatch):
    monkeypatch.setattr(read_jsonl, "MAX_ROW_BYTES", 100)
    rows = [json.dumps({"a": value}) for value in ("x", "y" * 1000, "z" * 89, "w")]
    (tmp_path / "f").write_text("\n".join(rows))
    assert rows_of(read(tmp_path / "f"), "a") == [(1, "x"), (2, "row:length"), (3, "z" * 89), (4, "w")]


@given(st.lists(st.binary(max_size=12).filter(lambda line: b"\n" not in line), max_size=8))
def test_whatever_the_bytes_no_line_is_lost(tmp_path_factory, lines):
    path = tmp_path_factory.mktemp("jsonl") / "f"
    path.write_bytes(b'{"a": 1}\n' + b"\n".join(lines))
    positions = [row[0] for row in rows_of(read(path), "a")]
    assert positions == [1, *(n for n, line in enumerate(lines, 2) if line.strip())]
