"""The registry: numbers without a gap, one event for one request, and an end that is an event."""

from dataclasses import replace
from datetime import timedelta

import pytest
from registry.constants import KEY_ID, LOG_SECRET, NOW, PROOF

from optout_registry.identity import check_chain
from optout_registry.objections import Answer, Basis, Impersonation, State
from optout_registry.opening import create_registry, open_registry
from optout_registry.storage.tables import REVISION
from schemas.errors import BadInput, ConfigurationError
from schemas.identifiers import SCHEME
from schemas.vocabulary import Surface


def test_a_registry_that_exists_is_kept(url, registry, objection):
    registry.add(objection(), recorded_at=NOW)
    again = create_registry(url, KEY_ID, LOG_SECRET)
    assert again.identity == registry.identity
    assert again.head() == registry.head()
    assert again.head().event == 1
    assert (again.identity.key_ids, again.identity.scheme) == ((KEY_ID,), SCHEME)


def test_two_registries_have_two_ids(new_url):
    ids = {create_registry(new_url(), KEY_ID, LOG_SECRET).identity.id for _ in range(2)}
    assert len(ids) == 2
    assert all(len(bytes.fromhex(registry_id)) == 16 for registry_id in ids)


def test_events_are_numbered_from_one(registry, objection):
    assert registry.head().event == 0
    answers = [registry.add(objection(f"a{n}"), recorded_at=NOW) for n in range(3)]
    answers.append(
        registry.withdraw("request-a1", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    )
    assert [answer.event for answer in answers] == [1, 2, 3, 4]
    assert registry.head().event == 4


def test_every_event_changes_the_root(registry, objection):
    roots = [registry.head().root]
    for n in range(3):
        registry.add(objection(f"a{n}"), recorded_at=NOW)
        roots.append(registry.head().root)
    assert len(set(roots)) == 4
    assert [registry.snapshot(event).root for event in range(4)] == roots


def test_the_same_request_again_adds_nothing(registry, objection):
    first = registry.add(objection(), recorded_at=NOW)
    again = registry.add(objection(), recorded_at=NOW + timedelta(days=1))
    assert (first.state, again.state) == (State.ADDED, State.KNOWN)
    assert again.event == first.event == registry.head().event
    assert again.receipt is None


@pytest.mark.parametrize(
    "other",
    [
        {"value": "a2"},
        {"linked": False},
        {"surfaces": Surface.POST.bit},
        {"kind": "handle"},
        {"roles": 1},
        {"purposes": 1},
    ],
    ids=lambda other: next(iter(other)),
)
def test_a_request_id_of_another_objection_is_refused(registry, objection, other):
    registry.add(objection(request_id="ticket-1"), recorded_at=NOW)
    with pytest.raises(BadInput, match="another objection"):
        registry.add(objection(request_id="ticket-1", **other), recorded_at=NOW)
    assert registry.head().event == 1


def test_a_request_that_has_ended_cannot_come_back_under_its_id(registry, objection):
    registry.add(objection(), recorded_at=NOW)
    registry.withdraw("request-a1", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    with pytest.raises(BadInput, match="has ended since"):
        registry.add(objection(), recorded_at=NOW)
    assert registry.add(objection(request_id="another"), recorded_at=NOW).event == 3


def test_one_transaction_takes_what_is_new_and_answers_in_order(registry, objection):
    registry.add(objection("a0"), recorded_at=NOW)
    answers = registry.add_all(
        [objection("a1"), objection("a0"), objection("a1"), objection("a2", "request-a1"), objection("a3")],
        recorded_at=NOW,
    )
    assert answers == [
        Answer(2, "request-a1", State.ADDED),
        Answer(1, "request-a0", State.KNOWN),
        Answer(2, "request-a1", State.KNOWN),
        Answer(2, "request-a1", State.CONFLICT),
        Answer(3, "request-a3", State.ADDED),
    ]


def test_nothing_new_adds_nothing(registry, objection):
    registry.add(objection(), recorded_at=NOW)
    before = registry.head()
    assert registry.add_all([], recorded_at=NOW) == []
    assert [answer.state for answer in registry.add_all([objection()], recorded_at=NOW)] == [State.KNOWN]
    assert registry.head() == before


def test_a_withdrawal_is_recorded_once(registry, objection):
    registry.add(objection(), recorded_at=NOW)
    first = registry.withdraw(
        "request-a1", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True
    )
    again = registry.withdraw(
        "request-a1", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True
    )
    assert (first.event, first.state) == (2, State.ADDED)
    assert (again.event, again.state) == (2, State.ENDED)
    assert registry.head().event == 2


def test_an_identity_is_confirmed_and_an_impersonation_ends(registry, objection):
    for name in ("a1", "a2"):
        registry.add(objection(name), recorded_at=NOW)
    before = registry.snapshot()
    assert registry.confirm("request-a1", recorded_at=NOW).event == 3
    assert registry.snapshot().objections.equals(before.objections)
    refused = registry.refuse("request-a2", Impersonation.NO_AUTHORITY, recorded_at=NOW)
    assert (refused.event, refused.state) == (4, State.ADDED)
    assert registry.snapshot().objections.num_rows == 1
    for again in (
        registry.refuse("request-a2", Impersonation.NO_AUTHORITY, recorded_at=NOW),
        registry.confirm("request-a2", recorded_at=NOW),
        registry.withdraw("request-a2", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True),
    ):
        assert (again.event, again.state) == (4, State.ENDED)
    assert registry.verify().ok
    assert registry.head().event == 4


@pytest.mark.parametrize(
    "follow",
    [
        lambda registry, name: registry.withdraw(
            name, proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True
        ),
        lambda registry, name: registry.refuse(name, Impersonation.NOT_THE_PERSON, recorded_at=NOW),
        lambda registry, name: registry.confirm(name, recorded_at=NOW),
    ],
    ids=["withdraw", "refuse", "confirm"],
)
def test_nothing_follows_on_an_unknown_request(registry, follow):
    with pytest.raises(BadInput, match="an id it does not know") as raised:
        follow(registry, "ana@example.org")
    assert "ana" not in str(raised.value)
    assert registry.head().event == 0


@pytest.mark.parametrize("request_id", ["", "ana@example.org", "two words", "x" * 129, "a\n", "\u00e9"])
def test_what_could_hold_an_identifier_is_no_request_id(registry, objection, request_id):
    given = replace(objection(), request_id=request_id)
    with pytest.raises(BadInput, match="request_id") as raised:
        registry.add(given, recorded_at=NOW)
    assert request_id == "" or request_id not in str(raised.value)


def test_another_key_is_refused(url, registry, objection):
    given = objection()
    with pytest.raises(ConfigurationError, match="registry-of-another"):
        registry.add(
            replace(given, target=replace(given.target, key_ids=("registry-of-another",))), recorded_at=NOW
        )
    with pytest.raises(ConfigurationError, match=KEY_ID):
        check_chain(registry.identity, ("registry-of-another",))
    with pytest.raises(ConfigurationError, match=KEY_ID):
        create_registry(url, "registry-of-another", LOG_SECRET)
    check_chain(registry.identity, (KEY_ID,))
    assert registry.head().event == 0


def test_another_log_key_is_refused(url, registry):
    for call in (lambda: open_registry(url, bytes(32)), lambda: create_registry(url, KEY_ID, bytes(32))):
        with pytest.raises(ConfigurationError, match=f"optout-registry/{registry.identity.id}"):
            call()


def test_who_has_no_log_key_can_read_and_not_write(url, registry, objection):
    registry.add(objection(), recorded_at=NOW)
    reader = open_registry(url)
    assert reader.head() == registry.head()
    with pytest.raises(ConfigurationError, match="log key"):
        reader.add(objection("a2"), recorded_at=NOW)
    with pytest.raises(ConfigurationError, match="log key"):
        reader.withdraw("request-a1", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    assert registry.head().event == 1


def test_identifiers_normalised_otherwise_are_refused(url, registry, objection, unguarded):
    # What the registry is to the next major release of phonenumbers.
    del registry
    unguarded("registry", "UPDATE registry SET scheme = '1+phonenumbers-1'")
    older = open_registry(url, LOG_SECRET)
    for call in (lambda: older.add(objection(), recorded_at=NOW), older.snapshot):
        with pytest.raises(ConfigurationError, match=r"normal form 1\+phonenumbers-1\n"):
            call()
    assert older.head().event == 0


def test_status_counts_without_a_pseudonym(registry, objection):
    registry.add_all([objection("a1"), objection("a2")], recorded_at=NOW, batch="b1")
    registry.add_all(
        [objection("a1", "once-more"), objection("ana", kind="handle")], recorded_at=NOW, batch="b2"
    )
    registry.withdraw("request-a1", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    assert registry.status().model_dump() == {
        "registry_id": registry.identity.id,
        "key_id": KEY_ID,
        "scheme": SCHEME,
        "head": 5,
        "root": registry.head().root,
        "received": 4,
        "ended": 1,
        "keep_older": 0,
        "live": 3,
        "live_by_type": {"account": 2, "handle": 1},
        "batches": 2,
    }


def test_an_event_says_what_was_claimed_and_what_is_ours(registry, objection):
    claimed = NOW - timedelta(days=3, microseconds=1)
    answer = registry.add(
        objection(received_at=claimed, basis=Basis.GUARDIAN, roles=0b110000, request_id="t-1"),
        recorded_at=NOW,
    )
    assert (
        f'"received_at":"{claimed.isoformat()[:-6]}Z","recorded_at":"2026-06-01T12:00:00Z"'
        in answer.receipt.body
    )
    assert '"basis":"guardian"' in answer.receipt.body
    assert '"roles":48' in answer.receipt.body


def test_tables_that_are_gone_are_one_error(registry, sql, objection):
    sql("ALTER TABLE alembic_version RENAME TO elsewhere")
    for call in (registry.head, lambda: registry.add(objection(), recorded_at=NOW)):
        with pytest.raises(BadInput, match="a database without them"):
            call()


def test_tables_of_a_newer_release_are_refused(url, registry, sql):
    sql("UPDATE alembic_version SET version_num = '9999'")
    for call in (registry.head, lambda: open_registry(url), lambda: create_registry(url, KEY_ID, LOG_SECRET)):
        with pytest.raises(BadInput, match=f"tables of revision {REVISION}"):
            call()
