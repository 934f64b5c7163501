"""CSV -> batches. A row that cannot be told from its neighbours costs one line, never the file."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

from pipelines.ingest.batch import Batch, Row, batches_of
from pipelines.ingest.limits import MAX_ROW_BYTES, MAX_ROW_LINES
from pipelines.ingest.open_file import open_file
from schemas.source import CsvFormat

_UNDECODABLE = "\udc80"
"""Stands for bytes that are no text of the encoding; no decoder yields it otherwise."""
_NULL = "\udc81"
"""Stands for a cell that is the null literal, until the row has been cut into cells."""

codecs.register_error("optout-mark", lambda error: (_UNDECODABLE, _end_of(error)))
csv.field_size_limit(MAX_ROW_BYTES)


class Header(NamedTuple):
    """The columns of a CSV file, and whether its first line names them."""

    names: tuple[str, ...]
    in_file: bool


class _Line(NamedTuple):
    number: int
    text: str
    whole: bool


class _TooLong(Exception):
    """A row of several lines that goes on for longer than a row may be."""


def read_csv(path: Path, form: CsvFormat) -> Iterator[Batch]:
    """The rows of a file; positions are line numbers from 1. A line with nothing on it is no row.

    A quote that is not closed makes its line a defect, and reading goes on at the next line.
    """
    header = read_header(path, form)
    end = _line_end(path, form)
    with _open_text(path, form, end) as text:
        feed = _Feed(_lines(text, end), _null_marker(form))
        rows = _rows(feed, form)
        if header.in_file:
            next(rows, None)
        yield from batches_of(_checked(rows, len(header.names)), header.names)


def read_header(path: Path, form: CsvFormat) -> Header:
    """The columns of a file. ValueError if it has no first line, or one that is no list of names."""
    if form.header is not True:
        return Header(form.header, in_file=False)
    end = _line_end(path, form)
    with _open_text(path, form, end) as text:
        first = next(_rows(_Feed(_lines(text, end)), form), None)
    if first is None:
        msg = "an empty file"
        raise ValueError(msg)
    if first.values is None:
        msg = f"a first line that cannot be read ({first.defect})"
        raise ValueError(msg)
    names = tuple(str(value) for value in first.values)
    for number, name in enumerate(names):
        if name in names[:number]:  # not the name itself: without a header it is what somebody wrote
            msg = f"a first line that names columns {names.index(name) + 1} and {number + 1} alike"
            raise ValueError(msg)
    return Header(names, in_file=True)


def _open_text(path: Path, form: CsvFormat, end: str) -> io.TextIOWrapper:
    # A byte order mark is no part of the first column's name.
    encoding = "utf-8-sig" if codecs.lookup(form.encoding).name == "utf-8" else form.encoding
    return io.TextIOWrapper(open_file(path), encoding=encoding, errors="optout-mark", newline=end)


def _line_end(path: Path, form: CsvFormat) -> str:
    """What ends a line, as the first one shows: a carriage return alone only where it ends that one.

    Elsewhere it is what somebody typed, and a line that began there would be under an id they typed.
    """
    with _open_text(path, form, "") as text:
        return "\r" if text.readline(MAX_ROW_BYTES).endswith("\r") else "\n"


def _lines(text: io.TextIOWrapper, end: str) -> Iterator[_Line]:
    """The lines of a file with their ends; of one that is too long only that there is one."""
    number = 0
    while found := text.readline(MAX_ROW_BYTES):
        number += 1
        whole = len(found) < MAX_ROW_BYTES or found.endswith(end)
        rest = found
        while not whole and rest and not rest.endswith(end):
            rest = text.readline(MAX_ROW_BYTES)
        yield _Line(number, found if whole else "", whole)


def _null_marker(form: CsvFormat) -> Callable[[str], str] | None:
    """Puts _NULL for each null literal that stands alone between delimiters, before escapes are read."""
    if form.null_literal is None:
        return None
    delimiter = re.escape(form.delimiter)
    cell = rf"(?<![^{delimiter}]){re.escape(form.null_literal)}(?=[{delimiter}\r\n]|\Z)"
    return partial(re.compile(cell).sub, _NULL)


def _with_nulls(cells: Sequence[str], form: CsvFormat) -> Sequence[str | None]:
    """The cells, null for the literal; inside a longer cell it is the text that the dialect makes of it."""
    if form.null_literal is None or not any(_NULL in cell for cell in cells):
        return cells
    (plain,) = next(csv.reader([form.null_literal], **form.dialect()))
    return [None if cell == _NULL else cell.replace(_NULL, plain) for cell in cells]


@dataclass
class _Feed:
    """Lines on their way into csv.reader: remembers those of the current row, and takes them back."""

    lines: Iterator[_Line]
    marked: Callable[[str], str] | None = None
    again: list[_Line] = field(default_factory=list)
    taken: list[_Line] = field(default_factory=list)
    size: int = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.again.pop() if self.again else next(self.lines)
        self.taken.append(line)
        self.size += len(line.text)
        if self.size > MAX_ROW_BYTES or len(self.taken) > MAX_ROW_LINES:
            raise _TooLong
        return line.text if self.marked is None else self.marked(line.text)

    def begin(self) -> None:
        """A row begins at the next line."""
        self.taken, self.size = [], 0

    def give_back(self) -> None:
        """Let all lines of the row but its first be read again."""
        self.again += reversed(self.taken[1:])
        del self.taken[1:]


def _rows(feed: _Feed, form: CsvFormat) -> Iterator[Row]:
    reader = csv.reader(feed, **form.dialect())
    while True:
        feed.begin()
        try:
            cells: Sequence[str] | None = next(reader)
            defect = None
        except StopIteration:
            return
        except (csv.Error, _TooLong):
            cells, defect = None, "row:quotes"
            feed.give_back()
            reader = csv.reader(feed, **form.dialect())
        lines = feed.taken
        if cells == [] and lines[0].whole:
            continue
        if not all(line.whole for line in lines):
            cells, defect = None, "row:length"
        elif any(_UNDECODABLE in line.text for line in lines):
            cells, defect = None, "row:encoding"
        held = None if cells is None else _with_nulls(cells, form)
        yield Row(lines[0].number, held, defect, feed.size)


def _checked(rows: Iterator[Row], columns: int) -> Iterator[Row]:
    for row in rows:
        fits = row.values is None or len(row.values) == columns
        yield row if fits else Row(row.position, None, "row:columns", row.size)


def _end_of(error: UnicodeError) -> int:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.end
