"""The profile: one row per split, empty ones too. What the release gate asserts on."""

import pyarrow as pa

from schemas.outcomes import REASON_OF_CODE, Outcome, Reason

REASON_COLUMNS: dict[Reason, str] = {reason: f"reason_{reason.label}" for reason in Reason}
OUTCOME_COLUMNS: dict[Outcome, str] = {outcome: outcome.value for outcome in Outcome}
MISJUDGED = ("kept_objected", "kept_minor", "kept_unknown_account")
"""Kept rows whose author must not be kept, counted by joining footprint parts with eligibility."""
MEASURED = ("ledger_rows", "shard_rows", *MISJUDGED)
"""Columns counted on the written objects, not taken from what ``screen`` reports of itself."""

PROFILE = pa.schema([
    pa.field(name, pa.uint32(), nullable=False)
    for name in ("split", "rows", "ledger_rows", "shard_rows",
                 *OUTCOME_COLUMNS.values(), *REASON_COLUMNS.values(), *MISJUDGED)
])  # fmt: skip


def counts_of(splits: pa.Table) -> dict[str, list[int]]:
    """Rows by outcome and by primary reason of each split, out of the tallies of a SPLITS table."""
    names = (*OUTCOME_COLUMNS.values(), *REASON_COLUMNS.values())
    counts = {name: [0] * len(splits) for name in names}
    for row, tally in enumerate(splits.column("tally").to_pylist()):
        for entry in tally:
            reason = REASON_OF_CODE[entry["reason"]]
            counts[REASON_COLUMNS[reason]][row] += entry["rows"]
            counts[OUTCOME_COLUMNS[reason.outcome]][row] += entry["rows"]
    return counts
