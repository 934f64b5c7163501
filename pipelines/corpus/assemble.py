"""From the results of splits to the tables and counts of a version."""

from collections import Counter, defaultdict
from collections.abc import Iterable

import pyarrow as pa

from schemas.documents import Counts
from schemas.outcomes import REASON_OF_CODE, Outcome, Reason
from schemas.plans import Counted, SplitResult
from schemas.tables import SHARDS, SPLITS


def splits_table(planned: pa.Table, results: list[SplitResult]) -> pa.Table:
    """A SPLITS table from a PLANNED table and the result of each of its rows."""
    identity = ("split", "path", "ordinal", "first_row_group", "row_groups", "rows")
    rows = []
    for split, result in zip(planned.select(identity).to_pylist(), results, strict=True):
        held = result.model_dump(mode="python", include={"tally", "masked", "pictures"})
        rows.append({
            **split,
            **held,
            "split_digest": result.split_digest,
            "split_key": result.split_key,
            "shard": result.shard.digest if result.shard else None,
            "shard_bytes": result.shard.bytes if result.shard else 0,
            "ledger": result.ledger.digest,
            "ledger_bytes": result.ledger.bytes,
            "footprint": result.footprint.digest,
            "footprint_bytes": result.footprint.bytes,
            "footprint_rows": result.footprint.rows,
            "queue": result.queue.digest if result.queue else None,
            "queue_bytes": result.queue.bytes if result.queue else 0,
            "queue_rows": result.queue.rows if result.queue else 0,
        })  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SPLITS)


def shards_table(results: list[SplitResult]) -> pa.Table:
    """A SHARDS table, sorted by digest, so that the order says nothing of the source.

    A shard that two splits share is in it twice, as its rows are in the source: ADR 4.
    """
    refs = sorted((result.shard.digest, result.shard.rows, result.shard.bytes)
                  for result in results if result.shard is not None)  # fmt: skip
    columns = zip(*refs, strict=True) if refs else ((), (), ())
    return pa.table(dict(zip(SHARDS.names, map(list, columns), strict=True)), schema=SHARDS)


def total(results: list[SplitResult]) -> Counts:
    """Rows of a version by outcome, primary reason and surface. Every label occurs, zeros included."""
    reasons: Counter[Reason] = Counter()
    surfaces: dict[str, Counter[str]] = defaultdict(Counter)
    for result in results:
        for entry in result.tally:
            reason = REASON_OF_CODE[entry.reason]
            reasons[reason] += entry.rows
            surfaces[entry.surface][reason.label] += entry.rows
    return Counts(
        rows=sum(result.rows for result in results),
        outcomes={
            outcome: sum(rows for reason, rows in reasons.items() if reason.outcome is outcome)
            for outcome in Outcome
        },
        reasons={reason.label: reasons[reason] for reason in Reason},
        surfaces={label: dict(rows) for label, rows in surfaces.items()},
        masked=_sum(result.masked for result in results),
        pictures=_sum(result.pictures for result in results),
    )


def _sum(parts: Iterable[tuple[Counted, ...]]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for counted in parts:
        counts.update({entry.name: entry.count for entry in counted})
    return dict(counts)
