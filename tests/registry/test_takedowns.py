"""Objections against one record or picture, on their way in."""

import pytest
from registry.constants import KEY_ID, NOW, PROOF

from builders import PLATFORM, REGISTRY_KEY, TARGET_KEY
from optout_registry.intake import Intake
from optout_registry.objections import State
from optout_registry.opening import needs_target_key
from optout_registry.request import read_request
from optout_registry.takedowns import check_target_key
from schemas.errors import BadInput, ConfigurationError
from schemas.pseudonyms import Keychain
from schemas.takedowns import record_form, seal, unseal
from schemas.vocabulary import TakedownType

RECORD, MEDIA = {"type": "record", "value": " r1 "}, {"type": "media", "value": "AB" * 32}


def kept(intake, fields):
    return intake.objection(read_request(fields), request_id="r", recorded_at=NOW)


@pytest.mark.parametrize(
    ("fields", "normal", "platform"), [(RECORD, "r1", PLATFORM), (MEDIA, "ab" * 32, None)]
)
def test_a_target_is_kept_sealed_and_nowhere_else(intake, fields, normal, platform):
    target = kept(intake, fields).target
    kind = TakedownType(fields["type"])
    assert target.platform == platform
    assert unseal(TARGET_KEY, kind, PLATFORM, target.sealed) == normal
    message = b"\0".join((kind.encode(), (platform or "").encode(), normal.encode()))
    assert target.pseudonym == Keychain((KEY_ID,), (REGISTRY_KEY,)).pseudonym(message)
    assert normal.encode() not in target.sealed + target.pseudonym
    assert target == kept(intake, fields).target


def test_what_is_sealed_opens_for_its_type_platform_and_key_alone():
    sealed = seal(TARGET_KEY, TakedownType.RECORD, "one", "r1")
    assert unseal(TARGET_KEY, TakedownType.RECORD, "one", sealed) == "r1"
    others = [
        (TARGET_KEY, TakedownType.RECORD, "two", sealed),
        (TARGET_KEY, TakedownType.MEDIA, "one", sealed),
        (TARGET_KEY[::-1], TakedownType.RECORD, "one", sealed),
        (TARGET_KEY, TakedownType.RECORD, "one", sealed[:-1]),
        (TARGET_KEY, TakedownType.RECORD, "one", b""),
    ]
    assert [unseal(*other) for other in others] == [None] * len(others)


@pytest.mark.parametrize("value", ["", " \u200b", "ab" * 31, "zz" * 32, "sha256:" + "ab" * 32])
def test_what_is_no_digest_names_no_picture(intake, value):
    with pytest.raises(BadInput) as caught:
        kept(intake, MEDIA | {"value": value})
    assert caught.value.subject == "value"
    assert not value.strip(" \u200b") or value not in str(caught.value)


@pytest.mark.parametrize(
    "scope",
    [{"surfaces": ["post"]}, {"roles": "author"}, {"linked": False}],
    ids=lambda scope: next(iter(scope)),
)
def test_a_takedown_has_no_scope_of_people(scope):
    with pytest.raises(BadInput, match="is taken down whole") as caught:
        read_request(RECORD | scope)
    assert caught.value.subject == next(iter(scope))
    assert read_request(RECORD | {"purposes": "training", "linked": "true"}).purposes == ("training",)


def test_without_a_target_key_nothing_is_taken_in():
    with pytest.raises(ConfigurationError, match="optout init"):
        kept(Intake(Keychain((KEY_ID,), (REGISTRY_KEY,)), PLATFORM), RECORD)


def test_another_target_key_is_refused(registry, objection, url):
    assert not needs_target_key(url)
    check_target_key(registry, TARGET_KEY[::-1])  # nothing is sealed yet
    registry.add(objection("r1", kind="record"), recorded_at=NOW)
    assert needs_target_key(url)
    check_target_key(registry, TARGET_KEY)
    with pytest.raises(ConfigurationError, match="another key"):
        check_target_key(registry, TARGET_KEY[::-1])
    registry.withdraw("request-r1", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    assert not needs_target_key(url)


def test_the_same_request_again_adds_nothing(registry, objection):
    for state in (State.ADDED, State.KNOWN):
        [answer] = registry.add_all([objection("r1", kind="record")], recorded_at=NOW)
        assert answer.state is state
    [answer] = registry.add_all([objection("r2", "request-r1", kind="record")], recorded_at=NOW)
    assert answer.state is State.CONFLICT


def test_the_snapshot_has_it_sealed(registry, objection):
    for value in ("r1", "r2", "r1"):
        registry.add(objection(value, f"t-{registry.head().event}", kind="record"), recorded_at=NOW)
    registry.add(objection("ana", kind="handle"), recorded_at=NOW)
    sealed = registry.snapshot().objections.column("sealed").to_pylist()
    opened = {unseal(TARGET_KEY, TakedownType.RECORD, PLATFORM, one) for one in sealed if one is not None}
    assert (len(sealed), opened) == (3, {"r1", "r2"})
    assert registry.status().live_by_type == {"handle": 1, "record": 3}


@pytest.mark.parametrize("column", ["sealed", "pseudonym"])
def test_a_target_that_is_exchanged_is_named(registry, objection, unguarded, column):
    for value in ("r1", "r2"):
        registry.add(objection(value, kind="record"), recorded_at=NOW)
    assert registry.verify().findings == ()
    unguarded(
        "objection",
        f"UPDATE objection SET {column} = (SELECT {column} FROM objection AS other WHERE other.event = 2)"
        " WHERE event = 1",
    )
    found = [(finding.what, finding.number) for finding in registry.verify().findings]
    assert found == [("objection changed", 1)]


ADDRESSES = {
    "HTTPS://Social.EXAMPLE": "https://social.example/",
    "http://social.example:80/a": "http://social.example/a",
    "http://social.example:443/a": "http://social.example:443/a",
    "https://social.example?q=1#x": "https://social.example/?q=1#x",
    "https://ana:pw@Social.example/": "https://ana:pw@social.example/",
    "https://[2001:DB8::1]:443/a": "https://[2001:db8::1]/a",
    "https://social.example/%7eana%2fb": "https://social.example/~ana%2Fb",
    "at://did:plc:Abc/app.bsky.feed.post/3kX": "at://did:plc:Abc/app.bsky.feed.post/3kX",
    "AT://x": "at://x",
    "no address": "no address",
}


@pytest.mark.parametrize("written", ADDRESSES)
def test_the_form_of_an_address(written):
    assert record_form(written) == ADDRESSES[written] == record_form(ADDRESSES[written])
