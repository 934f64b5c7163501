"""A record of the source, read at the moment somebody asks for it, if it is what the version judged."""

import os
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.review.waiting import Place
from schemas.errors import BadInput
from schemas.fields import RECORDS
from schemas.splits import Split, byte_ranges, split_digest

_BATCH_ROWS = 256


def read_record(source: Path, place: Place) -> pa.Table:
    """The record at a place below the source root: a RECORDS table of one row.

    The whole split is digested first: what is read is what the version saw.

    Raises:
        BadInput: the split is gone, or has other bytes than the version saw.
    """
    try:
        with (source / place.path).open("rb") as file:
            before = os.fstat(file.fileno())
            with pq.ParquetFile(file) as parquet:
                row = _row(file, parquet, place)
            after = os.fstat(file.fileno())
    except (OSError, pa.ArrowException) as error:
        raise changed(place, "no file that can be read") from error
    if row is None or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise changed(place, "other bytes")
    return row


def changed(place: Place, found: str) -> BadInput:
    """The source is not what the version saw."""
    return BadInput(
        f"{place.path}, split {place.ordinal}",
        expected="the split that the version was built from",
        found=found,
        remedy="restore the source; or build a version of it as it is now, and review that",
    )


def _row(file: BinaryIO, parquet: pq.ParquetFile, place: Place) -> pa.Table | None:
    """The row in RECORDS' columns; None if the split is not the one it was."""
    metadata = parquet.metadata
    groups = range(place.first_row_group, place.first_row_group + place.row_groups)
    if groups.stop > metadata.num_row_groups:
        return None
    split = Split(
        path=place.path,
        ordinal=place.ordinal,
        first_row_group=place.first_row_group,
        row_groups=place.row_groups,
        rows=sum(metadata.row_group(group).num_rows for group in groups),
    )
    handle = file.fileno()
    blocks = (os.pread(handle, length, offset) for offset, length in byte_ranges(metadata, split))
    if split_digest(metadata, split, blocks) != place.split_digest:
        return None
    start = 0
    for batch in parquet.iter_batches(_BATCH_ROWS, row_groups=list(groups), use_threads=False):
        if place.row < start + len(batch):
            row = pa.Table.from_batches([batch.slice(place.row - start, 1)])
            return row.select(RECORDS.names).cast(RECORDS)
        start += len(batch)
    return None
