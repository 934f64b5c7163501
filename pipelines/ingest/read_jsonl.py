"""JSON Lines -> batches: one JSON object per line, UTF-8."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from pipelines.ingest.batch import Batch, Row, batches_of
from pipelines.ingest.limits import ITEM_BYTES, MAX_ROW_BYTES
from pipelines.ingest.open_file import open_file
from schemas.canonical import parse_json
from schemas.errors import BadInput

_MARK = b"\xef\xbb\xbf"


def read_jsonl(path: Path) -> Iterator[Batch]:
    """The rows of a file; positions are line numbers from 1. A line of nothing but space is no row.

    A name that occurs twice in one object makes the row a defect: nobody can say which value counts.
    """
    with open_file(path) as file:
        yield from batches_of(_rows(file))


def _rows(file: BinaryIO) -> Iterator[Row]:
    number = 0
    while line := file.readline(MAX_ROW_BYTES):
        number += 1
        if not line.endswith(b"\n") and len(line) == MAX_ROW_BYTES:
            while (rest := file.readline(MAX_ROW_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield Row(number, None, "row:length", len(line))
            continue
        if number == 1:
            line = line.removeprefix(_MARK)
        if line.strip():
            values, defect = _parse(line)
            yield Row(number, values, defect, len(line) + ITEM_BYTES * line.count(b","))


def _parse(line: bytes) -> tuple[dict[str, Any] | None, str | None]:
    try:
        found = parse_json(line, "a line")
    except BadInput as error:
        return None, "row:encoding" if isinstance(error.__cause__, UnicodeError) else "row:json"
    return (found, None) if isinstance(found, dict) else (None, "row:json")
