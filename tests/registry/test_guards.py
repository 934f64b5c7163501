"""The database itself refuses to change the log, whoever asks it."""

import pytest
import sqlalchemy.exc
from registry.constants import NOW, PROOF, SERVER
from registry.links import reached

from builders import PLATFORM
from optout_registry.actors import add_actor, revoke_actor
from optout_registry.cases.contact import Contact, Direction, add_message, set_contact
from optout_registry.inherited import record_reached

_OBJECTION = "type, pseudonym, nonce, keys, platform, linked, surfaces, roles, purposes, batch, ended"
_TABLES = (
    "registry", "registry_key", "event", "objection", "inherited", "repeat", "actor", "tile", "checkpoint",
    "receipt", "confirmation",
)  # fmt: skip
_REFUSED = [
    "UPDATE registry SET log_key = 'other'",
    "INSERT INTO registry SELECT 'other', scheme, log_key FROM registry",
    "UPDATE registry_key SET key_id = 'other'",
    "UPDATE registry_key SET event = 1",
    "UPDATE registry_key SET progress = 'other'",
    "UPDATE event SET kind = 'withdrawn' WHERE number = 1",
    "UPDATE event SET number = 9 WHERE number = 2",
    "UPDATE event SET body = nonce WHERE number = 2",
    "UPDATE event SET entry = nonce, nonce = NULL, body = NULL WHERE number = 2",
    "INSERT INTO event SELECT 9, kind, entry, nonce, body FROM event WHERE number = 1",
    "INSERT INTO event SELECT 2, kind, entry, nonce, body FROM event WHERE number = 1",
    "UPDATE objection SET surfaces = 1",
    "UPDATE objection SET pseudonym = nonce WHERE event = 2",
    "UPDATE objection SET pseudonym = nonce, keys = 2 WHERE event = 2",
    "UPDATE objection SET pseudonym = nonce, keys = 3, commitment = nonce WHERE event = 2",
    "UPDATE objection SET commitment = nonce WHERE event = 2",
    "UPDATE objection SET pseudonym = NULL, nonce = NULL WHERE event = 2",
    "UPDATE objection SET ended = NULL WHERE event = 1",
    "UPDATE objection SET ended = 4 WHERE event = 1",
    "UPDATE objection SET ended = 1 WHERE event = 2",
    f"INSERT INTO objection (event, request_id, {_OBJECTION}) SELECT 9, request_id, {_OBJECTION} FROM objection WHERE event = 1",
    f"INSERT INTO objection (event, request_id, {_OBJECTION}) SELECT event, 'new', {_OBJECTION} FROM objection WHERE event = 1",
    "UPDATE tile SET hashes = substr(hashes, 33)",
    "UPDATE objection SET sealed = nonce WHERE event = 2",
    "UPDATE objection SET pseudonym = NULL, nonce = NULL, sealed = nonce WHERE event = 1",
    "UPDATE inherited SET origin = 1",
    "UPDATE inherited SET platform = 'elsewhere'",
    "UPDATE inherited SET pseudonym = nonce",
    "UPDATE inherited SET pseudonym = NULL, nonce = NULL, origin = 1",
    "INSERT INTO inherited SELECT * FROM inherited",
    "UPDATE tile SET position = 1",
    "UPDATE checkpoint SET note = 'other'",
    "UPDATE receipt SET event = 2",
    "UPDATE repeat SET event = 2",
    "UPDATE confirmation SET confirmed = 9",
    "UPDATE actor SET name = 'other'",
    "UPDATE actor SET revoked = false WHERE name = 'gone'",
    "UPDATE actor SET revoked = true, name = 'other' WHERE name = 'ana'",
    *(f"DELETE FROM {table}" for table in _TABLES),
    "UPDATE case_file SET event = 2",
    "UPDATE case_file SET answered_on = '2026-06-02'",
    "UPDATE case_file SET answered_on = NULL, answered_at = NULL, answer = NULL",
    "UPDATE case_file SET extension_reason = 'number_of_requests'",
    "UPDATE case_file SET contact = NULL, language = NULL",  # without its key: nobody knows what is sealed
    "INSERT INTO case_file SELECT * FROM case_file",
    "UPDATE correspondence SET message = substr(message, 2)",
    "UPDATE correspondence SET direction = 'to_person'",
    "INSERT INTO correspondence SELECT * FROM correspondence",
]  # fmt: skip
_SQLITE = [
    "INSERT OR REPLACE INTO registry SELECT id, scheme, 'other' FROM registry",
    "INSERT OR REPLACE INTO event SELECT number, 'withdrawn', entry, nonce, body FROM event WHERE number = 1",
    f"INSERT OR REPLACE INTO objection (event, request_id, {_OBJECTION}) SELECT 9, request_id, {_OBJECTION} FROM objection",
    f"INSERT OR REPLACE INTO objection (event, request_id, {_OBJECTION}) SELECT event, 'new', {_OBJECTION} FROM objection",
    "INSERT OR REPLACE INTO tile SELECT level, position, x'00' FROM tile",
    "INSERT OR REPLACE INTO inherited SELECT * FROM inherited",
    "INSERT OR REPLACE INTO repeat SELECT * FROM repeat",
    "INSERT OR REPLACE INTO confirmation SELECT event, 9 FROM confirmation",
    "INSERT OR REPLACE INTO actor SELECT name, x'00', revoked FROM actor",
    "INSERT OR REPLACE INTO checkpoint SELECT size, 'other' FROM checkpoint",
    "INSERT OR REPLACE INTO case_file (event) SELECT event FROM case_file",
    "INSERT OR REPLACE INTO correspondence SELECT event, position, recorded_at, 'to_person', key_id, message FROM correspondence",
]
_CASES = ("case_file", "correspondence")
_POSTGRESQL = [f"TRUNCATE {table}" for table in (*_TABLES, *_CASES)]


@pytest.fixture
def held(registry, objection, sql, case_key):
    registry.add(objection("a1"), recorded_at=NOW)
    registry.add(objection("a2"), recorded_at=NOW)
    registry.withdraw("request-a1", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    registry.add_all([objection("a3")], recorded_at=NOW, batch="b1")
    registry.add(objection("a3"), recorded_at=NOW)
    record_reached(registry, reached((4, "a4")), PLATFORM, recorded_at=NOW)
    registry.confirm("request-a2", recorded_at=NOW)
    for name in ("ana", "gone"):
        add_actor(registry, name)
    revoke_actor(registry, "gone")
    set_contact(registry, "request-a1", Contact(address="ana@example.org", language="fr"), case_key)
    add_message(registry, "request-a1", Direction.FROM_PERSON, "Please.", recorded_at=NOW, key=case_key)
    sql(
        "UPDATE case_file SET extended_on = '2026-06-01', extended_at = 'then', extension_reason = 'complexity',"
        " answered_on = '2026-06-01', answered_at = 'then', answer = 'done'"
    )
    return lambda: [sorted(sql(f"SELECT * FROM {table}"), key=repr) for table in (*_TABLES, *_CASES)]


def test_the_database_refuses(held, sql, subtests):
    for statement in [*_REFUSED, *(_POSTGRESQL if SERVER else _SQLITE)]:
        with subtests.test(statement):
            before = held()
            with pytest.raises(sqlalchemy.exc.DBAPIError, match=r"append-only|constraint"):
                sql(statement)
            assert held() == before


def test_a_receipt_goes_with_its_objection_and_not_before(held, sql):
    held()
    with pytest.raises(sqlalchemy.exc.DBAPIError, match="append-only"):
        sql("DELETE FROM receipt WHERE event = 1")
    sql("UPDATE objection SET pseudonym = NULL, nonce = NULL WHERE event = 1")
    sql("DELETE FROM receipt WHERE event = 1")
    with pytest.raises(sqlalchemy.exc.DBAPIError, match="append-only"):
        sql("DELETE FROM receipt")
    assert sql("SELECT event FROM receipt") == [(2,)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET nonce = NULL, body = NULL WHERE number = 1",
        "UPDATE objection SET pseudonym = NULL, nonce = NULL WHERE event = 1",
        "UPDATE objection SET pseudonym = nonce, keys = 2, commitment = nonce WHERE event = 2",
        "UPDATE inherited SET pseudonym = nonce, keys = 2, commitment = nonce",
        "UPDATE inherited SET pseudonym = NULL, nonce = NULL",
        "UPDATE actor SET revoked = true WHERE name = 'ana'",
        "UPDATE case_file SET contact = NULL, language = NULL, key_id = NULL",
        "DELETE FROM case_file",
        "DELETE FROM correspondence",
    ],
    ids=[
        "content is erased",
        "the target of what has ended is erased",
        "another key is applied",
        "another key is applied to an account",
        "an account is erased",
        "a token is revoked",
        "what was sealed is deleted",
        "a case is deleted",
        "a message is deleted",
    ],
)
def test_the_database_allows(held, sql, statement):
    before = held()
    sql(statement)
    assert held() != before
