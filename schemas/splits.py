"""Splits: the unit of work, how it is cut, what its digest and its key are made of."""

import hashlib
from collections.abc import Iterable, Mapping

import pyarrow.parquet as pq

from schemas.canonical import canonical_json, sha256
from schemas.model import Model

SPLIT_BYTES = 16 * 1024 * 1024
"""Default size of a split, uncompressed as the footer says."""


class Split(Model):
    """One or more whole row groups of one file, identified by path and ordinal."""

    path: str
    """Relative to the source root, with forward slashes."""
    ordinal: int
    """Its number in the file, from 0."""
    first_row_group: int
    """The first of its row groups, from 0."""
    row_groups: int
    """How many row groups; 0: the file has none."""
    rows: int
    """As the footer says; what is conserved (law 1)."""


def cut(path: str, metadata: pq.FileMetaData, split_bytes: int = SPLIT_BYTES) -> list[Split]:
    """Cut a file into splits of whole row groups of at most ``split_bytes`` (one group at least).

    A file without row groups is one empty split: it is counted, not forgotten.
    """
    groups: list[tuple[int, int, int]] = []  # first, count, rows
    size = 0
    for index in range(metadata.num_row_groups):
        group = metadata.row_group(index)
        weight = max(group.total_byte_size, 0)
        if groups and size + weight <= split_bytes:
            first, count, rows = groups[-1]
            groups[-1] = (first, count + 1, rows + group.num_rows)
            size += weight
        else:
            groups.append((index, 1, group.num_rows))
            size = weight
    return [
        Split(path=path, ordinal=ordinal, first_row_group=first, row_groups=count, rows=rows)
        for ordinal, (first, count, rows) in enumerate(groups or [(0, 0, 0)])
    ]


def byte_ranges(metadata: pq.FileMetaData, split: Split) -> list[tuple[int, int]]:
    """(offset, length) of each row group of the split: what is read once and digested."""
    ranges = []
    for index in range(split.first_row_group, split.first_row_group + split.row_groups):
        group = metadata.row_group(index)
        starts, ends = [], []
        for column in range(group.num_columns):
            chunk = group.column(column)
            start = chunk.data_page_offset
            if chunk.dictionary_page_offset is not None:
                start = min(start, chunk.dictionary_page_offset)
            starts.append(start)
            ends.append(start + chunk.total_compressed_size)
        ranges.append((min(starts, default=0), max(ends, default=0) - min(starts, default=0)))
    return ranges


def split_digest(metadata: pq.FileMetaData, split: Split, blocks: Iterable[bytes | memoryview]) -> str:
    """SHA-256 over all that says what the bytes of the row groups mean, and the bytes.

    ``blocks`` are the bytes of :func:`byte_ranges`, in that order. Position in the file and path
    do not count: the same rows elsewhere have the same digest.
    """
    header = {
        # the first line of the text holds an address in memory
        "schema": sha256(str(metadata.schema).partition("\n")[2].encode()),
        "row_groups": [
            _layout(metadata.row_group(split.first_row_group + index), start, length)
            for index, (start, length) in enumerate(byte_ranges(metadata, split))
        ],
    }
    digest = hashlib.sha256(canonical_json(header))
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()


def _layout(group: pq.RowGroupMetaData, start: int, length: int) -> list[object]:
    """Where in the bytes of a row group each column lies, and how it is to be read."""
    chunks = [group.column(index) for index in range(group.num_columns)]
    return [
        group.num_rows,
        length,
        *(
            [
                chunk.path_in_schema,
                chunk.compression,
                chunk.num_values,
                chunk.total_compressed_size,
                chunk.data_page_offset - start,
                None if chunk.dictionary_page_offset is None else chunk.dictionary_page_offset - start,
            ]
            for chunk in chunks
        ),
    ]


def split_key(parts: Mapping[str, str]) -> str:
    """SHA-256 of the digests of all that ``screen`` takes, by name (law 3)."""
    return sha256(canonical_json(dict(parts)))
