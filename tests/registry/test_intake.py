"""From what somebody wrote to what is kept."""

from datetime import UTC, datetime, timedelta

import pytest
from registry.constants import KEY_ID, NOW

from builders import REGISTRY_KEY
from optout_registry.intake import Intake
from optout_registry.request import claimed_instant, read_request
from schemas.errors import BadInput
from schemas.identifiers import pseudonym
from schemas.pseudonyms import Keychain
from schemas.vocabulary import ALL_SURFACES, IdentifierType, Surface

ANA = {"type": "email", "value": "Ana@Example.org"}


def test_a_request_that_says_little_covers_everything(intake):
    kept = intake.objection(read_request(ANA), request_id="given", recorded_at=NOW)
    assert kept.target.type is IdentifierType.EMAIL
    assert kept.target.pseudonym == pseudonym(REGISTRY_KEY, b"email\x00\x00ana@example.org")
    assert kept.target.key_ids == (KEY_ID,)
    assert (kept.linked, kept.surfaces) == (True, ALL_SURFACES)
    assert (kept.request_id, kept.received_at) == ("given", NOW)


def test_a_request_that_says_everything_is_kept_as_said(intake):
    request = read_request({
        "type": " Phone ",
        "value": "06 12 34 56 78",
        "region": "fr",
        "surfaces": ["post", "photo"],
        "linked": "no",
        "received_at": "2026-05-27T02:00:00+02:00",
        "request_id": "ticket:7",
    })  # fmt: skip
    kept = intake.objection(request, request_id="given", recorded_at=NOW)
    assert kept.target.pseudonym == pseudonym(REGISTRY_KEY, b"phone\x00\x00+33612345678")
    assert (kept.linked, kept.surfaces) == (False, Surface.POST.bit | Surface.PHOTO.bit)
    assert (kept.request_id, kept.received_at) == ("ticket:7", datetime(2026, 5, 27, tzinfo=UTC))


@pytest.mark.parametrize(
    ("kind", "scoped"), [("account", True), ("handle", True), ("email", False), ("did", False)]
)
def test_only_what_a_platform_gives_out_is_bound_to_it(kind, scoped):
    here, there = (
        Intake(Keychain((KEY_ID,), (REGISTRY_KEY,)), platform).target(IdentifierType(kind), "x")
        for platform in ("one", "two")
    )
    assert (here != there) is scoped


@pytest.mark.parametrize(
    "written", ["post photo", "post,photo", "photo; post", "post|photo|post", ["photo", "post"]]
)
def test_surfaces_are_a_set(intake, written):
    kept = intake.objection(read_request({**ANA, "surfaces": written}), request_id="r", recorded_at=NOW)
    assert kept.surfaces == 0b101


@pytest.mark.parametrize(
    ("written", "meant"),
    [("2026-05-27", datetime(2026, 5, 27, tzinfo=UTC)), ("2026-05-27T10:00:00.5Z", datetime(2026, 5, 27, 10, 0, 0, 500_000, UTC)),
     (None, NOW)],
)  # fmt: skip
def test_a_claimed_instant_is_in_utc(written, meant):
    assert claimed_instant(written, NOW) == meant


@pytest.mark.parametrize(
    "change",
    [
        {"type": "fax"}, {"type": None}, {"type": 7},
        {"value": ""}, {"value": " \u200b"}, {"value": None}, {"value": 1.0}, {"value": True}, {"value": ["x"]},
        {"value": "ana@example.org\nphone,0612345678"}, {"value": "ana\udcff@example.org"},
        {"region": "FRA"}, {"region": "33"}, {"region": "f\u00e9"},
        {"surfaces": "poost"}, {"surfaces": ["post", 7]}, {"surfaces": 5}, {"surfaces": {"post": 1}},
        {"linked": "perhaps"}, {"linked": 2}, {"linked": None},
        {"received_at": "2026-05-26T09:00:00"}, {"received_at": "yesterday"}, {"received_at": 1_700_000_000},
        {"received_at": "2026-13-01"}, {"received_at": "0001-01-01T00:00:00+14:00"}, {"received_at": "2026-06-02"},
        {"request_id": "ana@example.org"}, {"request_id": ""}, {"request_id": "x" * 129},
    ],
    ids=repr,
)  # fmt: skip
def test_a_bad_field_is_named_and_not_repeated(intake, change):
    ((field, value),) = change.items()
    with pytest.raises(BadInput) as raised:
        intake.objection(read_request({**ANA, **change}), request_id="r", recorded_at=NOW)
    assert raised.value.subject == field
    assert raised.value.__cause__ is None
    if value:
        assert str(value) not in str(raised.value)
    assert "xample" not in str(raised.value)


@pytest.mark.parametrize("region", ["XX", "uk", "EU"])
def test_a_country_that_cannot_complete_the_number_is_refused(region):
    with pytest.raises(BadInput, match=r"(?s)^region.*a country that has telephone numbers"):
        read_request({"type": "phone", "value": "06 12 34 56 78", "region": region})


@pytest.mark.parametrize(
    ("kind", "value"),
    [("phone", "+33 6 12 34 56 78"), ("phone", "0033 6 12 34 56 78"), ("email", "ana@example.org")],
)
def test_a_country_with_nothing_to_complete_costs_nobody_their_objection(intake, kind, value):
    request = read_request({"type": kind, "value": value, "region": "XX"})
    kept = intake.objection(request, request_id="r", recorded_at=NOW)
    assert kept.target == intake.target(IdentifierType(kind), value)


@pytest.mark.parametrize("missing", ["type", "value"])
def test_a_missing_field_is_named(missing):
    with pytest.raises(BadInput, match=f"(?s)^{missing}.*found:    nothing"):
        read_request({name: value for name, value in ANA.items() if name != missing})


def test_an_unknown_field_is_not_repeated():
    with pytest.raises(BadInput, match="another name") as raised:
        read_request({**ANA, "ana@example.org": 1})
    assert raised.value.subject == "fields"
    assert "ana@" not in str(raised.value)


def test_a_request_hides_its_identifier():
    assert "xample" not in repr(read_request(ANA)).lower()


def test_a_claim_of_the_moment_of_recording_is_past():
    assert claimed_instant(NOW.isoformat(), NOW) == NOW
    with pytest.raises(BadInput, match="received_at"):
        claimed_instant((NOW + timedelta(microseconds=1)).isoformat(), NOW)


@pytest.mark.parametrize(
    ("fields", "lacks"),
    [({"value": "06 12 34 56 78"}, True), ({"value": "06 12 34 56 78", "region": "FR"}, False),
     ({"value": "0033 6 12 34 56 78"}, False), ({"value": 612345678}, True)],
)  # fmt: skip
def test_a_phone_number_without_country_is_noticed(fields, lacks):
    assert read_request({"type": "phone", **fields}).lacks_country is lacks
