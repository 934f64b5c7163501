"""CSV and JSON Lines, read line by line: one bad line never takes its neighbours with it."""

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from optout_registry.request import REQUEST_FIELDS
from schemas.canonical import parse_json
from schemas.errors import BadInput

MAX_LINE = 1 << 16
"""Characters of a line; a longer one is bad. No identifier comes near."""
MAX_LINES_OF_ROW = 16
"""Physical lines of one CSV row: a quote that is not closed within them was meant otherwise."""
_REQUIRED = ("type", "value")
_BREAK = re.compile(r"[\r\n]")


@dataclass(frozen=True)
class Line:
    """One row of a file: the number of its first line, from 1, and its fields or its defect."""

    number: int
    fields: dict[str, Any] | None
    field: str = ""
    problem: str = ""


def read_lines(path: Path, file: TextIO) -> Iterator[Line]:
    """The rows of a file. By its suffix: .csv, or .jsonl and .ndjson.

    ``file`` is opened with newline="" and errors="surrogateescape".

    Raises:
        BadInput: another suffix, an empty file, or columns that are not those of a request.
    """
    readers = {".csv": _read_csv, ".jsonl": _read_json, ".ndjson": _read_json}
    if path.suffix.lower() not in readers:
        raise BadInput(
            path.name,
            expected="a .csv, .jsonl or .ndjson file",
            found=f"a file ending in {path.suffix!r}" if path.suffix else "a file without an ending",
            remedy="rename or convert the file",
        )
    return readers[path.suffix.lower()](path.name, file)


def _read_csv(name: str, file: TextIO) -> Iterator[Line]:
    lines = _Lines(file)
    header = _row(lines.take_row() or [])
    if header is None or not header:
        raise _bad_columns(name, "no header line in UTF-8")
    columns = [column.strip() for column in header]
    # The header's words are not repeated: in a file without a header they are somebody's identifier.
    for position, column in enumerate(columns, 1):
        if column not in REQUEST_FIELDS:
            raise _bad_columns(name, f"another name in column {position}")
        if columns.index(column) != position - 1:
            raise _bad_columns(name, f"{column} a second time, in column {position}")
    for column in _REQUIRED:
        if column not in columns:
            raise _bad_columns(name, f"no column {column}")
    return _csv_rows(lines, columns)


def _csv_rows(lines: "_Lines", columns: list[str]) -> Iterator[Line]:
    while True:
        number = lines.number + 1
        physical = lines.take_row()
        if physical is None:
            return
        row = _row(physical)
        if len(physical) > 1 and not _is_joined(row, columns):
            lines.give_back(physical[1:])
            row = None
        if row is None:
            yield Line(number, None, "line", "a line of CSV: quotes in pairs, UTF-8, not too long")
        elif row and len(row) != len(columns):
            yield Line(number, None, "line", f"{len(columns)} columns, as in the header")
        elif row:
            yield Line(
                number, {name: value for name, value in zip(columns, row, strict=True) if value.strip()}
            )


def _read_json(name: str, file: TextIO) -> Iterator[Line]:
    lines = _Lines(file)
    first = next((line for line in _json_rows(name, lines)), None)
    if first is None:
        raise BadInput(name, expected="one request a line", found="an empty file", remedy="check the file")
    fields = first.fields or {}
    for position, column in enumerate(fields, 1):
        if column not in REQUEST_FIELDS:
            raise _bad_columns(name, f"another name in place {position} of line {first.number}")
    for column in _REQUIRED:
        if first.fields is not None and column not in fields:
            raise _bad_columns(name, f"no {column} in line {first.number}")
    return _after(first, _json_rows(name, lines))


def _json_rows(name: str, lines: "_Lines") -> Iterator[Line]:
    while (text := lines.take()) is not None:
        if not text.strip():
            continue
        try:
            value = parse_json(text, name) if _is_sound(text) else None
        except BadInput:
            value = None
        if isinstance(value, dict):
            yield Line(lines.number, {key: item for key, item in value.items() if item is not None})
        else:
            yield Line(lines.number, None, "line", "one JSON object a line, in UTF-8, not too long")


def _after(first: Line, rest: Iterator[Line]) -> Iterator[Line]:
    yield first
    yield from rest


class _Lines:
    """Physical lines of a file with their number, of bounded length, and with a way back."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._back: deque[str] = deque()
        self.number = 0
        """Of the line taken last."""

    def take(self) -> str | None:
        """The next line with its end, None after the last; a line too long is cut."""
        line = self._back.popleft() if self._back else self._read()
        if not line:
            return None
        self.number += 1
        return line

    def give_back(self, taken: list[str]) -> None:
        """Take these lines again, the last that were taken."""
        self._back.extendleft(reversed(taken))
        self.number -= len(taken)

    def take_row(self) -> list[str] | None:
        """The physical lines of the next CSV row: those that a quoted line break joins.

        Where the quote is never closed, the first line alone, so that the others count.
        """
        first = self.take()
        if first is None:
            return None
        row, quotes = [first], first.count('"')
        while quotes % 2 and len(row) < MAX_LINES_OF_ROW:
            line = self.take()
            if line is None:
                break
            row.append(line)
            quotes += line.count('"')
        if quotes % 2:
            self.give_back(row[1:])
            return row[:1]
        return row

    def _read(self) -> str:
        line = self._file.readline(MAX_LINE + 1)
        tail = line
        while len(tail) > MAX_LINE and not tail.endswith(("\n", "\r")):
            tail = self._file.readline(MAX_LINE + 1)
        return line


def _row(physical: list[str]) -> list[str] | None:
    """The fields of a row; None if it is no CSV."""
    if not all(_is_sound(line) for line in physical):
        return None
    try:
        return next(csv.reader(physical, strict=True), [])
    except csv.Error:
        return None


def _is_joined(row: list[str] | None, columns: list[str]) -> bool:
    """Whether a row of several lines is one: its line breaks stand at the ends of values, and mean nothing.

    No value of a request goes over two lines. Two stray quotes would join what stands between them.
    """
    return row is not None and len(row) == len(columns) and not any(_BREAK.search(one.strip()) for one in row)


def _is_sound(line: str) -> bool:
    # surrogateescape: a byte that is no UTF-8 stands there as a lone surrogate
    return len(line) <= MAX_LINE and (line.isascii() or not any("\udc80" <= c <= "\udcff" for c in line))


def _bad_columns(name: str, found: str) -> BadInput:
    return BadInput(
        name,
        expected=f"columns type and value, and any of {', '.join(REQUEST_FIELDS[2:])}",
        found=found,
        remedy="correct the first line, with commas between the columns; nothing was imported",
    )
