"""The profile: what the release gate asserts on."""

import pyarrow as pa

from schemas.outcomes import REASON_OF_CODE, Outcome, Reason
from schemas.tables import Column, Table

REASON_COLUMNS: dict[Reason, str] = {reason: f"reason_{reason.label}" for reason in Reason}
OUTCOME_COLUMNS: dict[Outcome, str] = {outcome: outcome.value for outcome in Outcome}
MISJUDGED = ("kept_objected", "kept_minor", "kept_unknown_account", "kept_taken_down")
"""What must not be kept, counted by joining footprint parts with eligibility."""
MEASURED = ("ledger_rows", "shard_rows", *MISJUDGED)
"""Columns counted on the written objects, not taken from what ``screen`` reports of itself."""

_MEANINGS = {
    "split": "its number in the version, from 0",
    "rows": "as the footer says",
    "ledger_rows": "rows of the ledger part, counted on the object",
    "shard_rows": "rows of the shard, counted on the object",
    "kept_objected": "kept rows of whom an objection covers, as author or in a role that drops the row; "
    "counted from footprint and eligibility",
    "kept_minor": "kept rows whose author must be adult and is not; counted likewise",
    "kept_unknown_account": "kept rows of whom the accounts do not name, as author or in such a role; "
    "counted likewise",
    "kept_taken_down": "kept rows with a picture that was taken down; counted likewise",
    **{name: f"rows {outcome}" for outcome, name in OUTCOME_COLUMNS.items()},
    **{name: f"rows whose primary reason is {reason.label}" for reason, name in REASON_COLUMNS.items()},
}
_ORDER = ("split", "rows", "ledger_rows", "shard_rows",
          *OUTCOME_COLUMNS.values(), *REASON_COLUMNS.values(), *MISJUDGED)  # fmt: skip

PROFILE_TABLE = Table(
    "profile",
    "One row per split, empty ones too: what the release gate asserts on.",
    tuple(Column(name, pa.uint32(), _MEANINGS[name]) for name in _ORDER),
)
PROFILE = PROFILE_TABLE.schema


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
