"""Tables in the order of all their columns, however large: sorted runs on disk, merged range by range.

Null comes before every value, text and bytes in the order of their bytes. Memory is that of one run or of one
range of rows, whatever the number of rows.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.pseudonyms import DIGEST
from schemas.spill import MEMORY_ROWS, on_disk

Mask = npt.NDArray[np.bool_]
Row = tuple[Any, ...]
"""The values of a row as Python compares them: of a column that may be null, () or a tuple of the value."""

BATCH_ROWS = 131_072
_BITS = 64
_WORDS = DIGEST * 8 // _BITS


def sorted_rows(
    batches: Iterable[pa.RecordBatch], schema: pa.Schema, run_rows: int = MEMORY_ROWS
) -> pa.Table:
    """The rows of these batches in order, each once: in memory if they are at most one run.

    ``run_rows``: so many rows are in memory, some three times over.

    Raises:
        BadInput: the disk is full, or fails.
    """
    runs = _runs(batches, schema, run_rows)
    held = [next(runs, schema.empty_table())]
    while (run := next(runs, None)) is not None:
        # None of several stays in memory while the next one is read.
        if len(held) == 1:
            held = [on_disk(held[0].to_batches(), schema)]
        held.append(on_disk(run.to_batches(), schema))
        del run
    return held[0] if len(held) == 1 else on_disk(merged(held, run_rows // 2), schema)


def merged(runs: Sequence[pa.Table], range_rows: int = MEMORY_ROWS // 2) -> Iterator[pa.RecordBatch]:
    """The rows of several tables in order, each once; each table is in order."""
    for parts in ranges(runs, range_rows):
        yield from in_order(pa.concat_tables(parts)).to_batches(max_chunksize=BATCH_ROWS)


def ranges(tables: Sequence[pa.Table], range_rows: int = MEMORY_ROWS // 2) -> Iterator[list[pa.Table]]:
    """The same tables, each in order and each row once, cut at the same rows: equal rows are in one range.

    Nothing is copied. A range has at most ``range_rows`` rows of all tables together, or one of each.
    """
    starts = [0] * len(tables)
    for bound in _bounds(tables, range_rows):
        ends = [place(table, bound, start) for table, start in zip(tables, starts, strict=True)]
        yield _cut(tables, starts, ends)
        starts = ends
    yield _cut(tables, starts, [len(table) for table in tables])


def in_order(table: pa.Table) -> pa.Table:
    """The rows of a table in order, each once; the table is copied."""
    rows = ordered(table)
    first = first_of_equals(rows)
    return rows if first.all() else rows.filter(pa.array(first))


def ordered(table: pa.Table) -> pa.Table:
    """The rows of a table in order; the table is copied."""
    rows = table.combine_chunks()  # taken from one piece, rows cost a third of what they do from a hundred
    coarse = _coarse(rows)
    order = np.argsort(coarse)
    keys = coarse[order]
    tied = np.zeros(len(keys), bool)
    like_next = keys[1:] == keys[:-1]
    tied[1:] |= like_next
    tied[:-1] |= like_next
    places = order[tied]
    order[tied] = places[np.asarray(_order(rows.take(pa.array(places))))]
    return rows.take(pa.array(order))


def first_of_equals(rows: pa.Table) -> Mask:
    """Of each row of a table in order, whether it differs from the one before."""
    differs = np.zeros(max(len(rows) - 1, 0), bool)
    for column in rows.columns:
        before, after = column.slice(0, len(differs)), column.slice(1)
        # Compared with null, a value gives null.
        differs |= np.asarray(pc.fill_null(pc.not_equal(before, after), False))
        if column.null_count:
            differs |= np.asarray(before.is_null()) != np.asarray(after.is_null())
    return np.append(np.ones(min(len(rows), 1), bool), differs)


def place(table: pa.Table, row: Row, start: int = 0) -> int:
    """How many rows of a table in order are less than ``row``; the first ``start`` are known to be."""
    return bisect_left(range(len(table)), row, lo=start, key=lambda number: row_at(table, number))


def row_at(table: pa.Table, number: int) -> Row:
    """One row of a table, to be compared."""
    values = ((field, table.column(at)[number].as_py()) for at, field in enumerate(table.schema))
    return tuple(
        (value if not field.nullable else () if value is None else (value,)) for field, value in values
    )


def _runs(batches: Iterable[pa.RecordBatch], schema: pa.Schema, run_rows: int) -> Iterator[pa.Table]:
    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        held.append(batch)
        rows += len(batch)
        if rows >= run_rows:
            run, held, rows = pa.Table.from_batches(held, schema), [], 0
            yield in_order(run)
    if held:
        yield in_order(pa.Table.from_batches(held, schema))


def _order(table: pa.Table) -> pa.Array:
    return pc.sort_indices(table, sort_keys=[(name, "ascending", "at_start") for name in table.schema.names])


def _coarse(table: pa.Table) -> npt.NDArray[np.uint64]:
    """Of each row a number: of two rows the lesser has the lesser number, or both have the same one.

    The rank of a text in the first column, followed by the first bits of a digest in the second. Without such
    columns all have the same. Numbers are sorted fifteen times as fast as rows.
    """
    numbers = np.zeros(len(table), np.uint64)
    bits = 0
    if len(table) and table.column(0).type == pa.string() and not table.column(0).null_count:
        texts = table.column(0).combine_chunks().dictionary_encode()
        bits = len(texts.dictionary).bit_length()
        numbers = pc.rank(texts.dictionary).to_numpy()[texts.indices.to_numpy()] << np.uint64(_BITS - bits)
    if bits and table.column(1).type == pa.binary(DIGEST) and not table.column(1).null_count:
        numbers |= _first_bits(table.column(1).combine_chunks()) >> np.uint64(bits)
    return numbers


def _first_bits(digests: pa.FixedSizeBinaryArray) -> npt.NDArray[np.uint64]:
    held = np.frombuffer(digests.buffers()[1], ">u8", len(digests) * _WORDS, digests.offset * DIGEST)
    return held[::_WORDS].astype(np.uint64)


def _bounds(tables: Sequence[pa.Table], range_rows: int) -> Iterator[Row]:
    """Rows at which to cut, out of samples: of each table, ``apart`` rows from each other.

    As many samples as there are tables make a range. Each stands for ``apart`` rows; so does what each table
    has before its first one in the range, and so do samples like the next bound: one of each table at most.
    """
    apart = max(range_rows // (3 * len(tables)), 1)
    samples = [row_at(table, number) for table in tables for number in range(0, len(table), apart)]
    samples.sort()
    yield from samples[len(tables) :: len(tables)]


def _cut(tables: Sequence[pa.Table], starts: Sequence[int], ends: Sequence[int]) -> list[pa.Table]:
    return [table.slice(start, end - start) for table, start, end in zip(tables, starts, ends, strict=True)]
