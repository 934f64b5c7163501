"""`registry verify` on rotations: whoever changes the database during or after one is found, by what he changed."""

import pytest
import sqlalchemy
from registry.constants import LOG_SECRET, NOW
from registry.rotations import IDS, fill, findings, objection, rotated, stopped_after

from optout_registry import log
from optout_registry.commitments import Seen, read_progress, signed_progress
from optout_registry.events import Rotated
from optout_registry.log import origin
from optout_registry.opening import open_registry
from optout_registry.storage.tables import KEY
from optout_registry.transparency.notes import Signer


@pytest.fixture(autouse=True)
def _filled(registry):
    fill(registry)


_COLUMNS = ("pseudonym", "nonce", "keys", "commitment")


def copied(event, *columns, source=3):
    """SQL that gives an objection what another one has."""
    values = [
        f"{name} = (SELECT {name} FROM objection AS other WHERE other.event = {source})" for name in columns
    ]
    return "objection", f"UPDATE objection SET {', '.join(values)} WHERE event = {event}"


KEY_ROW = "registry_key"
# What is done after two rotations (events 7 and 9, of four and five objections; 8 in between) -> what is found
AFTER = {
    "a target is exchanged": (copied(1, "pseudonym"), ("objection changed", 1)),
    "a target is exchanged with its nonce": (copied(1, "pseudonym", "nonce"), ("objection changed", 1)),
    "a target is exchanged with all that proves it": (copied(1, *_COLUMNS), ("rotation", 9)),
    "a target received since the first": (copied(8, *_COLUMNS), ("rotation", 9)),
    "an older key is claimed": (("objection", "UPDATE objection SET keys = 2 WHERE event = 1"), ("objection changed", 1)),
    "a further key is claimed": (("objection", "UPDATE objection SET keys = 4 WHERE event = 1"), ("objection changed", 1)),
    "the log's commitment is claimed": (("objection", "UPDATE objection SET commitment = NULL WHERE event = 1"), ("objection changed", 1)),
    "a row is dropped": (("objection", "DELETE FROM objection WHERE event = 3"), ("rotation", 9)),
    "a row is added": (
        ("objection", "INSERT INTO objection SELECT 4, 'invented', type, pseudonym, nonce, keys, platform, linked, surfaces, roles, purposes, batch, ended, commitment, sealed, until, released FROM objection WHERE event = 1"),
        ("objection invented", 4),
    ),
    "a key is dropped": ((KEY_ROW, "DELETE FROM registry_key WHERE position = 3"), ("rotation", 9)),
    "a key is exchanged": ((KEY_ROW, "UPDATE registry_key SET key_id = 'registry-9' WHERE position = 2"), ("rotation", 7)),
    "a key has another's event": ((KEY_ROW, "UPDATE registry_key SET event = 8 WHERE position = 3"), ("rotation", 9)),
    "a key that no rotation brought": (
        (KEY_ROW, "INSERT INTO registry_key (position, key_id, event, progress) VALUES (4, 'registry-9', 6, 'x')"),
        ("rotation", 6),
    ),
    "a rotation that was never begun": (
        (KEY_ROW, "INSERT INTO registry_key (position, key_id, progress) VALUES (4, 'registry-9', 'x')"),
        ("rotation", None),
    ),
    "a rotation that ended is opened again": (
        (KEY_ROW, "UPDATE registry_key SET event = NULL WHERE position = 3"),
        ("rotation", 9),
    ),
    "its event is erased": (("event", "UPDATE event SET body = NULL, nonce = NULL WHERE number = 9"), ("event erased", 9)),
}  # fmt: skip


@pytest.mark.parametrize(("change", "found"), AFTER.values(), ids=AFTER)
def test_what_is_changed_after_a_rotation_is_named(url, unguarded, change, found):
    rotated(url)
    with open_registry(url, LOG_SECRET) as registry:
        registry.add(objection("a5", 2), recorded_at=NOW)
    assert rotated(url, 3).number == 9
    assert findings(url) == []
    unguarded(*change)
    assert found in findings(url)


# While the second rotation stands after event 2 -> what is found then; and whether it is, too, once that has ended
DURING = {
    "a row that was rewritten": (copied(1, *_COLUMNS, source=2), ("rotation", 2), "found"),
    "a target that was rewritten": (copied(1, "pseudonym"), ("objection changed", 1), "found"),
    "a target that was not": (copied(3, "pseudonym", source=5), ("objection changed", 3), "refused"),
    "a row that was not, after the rotation before": (copied(8, *_COLUMNS, source=5), ("objection changed", 8), "refused"),
    "a row that was not, before the rotation before": (copied(3, *_COLUMNS, source=5), None, "refused"),
    "a row that was rewritten is dropped": (("objection", "DELETE FROM objection WHERE event = 1"), ("objection missing", 1), "found"),
    "how far it is": ((KEY_ROW, "UPDATE registry_key SET progress = (SELECT progress FROM registry_key AS other WHERE position = 2) WHERE position = 3"), ("rotation", None), "refused"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "found", "goes_on"), DURING.values(), ids=DURING)
def test_what_is_changed_during_a_rotation_is_named(url, unguarded, change, found, goes_on):
    rotated(url)
    with open_registry(url, LOG_SECRET) as registry:
        registry.add(objection("a5", 2), recorded_at=NOW)
    stopped_after(url, 2, 3)
    assert findings(url) == []
    unguarded(*change)
    assert found is None or found in findings(url)
    if goes_on == "refused":
        with pytest.raises(Exception, match=r"objection of event|objections before event|how far it is"):
            rotated(url, 3)
    else:
        assert rotated(url, 3).number == 9
        assert findings(url) != []


def test_how_far_it_is_is_believed_of_nobody_but_the_log_key(url, unguarded):
    stopped_after(url, 2)
    with open_registry(url) as registry:
        stranger = Signer(origin(registry.identity.id), bytes(32))
    note = signed_progress(Seen(6, 4), IDS[1], stranger)
    unguarded(KEY_ROW, f"UPDATE registry_key SET progress = '{note}' WHERE position = 2")
    assert ("rotation", None) in findings(url)


def test_a_rotation_signed_for_another_key_is_none(url, unguarded):
    """What was signed on the way to one key does not speak for another."""
    stopped_after(url, 6)
    unguarded(KEY_ROW, "UPDATE registry_key SET key_id = 'registry-9' WHERE position = 2")
    assert ("rotation", None) in findings(url)


# What somebody with the log key writes into the event of a rotation in the place of what it did
FORGED = {
    "count": 5,
    "digest_before": "00" * 32,
    "digest_after": "00" * 32,
    "key_ids_before": ("registry-9",),
    "key_ids_after": (*IDS[:2], "registry-9"),
}


@pytest.mark.parametrize("name", FORGED)
def test_an_event_that_says_something_else_of_its_rotation_is_named(url, name):
    stopped_after(url, 6)
    with open_registry(url, LOG_SECRET) as registry, registry.appending() as (connection, size, signer):
        key = connection.execute(sqlalchemy.select(KEY).where(KEY.c.position == 2)).one()
        seen = read_progress(key.progress, IDS[1], signer.verifier)
        said = {
            "count": seen.rows,
            "digest_before": seen.before.hex(),
            "digest_after": seen.after.hex(),
            "key_ids_before": IDS[:1],
            "key_ids_after": IDS[:2],
        }
        event = Rotated(number=size + 1, recorded_at=NOW, **{**said, name: FORGED[name]})
        log.append(connection, size, [event], signer)
        connection.execute(sqlalchemy.update(KEY).where(KEY.c.position == 2).values(event=size + 1))
    assert findings(url) == [("rotation", 7)]
