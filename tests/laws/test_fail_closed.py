"""Law 2: proof, not absence of doubt. What null means in every nullable field, and in no other way."""

import pytest
from screened import screened, shard_of, verdicts

from builders import account, medium, record
from schemas.fields import ACCOUNT_FIELDS, RECORD_FIELDS
from schemas.policy import Policy

# Null in a field of a record, of an account: the reason it gives; "kept" where it proves nothing that is asked.
OF_RECORD = {
    "record_id": "malformed",
    "account_id": "account_unknown",
    "surface": "surface_excluded",
    "created_at": "posting_date_unknown",
    "visibility": "visibility_unknown",
    "container_visibility": "visibility_unknown",
    "text": "no_own_content",
    "quoted_text": "kept",
    "language": "kept",
    "others": "kept",
    "media": "kept",
    "defect": "kept",
}
OF_ACCOUNT = {
    "account_id": "account_unknown",
    "platform": "kept",
    "person_id": "kept",
    "birth_date": "age_unknown",
    "birth_precision": "age_unknown",
    "age_assurance": "kept",
    "kind": "account_kind_excluded",
    "region": "region_excluded",
    "visibility": "visibility_unknown",
    "status": "account_inactive",
    "created_at": "kept",
    "notified_at": "notice_pending",
    "identifiers": "kept",
    "defect": "kept",
}
POLICY = Policy(regions=("FR",))


def test_every_nullable_field_has_a_line():
    assert set(OF_RECORD) == {field.name for field in RECORD_FIELDS if field.nullable}
    assert set(OF_ACCOUNT) == {field.name for field in ACCOUNT_FIELDS if field.nullable}


def test_without_nulls_it_is_kept():
    assert verdicts(screened([record()], [account()], policy=POLICY)) == [("kept", set())]


@pytest.mark.parametrize(("field", "reason"), OF_RECORD.items())
def test_null_in_a_record(field, reason):
    ((found, _),) = verdicts(screened([record(**{field: None})], [account()], policy=POLICY))
    assert found == reason


@pytest.mark.parametrize(("field", "reason"), OF_ACCOUNT.items())
def test_null_in_an_account(field, reason):
    ((found, _),) = verdicts(screened([record()], [account(**{field: None})], policy=POLICY))
    assert found == reason


@pytest.mark.parametrize(("field", "reason"), OF_ACCOUNT.items())
def test_null_in_one_of_two_rows_of_an_account(field, reason):
    """A second row proves nothing for the first; one without an id is nobody's row."""
    ((found, _),) = verdicts(screened([record()], [account(), account(**{field: None})], policy=POLICY))
    assert found == ("kept" if field == "account_id" else reason)


@pytest.mark.parametrize("field", sorted(set(medium()) - {"caption"}))
def test_null_in_a_picture_releases_no_other_picture(field):
    """A picture of which nothing is said is withheld, whatever else of it is null."""
    rows = [record(media=[medium(**{field: None})]), record(text=None, media=[medium(**{field: None})])]
    result = screened(rows, [account()], policy=POLICY)
    assert [reason for reason, _ in verdicts(result)] == ["kept", "no_own_content"]
    assert [row["media"] for row in shard_of(result)] == [None]
