"""The columns of its files that an entry of source.yaml reads, and whether they are there."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipelines.ingest.read_csv import read_header
from pipelines.ingest.read_parquet import column_names
from schemas.errors import BadInput
from schemas.source import CsvFormat, Each, Entry, FieldMapping, Listed, ParquetFormat
from schemas.source_checks import parse_path

_NAME = re.compile(r"[^\W\d]\w{0,39}(?:[ .:/#-]\w{1,39}){0,3}")
"""What people call a column: a few words, the first of which begins with a letter."""


def source_columns(entry: Entry) -> list[str]:
    """Names of top-level columns or keys, each once, in the order of the mapping."""
    is_csv = isinstance(entry.format, CsvFormat)
    paths = dict.fromkeys(_paths(entry.fields))
    return list(dict.fromkeys(path if is_csv else str(parse_path(path)[0]) for path in paths))


def check_columns(entry: Entry, path: Path, name: str) -> None:
    """BadInput if a CSV or Parquet file lacks a column that is read; JSON objects may lack any key.

    Raises:
        OSError, ValueError, ArrowException: the file has no header or footer that can be read.
    """
    if isinstance(entry.format, CsvFormat):
        there = list(read_header(path, entry.format).names)
    elif isinstance(entry.format, ParquetFormat):
        there = column_names(path)
    else:
        return
    wanted = source_columns(entry)
    shown = isinstance(entry.format, ParquetFormat) or _is_header(there, wanted)
    for column in wanted:
        if column not in there:
            raise _missing(f"{name}, column {column!r}", column, there if shown else None)
        if there.count(column) > 1:
            raise BadInput(
                f"{name}, column {column!r}",
                expected="one column that source.yaml reads",
                found=f"{there.count(column)} columns of that name",
                remedy="rename them in the file: nobody can say which one counts",
            )


def _is_header(first_line: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether the first line of a file may be shown. If it is no header, it is about a person."""
    return not set(first_line).isdisjoint(wanted) and all(map(_NAME.fullmatch, first_line))


def _missing(subject: str, column: str, there: Sequence[str] | None) -> BadInput:
    near = difflib.get_close_matches(column, there or (), n=1)
    remedy = "correct from in source.yaml; "
    if there is None:
        remedy += "if the file has no line that names its columns, name them in header"
    else:
        remedy += f"the file has {', '.join(there) or 'no column'}"
    return BadInput(
        subject,
        expected="a column that source.yaml reads",
        found=f"no such column{f'; did you mean {near[0]!r}?' if near else ''}",
        remedy=remedy,
    )


def _paths(mapping: Mapping[str, FieldMapping]) -> Iterator[str]:
    """Paths that start at the row, not at the item of an ``each``."""
    for mapped in mapping.values():
        if isinstance(mapped, Each):
            yield mapped.each
        elif isinstance(mapped, Listed):
            for element in mapped.list:
                yield from [element.each] if isinstance(element, Each) else _paths(element)
        elif mapped.source is not None:
            yield mapped.source
