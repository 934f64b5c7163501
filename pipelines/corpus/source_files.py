"""The files of a source: footers, observations and byte ranges. The one place that knows its paths."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.canonical import canonical_json, sha256
from schemas.errors import BadInput
from schemas.fields import ACCOUNTS, RECORDS
from schemas.folded import folded_leaves, unfolded_bytes
from schemas.manifest import MANIFEST_NAME, SourceManifest

_INGEST = "run `optout ingest`"
_BATCH_ROWS = 16_384
UNFOLDED_LIMIT = 1 << 30
"""Bytes a row group of accounts may take up when decoded."""


@dataclass(frozen=True)
class Observation:
    """What was seen of a file without reading it."""

    path: str
    bytes: int
    stamp: str
    """Modification time in nanoseconds (an ETag, in an object store)."""


class SourceFiles:
    """A source root: source.json and the canonical tables it names."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._root = Path(unquote(urlsplit(url).path)) if "://" in url else Path(url).resolve()

    def manifest(self) -> SourceManifest:
        """source.json; BadInput if the source was not ingested."""
        path = self._root / MANIFEST_NAME
        try:
            data = path.read_bytes()
        except OSError as error:
            raise BadInput(
                str(path), expected="the manifest of an ingested source", found=_why(error), remedy=_INGEST
            ) from error
        return SourceManifest.parse(data, MANIFEST_NAME)

    def observe(self, path: str) -> Observation:
        """Size and stamp of a file."""
        try:
            found = (self._root / path).stat()
        except OSError as error:
            raise _unreadable(path, error) from error
        return Observation(path, found.st_size, str(found.st_mtime_ns))

    def footer(self, path: str) -> pq.FileMetaData:
        """The footer of a Parquet file of records.

        Raises:
            BadInput: it cannot be read (exit 3: nobody can say how many rows there were), or its
                columns are not those of the canonical records.
        """
        try:
            metadata = pq.read_metadata(self._root / path)
            schema = metadata.schema.to_arrow_schema()
        except (OSError, pa.ArrowException) as error:
            raise _unreadable(path, error) from error
        _check_columns(path, schema, RECORDS)
        return metadata

    def accounts(self, paths: Sequence[str]) -> tuple[list[pa.RecordBatch], str]:
        """The ACCOUNTS rows of files in order of path, and SHA-256 over the list of their SHA-256.

        Each file is read once: the digest is of the very bytes whose rows these are.

        Raises:
            BadInput: a file cannot be read, or has other columns.
        """
        batches: list[pa.RecordBatch] = []
        digests = []
        for path in sorted(paths):
            try:
                data = (self._root / path).read_bytes()
                digests.append(sha256(data))
                batches += _account_rows(path, data)
            except (OSError, pa.ArrowException) as error:
                raise _unreadable(path, error) from error
        return batches, sha256(canonical_json(digests))

    def malformed(self) -> Iterator[dict[str, str | int]]:
        """Every row that did not conform: {table, file, position, field}, nothing of its contents.

        In order of table, canonical file and row. ``file`` is named as in source.yaml; ``position`` is
        the line of a text file, or the row of a Parquet file, from 1.

        Raises:
            BadInput: there is no source, or a file cannot be read.
        """
        manifest = self.manifest()
        for table, paths in (("accounts", manifest.accounts), ("records", manifest.records)):
            for path in paths:
                try:
                    with pq.ParquetFile(self._root / path) as file:
                        for batch in file.iter_batches(_BATCH_ROWS, columns=["defect"]):
                            found = batch.column("defect").drop_null().to_pylist()
                            yield from ({"table": table, **defect} for defect in found)
                except (OSError, pa.ArrowException, KeyError) as error:
                    raise _unreadable(path, error) from error

    def read_ranges(self, observed: Observation, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        """The bytes at (offset, length) of a file that is still the one observed.

        Raises:
            BadInput: it changed since the plan, a range lies outside of it, or a read ended early: what
                the disk does not give says nothing about the rows.
        """
        try:
            with (self._root / observed.path).open("rb") as file:
                _check_unchanged(observed, os.fstat(file.fileno()))
                blocks = []
                for offset, length in ranges:
                    if offset < 0 or length < 0 or offset + length > observed.bytes:
                        raise BadInput(
                            observed.path,
                            expected="row groups inside the file",
                            found="a footer that points outside of it",
                            remedy=f"the file is damaged: restore it, then {_INGEST}",
                        )
                    blocks.append(_read(observed.path, file.fileno(), offset, length))
                _check_unchanged(observed, os.fstat(file.fileno()))
        except OSError as error:
            raise _unreadable(observed.path, error) from error
        return blocks


def _account_rows(path: str, data: bytes) -> Iterator[pa.RecordBatch]:
    metadata = pq.read_metadata(pa.BufferReader(data))
    _check_columns(path, metadata.schema.to_arrow_schema(), ACCOUNTS)
    groups = range(metadata.num_row_groups)
    with pq.ParquetFile(pa.BufferReader(data), read_dictionary=folded_leaves(metadata, groups)) as file:
        for group in groups:
            table = file.read_row_group(group)
            table.validate(full=True)
            if sum(map(unfolded_bytes, table.columns)) > UNFOLDED_LIMIT:
                raise BadInput(
                    f"{path}, row group {group}",
                    expected=f"accounts that take up at most {UNFOLDED_LIMIT >> 20} MiB when decoded",
                    found="more",
                    remedy=f"{_INGEST} on the file: it cuts row groups to size",
                )
            yield from table.select(ACCOUNTS.names).cast(ACCOUNTS).to_batches(max_chunksize=_BATCH_ROWS)


def _read(path: str, handle: int, offset: int, length: int) -> bytes:
    """Bytes of a file; one call gives at most 2 GiB of them."""
    block = os.pread(handle, length, offset)
    while len(block) < length:
        more = os.pread(handle, length - len(block), offset + len(block))
        if not more:
            raise BadInput(
                path,
                expected=f"{length} bytes from {offset}",
                found=f"{len(block)}: the read ended early",
                remedy="check the disk, then run `optout build` again when nobody writes to the source",
            )
        block += more
    return block


def _check_unchanged(observed: Observation, found: os.stat_result) -> None:
    if (found.st_size, str(found.st_mtime_ns)) != (observed.bytes, observed.stamp):
        raise BadInput(
            observed.path,
            expected="the file as it was when the build was planned",
            found="a file that has changed since",
            remedy="run `optout build` again when nobody writes to the source",
        )


def _check_columns(path: str, found: pa.Schema, expected: pa.Schema) -> None:
    for field in expected:
        index = found.get_field_index(field.name)
        if index < 0 or not _same_type(found.field(index).type, field.type):
            raise BadInput(
                f"{path}, column {field.name}",
                expected=str(field.type),
                found="no such column" if index < 0 else str(found.field(index).type),
                remedy=f"{_INGEST}: a build reads canonical tables only",
            )


def _same_type(found: pa.DataType, expected: pa.DataType) -> bool:
    """Equal but for nullability and the names of list items, which Parquet writers choose."""
    if pa.types.is_list(expected):
        return pa.types.is_list(found) and _same_type(found.value_type, expected.value_type)
    if pa.types.is_struct(expected):
        return pa.types.is_struct(found) and [field.name for field in found] == [
            field.name for field in expected
        ] and all(_same_type(found.field(f.name).type, f.type) for f in expected)  # fmt: skip
    return bool(found.equals(expected))


def _unreadable(path: str, error: Exception) -> BadInput:
    return BadInput(
        path,
        expected="a readable Parquet file",
        found=_why(error),
        remedy=f"restore the file, then {_INGEST}; nothing was published",
    )


def _why(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"bytes that are no valid Parquet ({type(error).__name__})"
