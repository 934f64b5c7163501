"""`registry verify`: whoever changes the database behind the program is found, by what he changed."""

import pytest
from registry.constants import NOW, PROOF

from optout_registry.actors import add_actor
from optout_registry.opening import open_registry
from optout_registry.reversal import reverse_batch
from optout_registry.transparency.merkle import EMPTY_ROOT
from schemas.vocabulary import Surface


@pytest.fixture
def filled(registry, objection):
    """A registry of five events: four objections, and the withdrawal of the second."""
    registry.add(objection("a1"), recorded_at=NOW)
    registry.add_all([objection(f"a{n}") for n in (2, 3)], recorded_at=NOW, batch="b1")
    registry.withdraw("request-a2", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    registry.add(objection("a4", surfaces=Surface.POST.bit), recorded_at=NOW)
    return registry


def test_an_empty_registry_is_sound(registry):
    report = registry.verify()
    assert (report.ok, report.events, report.checkpoints) == (True, 0, 0)
    assert report.root == EMPTY_ROOT.hex()


def test_a_log_that_nobody_touched_is_sound(filled):
    report = filled.verify()
    assert report.findings == ()
    assert (report.ok, report.events, report.erased, report.checkpoints) == (True, 5, 0, 4)
    assert report.root == filled.head().root == filled.status().root


def test_a_log_of_many_tiles_is_sound(registry, objection):
    for start in range(0, 1_000, 100):
        registry.add_all([objection(f"a{n}") for n in range(start, start + 100)], recorded_at=NOW)
    report = registry.verify()
    assert (report.findings, report.events, report.checkpoints) == ((), 1_000, 10)


def test_a_tile_that_grows_slower_than_the_log_is_read_is_sound(registry, objection, monkeypatch):
    """In a log of 131,072 events one of the third level, at the size that is read at once."""
    monkeypatch.setattr("optout_registry.verification.check._AT_ONCE", 100)
    registry.add_all([objection(f"a{n}") for n in range(600)], recorded_at=NOW)
    assert registry.verify().findings == ()


_OTHER = "(SELECT {0} FROM objection AS other WHERE other.event = 3)"
_THIRD = "(SELECT {0} FROM event AS other WHERE other.number = 3)"
_TAMPERED = {
    "a withdrawal is forged": ("objection", "UPDATE objection SET ended = 5 WHERE event = 1", "objection ended", 1),
    "an end is another's": ("objection", "UPDATE objection SET ended = 4 WHERE event = 3", "objection ended", 3),
    "an objection goes on": ("objection", "UPDATE objection SET ended = NULL WHERE event = 2", "objection changed", 4),
    "an objection is removed": ("objection", "DELETE FROM objection WHERE event = 3", "objection missing", 3),
    "a target is exchanged": (
        "objection",
        f"UPDATE objection SET pseudonym = {_OTHER.format('pseudonym')}, nonce = {_OTHER.format('nonce')} WHERE event = 1",
        "objection changed",
        1,
    ),
    "another key is claimed": (
        "objection",
        "UPDATE objection SET pseudonym = nonce, keys = 2 WHERE event = 1",
        "objection changed",
        1,
    ),
    "an end is erased": ("event", "UPDATE event SET body = NULL, nonce = NULL WHERE number = 4", "event erased", 4),
    "a scope is narrowed": ("objection", "UPDATE objection SET surfaces = 1 WHERE event = 1", "objection changed", 1),
    "roles are narrowed": ("objection", "UPDATE objection SET roles = 1 WHERE event = 1", "objection changed", 1),
    "a target is erased": (
        "objection",
        "UPDATE objection SET pseudonym = NULL, nonce = NULL, ended = 4 WHERE event = 3",
        "objection ended",
        3,
    ),
    "an event is removed": ("event", "DELETE FROM event WHERE number = 2", "event missing", 2),
    "the last event is removed": ("event", "DELETE FROM event WHERE number = 5", "events cut off", 5),
    "content is exchanged": (
        "event",
        f"UPDATE event SET body = {_THIRD.format('body')}, nonce = {_THIRD.format('nonce')} WHERE number = 1",
        "event changed",
        1,
    ),
    "an event is exchanged": (
        "event",
        f"UPDATE event SET body = {_THIRD.format('body')}, nonce = {_THIRD.format('nonce')}, entry = {_THIRD.format('entry')} WHERE number = 1",
        "tree",
        1,
    ),
    "a kind is changed": ("event", "UPDATE event SET kind = 'received' WHERE number = 4", "event changed", 4),
    "what holds is erased": (
        "event",
        "UPDATE event SET body = NULL, nonce = NULL WHERE number = 1",
        "event erased",
        1,
    ),
    "a tile is changed": (
        "tile",
        "UPDATE tile SET hashes = substr(hashes, 33)",
        "tree",
        1,
    ),
    "a tile is removed": ("tile", "DELETE FROM tile", "tree", 1),
    "a signature is removed": ("checkpoint", "DELETE FROM checkpoint WHERE size = 5", "checkpoint missing", 5),
    "a signature is moved": ("checkpoint", "UPDATE checkpoint SET size = 2 WHERE size = 1", "checkpoint", 2),
}  # fmt: skip


@pytest.mark.parametrize(("table", "statement", "what", "number"), _TAMPERED.values(), ids=_TAMPERED)
def test_what_was_changed_is_named(filled, unguarded, table, statement, what, number):
    unguarded(table, statement)
    report = filled.verify()
    assert not report.ok
    assert (what, number) in {(finding.what, finding.number) for finding in report.findings}


@pytest.fixture
def reversed_batch(filled):
    """The registry with batch b1 reversed by event 6, of which event 3 was still holding."""
    tokens = [add_actor(filled, name) for name in ("ana", "ben")]
    done = [reverse_batch(filled, "b1", token, recorded_at=NOW) for token in tokens]
    assert (done[1].event, done[1].objections) == (6, 1)
    return filled


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE objection SET ended = NULL WHERE event = 3", "objection changed"),
        ("UPDATE objection SET ended = 6 WHERE event = 1", "objection ended"),
    ],
    ids=["one of its objections goes on", "it ends another's"],
)
def test_a_reversal_ends_what_it_says(reversed_batch, unguarded, statement, what):
    assert reversed_batch.verify().findings == ()
    unguarded("objection", statement)
    found = {(finding.what, finding.number) for finding in reversed_batch.verify().findings}
    assert (what, 6) in found


def test_an_objection_that_nobody_made_is_named(filled, unguarded):
    columns = "type, pseudonym, nonce, keys, platform, linked, surfaces, roles, purposes, batch, ended"
    unguarded(
        "objection",
        f"INSERT INTO objection (event, request_id, {columns})"
        f" SELECT 9, 'invented', {columns} FROM objection WHERE event = 1",
    )
    found = {(finding.what, finding.number) for finding in filled.verify().findings}
    assert ("objection invented", 9) in found


def test_a_log_written_anew_contradicts_a_checkpoint_kept_elsewhere(filled, new_url, objection):
    kept = filled.checkpoint()
    assert filled.verify([kept]).ok
    # The same registry, key and number of events; another second one.
    forked = _copy_without_events(filled, new_url())
    forked.add(objection("a1"), recorded_at=NOW)
    forked.add_all([objection(f"b{n}") for n in range(4)], recorded_at=NOW)
    assert forked.verify().ok
    report = forked.verify([kept])
    assert [(finding.what, finding.number) for finding in report.findings] == [("checkpoint", 5)]


def test_a_log_cut_off_contradicts_a_checkpoint_kept_elsewhere(filled, new_url, objection):
    kept = filled.checkpoint()
    shorter = _copy_without_events(filled, new_url())
    shorter.add(objection("a1"), recorded_at=NOW)
    report = shorter.verify([kept])
    assert [(finding.what, finding.number) for finding in report.findings] == [("events cut off", 5)]


def test_a_checkpoint_of_nobody_is_refused(filled):
    kept = filled.checkpoint()
    for note in ("", "no note", kept.replace("5\n", "6\n", 1), kept[:-20]):
        (finding,) = filled.verify([note]).findings
        assert finding.what == "checkpoint"


def _copy_without_events(registry, url):
    """A registry that says it is another one, and signs with the same key: what an attacker makes."""
    from registry.constants import KEY_ID, LOG_SECRET
    from sqlalchemy import create_engine, text

    from optout_registry.log import origin
    from optout_registry.opening import create_registry
    from optout_registry.transparency.notes import Signer

    create_registry(url, KEY_ID, LOG_SECRET).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER registry_no_update"))
        else:
            connection.execute(text("ALTER TABLE registry DISABLE TRIGGER USER"))
        connection.execute(
            text("UPDATE registry SET id = :id, log_key = :key"),
            {
                "id": registry.identity.id,
                "key": str(Signer(origin(registry.identity.id), LOG_SECRET).verifier),
            },
        )
    engine.dispose()
    return open_registry(url, LOG_SECRET)
