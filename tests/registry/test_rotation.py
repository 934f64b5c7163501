"""Rotation of the registry key: every pseudonym under a further key, nothing lost, nothing left of the old ones."""

import base64
import signal
import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy
from registry.child import started
from registry.constants import KEY_ID, LOG_SECRET, NOW, PROOF, SERVER
from registry.rotations import IDS, SECRETS, chain, fill, findings, objection, rotated, stopped_after

from builders import PLATFORM
from optout_registry.bulk import import_file
from optout_registry.intake import Intake
from optout_registry.objections import State
from optout_registry.opening import open_registry
from optout_registry.redaction import redact
from optout_registry.rotation import rotate_key
from schemas.errors import BadInput, ConfigurationError, Refused
from schemas.pseudonyms import Keychain, rewrapped
from schemas.snapshots import snapshot_parquet


@pytest.fixture
def filled(registry):
    """A registry of six events, four objections among them."""
    fill(registry)
    return registry


def held(url, event=None):
    """Pseudonyms that a snapshot has."""
    with open_registry(url) as registry:
        return set(registry.snapshot(event).objections.column("pseudonym").to_pylist())


def test_every_pseudonym_is_wrapped_and_the_log_says_so(url, filled, sql):
    before = held(url)
    event = rotated(url)
    assert (event.number, event.count) == (7, 4)
    assert (event.key_ids_before, event.key_ids_after) == (IDS[:1], IDS[:2])
    assert held(url) == {rewrapped(SECRETS[1:2], pseudonym) for pseudonym in before}
    assert held(url, 3) == {rewrapped(SECRETS[:2], b"account\0sample\0a%d" % n) for n in (1, 2, 3)}
    assert sql("SELECT DISTINCT keys FROM objection") == [(2,)]
    assert findings(url) == []
    with open_registry(url) as registry:
        assert registry.identity.key_ids == registry.snapshot().key_ids == IDS[:2]
        assert registry.identity.id == filled.identity.id
        assert (registry.head().event, registry.status().live) == (7, 3)


@pytest.mark.usefixtures("filled")
def test_it_can_be_rotated_again_and_objections_come_in_between(url):
    rotated(url)
    with open_registry(url, LOG_SECRET) as registry:
        registry.add(objection("a5", 2), recorded_at=NOW)
        registry.withdraw("request-a1", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    event = rotated(url, 3)
    assert (event.count, event.key_ids_after) == (5, IDS)
    with open_registry(url, LOG_SECRET) as registry:
        registry.add(objection("a6", 3), recorded_at=NOW)
    assert held(url) == {rewrapped(SECRETS, b"account\0sample\0a%d" % n) for n in (3, 4, 5, 6)}
    assert findings(url) == []


@pytest.mark.usefixtures("registry")
def test_an_empty_registry_can_be_rotated(url):
    assert rotated(url).count == 0
    assert findings(url) == []


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.usefixtures("filled")
def test_it_comes_to_the_same_however_many_rows_a_transaction_takes(url, size):
    before = held(url)
    seen = []
    event = rotated(
        url, on_progress=lambda done, events: seen.append((done, events)), events_per_transaction=size
    )
    assert event.count == 4
    assert [done for done, _ in seen] == [*range(0, 6, size), 6]
    assert {events for _, events in seen} == {6}
    assert held(url) == {rewrapped(SECRETS[1:2], pseudonym) for pseudonym in before}
    assert findings(url) == []


def test_the_same_request_and_the_same_file_again_add_nothing(tmp_path, url, registry):
    path = tmp_path / "people.csv"
    path.write_text("type,value\naccount,b1\nemail,b@example.org\n")
    registry.add(objection("a1"), recorded_at=NOW)
    first = import_file(registry, path, Intake(chain(1), PLATFORM), clock=lambda: NOW, on_bad=print)
    rotated(url)
    with open_registry(url, LOG_SECRET) as again:
        answer = again.add(objection("a1", 2), recorded_at=NOW)
        assert (answer.state, answer.event) == (State.KNOWN, 1)
        report = import_file(again, path, Intake(chain(2), PLATFORM), clock=lambda: NOW, on_bad=print)
        assert (report.batch, report.known, report.added) == (first.batch, 2, 0)
        assert again.head().event == 4


@pytest.mark.usefixtures("filled")
def test_until_it_has_ended_nothing_is_added_and_no_snapshot_taken(tmp_path, url):
    path = tmp_path / "people.csv"
    path.write_text("type,value\naccount,b1\n")
    stopped_after(url, 2)
    with open_registry(url, LOG_SECRET) as registry:
        for refused in (
            lambda: registry.add(objection("new"), recorded_at=NOW),
            lambda: registry.add(objection("new", 2), recorded_at=NOW),
            lambda: import_file(registry, path, Intake(chain(2), PLATFORM), clock=lambda: NOW, on_bad=print),
            registry.snapshot,
        ):
            with pytest.raises(ConfigurationError, match="rotate-key` to the end"):
                refused()
        # What ends one goes on: a withdrawal need not wait.
        registry.withdraw("request-a3", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
        assert registry.verify().findings == ()
    rotated(url)
    assert findings(url) == []
    assert held(url) == {rewrapped(SECRETS[:2], b"account\0sample\0a%d" % n) for n in (1, 4)}


def test_who_opened_the_registry_before_it_began_is_refused(url, filled):
    stopped_after(url, 2)
    with pytest.raises(BadInput, match="keys have changed"):
        filled.add(objection("new"), recorded_at=NOW)
    rotated(url)
    with pytest.raises(BadInput, match="keys have changed"):
        filled.add(objection("new"), recorded_at=NOW)


@pytest.mark.parametrize(
    ("rotations", "keys", "remedy"),
    [
        (0, 2, "run `optout registry rotate-key`"),
        (1, 1, "add the references of the other keys"),
        (1, 3, "run `optout registry rotate-key`"),
        (2, 1, "add the references of the other keys"),
    ],
)
@pytest.mark.usefixtures("filled")
def test_other_keys_than_the_registrys_are_refused(url, rotations, keys, remedy):
    for last in range(rotations):
        rotated(url, last + 2)
    with open_registry(url, LOG_SECRET) as registry, pytest.raises(ConfigurationError, match=remedy):
        registry.add(objection("new", keys), recorded_at=NOW)


@pytest.mark.usefixtures("filled")
def test_the_last_key_alone_is_not_enough(url):
    rotated(url)
    alone = replace(objection("new").target, key_ids=IDS[1:2])
    with (
        open_registry(url, LOG_SECRET) as registry,
        pytest.raises(ConfigurationError, match=f"{KEY_ID}, then"),
    ):
        registry.add(replace(objection("new"), target=alone), recorded_at=NOW)


@pytest.mark.usefixtures("filled")
def test_it_takes_the_registrys_keys_and_one_more(url):
    with pytest.raises(ConfigurationError, match="add a reference at the end"):
        rotated(url, 1)
    with pytest.raises(ConfigurationError, match="restore the registry's keys"):
        rotate_key(url, LOG_SECRET, Keychain(IDS[1:], SECRETS[1:]), recorded_at=NOW)
    with pytest.raises(ConfigurationError, match="restore the registry's keys"):
        rotated(url, 3)
    stopped_after(url, 3)
    for other in (chain(1), Keychain((KEY_ID, "registry-9"), SECRETS[:2]), chain(3)):
        with pytest.raises(ConfigurationError, match="a rotation to the last one has begun"):
            rotate_key(url, LOG_SECRET, other, recorded_at=NOW)
    rotated(url)
    assert findings(url) == []


@pytest.mark.usefixtures("filled")
def test_what_verify_would_find_is_not_signed_anew(url, unguarded, sql):
    unguarded("objection", "UPDATE objection SET pseudonym = nonce WHERE event = 3")
    with pytest.raises(Refused, match="objection changed"):
        rotated(url)
    assert sql("SELECT count(*) FROM registry_key") == [(1,)]


# Both rows that were rewritten and rows that were not, before and after event 2, where it stops.
_EXCHANGED = "pseudonym = (SELECT {0} FROM objection AS other WHERE other.event = {1})"


@pytest.mark.parametrize("event", [1, 5])
@pytest.mark.usefixtures("filled")
def test_a_target_exchanged_before_it_was_rewritten_is_refused(url, unguarded, event):
    stopped_after(url, event - 1)
    unguarded("objection", f"UPDATE objection SET {_EXCHANGED.format('pseudonym', 3)} WHERE event = {event}")
    with pytest.raises(Refused, match=f"objection of event {event}\n"):
        rotated(url)
    assert ("objection changed", event) in findings(url)


@pytest.mark.usefixtures("filled")
def test_two_rotations_at_a_time_do_not_spoil_each_other(url):
    """The second one goes through while the first stands still between two transactions."""
    others = []

    def meanwhile(done, _all):
        if done == 3 and not others:
            others.append(rotated(url))

    with pytest.raises((BadInput, ConfigurationError), match=r"rotates as well|keys have changed"):
        rotated(url, on_progress=meanwhile, events_per_transaction=1)
    assert [event.number for event in others] == [7]
    assert findings(url) == []


@pytest.mark.usefixtures("filled")
def test_one_that_stands_still_while_another_goes_on_does_not_go_over_its_rows_again(url):
    def meanwhile(done, _all):
        if done == 2:
            stopped_after(url, 5)

    with pytest.raises(BadInput, match="rotates as well"):
        rotated(url, on_progress=meanwhile, events_per_transaction=1)
    rotated(url)
    assert findings(url) == []


_KILLED = """
import os, signal
from optout_registry.rotation import rotate_key
from sqlalchemy import Engine, event

left = int(sys.argv[2])

@event.listens_for(Engine, "before_cursor_execute")
def count(*_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

secrets = (bytes.fromhex(key) for key in sys.argv[3:])
chain = Keychain(("{key_id}", "registry-2"), tuple(secrets))
rotate_key(sys.argv[1], LOG_SECRET, chain, recorded_at=now, events_per_transaction=2)
say("done")
"""


# On SQLite `make test-faults` kills it at each of its writes.
@pytest.mark.parametrize("share", range(4) if SERVER else [1])
@pytest.mark.usefixtures("filled")
def test_killed_at_any_statement_it_goes_on_to_the_same_end(url, sql, share):
    """A child that kills itself before its n-th statement: within transactions and between them."""
    before, keys = held(url), [key.hex() for key in SECRETS[:2]]
    statement, ended = 1 + 5 * share, 0
    while True:
        child = started(_KILLED.replace("{key_id}", KEY_ID), url, str(statement), *keys)
        said = child.communicate()[0]
        if child.returncode == 0:
            break
        assert (child.returncode, said) == (-signal.SIGKILL, "")
        ended += 1
        statement += 9
        assert findings(url) == []
    assert ended >= 2
    assert held(url) == {rewrapped(SECRETS[1:2], pseudonym) for pseudonym in before}
    assert findings(url) == []
    assert len(sql("SELECT number FROM event WHERE kind = 'rotated'")) == 1


def remains(url, tmp_path):
    """Every byte that a database keeps in its tables' files, and a new snapshot's."""
    with open_registry(url) as registry:
        taken = snapshot_parquet(registry.snapshot().objections)
    if not SERVER:
        files = sorted(tmp_path.glob("registry.db*"))
        assert files
        return b"".join([taken, *(file.read_bytes() for file in files)])
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text("CHECKPOINT"))
        names = connection.scalars(sqlalchemy.text(
            "SELECT pg_relation_filepath(oid) FROM pg_class WHERE relkind IN ('r', 'i', 't')"
            " AND pg_relation_filepath(oid) IS NOT NULL"
        )).all()  # fmt: skip
        files = [
            connection.scalar(sqlalchemy.text(f"SELECT pg_read_binary_file('{name}')")) for name in names
        ]
    engine.dispose()
    return b"".join([taken, *files])


def test_no_byte_of_an_old_pseudonym_is_left(url, tmp_path, registry):
    registry.add_all([objection(f"a{n}") for n in range(2_000)], recorded_at=NOW)
    registry.withdraw("request-a7", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    if SERVER:
        engine = sqlalchemy.create_engine(url)
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text("ANALYZE"))
        engine.dispose()
    old = held(url) | {objection("a7").target.pseudonym}
    assert len(old) == 2_000
    kept = remains(url, tmp_path)
    assert all(pseudonym in kept for pseudonym in old)
    rotated(url, events_per_transaction=300)
    left = remains(url, tmp_path)
    assert all(pseudonym in left for pseudonym in held(url))  # it looks where they would be
    for pseudonym in old:
        for form in (pseudonym, pseudonym.hex().encode(), base64.b64encode(pseudonym)):
            assert form not in left


@pytest.mark.sqlite_only
@pytest.mark.usefixtures("filled")
def test_pages_that_are_free_are_not_left_behind(url, tmp_path):
    """Another program may have left some: SQLite overwrites what it frees only if it is told to."""
    old = held(url)
    connection = sqlite3.connect(tmp_path / "registry.db")
    connection.execute("PRAGMA secure_delete = OFF")
    connection.execute("CREATE TABLE other AS SELECT hex(pseudonym) || hex(nonce), pseudonym FROM objection")
    connection.execute("DROP TABLE other")
    connection.close()
    assert next(iter(old)) in (tmp_path / "registry.db").read_bytes()
    rotated(url)
    left = remains(url, tmp_path)
    assert [
        pseudonym for pseudonym in old if pseudonym in left or pseudonym.hex().upper().encode() in left
    ] == []


@pytest.mark.usefixtures("filled")
def test_old_nonces_go_with_the_pseudonyms(url, tmp_path, sql):
    """Whoever has the first key could try identifiers on the events' commitments with them."""
    nonces = [bytes(nonce) for (nonce,) in sql("SELECT nonce FROM objection")]
    assert all(nonce in remains(url, tmp_path) for nonce in nonces)
    rotated(url)
    left = remains(url, tmp_path)
    assert [nonce for nonce in nonces if nonce in left] == []


@pytest.mark.sqlite_only
@pytest.mark.usefixtures("filled")
def test_somebody_who_reads_holds_the_erasure_up_and_it_is_said(url, monkeypatch, sql):
    monkeypatch.setattr("optout_registry.storage.sqlite.BUSY_SECONDS", 0)
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as reader:
        reader.execute(sqlalchemy.text("BEGIN"))
        reader.execute(sqlalchemy.text("SELECT count(*) FROM event")).all()
        with pytest.raises(BadInput, match=r"end it \(a server|another process"):
            rotated(url)
    engine.dispose()
    assert sql("SELECT event FROM registry_key WHERE position = 2") == [(None,)]
    rotated(url)
    assert findings(url) == []


@pytest.mark.parametrize(
    "after", [None, 1, 3, 6], ids=["before", "before its row", "after its row", "at the end"]
)
@pytest.mark.usefixtures("filled")
def test_what_is_redacted_stays_committed_to(url, sql, after):
    if after is not None:
        stopped_after(url, after)
    with open_registry(url, LOG_SECRET) as registry:
        redact(registry, "request-a2", recorded_at=NOW)
        assert registry.verify().findings == ()
    assert rotated(url).count == 4
    assert findings(url) == []
    # Nobody can tell any more what was committed to where the event was erased before its row was gone through.
    gone = [(2,)] if after in {None, 1} else []
    assert sql("SELECT event FROM objection WHERE commitment IS NULL") == gone
    assert rotated(url, 3).count == 4
    assert findings(url) == []


@pytest.mark.usefixtures("filled")
def test_what_was_redacted_after_a_rotation_does_not_break_its_digests(url):
    rotated(url)
    with open_registry(url, LOG_SECRET) as registry:
        redact(registry, "request-a2", recorded_at=NOW)
    assert findings(url) == []
    rotated(url, 3)
    assert findings(url) == []


@pytest.mark.usefixtures("filled")
def test_the_target_alone_can_be_erased(url, sql):
    """No command of ours leaves it so; the event's commitment goes on to the row."""
    stopped_after(url, 1)
    sql("UPDATE objection SET pseudonym = NULL, nonce = NULL WHERE event = 2")
    assert rotated(url).count == 4
    assert sql("SELECT event FROM objection WHERE commitment IS NULL") == []
    assert findings(url) == [("objection changed", 2)]


@pytest.mark.usefixtures("filled")
def test_a_later_time_is_recorded(url):
    event = rotate_key(url, LOG_SECRET, chain(2), recorded_at=NOW + timedelta(days=1))
    assert event.recorded_at == NOW + timedelta(days=1)


@pytest.mark.postgresql_only
@pytest.mark.usefixtures("filled")
def test_what_somebody_may_still_see_is_not_called_erased(url, tmp_path, monkeypatch, sql):
    """A server writes rows of before along for a reader who began before they were changed."""
    monkeypatch.setattr("optout_registry.storage.postgresql.BUSY_SECONDS", 0)
    nonces = [bytes(nonce) for (nonce,) in sql("SELECT nonce FROM objection")]
    engine = sqlalchemy.create_engine(url, isolation_level="REPEATABLE READ")
    with engine.connect() as reader:
        reader.execute(sqlalchemy.text("SELECT 1 FROM registry"))
        with pytest.raises(BadInput, match=r"(?s)nobody who reads.*run the command again"):
            rotated(url)
    engine.dispose()
    assert sql("SELECT event FROM registry_key WHERE position = 2") == [(None,)]
    rotated(url)
    left = remains(url, tmp_path)
    assert [nonce for nonce in nonces if nonce in left] == []
