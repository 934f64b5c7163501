"""From the bytes of a split to its ids, and then its rows. Row groups that cannot be decoded give none."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import BadInput
from schemas.fields import RECORDS
from schemas.folded import folded_leaves, unfolded_bytes
from schemas.splits import Split, byte_ranges, split_digest

UNFOLDED_LIMIT = 1 << 28
"""Bytes a split may take up when decoded. A small file can hold gigabytes of repeated strings."""
_ID, _OTHERS = "account_id", "others"
_DICTIONARY = pa.dictionary(pa.int32(), pa.string())
_FOLDED = ("surface", "visibility", "container_visibility", "language")
_IDS = pa.schema([pa.field(_ID, _DICTIONARY), RECORDS.field(_OTHERS)])
_MEDIUM = ("uri", "sha256")
CONTENT = pa.schema([
    RECORDS.field("record_id"),
    pa.field("media", pa.list_(pa.field("element", pa.struct([
        field for field in RECORDS.field("media").type.value_type if field.name in _MEDIUM
    ])))),
])  # fmt: skip
"""What names a record and its pictures."""
DECODED = pa.schema([
    pa.field(field.name, _DICTIONARY) if field.name in _FOLDED else field
    for field in RECORDS if field.name not in _IDS.names
])  # fmt: skip
"""RECORDS but for the ids, columns of few values dictionary-encoded: rules look each entry up once."""


@dataclass(frozen=True)
class SplitBytes:
    """A split as it was read: footer, and the bytes of each of its row groups."""

    split: Split
    metadata: pq.FileMetaData
    blocks: Sequence[bytes]

    @property
    def groups(self) -> range:
        """Numbers of its row groups."""
        return range(self.split.first_row_group, self.split.first_row_group + self.split.row_groups)

    def digest(self) -> str:
        """The split digest: schemas.splits."""
        return split_digest(self.metadata, self.split, self.blocks)


@dataclass(frozen=True)
class DecodedIds:
    """The ids of a split that its key depends on, decoded before all else."""

    source: SplitBytes
    account_id: pa.DictionaryArray
    """Authors of the rows whose ids can be decoded."""
    others: pa.ListArray
    """Whom these rows name besides: ``others`` of RECORDS."""
    groups: Sequence[int]
    """Row groups that have these rows."""


@dataclass(frozen=True)
class DecodedSplit:
    """The readable rows of a split, and where they stand among all rows its footer counts."""

    records: pa.Table
    """A DECODED table."""
    place: npt.NDArray[np.int64]
    """Row number in the split of each row of ``records``."""
    row: npt.NDArray[np.int64]
    """Its row among those of :class:`DecodedIds`."""
    rows: int
    """All rows, unreadable ones included."""


def decode_ids(source: SplitBytes) -> DecodedIds:
    """Decode the ids in every row group of a split.

    Raises:
        BadInput: decoded, the split would take more memory than UNFOLDED_LIMIT.
    """
    reader = _RowGroupReader(source, _IDS)
    read = {index: reader.read(index) for index in source.groups}
    tables = {index: table for index, table in read.items() if table is not None}
    ids = _joined(list(tables.values()), _IDS)
    account_id, others = (ids.column(name).combine_chunks() for name in _IDS.names)
    return DecodedIds(source, account_id, others, tuple(tables))


def decode_content(ids: DecodedIds) -> pa.Table:
    """What names the records of a split and their pictures, row by row as in ``ids``: a CONTENT table.

    Nulls where that cannot be decoded: nor can these rows, later.

    Raises:
        BadInput: decoded, the split would take more memory than UNFOLDED_LIMIT.
    """
    reader = _RowGroupReader(ids.source, CONTENT)
    tables = []
    for index in ids.groups:
        rows = ids.source.metadata.row_group(index).num_rows
        nothing = [pa.nulls(rows, field.type) for field in CONTENT]
        table = reader.read(index)
        tables.append(pa.table(nothing, CONTENT) if table is None else table)
    return _joined(tables, CONTENT)


def decode(ids: DecodedIds) -> DecodedSplit:
    """Decode all the rest of a split. A row is readable if every column of its row group is.

    Raises:
        BadInput: decoded, the split would take more memory than UNFOLDED_LIMIT.
    """
    source = ids.source
    held = unfolded_bytes(ids.account_id) + unfolded_bytes(ids.others)
    reader = _RowGroupReader(source, DECODED, held)
    tables, places, rows = [], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    position = decoded = 0
    for index in source.groups:
        count = source.metadata.row_group(index).num_rows
        if index in ids.groups:
            table = reader.read(index)
            if table is not None:
                tables.append(table)
                places.append(np.arange(position, position + count))
                rows.append(np.arange(decoded, decoded + count))
            decoded += count
        position += count
    return DecodedSplit(_joined(tables, DECODED), np.concatenate(places), np.concatenate(rows), position)


def _joined(tables: list[pa.Table], schema: pa.Schema) -> pa.Table:
    """One table; where there is one already, nothing is copied."""
    table = tables[0] if len(tables) == 1 else pa.concat_tables([schema.empty_table(), *tables])
    return table.unify_dictionaries().combine_chunks()


class _RowGroupReader:
    """Decodes the columns of a schema from memory, so that a failure to decode is never a failure to read.

    ``schema``: _IDS, CONTENT, or DECODED for all that are not in _IDS, known or not. ``held``: bytes of the
    split that are decoded already.
    """

    def __init__(self, source: SplitBytes, schema: pa.Schema, held: int = 0) -> None:
        self._source, self._schema, self._held = source, schema, held
        names = source.metadata.schema.to_arrow_schema().names
        self._columns = (
            _content_leaves(source.metadata)
            if schema is CONTENT
            else [name for name in names if (name in _IDS.names) == (schema is _IDS)]
        )
        folded = folded_leaves(source.metadata, source.groups)
        self._file = pq.ParquetFile(
            pa.PythonFile(_Blocks(source), mode="r"), metadata=source.metadata, read_dictionary=folded
        )

    def read(self, index: int) -> pa.Table | None:
        """The rows of a row group; None: they cannot be decoded."""
        group = self._source.metadata.row_group(index)
        if group.total_byte_size > UNFOLDED_LIMIT:
            raise _too_large(self._source.split)
        try:
            table = self._file.read_row_group(index, columns=self._columns, use_threads=False)
            table.validate(full=True)
        except MemoryError:  # ArrowMemoryError is an ArrowException, too, and never an outcome
            raise
        except (pa.ArrowException, OSError):
            return None
        if len(table) != group.num_rows:
            return None
        self._held += sum(unfolded_bytes(column) for column in table.columns)
        if self._held > UNFOLDED_LIMIT:
            raise _too_large(self._source.split)
        return table.select(self._schema.names).cast(self._schema)


def _content_leaves(metadata: pq.FileMetaData) -> list[str]:
    """Paths of the leaf columns of CONTENT: of pictures no more is decoded than names them."""
    paths = (metadata.schema.column(number).path for number in range(metadata.num_columns))
    # media, then the list and its element, however the writer calls them, then the field itself
    parts = [path.split(".") for path in paths]
    return [
        ".".join(part)
        for part in parts
        if part == ["record_id"] or (part[0] == "media" and len(part) == 4 and part[3] in _MEDIUM)  # noqa: PLR2004
    ]


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


def _too_large(split: Split) -> BadInput:
    return BadInput(
        f"{split.path}, split {split.ordinal}",
        expected=f"rows that take up at most {UNFOLDED_LIMIT >> 20} MiB when decoded",
        found="more",
        remedy="run `optout ingest` on the file: it cuts row groups to size and sets over-long cells aside",
    )
