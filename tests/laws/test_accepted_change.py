"""A version that differs from the one before more than the policy expects: who accepted it stays with it."""

import pytest
from builds import Place, withdrawal

from builders import account, objection, record
from pipelines.corpus.chain import load_version, parent_of, publish, read_chain
from schemas.errors import Refused
from schemas.policy import Policy

ACCOUNTS = [account(account_id=f"a{n}") for n in range(4)]
RECORDS = [record(record_id=f"r{n}", account_id=f"a{n // 4}", text=f"Line {n}") for n in range(16)]
CALM = {"quality": {"relative": {"max_removed_share_rise": 0.1}}}


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path, [objection(value="a3")], Policy.model_validate(CALM))
    place.write(ACCOUNTS, RECORDS, row_group_rows=4, files=4)
    place.build()
    place.objections.append(objection(value="a2"))  # a quarter more is removed
    return place


def test_a_leap_that_nobody_accepted_is_refused_and_says_how_to_accept_it(place):
    place.accepted_by = None
    with pytest.raises(Refused, match=r"(?s)max_removed_share_rise.*--accept-change NAME"):
        place.build()
    assert len(read_chain(place.store)) == 1


def test_who_accepted_a_leap_stands_in_the_envelope(place):
    place.accepted_by = "the privacy officer"
    envelope = place.build()
    assert [finding.success for finding in envelope.relative] == [False]
    assert (envelope.accepted_by, envelope.newly_usable) == ("the privacy officer", 0)
    assert list(place.verify(2)) == []


UNSAID = {"accepted_by": None, "relative": (), "newly_usable": None}


@pytest.mark.parametrize("field", UNSAID)
def test_verify_finds_a_change_that_nobody_accepted_and_one_left_unsaid(place, field):
    accepted = place.build()
    left_out = {"number": 3, "parent": parent_of(accepted), field: UNSAID[field]}
    publish(place.store, accepted.model_copy(update=left_out))
    assert list(place.verify(2)) == []
    [fault] = place.verify(3)
    assert fault.object == "versions/00000003.json"


def test_nobody_accepts_what_did_not_fail(place):
    place.policy = Policy()
    assert place.build().accepted_by is None
    assert load_version(place.store, 1).envelope.accepted_by is None


def test_acceptance_does_not_reach_what_a_version_must_be_by_itself(place):
    place.policy = Policy.model_validate({"quality": {"release": {"min_kept_rows": 9}}})
    with pytest.raises(
        Refused, match=r"(?s)release.min_kept_rows: at least 9, found kept 8.*correct the source"
    ):
        place.build()


def test_newly_usable_rows_are_those_the_version_before_did_not_keep(place):
    place.objections += [withdrawal("a2"), objection(value="a9")]  # one lifted, one of nobody
    more = [record(record_id=f"new{n}", account_id="a0", text=f"New {n}") for n in range(4)]
    place.write(ACCOUNTS, [*RECORDS, *more], row_group_rows=4, files=5)
    assert place.build().newly_usable == 0  # a new split is no row that was refused before
    place.objections += [withdrawal("a3"), objection(value="a8"), objection(value="a7")]
    envelope = place.build()
    assert envelope.newly_usable == 4
    assert load_version(place.store, 1).envelope.newly_usable is None
    assert list(place.verify()) == []
