"""A source that the gate refuses: which key of policy.yaml decides, what it says, what was found."""

import json
from datetime import date

import pytest
from commands import workspace

from builders import account, malformed, record
from schemas.policy import Policy

ACCOUNTS = [account(account_id=f"a{n}", birth_date=None if n < 2 else date(1990, 5, 17)) for n in range(3)]
RECORDS = [*(record(record_id=f"r{n}", account_id="a0") for n in range(9)), malformed()]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A source with one malformed row in ten, and two of three births unknown."""
    place = workspace(tmp_path_factory.mktemp("refused") / "w", ACCOUNTS, RECORDS)
    description = json.loads((place.folder / "canonical" / "source.json").read_text("utf-8"))
    description["numbers"] |= {"records": 3000, "malformed_records": 151, "accounts": 3, "unknown_births": 2}
    (place.folder / "canonical" / "source.json").write_text(json.dumps(description), "utf-8")
    return place


def test_every_broken_threshold_is_named_by_its_key_with_the_rows_it_counts(place):
    refused = place.build()
    assert (refused.code, refused.out, place.versions()) == (1, "", [])
    assert "the quality gate refused this source; nothing was published" in refused.err
    shares = (
        ("max_malformed_share: at most 0.05", "malformed records 0.0503333 (151 of 3,000 rows)"),
        ("max_unknown_birth_share: at most 0.5", "unknown births 0.666667 (2 of 3 rows)"),
    )
    for asked, found in shares:
        assert f"quality.source.{asked}, found share of {found}" in refused.err
    assert "policy.yaml" in refused.err
    assert "expect_" not in refused.err


def test_the_keys_can_be_read_afterwards_and_are_keys_of_the_policy(place):
    place.build()
    rows = place.run("versions", "--refused", "--json").json
    found = {row["threshold"]: (row["expected"], row["rows"], row["of_rows"]) for row in rows}
    assert found == {
        "quality.source.max_malformed_share": ("at most 0.05", 151, 3000),
        "quality.source.max_unknown_birth_share": ("at most 0.5", 2, 3),
    }
    for key in found:
        value = Policy()
        for name in key.split("."):
            value = getattr(value, name)
        assert isinstance(value, float)
