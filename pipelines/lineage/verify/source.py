"""The canonical source as it lies on disk: digests of its bytes, and its rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.canonical import canonical_json, sha256
from schemas.errors import BadInput
from schemas.fields import ACCOUNTS, RECORDS
from schemas.manifest import MANIFEST_NAME, SourceManifest
from schemas.splits import Split, byte_ranges, split_digest

BATCH_ROWS = 131_072
BATCH_BYTES = 64 * 1024 * 1024
_STEP_ROWS = 8_192
"""Rows decoded at once: a small file can hold one long text many times."""
_READ = (
    "record_id", "account_id", "surface", "created_at", "visibility", "container_visibility", "text",
    "language", "others", "media", "defect",
)  # fmt: skip


class Undecodable(Exception):
    """A row group that was read whole and yields no rows, or not as many as its footer says."""


@dataclass
class Source:
    """The canonical tables below ``root``."""

    root: Path
    manifest: SourceManifest
    _files: dict[str, "tuple[pa.NativeFile, pq.ParquetFile]"] = field(default_factory=dict)

    def file(self, path: str) -> "tuple[pa.NativeFile, pq.ParquetFile]":
        """A file of records, mapped into memory, and its footer; BadInput if it has none."""
        if path not in self._files:
            self._files.clear()  # splits come file by file: one is open at a time
            try:
                mapped = pa.memory_map(str(self.root / path))
                self._files[path] = mapped, pq.ParquetFile(mapped)
            except (pa.ArrowException, OSError) as error:
                raise _unreadable(path, error) from error
        return self._files[path]


def open_source(root: Path) -> Source:
    """The source whose manifest lies in ``root``; BadInput if there is none."""
    path = root / MANIFEST_NAME
    try:
        return Source(root, SourceManifest.parse(path.read_bytes(), str(path)))
    except OSError as error:
        raise _unreadable(MANIFEST_NAME, error) from error


def read_accounts(source: Source) -> tuple[pa.Table, str]:
    """The canonical account rows, and the digest of their files in order of path."""
    digests, tables = [], []
    for path in sorted(source.manifest.accounts):
        try:
            data = (source.root / path).read_bytes()
            digests.append(sha256(data))
            tables.append(pq.read_table(pa.BufferReader(data)).select(ACCOUNTS.names).cast(ACCOUNTS))
        except (pa.ArrowException, OSError, ValueError, KeyError) as error:
            raise _unreadable(path, error) from error
    return pa.concat_tables(tables or [ACCOUNTS.empty_table()]), sha256(canonical_json(digests))


def digest_of_split(source: Source, split: Split) -> str:
    """The digest of a split's bytes as they are now."""
    mapped, file = source.file(split.path)
    ranges = byte_ranges(file.metadata, split)
    return split_digest(file.metadata, split, (_block(mapped, *place) for place in ranges))


def rows_of(source: Source, path: str, row_group: int) -> Iterator[pa.Table]:
    """The rows of a row group in tables of bounded size, text and all.

    Raises:
        Undecodable: at whatever point that shows.
    """
    _, file = source.file(path)
    yield from _decoded(file, row_group, [name for name in _READ if name in file.schema_arrow.names])


def is_damaged(source: Source, path: str, row_group: int) -> bool:
    """Whether a column of the row group that no judgement needs cannot be decoded."""
    _, file = source.file(path)
    try:
        for _ in _decoded(file, row_group, None):
            pass
    except Undecodable:
        return True
    return False


def as_split(row: dict[str, Any]) -> Split:
    """The identity of a split out of its row of SPLITS."""
    return Split(**{name: row[name] for name in Split.model_fields})


def _decoded(file: pq.ParquetFile, row_group: int, columns: list[str] | None) -> Iterator[pa.Table]:
    expected, seen = file.metadata.row_group(row_group).num_rows, 0
    held: list[pa.RecordBatch] = []
    try:
        for batch in file.iter_batches(_STEP_ROWS, row_groups=[row_group], columns=columns):
            batch.validate(full=True)
            held.append(batch)
            seen += len(batch)
            if sum(map(len, held)) >= BATCH_ROWS or sum(part.nbytes for part in held) >= BATCH_BYTES:
                yield _table(held)
                held = []
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Undecodable from error
    if seen != expected:
        raise Undecodable
    if held:
        yield _table(held)


def _table(batches: list[pa.RecordBatch]) -> pa.Table:
    table = pa.Table.from_batches(batches)
    known = [name for name in table.column_names if name in RECORDS.names]
    table = table.select(known).cast(pa.schema([RECORDS.field(name) for name in known]))
    # SQL compares timestamps without a zone; all of ours are UTC
    index = table.schema.get_field_index("created_at")
    return table.set_column(index, "created_at", table.column("created_at").cast(pa.timestamp("us")))


def _block(mapped: pa.NativeFile, offset: int, length: int) -> pa.Buffer:
    mapped.seek(offset)
    return mapped.read_buffer(length)


def _unreadable(path: str, error: Exception) -> BadInput:
    return BadInput(
        f"source {path}",
        expected="the canonical tables the version was built from",
        found=getattr(error, "strerror", None) or type(error).__name__,
        remedy="restore canonical/ as it was before the last ingest, or correct it in optout.yaml; "
        "--structure-only checks what needs no source",
    )
