"""``screen`` and the verifier judge the same cases; a rule that lets one case through is found."""

import numpy as np
import pytest
from builds import Place
from enumerations import few_of
from standing_cases import CASES

from pipelines.quality.misjudged import Judge
from pipelines.rules import standing
from pipelines.screen import screen as screening
from schemas.errors import Refused
from schemas.outcomes import Reason
from schemas.policy import Policy
from schemas.profile import MISJUDGED

# The cases have more accounts with two rows, and more malformed ones, than a source that makes sense.
ODD_SOURCE = Policy.model_validate(
    {"quality": {"source": {"max_duplicate_account_share": 0.2, "max_malformed_share": 0.1}}}
)


def of_its_own(number, row, *names):
    """A row whose ids no other case has."""
    named = {n: f"{number}-{row[n]}" for n in names if row.get(n) is not None}
    if row.get("others"):
        named["others"] = [entry and of_its_own(number, entry, "account") for entry in row["others"]]
    return {**row, **named}


@pytest.fixture
def place(tmp_path):
    accounts, records, objections = [], [], []
    for number, case in enumerate(CASES):
        accounts += [of_its_own(number, row, "account_id", "person_id") for row in case.accounts]
        records.append(of_its_own(number, case.record, "record_id", "account_id"))
        objections += [
            of_its_own(number, given, "value") if given["type"] in {"account", "record"} else given
            for given in case.objections
        ]
    place = Place(tmp_path, objections, policy=ODD_SOURCE)
    place.write(accounts, records, row_group_rows=1000)
    return place


def test_the_verifier_agrees_with_screen_on_every_case(place):
    place.build()
    assert list(place.verify()) == []


# The release gate joins footprints with eligibility by itself: it stops these before they are published.
STOPPED_BY_THE_GATE = {
    Reason.TAKEDOWN, Reason.OBJECTION, Reason.THIRD_PARTY_OBJECTION, Reason.THIRD_PARTY_UNKNOWN, Reason.ACCOUNT_UNKNOWN,
    Reason.AGE_UNKNOWN,
}  # fmt: skip


RULES = {
    reason.label: reason for reason, _ in standing.STANDING_RULES if reason is not Reason.REGION_EXCLUDED
}


@pytest.mark.parametrize(
    "reason", few_of(RULES, "takedown", "account_unknown", "minor_at_posting", "not_public")
)
def test_a_rule_that_lets_everything_through_is_found(place, monkeypatch, reason):
    monkeypatch.setattr(screening, "standing_reasons", lambda rows: _without(rows, reason))
    if reason in STOPPED_BY_THE_GATE:
        with pytest.raises(Refused, match="quality gate"):
            place.build()
        monkeypatch.setattr(Judge, "misjudged", lambda *_: dict.fromkeys(MISJUDGED, 0))
    place.build()
    named = [number for number, case in enumerate(CASES) if reason.label in case.reasons]
    findings = place.verify()
    for number in named:
        (finding,) = [f for f in findings if f.object == f"split 0 row {number}"][:1]
        assert reason.label in finding.expected
        assert reason.label not in finding.found
    rows = {f.object for f in findings if f.object.startswith("split 0 row ")}
    assert rows == {f"split 0 row {number}" for number in named}


def _without(rows, reason):
    return standing.standing_reasons(rows) & ~np.uint32(reason.bit)


def test_cases_are_told_apart():
    assert len({case.name for case in CASES}) == len(CASES)
