"""The gates: each assertion passes on one case and fails on that case with one row changed."""

import socket
import sys
from fractions import Fraction

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.quality.gates import SOURCE_NUMBERS, relative_gate, release_gate, source_gate
from schemas.documents import Counts
from schemas.outcomes import Outcome, Reason
from schemas.policy import RelativeThresholds, ReleaseThresholds, SourceThresholds
from schemas.profile import MISJUDGED, PROFILE

CLEAN = dict.fromkeys(SOURCE_NUMBERS, 0) | {"records": 1000, "accounts": 100}


def split(**columns):
    """A balanced split of 10 rows: 6 kept, 2 objected, 1 suspected, 1 malformed."""
    defaults = {
        "rows": 10, "ledger_rows": 10, "shard_rows": 6,
        "kept": 6, "removed": 2, "quarantined": 1, "rejected": 1,
        "reason_kept": 6, "reason_objection": 2, "reason_minor_image_suspected": 1, "reason_malformed": 1,
    }  # fmt: skip
    return dict.fromkeys(PROFILE.names, 0) | defaults | columns


EMPTY = dict.fromkeys(PROFILE.names, 0)


def profile(*splits):
    rows = [row | {"split": number} for number, row in enumerate(splits)]
    return pa.Table.from_pylist(rows, schema=PROFILE)


def counts(rows, removed):
    return Counts(
        rows=rows,
        outcomes={"kept": rows - removed, "removed": removed, "quarantined": 0, "rejected": 0},
        reasons={"kept": rows - removed, "objection": removed},
        surfaces={},
        masked={},
        pictures={},
    )


def failures(findings):
    """(rows, columns, observed) of each finding that failed."""
    return [
        (
            found.arguments["rows"],
            found.arguments.get("column")
            or found.arguments.get("column_list")
            or f"{found.arguments['column_A']} = {found.arguments['column_B']}",
            found.observed,
        )
        for found in findings
        if not found.success
    ]


def failed_columns(findings):
    return {(rows, columns.split(" + ")[-1]) for rows, columns, _ in failures(findings)}


def decided_by(findings):
    """(key of policy.yaml, rows, of how many) of each finding that failed."""
    return [(found.threshold, found.rows, found.of_rows) for found in findings if not found.success]


def test_a_balanced_version_passes_whatever_its_splits_hold():
    findings = release_gate(profile(split(), EMPTY, split()), ReleaseThresholds())
    assert failures(findings) == []
    assert {found.observed for found in findings if found.arguments["rows"] == "each split"} == {"0 of 3", 0}
    totals = {found.arguments.get("column"): found.observed for found in findings}
    assert totals["kept"] == 12
    assert totals["share_of_rejected"] == 0.1  # 2 of 20
    assert totals["share_of_removed"] == 0.2


# What one wrong row in the second split does. Findings name a balance by its last column.
# What is wrong in split 1 of three: what fails there, and what in total by how many rows.
UNBALANCED = {
    "a row without outcome": (
        {"rows": 11, "ledger_rows": 11},
        {"minus_rows"},
        {"rows_without_outcome": 1},
    ),
    "a row with two outcomes": (
        {"removed": 3, "reason_objection": 3},
        {"minus_rows"},
        {"rows_without_outcome": -1},
    ),
    "an outcome without reason": (
        {"kept": 7, "rejected": 0, "shard_rows": 7},
        {"minus_kept", "minus_rejected"},
        {"kept_without_reason": 1, "rejected_without_reason": -1},
    ),
    "a reason of another outcome": (
        {"reason_objection": 1, "reason_malformed": 2},
        {"minus_removed", "minus_rejected"},
        {"removed_without_reason": 1, "rejected_without_reason": -1},
    ),
    "a ledger that lacks a row": (
        {"ledger_rows": 9},
        {"ledger_rows = rows"},
        {"rows_without_ledger": 1},
    ),
    "a ledger with a row too many": (
        {"ledger_rows": 11},
        {"ledger_rows = rows"},
        {"rows_without_ledger": -1},
    ),
    "a shard that lacks a row": ({"shard_rows": 5}, {"shard_rows = kept"}, {"kept_without_shard": 1}),
    "a shard with a row too many": ({"shard_rows": 7}, {"shard_rows = kept"}, {"kept_without_shard": -1}),
}


@pytest.mark.parametrize(("columns", "in_split", "in_total"), UNBALANCED.values(), ids=UNBALANCED)
def test_one_row_out_of_balance_fails_in_its_split_and_in_total(columns, in_split, in_total):
    found = failures(release_gate(profile(split(), split(**columns), split()), ReleaseThresholds()))
    in_splits = {
        (names.split(" + ")[-1], observed) for rows, names, observed in found if rows == "each split"
    }
    assert in_splits == {(name, "1 of 3, the first is 1") for name in in_split}
    assert {name: observed for rows, name, observed in found if rows == "all splits"} == in_total


def test_errors_of_two_splits_do_not_cancel_out():
    more, less = split(shard_rows=7), split(shard_rows=5)
    found = failures(release_gate(profile(more, less), ReleaseThresholds()))
    assert found == [("each split", "shard_rows = kept", "2 of 2, the first is 0")]


@pytest.mark.parametrize("name", MISJUDGED)
def test_one_kept_row_of_somebody_who_must_not_be_kept_fails(name):
    found = failures(release_gate(profile(split(), split(**{name: 1})), ReleaseThresholds()))
    assert found == [("each split", name, 1)]


# The profile has 12 kept, 4 removed, 2 rejected of 20 rows.
LIMITS = {
    "kept rows": ({"min_kept_rows": 12}, {"min_kept_rows": 13}, "kept", 12),
    "rejected share": ({"max_rejected_share": 0.1}, {"max_rejected_share": 0.09}, "share_of_rejected", 2),
    "removed share": ({"max_removed_share": 0.2}, {"max_removed_share": 0.19}, "share_of_removed", 4),
}


@pytest.mark.parametrize(("held", "broken", "column", "rows"), LIMITS.values(), ids=LIMITS)
def test_a_threshold_is_met_exactly_and_broken_by_the_least(held, broken, column, rows):
    table = profile(split(), split())
    assert failures(release_gate(table, ReleaseThresholds(**held))) == []
    found = release_gate(table, ReleaseThresholds(**broken))
    assert failed_columns(found) == {("all splits", column)}
    assert decided_by(found) == [(f"quality.release.{next(iter(broken))}", rows, 20)]


@pytest.mark.parametrize("splits", [(), (EMPTY, EMPTY)], ids=["no splits", "no rows"])
def test_a_version_without_rows_balances_but_keeps_too_little(splits):
    assert failed_columns(release_gate(profile(*splits), ReleaseThresholds())) == {("all splits", "kept")}
    assert failures(release_gate(profile(*splits), ReleaseThresholds(min_kept_rows=0))) == []


def test_sums_beyond_32_bits_are_exact():
    many = 4_000_000_000
    big = dict.fromkeys(PROFILE.names, 0) | {
        "rows": many, "ledger_rows": many, "shard_rows": many, "kept": many, "reason_kept": many,
    }  # fmt: skip
    assert failures(release_gate(profile(big, big), ReleaseThresholds(min_kept_rows=2 * many))) == []
    less = profile(big, big | {"shard_rows": many - 1})
    assert failed_columns(release_gate(less, ReleaseThresholds())) == {
        ("each split", "shard_rows = kept"),
        ("all splits", "kept_without_shard"),
    }


# name of the number: (how many, of 1,000 records and 100 accounts) that the default bears; one more fails
SOURCE = {
    "duplicate_records": 0,
    "duplicate_accounts": 5,
    "malformed_records": 50,
    "malformed_accounts": 5,
    "unknown_births": 50,
    "unknown_visibility": 500,
    "unmatched_authors": 500,
    "implausible_dates": 50,
    "unknown_values": 55,
}

KEYS = {
    "duplicate_records": "max_duplicate_record_share",
    "duplicate_accounts": "max_duplicate_account_share",
    "malformed_records": "max_malformed_share",
    "malformed_accounts": "max_malformed_share",
    "unknown_births": "max_unknown_birth_share",
    "unknown_visibility": "max_unknown_visibility_share",
    "unmatched_authors": "max_unmatched_author_share",
    "implausible_dates": "max_implausible_date_share",
    "unknown_values": "max_unknown_value_share",
}
OF_ROWS = {
    "duplicate_accounts": 100,
    "malformed_accounts": 100,
    "unknown_births": 100,
    "unknown_values": 1100,
}


@pytest.mark.parametrize(("name", "borne"), SOURCE.items(), ids=SOURCE)
def test_a_source_passes_at_its_threshold_and_fails_one_row_beyond(name, borne):
    assert failures(source_gate(CLEAN | {name: borne}, SourceThresholds())) == []
    found = source_gate(CLEAN | {name: borne + 1}, SourceThresholds())
    assert failed_columns(found) == {("the source", f"share_of_{name}")}
    assert decided_by(found) == [(f"quality.source.{KEYS[name]}", borne + 1, OF_ROWS.get(name, 1000))]


def test_every_share_of_a_source_has_a_case():
    assert set(SOURCE) == set(SOURCE_NUMBERS) - {"records", "accounts"}


@pytest.mark.parametrize("empty", ["records", "accounts"])
def test_a_source_without_rows_fails(empty):
    one = dict.fromkeys(SOURCE_NUMBERS, 0) | {"records": 1, "accounts": 1}
    assert failures(source_gate(one, SourceThresholds())) == []
    found = source_gate(one | {empty: 0}, SourceThresholds())
    assert failures(found) == [("the source", empty, 0)]
    assert decided_by(found) == [(None, None, None)]


def test_a_negative_number_fails():
    found = failures(source_gate(CLEAN | {"unknown_births": -1}, SourceThresholds()))
    assert found == [("the source", "unknown_births", -1)]


@pytest.mark.parametrize("wrong", [{"records": 1}, CLEAN | {"rows": 1}], ids=["lacking", "unknown"])
def test_a_source_is_judged_by_all_its_numbers(wrong):
    with pytest.raises(TypeError, match="source_gate takes records"):
        source_gate(wrong, SourceThresholds())


def test_only_a_profile_is_judged():
    with pytest.raises(TypeError, match="PROFILE"):
        release_gate(pa.table({"rows": [1]}), ReleaseThresholds())


# (rows, removed) of the version and of its parent; a rise of 0.25 is borne
RISES = {
    "exactly the threshold": ((100, 55), (100, 30), True),  # 0.55 - 0.3 is more than 0.25 in floats
    "one row more": ((100, 56), (100, 30), False),
    "a fall": ((100, 0), (100, 90), True),
    "another number of rows": ((1000, 260), (10, 0), False),
    "a parent without rows": ((4, 1), (0, 0), True),
    "no rows any more": ((0, 0), (4, 1), True),
}


@pytest.mark.parametrize(("version", "parent", "passes"), RISES.values(), ids=RISES)
def test_the_removed_share_must_not_leap(version, parent, passes):
    (finding,) = relative_gate(counts(*version), counts(*parent), RelativeThresholds())
    assert finding.success is passes
    assert (finding.threshold, finding.rows, finding.of_rows) == (
        "quality.relative.max_removed_share_rise", version[1], version[0],
    )  # fmt: skip


def test_findings_are_the_same_each_time_and_hold_no_clock():
    table = profile(split(), split(shard_rows=5), EMPTY)
    first = release_gate(table, ReleaseThresholds())
    assert first == release_gate(table, ReleaseThresholds())
    assert [found.expectation for found in first].count("expect_multicolumn_sum_to_equal") == 5
    assert first[0].model_dump() == {
        "expectation": "expect_multicolumn_sum_to_equal",
        "arguments": {
            "column_list": "kept + removed + quarantined + rejected + minus_rows",
            "rows": "each split",
            "sum_total": 0,
        },
        "threshold": None,
        "observed": "0 of 3",
        "rows": None,
        "of_rows": None,
        "success": True,
    }


def test_a_gate_asks_nobody_and_says_nothing(monkeypatch, capfd, tmp_path):
    def refuse(*_):
        pytest.fail("a gate opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.chdir(tmp_path)
    release_gate(profile(split()), ReleaseThresholds())
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_importing_the_gates_does_not_import_great_expectations():
    import subprocess

    code = "import sys, pipelines.quality.gates; sys.exit('great_expectations' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


few = st.integers(0, 3)


@st.composite
def profiles(draw):
    """Profiles that balance, or fail to by a few rows."""
    splits = []
    for _ in range(draw(st.integers(0, 3))):
        reasons = {reason: draw(few) for reason in draw(st.sets(st.sampled_from(Reason), max_size=3))}
        row = dict.fromkeys(PROFILE.names, 0)
        for reason, rows in reasons.items():
            row[f"reason_{reason.label}"] += rows
            row[reason.outcome.value] += rows
        row["rows"] = row["ledger_rows"] = sum(reasons.values())
        row["shard_rows"] = row["kept"]
        if draw(st.integers(0, 3)) == 0:
            row[draw(st.sampled_from(PROFILE.names[1:]))] += 1
        splits.append(row)
    return splits


@settings(max_examples=30)
@given(profiles(), few, st.integers(0, 100), st.integers(0, 100))
def test_the_gate_agrees_with_plain_arithmetic(splits, least, rejected_percent, removed_percent):
    thresholds = ReleaseThresholds(
        min_kept_rows=least,
        max_rejected_share=rejected_percent / 100,
        max_removed_share=removed_percent / 100,
    )

    def total(name):
        return sum(row[name] for row in splits)

    def share(name):
        return Fraction(total(name), total("rows")) if total("rows") else Fraction(0)

    def balances(row):
        return (
            row["rows"] == row["ledger_rows"] == sum(row[outcome.value] for outcome in Outcome)
            and row["shard_rows"] == row["kept"]
            and all(
                row[outcome.value] == sum(row[f"reason_{r.label}"] for r in Reason if r.outcome is outcome)
                for outcome in Outcome
            )
            and not any(row[name] for name in MISJUDGED)
        )

    expected = (
        all(map(balances, splits))
        and total("kept") >= least
        and share("rejected") <= Fraction(rejected_percent, 100)
        and share("removed") <= Fraction(removed_percent, 100)
    )
    findings = release_gate(profile(*splits), thresholds)
    assert all(found.success for found in findings) is expected
