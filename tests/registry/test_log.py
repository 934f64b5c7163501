"""The log: numbers without a gap, one event for one request, and nothing ever changed."""

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest
from registry.constants import KEY_ID, NOW

from optout_registry.log import check_key, create_registry, open_registry
from optout_registry.objections import Receipt, State
from schemas.errors import BadInput, ConfigurationError
from schemas.identifiers import SCHEME
from schemas.snapshots import RegistryHead
from schemas.vocabulary import Surface

_REST = "type, pseudonym, platform, linked, surfaces, received_at, recorded_at, batch, key_id"


@pytest.fixture
def sql(url):
    """A function that runs SQL on the file, past all of our code, and returns its rows."""

    def run(statement):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        try:
            with connection:
                return connection.execute(statement).fetchall()
        finally:
            connection.close()

    return run


def test_a_registry_that_exists_keeps_its_id(url, registry, objection):
    registry.add(objection(), recorded_at=NOW)
    again = create_registry(url, KEY_ID)
    assert again.registry_id == registry.registry_id
    assert again.head() == RegistryHead(registry.registry_id, 1)
    assert (again.key_id, again.scheme) == (KEY_ID, SCHEME)


def test_two_registries_have_two_ids(tmp_path):
    ids = {create_registry(f"sqlite:///{tmp_path}/{name}.db", KEY_ID).registry_id for name in "ab"}
    assert len(ids) == 2
    assert all(len(bytes.fromhex(registry_id)) == 16 for registry_id in ids)


def test_events_are_numbered_from_one(registry, objection):
    assert registry.head().event == 0
    receipts = [registry.add(objection(f"a{n}"), recorded_at=NOW) for n in range(3)]
    receipts.append(registry.withdraw("request-a1", received_at=NOW, recorded_at=NOW))
    assert [receipt.event for receipt in receipts] == [1, 2, 3, 4]
    assert registry.head().event == 4


def test_the_same_request_again_adds_nothing(registry, objection):
    first = registry.add(objection(), recorded_at=NOW)
    again = registry.add(objection(), recorded_at=NOW + timedelta(days=1))
    assert (first.state, again.state) == (State.ADDED, State.KNOWN)
    assert again.event == first.event == registry.head().event


@pytest.mark.parametrize(
    "other",
    [{"value": "a2"}, {"linked": False}, {"surfaces": Surface.POST.bit}, {"kind": "handle"}],
    ids=lambda other: next(iter(other)),
)
def test_a_request_id_of_another_objection_is_refused(registry, objection, other):
    registry.add(objection(request_id="ticket-1"), recorded_at=NOW)
    with pytest.raises(BadInput, match="another objection"):
        registry.add(objection(request_id="ticket-1", **other), recorded_at=NOW)
    assert registry.head().event == 1


def test_a_withdrawn_request_cannot_come_back_under_its_id(registry, objection):
    registry.add(objection(), recorded_at=NOW)
    registry.withdraw("request-a1", received_at=NOW, recorded_at=NOW)
    with pytest.raises(BadInput, match="withdrawn"):
        registry.add(objection(), recorded_at=NOW)
    assert registry.add(objection(request_id="another"), recorded_at=NOW).event == 3


def test_one_transaction_takes_what_is_new_and_answers_in_order(registry, objection):
    registry.add(objection("a0"), recorded_at=NOW)
    receipts = registry.add_all(
        [objection("a1"), objection("a0"), objection("a1"), objection("a2", "request-a1"), objection("a3")],
        recorded_at=NOW,
    )
    assert receipts == [
        Receipt(2, "request-a1", State.ADDED),
        Receipt(1, "request-a0", State.KNOWN),
        Receipt(2, "request-a1", State.KNOWN),
        Receipt(2, "request-a1", State.CONFLICT),
        Receipt(3, "request-a3", State.ADDED),
    ]


def test_a_withdrawal_is_recorded_once(registry, objection):
    registry.add(objection(), recorded_at=NOW)
    first = registry.withdraw("request-a1", received_at=NOW, recorded_at=NOW)
    again = registry.withdraw("request-a1", received_at=NOW, recorded_at=NOW)
    assert (first.event, first.state) == (2, State.ADDED)
    assert (again.event, again.state) == (2, State.KNOWN)


def test_an_unknown_request_cannot_be_withdrawn(registry):
    with pytest.raises(BadInput, match="an id it does not know"):
        registry.withdraw("ana@example.org", received_at=NOW, recorded_at=NOW)
    assert registry.head().event == 0


def test_claimed_and_recorded_times_are_two_columns(registry, objection, sql):
    claimed = NOW - timedelta(days=3, microseconds=1)
    registry.add(objection(received_at=claimed), recorded_at=NOW)
    microseconds = 1_780_315_200_000_000  # 2026-06-01T12:00:00Z: 20,605 days and 12 hours after 1970
    assert sql("SELECT received_at, recorded_at FROM event") == [
        (microseconds - 3 * 86_400_000_000 - 1, microseconds)
    ]


@pytest.mark.parametrize("request_id", ["", "ana@example.org", "two words", "x" * 129, "a\n", "\u00e9"])
def test_what_could_hold_an_identifier_is_no_request_id(registry, objection, request_id):
    given = replace(objection(), request_id=request_id)
    with pytest.raises(BadInput, match="request_id") as raised:
        registry.add(given, recorded_at=NOW)
    assert request_id == "" or request_id not in str(raised.value)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET surfaces = 1",
        "UPDATE event SET number = 9 WHERE number = 2",
        "DELETE FROM event WHERE number = 2",
        "INSERT OR REPLACE INTO event SELECT * FROM event WHERE number = 1",
        f"INSERT OR REPLACE INTO event SELECT 3, kind, request_id, {_REST} FROM event WHERE number = 1",
        f"INSERT INTO event SELECT 9, kind, 'gap', {_REST} FROM event WHERE number = 1",
        "UPDATE registry SET key_id = 'other'",
        "DELETE FROM registry",
        "INSERT INTO registry SELECT 'other', format, key_id, scheme FROM registry",
        "INSERT OR REPLACE INTO registry SELECT id, format, 'other', scheme FROM registry",
    ],
)
def test_the_database_itself_refuses_to_change_the_log(registry, objection, sql, statement):
    registry.add_all([objection("a1"), objection("a2")], recorded_at=NOW)
    before = sql("SELECT * FROM event"), sql("SELECT * FROM registry")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        sql(statement)
    assert (sql("SELECT * FROM event"), sql("SELECT * FROM registry")) == before


@pytest.mark.parametrize("gone", ["pseudonym", "type", "linked", "surfaces", "request_id", "key_id"])
def test_an_event_that_names_nobody_is_refused(registry, objection, sql, gone):
    registry.add(objection(), recorded_at=NOW)
    values = ["2", "kind", "'new'", *_REST.split(", ")]
    names = ["number", "kind", "request_id", *_REST.split(", ")]
    chosen = ", ".join("NULL" if name == gone else value for name, value in zip(names, values, strict=True))
    with pytest.raises(sqlite3.IntegrityError, match="CHECK constraint"):
        sql(f"INSERT INTO event SELECT {chosen} FROM event")


def test_another_key_is_refused(url, registry, objection):
    given = objection()
    with pytest.raises(ConfigurationError, match="registry-of-another"):
        registry.add(
            replace(given, target=replace(given.target, key_id="registry-of-another")), recorded_at=NOW
        )
    with pytest.raises(ConfigurationError, match=KEY_ID):
        check_key(registry, "registry-of-another")
    with pytest.raises(ConfigurationError):
        create_registry(url, "registry-of-another")
    check_key(registry, KEY_ID)
    assert open_registry(url).key_id == KEY_ID
    assert registry.head().event == 0


@pytest.mark.usefixtures("registry")
def test_identifiers_normalised_otherwise_are_refused(url, objection, sql):
    # What the registry is to the next major release of phonenumbers.
    sql("DROP TRIGGER registry_no_update")
    sql("UPDATE registry SET scheme = '1+phonenumbers-1'")
    older = open_registry(url)
    for call in (lambda: older.add(objection(), recorded_at=NOW), older.snapshot):
        with pytest.raises(ConfigurationError, match=r"normal form 1\+phonenumbers-1\n"):
            call()
    assert older.head().event == 0


def test_status_counts_without_a_pseudonym(registry, objection):
    registry.add_all([objection("a1"), objection("a2")], recorded_at=NOW, batch="b1")
    registry.add_all(
        [objection("a1", "once-more"), objection("ana", kind="handle")], recorded_at=NOW, batch="b2"
    )
    registry.withdraw("request-a1", received_at=NOW, recorded_at=NOW)
    assert registry.status().model_dump() == {
        "registry_id": registry.registry_id,
        "key_id": KEY_ID,
        "scheme": SCHEME,
        "head": 5,
        "received": 4,
        "withdrawn": 1,
        "live": 3,
        "live_by_type": {"account": 2, "handle": 1},
        "batches": 2,
    }


def test_every_connection_is_durable_and_wipes_what_it_frees(registry):
    with registry._engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
