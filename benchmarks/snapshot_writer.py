"""The writer of snapshots alone: sorted runs of random digests, merged on disk and written as Parquet.

And finding account ids in the look-up table of a build. Each of the two has its own process; sizes by
``--objections`` and ``--lookups``. On disk: 170 bytes for each objection (TMPDIR). Nothing is asserted.
"""

import os
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from measured.alone import alone, line
from measured.options import options
from network.tables import PLATFORM, account_ids

from pipelines.screen.lookup import Lookup
from schemas.id_hash import hash_ids
from schemas.snapshots import snapshot_parquet
from schemas.sorted_rows import in_order, merged
from schemas.spill import MEMORY_ROWS, on_disk
from schemas.tables import LOOKUP, SNAPSHOT
from schemas.vocabulary import ALL_PURPOSES, ALL_ROLES, ALL_SURFACES, PERSON_ROLES

_KINDS = ("account", "email", "handle", "phone", "record")
_ODDS = (0.45, 0.3, 0.15, 0.05, 0.05)
_SEALED = b"\0" * 60
_ASKED = 131_072
"""Ids asked for at once: as many as a batch of records may name."""


def main() -> None:
    """Measure, print."""
    asked = options("Measure the writer of snapshots.")
    print(f"{asked.objections:,} objections, {asked.lookups:,} account ids; {os.cpu_count()} cores")
    merging = alone(_write, asked.objections)
    rows, size, runs = merging.result.pop("rows"), merging.result.pop("bytes"), merging.result.pop("runs")
    for name, seconds in merging.result.items():
        print(f"{name:32}{rows / seconds:12,.0f} rows/s{seconds:10.1f} s")
    print(line(f"all of it, {runs} runs", merging, rows, "rows"))
    print(f"{'Parquet':32}{size / max(rows, 1):12.1f} bytes a row")
    finding = alone(_find, asked.lookups)
    print(line("look-up", finding._replace(wall=finding.result), asked.lookups, "ids"))


def _write(rows: int) -> dict[str, float]:
    from measured.spent import Steps

    steps = Steps()
    with steps.measure("runs: made, sorted, on disk"):
        runs = [on_disk(in_order(run).to_batches(), SNAPSHOT) for run in _runs(rows)]
    with steps.measure("merged on disk"):
        table = on_disk(merged(runs), SNAPSHOT)
    with steps.measure("written as Parquet"):
        size = len(snapshot_parquet(table))
    if len(table) != rows:
        raise SystemExit(f"{len(table)} rows of {rows}: the measurement is worth nothing")
    walls = {name: spent.wall for name, spent in steps.spent.items()}
    return {**walls, "rows": rows, "bytes": size, "runs": len(runs)}


def _runs(rows: int) -> Iterator[pa.Table]:
    rng = np.random.default_rng(rows)
    for start in range(0, rows, MEMORY_ROWS):
        size = min(MEMORY_ROWS, rows - start)
        kind = rng.choice(len(_KINDS), size, p=_ODDS)
        takedown = pa.array(np.where(kind == _KINDS.index("record"), 0, None), pa.int8())
        columns = {
            "type": pa.array(_KINDS).take(pa.array(kind)),
            "pseudonym": pa.FixedSizeBinaryArray.from_buffers(
                pa.binary(32), size, [None, pa.py_buffer(rng.bytes(32 * size))]
            ),
            "linked": pa.repeat(True, size),
            "roles": pa.repeat(pa.scalar(ALL_ROLES, pa.uint16()), size),
            "surfaces": pa.repeat(pa.scalar(ALL_SURFACES, pa.uint16()), size),
            "purposes": pa.repeat(pa.scalar(ALL_PURPOSES, pa.uint16()), size),
            "sealed": pa.array([_SEALED], pa.binary()).take(takedown),
        }
        yield pa.table(
            [columns.get(field.name, pa.nulls(size, field.type)) for field in SNAPSHOT], schema=SNAPSHOT
        )


def _find(lookups: int) -> float:
    """Seconds in which every id of a look-up table of so many accounts is found, in batches, in no order."""
    from measured.spent import Steps

    ids = account_ids(lookups)
    hashes = hash_ids(ids)
    order = np.argsort(hashes)
    zeros = pa.array(np.zeros(lookups * len(PERSON_ROLES), np.uint16))
    clear = pa.FixedSizeListArray.from_arrays(zeros, type=LOOKUP.field("clear").type)
    table = pa.table(
        {
            "hash": hashes[order],
            "account_id": ids.take(pa.array(order)),
            "subject": hashes[order],
            "flags": np.zeros(lookups, np.uint16),
            "clear": clear,
            "clear_older": clear,
            "until": np.zeros(lookups, np.int64),
            "adult_from": np.zeros(lookups, np.int64),
        },
        LOOKUP,
    )
    lookup = Lookup(on_disk(table.combine_chunks().to_batches(), LOOKUP), PLATFORM, b"\0" * 32)
    steps, found = Steps(), 0
    with steps.measure("find"):
        for start in range(0, lookups, _ASKED):
            found += int(lookup.find(ids.slice(start, _ASKED)).known.sum())
    if found != lookups:
        raise SystemExit(f"{found} ids of {lookups} were found: the measurement is worth nothing")
    return steps.spent["find"].wall


if __name__ == "__main__":
    main()
