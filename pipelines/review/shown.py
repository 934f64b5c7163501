"""A record and one of its pictures, read from the source at the moment somebody asks for them."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.review.marked import Read
from pipelines.review.waiting import Place
from schemas.errors import BadInput
from schemas.fields import RECORDS
from schemas.splits import Split, byte_ranges, split_digest

Explain = Callable[[pa.Table], Sequence[Read]]
"""From a RECORDS table of one row with one picture to the texts about it, each with what rules see in it."""
_BATCH_ROWS = 256


@dataclass(frozen=True)
class Shown:
    """What a person is shown of a record, and what is needed to find the picture. No id, no name."""

    surface: str | None
    language: str | None
    month: str | None
    """Of publication: 2024-03."""
    texts: tuple[Read, ...]
    """About the picture, those that are not empty."""
    of: int
    """How many pictures the record has."""
    uri: str | None
    """Where the picture is. Never shown."""
    sha256: str | None
    """Of its bytes, in small letters."""


def shown(source: Path, place: Place, explain: Explain) -> Shown:
    """Read a picture's record below the source root.

    The whole split is digested first: what is shown is what the version judged.

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
        raise _changed(place, "no file that can be read") from error
    if row is None or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise _changed(place, "other bytes")
    return _shown(row, place, explain)


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
            return (
                pa.Table.from_batches([batch.slice(place.row - start, 1)]).select(RECORDS.names).cast(RECORDS)
            )
        start += len(batch)
    return None


def _shown(row: pa.Table, place: Place, explain: Explain) -> Shown:
    (record,) = row.to_pylist()
    media = record["media"] or []
    if place.medium >= len(media):
        raise _changed(place, "a record with fewer pictures")
    medium = media[place.medium]
    alone = row.set_column(
        row.schema.get_field_index("media"),
        RECORDS.field("media"),
        pa.array([[medium]], RECORDS.field("media").type),
    )
    return Shown(
        surface=record["surface"],
        language=record["language"],
        month=None if record["created_at"] is None else f"{record['created_at']:%Y-%m}",
        texts=tuple(one for one in explain(alone) if one.text.strip()),
        of=len(media),
        uri=medium["uri"],
        sha256=None if medium["sha256"] is None else medium["sha256"].lower(),
    )


def _changed(place: Place, found: str) -> BadInput:
    return BadInput(
        f"{place.path}, split {place.ordinal}",
        expected="the split that the version was built from",
        found=found,
        remedy="build a version of the source as it is now, and review that",
    )
