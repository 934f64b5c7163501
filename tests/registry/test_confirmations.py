"""Confirmed identities: recorded once, kept beside the log, and compared with it."""

import pytest
import sqlalchemy
from alembic import command
from registry.constants import KEY_ID, LOG_SECRET, NOW

from optout_registry.objections import State, WithdrawalProof
from optout_registry.opening import create_registry
from optout_registry.redaction import redact
from optout_registry.storage.migrations import configuration
from optout_registry.storage.migrations.guards import standing_guards


@pytest.fixture
def confirmed(registry, objection):
    """Three objections, of which the first two were confirmed by events 4 and 5."""
    for name in ("a1", "a2", "a3"):
        registry.add(objection(name), recorded_at=NOW)
    for number, name in ((4, "request-a1"), (5, "request-a2")):
        answer = registry.confirm(name, recorded_at=NOW)
        assert (answer.event, answer.state) == (number, State.ADDED)
    return registry


def test_a_confirmation_is_recorded_once(confirmed):
    again = confirmed.confirm("request-a1", recorded_at=NOW)
    assert (again.event, again.state) == (4, State.KNOWN)
    assert confirmed.head().event == 5


def test_confirmations_that_nobody_touched_are_sound(confirmed):
    assert confirmed.verify().findings == ()


def test_what_was_redacted_leaves_a_sound_log(confirmed):
    proof = WithdrawalProof.RECEIPT_SECRET
    confirmed.withdraw("request-a1", proof=proof, received_at=NOW, recorded_at=NOW, releases_older=True)
    redact(confirmed, "request-a1", recorded_at=NOW)
    assert confirmed.verify().findings == ()


@pytest.mark.parametrize(
    ("statement", "what", "number"),
    [
        ("DELETE FROM confirmation WHERE event = 1", "confirmation missing", 4),
        ("INSERT INTO confirmation VALUES (3, 5)", "confirmation invented", 3),
        ("INSERT INTO confirmation VALUES (3, 9)", "confirmation invented", 3),
        ("UPDATE confirmation SET event = 3 WHERE event = 1", "confirmation missing", 4),
    ],
    ids=["taken away", "by another's event", "by no event", "given to another"],
)
def test_what_was_changed_is_named(confirmed, unguarded, statement, what, number):
    unguarded("confirmation", statement)
    report = confirmed.verify()
    assert not report.ok
    assert (what, number) in {(finding.what, finding.number) for finding in report.findings}


def test_an_older_log_brings_its_confirmations(url, objection, sql):
    with create_registry(url, KEY_ID, LOG_SECRET) as registry:
        for name in ("a1", "a2"):
            registry.add(objection(name), recorded_at=NOW)
        registry.confirm("request-a2", recorded_at=NOW)
    # As an earlier release left it: no such table.
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        for statement in standing_guards(connection):
            connection.execute(sqlalchemy.text(statement))
        connection.execute(sqlalchemy.text("DROP TABLE confirmation"))
        for name in ("until", "released"):
            connection.execute(sqlalchemy.text(f"ALTER TABLE objection DROP COLUMN {name}"))
        config = configuration()
        config.attributes["connection"] = connection
        command.stamp(config, "0005")
    engine.dispose()
    with create_registry(url, KEY_ID, LOG_SECRET) as registry:
        assert sql("SELECT event, confirmed FROM confirmation") == [(2, 3)]
        assert registry.verify().ok
