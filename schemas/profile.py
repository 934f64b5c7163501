"""The profile: one row per split, empty ones too. What the release gate asserts on."""

import pyarrow as pa

from schemas.outcomes import Outcome, Reason
from schemas.tables import SPLITS

REASON_COLUMNS: dict[Reason, str] = {reason: f"reason_{reason.label}" for reason in Reason}
OUTCOME_COLUMNS: dict[Outcome, str] = {outcome: outcome.value for outcome in Outcome}
MISJUDGED = ("kept_objected", "kept_minor", "kept_unknown_account")
"""Kept rows whose author must not be kept, counted by joining footprint parts with eligibility."""

PROFILE = pa.schema([
    pa.field("split", pa.uint32(), nullable=False),
    pa.field("rows", pa.uint32(), nullable=False),
    pa.field("ledger_rows", pa.uint32(), nullable=False),
    pa.field("shard_rows", pa.uint32(), nullable=False),
    *(pa.field(name, pa.uint32(), nullable=False) for name in OUTCOME_COLUMNS.values()),
    *(pa.field(name, pa.uint32(), nullable=False) for name in REASON_COLUMNS.values()),
    *(pa.field(name, pa.uint32(), nullable=False) for name in MISJUDGED),
])  # fmt: skip


def counts_of(splits: pa.Table) -> dict[str, list[int]]:
    """Rows by outcome and by reason of each split, out of the tallies of a SPLITS table."""
    if not splits.schema.equals(SPLITS):
        msg = "counts_of takes a SPLITS table"
        raise TypeError(msg)
    columns = {name: [0] * len(splits) for name in PROFILE.names}
    by_code = {reason.code: reason for reason in Reason}
    for row, tally in enumerate(splits.column("tally").to_pylist()):
        for entry in tally:
            reason = by_code[entry["reason"]]
            columns[REASON_COLUMNS[reason]][row] += entry["rows"]
            columns[OUTCOME_COLUMNS[reason.outcome]][row] += entry["rows"]
    return columns
