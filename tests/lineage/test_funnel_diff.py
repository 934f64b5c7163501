from collections import Counter

import pytest
from lineage.conftest import RECORDS, VERDICTS
from lineage.tiny_version import Verdict

from pipelines.corpus.chain import load_version
from pipelines.lineage.diff import diff
from pipelines.lineage.funnel import funnel, funnel_table


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
        ("shards", "all"): (4, 3, -1),
        ("shards", "dropped"): (2, None, -2),
        ("shards", "added"): (None, 1, 1),
        ("newly_usable", "minor_image_suspected"): (None, None, 1),
        ("newly_unusable", "objection"): (None, None, -3),
    }


def test_a_version_does_not_differ_from_itself(corpus):
    version = load_version(corpus.store, 1)
    rows = diff(corpus.store, version, version)
    assert not [row for row in rows if row["section"] == "input" or row["change"]]
