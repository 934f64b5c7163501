"""Foreign Parquet -> batches. What cannot be decoded is counted row by row, and never dropped."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.ingest.batch import BROKEN, Batch
from pipelines.ingest.limits import (
    BATCH_BYTES,
    BATCH_ROWS,
    ITEM_BYTES,
    MAX_CHUNK_BYTES,
    MAX_CHUNK_RATIO,
    MAX_ROW_BYTES,
)
from pipelines.ingest.limits import MAX_UNDECODED_ROWS as MAX_ROWS
from schemas.folded import folded_leaves, unfolded_bytes


def read_parquet(path: Path, columns: Sequence[str]) -> Iterator[Batch]:
    """The rows of a file, with these of its columns; positions are row numbers from 1.

    Raises:
        ValueError: the footer claims more rows than anybody could have read.
    """
    with pq.ParquetFile(path) as file:
        folded = folded_leaves(file.metadata, range(file.metadata.num_row_groups))
    position = 1
    # An INT96 instant read as nanoseconds, Arrow's default, wraps beyond 2262: 9999-12-31 would be in 1816.
    with pq.ParquetFile(
        path, read_dictionary=folded, page_checksum_verification=True, coerce_int96_timestamp_unit="us"
    ) as file:
        for group in range(file.metadata.num_row_groups):
            rows = file.metadata.row_group(group).num_rows
            if not 0 <= rows <= MAX_ROWS:
                msg = f"a footer that claims {rows} rows in one row group"
                raise ValueError(msg)
            yield from _group(file, group, columns, position)
            position += rows


def column_names(path: Path) -> list[str]:
    """The top-level columns of a file."""
    return list(pq.read_schema(path).names)


def _group(file: pq.ParquetFile, group: int, columns: Sequence[str], position: int) -> Iterator[Batch]:
    """The rows of a row group: whole, or what follows the last good batch as unreadable."""
    metadata = file.metadata.row_group(group)
    end = position + metadata.num_rows
    if any(_is_a_bomb(metadata.column(index), columns) for index in range(metadata.num_columns)):
        yield from _defective(position, end, "row:length")
        return
    size = max(1, min(BATCH_ROWS, BATCH_BYTES * metadata.num_rows // max(metadata.total_byte_size, 1)))
    try:
        for batch in file.iter_batches(size, row_groups=[group], columns=list(columns), use_threads=False):
            if position + len(batch) > end:
                break  # more rows than its footer says: those beyond have no place
            batch.validate(full=True)
            yield from _halved(batch, position)
            position += len(batch)
    except MemoryError:  # ArrowMemoryError is an ArrowException, too, and never an outcome
        raise
    except (pa.ArrowException, OSError):
        pass  # the rest of the row group is unreadable, and counted as such
    yield from _defective(position, end, "row:unreadable")


def _defective(position: int, end: int, defect: str) -> Iterator[Batch]:
    while position < end:
        rows = min(BATCH_ROWS, end - position)
        yield Batch(
            rows, range(position, position + rows), _nothing(rows), dict.fromkeys(range(rows), defect)
        )
        position += rows


def _nothing(rows: int) -> Any:  # noqa: ANN401 - a function from a name to values
    return lambda _: [None] * rows


def _halved(batch: pa.RecordBatch, position: int) -> Iterator[Batch]:
    """The batch in pieces that stay small as Python values; a row that does not is too long."""
    size = sum(unfolded_bytes(column) for column in batch.columns)
    if len(batch) == 1 and size > MAX_ROW_BYTES:
        yield from _defective(position, position + 1, "row:length")
    elif len(batch) > 1 and size + 4 * ITEM_BYTES * sum(map(_items, batch.columns)) > 4 * BATCH_BYTES:
        middle = len(batch) // 2
        yield from _halved(batch.slice(0, middle), position)
        yield from _halved(batch.slice(middle), position + middle)
    elif len(batch):
        yield Batch(len(batch), range(position, position + len(batch)), cache(lambda n: _values(batch, n)))


def _items(array: pa.Array) -> int:
    """Items of the lists in a column, and of the lists in those."""
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        inner = array.flatten()
        return len(inner) + _items(inner)
    return sum(map(_items, array.flatten())) if pa.types.is_struct(array.type) else 0


def _values(batch: pa.RecordBatch, name: str) -> list[Any]:
    array = batch.column(name)
    if pa.types.is_timestamp(array.type) and array.type.unit == "ns":
        array = array.cast(pa.timestamp("us", array.type.tz), safe=False)
    try:
        values: list[Any] = array.to_pylist()
    except (ValueError, OverflowError, ArithmeticError, pa.ArrowException):
        return [_value(one) for one in array]
    return values


def _value(one: pa.Scalar) -> Any:  # noqa: ANN401
    try:
        return one.as_py()
    except (ValueError, OverflowError, ArithmeticError, pa.ArrowException):
        return BROKEN


def _is_a_bomb(chunk: pq.ColumnChunkMetaData, columns: Sequence[str]) -> bool:
    size, stored = chunk.total_uncompressed_size, max(chunk.total_compressed_size, 1)
    wanted = (f"{chunk.path_in_schema}.".startswith(f"{name}.") for name in columns)  # a name may have dots
    return any(wanted) and size > MAX_CHUNK_BYTES and size > MAX_CHUNK_RATIO * stored
