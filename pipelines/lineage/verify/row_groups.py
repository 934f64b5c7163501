"""Small row groups judged as one batch: a statement takes as long to plan for four rows as for thousands."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.lineage.verify.source import BATCH_BYTES, Source, Undecodable, rows_of

JOINED_ROWS = 8_192
"""Of a batch of several row groups."""


class RowGroup(NamedTuple):
    """Where a row group stands in its file, and its rows in the split."""

    number: int
    offset: int
    rows: int


def joined(metadata: pq.FileMetaData, numbers: Iterable[int]) -> Iterator[list[RowGroup]]:
    """The row groups of a split in order, those together that come to no more than JOINED_ROWS."""
    held: list[RowGroup] = []
    offset = 0
    for number in numbers:
        rows = metadata.row_group(number).num_rows
        if held and sum(group.rows for group in held) + rows > JOINED_ROWS:
            yield held
            held = []
        held.append(RowGroup(number, offset, rows))
        offset += rows
    if held:
        yield held


def whole(source: Source, path: str, groups: Sequence[RowGroup]) -> list[pa.Table] | None:
    """All rows of row groups, every one of which could be decoded; None: not all, or they are too large."""
    tables: list[pa.Table] = []
    held = 0
    try:
        for group in groups:
            for table in rows_of(source, path, group.number):
                tables.append(table)
                held += table.nbytes
                if held > BATCH_BYTES:
                    return None
    except Undecodable:
        return None
    return tables
