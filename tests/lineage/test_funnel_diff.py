from collections import Counter
from dataclasses import replace

import pytest
from lineage.conftest import RECORDS, VERDICTS
from lineage.tiny_version import Verdict, publish_tiny

from builders import account, record, write_canonical
from pipelines.corpus.chain import load_version
from pipelines.corpus.store import open_store
from pipelines.lineage.diff import GONE_SPLIT, NEW_SPLIT, diff
from pipelines.lineage.funnel import funnel, funnel_table, picture_table
from schemas.outcomes import Reason


@pytest.mark.parametrize("number", [1, 2])
def test_funnel_is_the_count_of_the_verdicts(corpus, number):
    verdicts = [VERDICTS[number].get(record["record_id"], Verdict()) for record in RECORDS]
    found = funnel(load_version(corpus.store, number))
    assert found == {
        "version": number,
        "rows": len(RECORDS),
        "outcomes": {"kept": 0, "removed": 0, "quarantined": 0, "rejected": 0}
        | Counter(verdict.reason.outcome.value for verdict in verdicts),
        "reasons": Counter(verdict.reason.label for verdict in verdicts),
    }
    assert sum(found["outcomes"].values()) == sum(found["reasons"].values()) == found["rows"]


def test_funnel_of_the_first_version_by_hand(corpus):
    assert funnel(load_version(corpus.store, 1)) == {
        "version": 1,
        "rows": 13,
        "outcomes": {"kept": 7, "removed": 4, "quarantined": 1, "rejected": 1},
        "reasons": {"malformed": 1, "objection": 1, "account_unknown": 2, "minor_account": 1,
                    "minor_image_suspected": 1, "kept": 7},
    }  # fmt: skip


def test_funnel_table_narrows_to_what_is_kept_and_adds_up(corpus):
    lines = funnel_table(load_version(corpus.store, 1))
    steps = [line for line in lines if "left" in line]
    assert [(s["reason"], s["rows"], s["left"]) for s in steps] == [
        ("rows in", 13, 13),
        ("malformed", 1, 12),
        ("objection", 1, 11),
        ("account_unknown", 2, 9),
        ("minor_account", 1, 8),
        ("minor_image_suspected", 1, 7),
    ]
    totals = {line["outcome"]: line["rows"] for line in lines if line["reason"] == "all"}
    assert totals == {"rejected": 1, "removed": 4, "quarantined": 1, "kept": 7}
    assert lines[-1]["rows"] == 13
    assert lines[-1]["share"] == "100.0%"


def test_diff_says_what_changed(corpus):
    # Both recomputed splits keep one row of the same text, so they share their new shard.
    rows = diff(corpus.store, load_version(corpus.store, 1), load_version(corpus.store, 2))
    assert all(list(row) == ["section", "name", "a", "b", "change"] for row in rows)
    found = {(row["section"], row["name"]): (row["a"], row["b"], row["change"]) for row in rows}
    assert found == {
        ("input", "registry event"): (1, 2, None),
        ("outcome", "rows"): (13, 13, 0),
        ("outcome", "kept"): (7, 5, -2),
        ("outcome", "removed"): (4, 7, 3),
        ("outcome", "quarantined"): (1, 0, -1),
        ("outcome", "rejected"): (1, 1, 0),
        ("reason", "malformed"): (1, 1, 0),
        ("reason", "objection"): (1, 4, 3),
        ("reason", "account_unknown"): (2, 2, 0),
        ("reason", "minor_account"): (1, 1, 0),
        ("reason", "minor_image_suspected"): (1, 0, -1),
        ("splits", "all"): (4, 4, 0),
        ("splits", "reused"): (None, 2, None),
        ("splits", "recomputed"): (None, 2, None),
        # two splits of the second version keep one row each, with the same text: one object, listed twice
        ("shards", "all"): (4, 4, 0),
        ("shards", "dropped"): (2, None, -2),
        ("shards", "added"): (None, 2, 2),
        ("newly_usable", "minor_image_suspected"): (None, None, 1),
        ("newly_unusable", "objection"): (None, None, -3),
    }


def test_a_version_does_not_differ_from_itself(corpus):
    version = load_version(corpus.store, 1)
    rows = diff(corpus.store, version, version)
    assert not [row for row in rows if row["section"] == "input" or row["change"]]


def test_rows_of_new_and_gone_splits_are_new_and_gone(tmp_path):
    store = open_store(str(tmp_path / "corpus"))
    rows = [record(record_id=f"r{n}", text=f"row {n}") for n in range(5)]
    # splits r0 r1 | r2 r3 | r4, then r2 r3 | r0 r0: one moved, two are gone, one is new
    publish_tiny(store, write_canonical(tmp_path / "1", [account()], rows, row_group_rows=2), {})
    after = [*rows[2:4], rows[0], rows[0]]
    root = write_canonical(tmp_path / "2", [account()], after, row_group_rows=2)
    publish_tiny(store, root, {"r3": Verdict(Reason.NOT_PUBLIC)})
    found = {
        (row["section"], row["name"]): row["change"]
        for row in diff(store, load_version(store, 1), load_version(store, 2))
        if row["section"] in {"splits", "newly_usable", "newly_unusable"}
    }
    assert found == {
        ("splits", "all"): -1,
        ("splits", "reused"): None,
        ("splits", "recomputed"): None,
        ("newly_usable", NEW_SPLIT): 2,
        ("newly_unusable", "not_public"): -1,
        ("newly_unusable", GONE_SPLIT): -3,
    }


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({}, []),
        (
            {"declared": 1, "suspected": 2, "no_sign": 1, "unassessed": 4, "released": 1, "withheld": 3},
            [("declared", 1, "12.5%"), ("suspected", 2, "25.0%"), ("no sign", 1, "12.5%"),
             ("unassessed", 4, "50.0%"), ("released", 1, "12.5%"), ("withheld", 3, "37.5%")],
        ),
    ],
)  # fmt: skip
def test_pictures_are_told_by_what_was_found_and_what_became_of_them(corpus, counts, expected):
    version = load_version(corpus.store, 1)
    told = version.content.counts.model_copy(update={"pictures": counts})
    version = replace(version, content=version.content.model_copy(update={"counts": told}))
    assert [tuple(row.values()) for row in picture_table(version)] == expected
