"""The columns of its files that an entry of source.yaml reads, and whether they are there."""

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipelines.ingest.read_csv import read_header
from pipelines.ingest.read_parquet import column_names
from schemas.errors import BadInput
from schemas.source import CsvFormat, Each, Entry, FieldMapping, Listed, ParquetFormat
from schemas.source_checks import parse_path


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
    for column in source_columns(entry):
        if column not in there:
            near = difflib.get_close_matches(column, there, n=1)
            raise BadInput(
                f"{name}, column {column!r}",
                expected="a column that source.yaml reads",
                found=f"no such column{f'; did you mean {near[0]!r}?' if near else ''}",
                remedy=f"correct from in source.yaml; the file has {', '.join(there) or 'no column'}",
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
