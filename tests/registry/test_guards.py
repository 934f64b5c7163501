"""The database itself refuses to change the log, whoever asks it."""

import pytest
import sqlalchemy.exc
from registry.constants import NOW, SERVER

from optout_registry.actors import add_actor, revoke_actor

_OBJECTION = "type, pseudonym, nonce, keys, platform, linked, surfaces, roles, purposes, batch, ended"
_TABLES = (
    "registry", "registry_key", "event", "objection", "repeat", "actor", "tile", "checkpoint", "receipt",
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
    "UPDATE tile SET position = 1",
    "UPDATE checkpoint SET note = 'other'",
    "UPDATE receipt SET event = 2",
    "UPDATE repeat SET event = 2",
    "UPDATE actor SET name = 'other'",
    "UPDATE actor SET revoked = false WHERE name = 'gone'",
    "UPDATE actor SET revoked = true, name = 'other' WHERE name = 'ana'",
    *(f"DELETE FROM {table}" for table in _TABLES),
]  # fmt: skip
_SQLITE = [
    "INSERT OR REPLACE INTO registry SELECT id, scheme, 'other' FROM registry",
    "INSERT OR REPLACE INTO event SELECT number, 'withdrawn', entry, nonce, body FROM event WHERE number = 1",
    f"INSERT OR REPLACE INTO objection (event, request_id, {_OBJECTION}) SELECT 9, request_id, {_OBJECTION} FROM objection",
    f"INSERT OR REPLACE INTO objection (event, request_id, {_OBJECTION}) SELECT event, 'new', {_OBJECTION} FROM objection",
    "INSERT OR REPLACE INTO tile SELECT level, position, x'00' FROM tile",
    "INSERT OR REPLACE INTO repeat SELECT * FROM repeat",
    "INSERT OR REPLACE INTO actor SELECT name, x'00', revoked FROM actor",
    "INSERT OR REPLACE INTO checkpoint SELECT size, 'other' FROM checkpoint",
]
_POSTGRESQL = [f"TRUNCATE {table}" for table in _TABLES]


@pytest.fixture
def held(registry, objection, sql):
    registry.add(objection("a1"), recorded_at=NOW)
    registry.add(objection("a2"), recorded_at=NOW)
    registry.withdraw("request-a1", received_at=NOW, recorded_at=NOW)
    registry.add_all([objection("a3")], recorded_at=NOW, batch="b1")
    registry.add(objection("a3"), recorded_at=NOW)
    for name in ("ana", "gone"):
        add_actor(registry, name)
    revoke_actor(registry, "gone")
    return lambda: [sorted(sql(f"SELECT * FROM {table}"), key=repr) for table in _TABLES]


@pytest.mark.parametrize(
    "statement",
    [
        *_REFUSED,
        *(_POSTGRESQL if SERVER else _SQLITE),
    ],
)
def test_the_database_refuses(held, sql, statement):
    before = held()
    with pytest.raises(sqlalchemy.exc.DBAPIError, match=r"append-only|constraint"):
        sql(statement)
    assert held() == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET nonce = NULL, body = NULL WHERE number = 1",
        "UPDATE objection SET pseudonym = NULL, nonce = NULL WHERE event = 1",
        "UPDATE objection SET pseudonym = nonce, keys = 2, commitment = nonce WHERE event = 2",
        "UPDATE actor SET revoked = true WHERE name = 'ana'",
    ],
    ids=[
        "content is erased",
        "the target of what has ended is erased",
        "another key is applied",
        "a token is revoked",
    ],
)
def test_the_database_allows(held, sql, statement):
    before = held()
    sql(statement)
    assert held() != before
