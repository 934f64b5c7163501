from datetime import date

import pytest
from screened import screened, verdicts
from standing_cases import CASES

from builders import account, at, malformed, record
from schemas.outcomes import Reason
from schemas.policy import Policy


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_reasons(case):
    result = screened([case.record], case.accounts, case.objections)
    first = next((reason.label for reason in Reason if reason.label in case.reasons), "kept")
    assert verdicts(result) == [(first, case.reasons)]


def test_every_standing_reason_of_today_has_a_case():
    given = {reason for case in CASES for reason in case.reasons}
    restricted_by_policy = {"region_excluded"}
    standing = {reason.label for reason in Reason if reason.stage.value == "standing"}
    assert given | restricted_by_policy == standing


@pytest.mark.parametrize(("region", "kept"), [("FR", True), ("US", False), (None, False)])
def test_region(region, kept):
    policy = Policy(regions=("FR", "DE"))
    result = screened([record()], [account(region=region)], policy=policy)
    assert verdicts(result) == [("kept", set())] if kept else [("region_excluded", {"region_excluded"})]


def test_meta_2025_asks_no_age_of_chats():
    child = account(birth_date=date(2012, 1, 1))
    chat = record(surface="ai_interaction", visibility="private")
    policy = Policy.model_validate({"preset": "meta-2025"})
    assert verdicts(screened([chat, record()], [child], policy=policy)) == [
        ("kept", set()),
        ("minor_account", {"minor_account"}),
    ]


def test_minimum_age_and_as_of_are_the_policys_and_the_callers():
    born_2000 = [account(birth_date=date(2000, 1, 1))]
    old = record(created_at=at("2025-02-01"))
    policy = Policy(min_age=25)
    assert verdicts(screened([old], born_2000, policy=policy)) == [("kept", set())]
    told = [account(birth_date=date(2000, 1, 1), notified_at=at("2020-01-01"))]
    found = verdicts(screened([old], told, policy=policy, as_of=at("2024-12-31")))
    assert found == [("minor_account", {"minor_account"})]


@pytest.mark.parametrize("row", [malformed(), record(record_id=None)], ids=["defect", "no record id"])
def test_malformed(row):
    assert verdicts(screened([row])) == [("malformed", {"malformed"})]


NULLED = ("record_id", "account_id", "surface", "created_at", "visibility", "container_visibility")


@pytest.mark.parametrize("name", NULLED)
def test_a_null_of_a_record_never_passes(name):
    assert verdicts(screened([record(**{name: None})]))[0][0] != "kept"


@pytest.mark.parametrize(
    "name", ["birth_date", "birth_precision", "kind", "visibility", "status", "notified_at"]
)
def test_a_null_of_an_account_never_passes(name):
    assert verdicts(screened([record()], [account(**{name: None})]))[0][0] != "kept"
