"""From the bytes of a split to its rows. Row groups that cannot be decoded give none."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.errors import BadInput
from schemas.fields import RECORDS
from schemas.splits import Split, byte_ranges, split_digest

UNFOLDED_LIMIT = 1 << 30
"""Bytes a split may take up when decoded. A small file can hold gigabytes of repeated strings."""
_FOLDED = ("account_id", "surface", "visibility", "container_visibility", "language")
DECODED = pa.schema([
    pa.field(field.name, pa.dictionary(pa.int32(), pa.string())) if field.name in _FOLDED else field
    for field in RECORDS
])  # fmt: skip
"""RECORDS, with columns of few values dictionary-encoded: rules look each entry up once."""


@dataclass(frozen=True)
class SplitBytes:
    """A split as it was read: footer, and the bytes of each of its row groups."""

    split: Split
    metadata: pq.FileMetaData
    blocks: Sequence[bytes]

    def digest(self) -> str:
        """The split digest: schemas.splits."""
        return split_digest(self.metadata, self.split, self.blocks)


@dataclass(frozen=True)
class DecodedSplit:
    """The readable rows of a split, and where they stand among all rows its footer counts."""

    records: pa.Table
    """A DECODED table."""
    place: np.ndarray
    """Row number in the split of each row of ``records``."""
    rows: int
    """All rows, unreadable ones included."""


def decode(source: SplitBytes) -> DecodedSplit:
    """Decode every row group of a split.

    Raises:
        BadInput: decoded, the split would take more memory than UNFOLDED_LIMIT.
    """
    split, metadata = source.split, source.metadata
    reader = _RowGroupReader(source)
    tables, places, position = [DECODED.empty_table()], [np.zeros(0, np.int64)], 0
    for index in range(split.first_row_group, split.first_row_group + split.row_groups):
        expected = metadata.row_group(index).num_rows
        table = reader.read(index)
        if table is not None and len(table) == expected:
            tables.append(table)
            places.append(np.arange(position, position + expected, dtype=np.int64))
        position += expected
    records = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    return DecodedSplit(records, np.concatenate(places), position)


class _RowGroupReader:
    """Decodes from memory, so that a failure to decode is never a failure to read."""

    def __init__(self, source: SplitBytes) -> None:
        self._source = source
        folded = _dictionary_leaves(source.metadata, source.split)
        self._file = pq.ParquetFile(
            pa.PythonFile(_Blocks(source), mode="r"), metadata=source.metadata, read_dictionary=folded
        )

    def read(self, index: int) -> pa.Table | None:
        group = self._source.metadata.row_group(index)
        if group.total_byte_size > UNFOLDED_LIMIT:
            raise _too_large(self._source.split)
        try:
            table = self._file.read_row_group(index, use_threads=False)
            table.validate(full=True)
        except MemoryError:  # ArrowMemoryError is an ArrowException, too, and never an outcome
            raise
        except (pa.ArrowException, OSError):
            return None
        if sum(_unfolded_bytes(column) for column in table.columns) > UNFOLDED_LIMIT:
            raise _too_large(self._source.split)
        return table.select(DECODED.names).cast(DECODED)


class _Blocks(io.RawIOBase):
    """The blocks of a split as a file that has its bytes at their own offsets, and nothing else."""

    def __init__(self, source: SplitBytes) -> None:
        ranges = byte_ranges(source.metadata, source.split)
        self._blocks = [(start, start + len(block), block)
                        for (start, _), block in zip(ranges, source.blocks, strict=True)]  # fmt: skip
        self._size = max((end for _, end, _ in self._blocks), default=0)
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = start + offset
        return self._position

    def read(self, size: int = -1) -> bytes | memoryview:
        for start, end, block in self._blocks:
            if start <= self._position < end:
                wanted = end if size < 0 else min(end, self._position + size)
                data = memoryview(block)[self._position - start : wanted - start]
                self._position = wanted
                return data
        return b""


def _dictionary_leaves(metadata: pq.FileMetaData, split: Split) -> list[str]:
    leaves = set()
    for index in range(split.first_row_group, split.first_row_group + split.row_groups):
        group = metadata.row_group(index)
        for position in range(group.num_columns):
            chunk = group.column(position)
            if chunk.physical_type == "BYTE_ARRAY" and chunk.has_dictionary_page:
                leaves.add(chunk.path_in_schema)
    return sorted(leaves)


def _unfolded_bytes(column: pa.ChunkedArray) -> int:
    return sum(_unfolded_array(chunk) for chunk in column.chunks)


def _unfolded_array(array: pa.Array) -> int:
    if pa.types.is_dictionary(array.type):
        lengths = pc.binary_length(array.dictionary)
        return int(pc.sum(lengths.take(array.indices)).as_py() or 0)
    if pa.types.is_list(array.type):
        return _unfolded_array(array.flatten())
    if pa.types.is_struct(array.type):
        return sum(_unfolded_array(child) for child in array.flatten())
    return int(array.nbytes)


def _too_large(split: Split) -> BadInput:
    return BadInput(
        f"{split.path}, split {split.ordinal}",
        expected=f"rows that take up at most {UNFOLDED_LIMIT >> 20} MiB when decoded",
        found="more",
        remedy="run `optout ingest` on the file: it cuts row groups to size and sets over-long cells aside",
    )
