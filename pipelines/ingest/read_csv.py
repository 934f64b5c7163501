"""CSV -> batches. A row that cannot be told from its neighbours costs one line, never the file."""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pipelines.ingest.batch import Batch, Row, batches_of
from pipelines.ingest.limits import MAX_ROW_BYTES
from pipelines.ingest.open_file import open_file
from schemas.source import CsvFormat

_UNDECODABLE = "\udc80"
"""Stands for bytes that are no text of the encoding; no decoder yields it otherwise."""

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
    with _open_text(path, form) as text:
        feed = _Feed(_lines(text))
        rows = _rows(feed, form)
        if header.in_file:
            next(rows, None)
        yield from batches_of(_checked(rows, len(header.names)), header.names)


def read_header(path: Path, form: CsvFormat) -> Header:
    """The columns of a file. ValueError if it has no first line, or one that is no list of names."""
    if form.header is not True:
        return Header(form.header, in_file=False)
    with _open_text(path, form) as text:
        first = next(_rows(_Feed(_lines(text)), form), None)
    if first is None:
        msg = "an empty file"
        raise ValueError(msg)
    if first.values is None:
        msg = f"a first line that cannot be read ({first.defect})"
        raise ValueError(msg)
    names = tuple(str(value) for value in first.values)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        msg = f"the column {twice!r} twice"
        raise ValueError(msg)
    return Header(names, in_file=True)


def _open_text(path: Path, form: CsvFormat) -> io.TextIOWrapper:
    # A byte order mark is no part of the first column's name.
    encoding = "utf-8-sig" if codecs.lookup(form.encoding).name == "utf-8" else form.encoding
    return io.TextIOWrapper(open_file(path), encoding=encoding, errors="optout-mark", newline="")


def _lines(text: io.TextIOWrapper) -> Iterator[_Line]:
    """The lines of a file with their ends; of one that is too long only that there is one."""
    number = 0
    while found := text.readline(MAX_ROW_BYTES):
        number += 1
        whole = len(found) < MAX_ROW_BYTES or found.endswith(("\n", "\r"))
        rest = found
        while not whole and rest and not rest.endswith(("\n", "\r")):
            rest = text.readline(MAX_ROW_BYTES)
        yield _Line(number, found if whole else "", whole)


@dataclass
class _Feed:
    """Lines on their way into csv.reader: remembers those of the current row, and takes them back."""

    lines: Iterator[_Line]
    again: list[_Line] = field(default_factory=list)
    taken: list[_Line] = field(default_factory=list)
    size: int = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.again.pop() if self.again else next(self.lines)
        self.taken.append(line)
        self.size += len(line.text)
        if self.size > MAX_ROW_BYTES:
            raise _TooLong
        return line.text

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
        yield Row(lines[0].number, cells, defect, feed.size)


def _checked(rows: Iterator[Row], columns: int) -> Iterator[Row]:
    for row in rows:
        fits = row.values is None or len(row.values) == columns
        yield row if fits else Row(row.position, None, "row:columns", row.size)


def _end_of(error: UnicodeError) -> int:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.end
