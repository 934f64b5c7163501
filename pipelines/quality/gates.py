"""The gates: what a source, a version, and a version next to its parent must look like."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.quality.expectations import Asked, findings_of, import_expectations
from schemas.documents import Counts, Finding
from schemas.outcomes import Outcome, Reason
from schemas.policy import RelativeThresholds, ReleaseThresholds, SourceThresholds
from schemas.profile import MISJUDGED, OUTCOME_COLUMNS, PROFILE, REASON_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

SOURCE_NUMBERS = (
    "records", "malformed_records", "duplicate_records", "implausible_dates", "unknown_visibility",
    "unmatched_authors", "accounts", "malformed_accounts", "duplicate_accounts", "unknown_births",
    "unknown_values",
)  # fmt: skip
"""What the source gate is told of a dataset: rows; ``unknown_values`` counts in both tables."""
_NEEDED = ("records", "accounts")
"""An empty table is more often a path that matched nothing than a fact."""


def _columns_of(outcome: Outcome) -> list[str]:
    return [REASON_COLUMNS[reason] for reason in Reason if reason.outcome is outcome]


_DIFFERENCES = {
    "rows_without_outcome": ("rows", list(OUTCOME_COLUMNS.values())),
    **{f"{outcome}_without_reason": (outcome.value, _columns_of(outcome)) for outcome in Outcome},
    "rows_without_ledger": ("rows", ["ledger_rows"]),
    "kept_without_shard": (Outcome.KEPT.value, ["shard_rows"]),
}
"""A whole, and the parts that make it up: what is left between them must be nothing."""


def source_gate(numbers: Mapping[str, int], thresholds: SourceThresholds) -> tuple[Finding, ...]:
    """Judge a dataset before it is filtered: it holds records and accounts, and by shares of its rows.

    Raises:
        TypeError: ``numbers`` are not exactly SOURCE_NUMBERS.
    """
    import pandas as pd

    if set(numbers) != set(SOURCE_NUMBERS):
        msg = f"source_gate takes {', '.join(SOURCE_NUMBERS)}"
        raise TypeError(msg)
    records, accounts = numbers["records"], numbers["accounts"]
    shares = (  # of what, in what, and the threshold that says how much of it is borne
        ("duplicate_records", records, "max_duplicate_record_share"),
        ("duplicate_accounts", accounts, "max_duplicate_account_share"),
        ("malformed_records", records, "max_malformed_share"),
        ("malformed_accounts", accounts, "max_malformed_share"),
        ("unknown_births", accounts, "max_unknown_birth_share"),
        ("unknown_visibility", records, "max_unknown_visibility_share"),
        ("unmatched_authors", records, "max_unmatched_author_share"),
        ("implausible_dates", records, "max_implausible_date_share"),
        ("unknown_values", records + accounts, "max_unknown_value_share"),
    )
    expectations = import_expectations()
    frame = pd.DataFrame(
        {**numbers, **{f"share_of_{name}": _share(numbers[name], whole) for name, whole, _ in shares}},
        index=["source"],
    )
    asked = [
        *(
            Asked(expectations.ExpectColumnMinToBeBetween(column=name, min_value=int(name in _NEEDED)))
            for name in SOURCE_NUMBERS
        ),
        *(
            Asked(
                expectations.ExpectColumnMaxToBeBetween(
                    column=f"share_of_{name}", max_value=getattr(thresholds, limit)
                ),
                f"quality.source.{limit}",
                numbers[name],
                whole,
            )
            for name, whole, limit in shares
        ),
    ]
    return findings_of(frame, asked, rows="the source")


def release_gate(profile: pa.Table, thresholds: ReleaseThresholds) -> tuple[Finding, ...]:
    """Judge a version by itself: it balances, keeps nobody it must not, and keeps enough.

    ``profile`` is a PROFILE table. Its columns are unsigned, so no number in it is negative. A
    version without splits balances, and fails where a kept row is asked for.

    Raises:
        TypeError: ``profile`` is no PROFILE table.
    """
    import pandas as pd

    if not profile.schema.equals(PROFILE):
        msg = "release_gate takes a PROFILE table"
        raise TypeError(msg)
    # Signed and wide: sums of many splits, and what is subtracted, leave uint32.
    wide = pa.schema([pa.field(name, pa.int64()) for name in PROFILE.names])
    splits = profile.cast(wide).to_pandas().set_index("split").rename_axis(None)
    total = pd.DataFrame([splits.sum()], index=["total"])
    rows = int(total["rows"].iloc[0])
    for name in (Outcome.REJECTED, Outcome.REMOVED):
        total[f"share_of_{name}"] = _share(int(total[name].iloc[0]), rows)
    return (
        *findings_of(_with_negated(splits), [*_balance(), *_nobody_misjudged()], rows="each split"),
        *findings_of(
            _with_differences(total),
            [*_balance_in_total(), *_within(thresholds, total)],
            rows="all splits",
        ),
    )


def relative_gate(counts: Counts, parent: Counts, thresholds: RelativeThresholds) -> tuple[Finding, ...]:
    """Judge a version next to its parent: the share of removed rows did not leap."""
    import pandas as pd

    rise = _removed_share(counts) - _removed_share(parent)
    frame = pd.DataFrame({"rise_of_share_of_removed": float(rise)}, index=[0])
    expectation = import_expectations().ExpectColumnMaxToBeBetween(
        column="rise_of_share_of_removed", max_value=thresholds.max_removed_share_rise
    )
    removed = counts.outcomes.get(Outcome.REMOVED, 0)
    asked = Asked(expectation, "quality.relative.max_removed_share_rise", removed, counts.rows)
    return findings_of(frame, [asked], rows="this version and its parent")


def _balance() -> list[Asked]:
    """Law 1, and that what was written agrees with what was reported."""
    expectations = import_expectations()
    asked = [
        expectations.ExpectMulticolumnSumToEqual(
            column_list=[*OUTCOME_COLUMNS.values(), "minus_rows"], sum_total=0
        ),
        *(
            expectations.ExpectMulticolumnSumToEqual(
                column_list=[*_columns_of(outcome), f"minus_{outcome}"], sum_total=0
            )
            for outcome in Outcome
        ),
        expectations.ExpectColumnPairValuesToBeEqual(column_A="ledger_rows", column_B="rows"),
        expectations.ExpectColumnPairValuesToBeEqual(column_A="shard_rows", column_B=Outcome.KEPT.value),
    ]
    return [Asked(expectation) for expectation in asked]


def _balance_in_total() -> list[Asked]:
    """The same of one row, which tells by how many rows it is wrong."""
    sums = import_expectations().ExpectColumnSumToBeBetween
    return [Asked(sums(column=name, min_value=0, max_value=0)) for name in _DIFFERENCES]


def _nobody_misjudged() -> list[Asked]:
    expectations = import_expectations()
    return [Asked(expectations.ExpectColumnSumToBeBetween(column=name, max_value=0)) for name in MISJUDGED]


def _within(thresholds: ReleaseThresholds, total: "pd.DataFrame") -> list[Asked]:
    expectations = import_expectations()
    rows, kept, rejected, removed = (
        int(total[name].iloc[0]) for name in ("rows", Outcome.KEPT, Outcome.REJECTED, Outcome.REMOVED)
    )
    return [
        Asked(
            expectations.ExpectColumnMinToBeBetween(
                column=Outcome.KEPT.value, min_value=thresholds.min_kept_rows
            ),
            "quality.release.min_kept_rows",
            kept,
            rows,
        ),
        Asked(
            expectations.ExpectColumnMaxToBeBetween(
                column="share_of_rejected", max_value=thresholds.max_rejected_share
            ),
            "quality.release.max_rejected_share",
            rejected,
            rows,
        ),
        Asked(
            expectations.ExpectColumnMaxToBeBetween(
                column="share_of_removed", max_value=thresholds.max_removed_share
            ),
            "quality.release.max_removed_share",
            removed,
            rows,
        ),
    ]


def _with_negated(frame: "pd.DataFrame") -> "pd.DataFrame":
    """With the columns that turn "the parts make up the whole" into a sum that is zero."""
    negated = {f"minus_{name}": -frame[name] for name in ("rows", *OUTCOME_COLUMNS.values())}
    return frame.assign(**negated)


def _with_differences(total: "pd.DataFrame") -> "pd.DataFrame":
    """With what is left of each whole when its parts are taken away."""
    left = {name: total[whole] - total[parts].sum(axis=1) for name, (whole, parts) in _DIFFERENCES.items()}
    return total.assign(**left)


def _removed_share(counts: Counts) -> Fraction:
    removed = counts.outcomes.get(Outcome.REMOVED, 0)
    return Fraction(removed, counts.rows) if counts.rows else Fraction(0)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
