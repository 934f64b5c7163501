"""Canonical rows -> Parquet files: small ones put together, row groups of at most a split."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.ingest.limits import PART_BYTES
from schemas.splits import SPLIT_BYTES
from schemas.tables import WRITER

_REPEATING = [
    # of records
    "account_id", "surface", "visibility", "container_visibility", "language", "others.list.element.role",
    "others.list.element.account", "media.list.element.mime",
    "media.list.element.metadata.list.element.property",
    "media.list.element.metadata.list.element.values.list.element",
    "media.list.element.metadata.list.element.block", "defect.file", "defect.field",
    # of accounts
    "platform", "birth_date", "birth_precision", "age_assurance", "kind", "region", "status", "notified_at",
    "identifiers.list.element.type",
]  # fmt: skip
"""Columns that get a dictionary. The others differ from row to row: a dictionary makes them larger, and a
build, which reads dictionaries as such lest a small file swell, would put every text together again."""


@dataclass(frozen=True)
class PartLimits:
    """How large row groups and files become, at most; None: as the bytes allow."""

    row_group_rows: int | None = None
    part_rows: int | None = None


def parts_of(batches: Iterable[pa.RecordBatch], schema: pa.Schema, limits: PartLimits) -> Iterator[pa.Buffer]:
    """The bytes of one Parquet file after the other. No rows, no file."""
    part = _Part(schema)
    for batch in batches:
        rest = batch
        while len(rest):
            rows = part.room(rest, limits)
            if not rows:
                part.close_row_group()
                if part.is_full(limits):
                    yield part.close()
                    part = _Part(schema)
                continue
            part.add(rest.slice(0, rows))
            rest = rest.slice(rows)
    part.close_row_group()
    if part.rows:
        yield part.close()


@dataclass
class _Part:
    """A Parquet file in the making: closed row groups, and the batches of the open one."""

    schema: pa.Schema
    rows: int = 0
    size: int = 0
    open_rows: int = 0
    open_size: int = 0
    batches: list[pa.RecordBatch] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._sink = pa.BufferOutputStream()
        self._writer = pq.ParquetWriter(self._sink, self.schema, use_dictionary=_REPEATING, **WRITER)

    def room(self, batch: pa.RecordBatch, limits: PartLimits) -> int:
        """How many of the batch's rows the open row group takes; one that is empty takes one at least."""
        if self.is_full(limits):
            return 0
        each = max(batch.nbytes / len(batch), 1.0)
        rows = min(len(batch), int((SPLIT_BYTES - self.open_size) / each))
        if limits.row_group_rows is not None:
            rows = min(rows, limits.row_group_rows - self.open_rows)
        if limits.part_rows is not None:
            rows = min(rows, limits.part_rows - self.rows - self.open_rows)
        return max(rows, 0 if self.open_rows else 1)

    def add(self, batch: pa.RecordBatch) -> None:
        """Rows to the open row group."""
        self.batches.append(batch)
        self.open_rows += len(batch)
        self.open_size += batch.nbytes

    def close_row_group(self) -> None:
        """Write the open row group."""
        if self.open_rows:
            table = pa.Table.from_batches(self.batches, self.schema)
            self._writer.write_table(table, row_group_size=self.open_rows)
            self.rows += self.open_rows
            self.size += self.open_size
            self.open_rows, self.open_size, self.batches = 0, 0, []

    def is_full(self, limits: PartLimits) -> bool:
        """Whether nothing more may be added, once the open row group is closed."""
        enough = limits.part_rows is not None and self.rows + self.open_rows >= limits.part_rows
        return enough or self.size >= PART_BYTES

    def close(self) -> pa.Buffer:
        """The bytes of the file."""
        self._writer.close()
        return self._sink.getvalue()
