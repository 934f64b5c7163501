"""Redaction: what has ended is forgotten, what holds is not, and the log still proves both."""

import random
import sqlite3
from datetime import date, timedelta

import pyarrow as pa
import pytest
from registry.constants import KEY_ID, LOG_SECRET, NOW, PROOF
from sqlalchemy import event

from builders import REGISTRY_KEY
from optout_registry import log
from optout_registry.cases.case_file import AnswerKind, answer
from optout_registry.cases.contact import Contact, Direction, add_message, set_contact
from optout_registry.cases.retention import delete_expired
from optout_registry.events import Exported, Redacted
from optout_registry.objections import Impersonation, State
from optout_registry.opening import open_registry
from optout_registry.receipts import check_receipt
from optout_registry.redaction import forget, redact
from optout_registry.rotation import rotate_key
from optout_registry.transparency.notes import parse_verifier
from schemas.errors import BadInput, Refused
from schemas.pseudonyms import Keychain
from schemas.vocabulary import Surface


@pytest.fixture
def ended(registry, objection):
    """Three objections, two of them on one target; the second was confirmed and withdrawn."""
    registry.add(objection("a1", "first"), recorded_at=NOW)
    registry.add(objection("a2", "second"), recorded_at=NOW)
    registry.add(objection("a2", "third", surfaces=Surface.POST.bit), recorded_at=NOW)
    registry.confirm("second", recorded_at=NOW)
    registry.withdraw("second", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    return registry


def found_in(registry):
    return {(finding.what, finding.number) for finding in registry.verify().findings}


def test_every_event_about_a_request_is_erased_and_no_other(ended, sql):
    answered = redact(ended, "second", recorded_at=NOW)
    assert (answered.event, answered.erased) == (6, (2, 4, 5))
    left = {number for number, body, nonce in sql("SELECT number, body, nonce FROM event") if body or nonce}
    assert left == {1, 3, 6}
    assert sql("SELECT request_id, pseudonym, nonce, ended FROM objection WHERE event = 2") == [
        ("second", None, None, 5)
    ]
    report = ended.verify()
    assert (report.findings, report.ok, report.events, report.erased) == ((), True, 6, 3)


def test_another_objection_on_the_same_target_goes_on(ended):
    before = ended.snapshot().objections
    redact(ended, "second", recorded_at=NOW)
    assert ended.snapshot().objections.equals(before)
    assert before.num_rows == 2


def test_of_two_objections_that_ended_one_is_redacted(registry, objection):
    for name in ("one", "two"):
        registry.add(objection("a1", name), recorded_at=NOW)
        registry.withdraw(name, proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    assert redact(registry, "one", recorded_at=NOW).erased == (1, 2)
    assert redact(registry, "two", recorded_at=NOW).erased == (3, 4)
    assert registry.verify().findings == ()


def test_what_holds_is_not_redacted(ended, sql):
    for name in ("first", "third"):
        with pytest.raises(Refused, match="one that holds"):
            redact(ended, name, recorded_at=NOW)
    with pytest.raises(BadInput, match="an id it does not know"):
        redact(ended, "nobody", recorded_at=NOW)
    assert sql("SELECT count(*) FROM event WHERE body IS NULL") == [(0,)]
    assert ended.head().event == 5


def test_a_refusal_is_told_before_it_is_redacted(registry, objection, calendar):
    registry.add(objection("a1"), recorded_at=NOW)
    registry.refuse("request-a1", Impersonation.NOT_THE_PERSON, recorded_at=NOW)
    with pytest.raises(Refused, match="nobody answered them yet"):
        redact(registry, "request-a1", recorded_at=NOW)
    answer(
        registry,
        "request-a1",
        AnswerKind.REFUSED,
        answered_on=date(2026, 6, 1),
        recorded_at=NOW,
        calendar=calendar,
    )
    assert redact(registry, "request-a1", recorded_at=NOW).erased == (1, 2)
    assert registry.verify().ok


def test_a_second_time_adds_nothing(ended):
    first = redact(ended, "second", recorded_at=NOW)
    again = redact(ended, "second", recorded_at=NOW)
    assert (again.event, again.erased, ended.head().event) == (None, (), first.event)


def test_the_request_id_stays_used_up(ended, objection):
    redact(ended, "second", recorded_at=NOW)
    for one in (objection("a2", "second"), objection("another", "second")):
        (answered,) = ended.add_all([one], recorded_at=NOW)
        assert answered.state is State.ENDED
    with pytest.raises(BadInput, match="has ended since"):
        ended.add(objection("a2", "second"), recorded_at=NOW)
    assert (
        ended.withdraw("second", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True).state
        is State.ENDED
    )
    assert ended.head().event == 6
    assert ended.verify().ok


def test_receipts_and_checkpoints_of_before_still_verify(registry, objection, sql):
    receipts = [registry.add(objection(f"a{n}"), recorded_at=NOW).receipt for n in (1, 2, 3)]
    kept = registry.checkpoint()
    registry.withdraw("request-a2", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    redact(registry, "request-a2", recorded_at=NOW)
    verifier = parse_verifier(registry.identity.log_key)
    for receipt in receipts:
        check_receipt(receipt, verifier)  # the person's own file stays theirs
    assert registry.verify([kept, *(receipt.checkpoint for receipt in receipts)]).ok
    # Its secret asks for nothing any more.
    assert sorted(event for (event,) in sql("SELECT event FROM receipt")) == [1, 3]


def test_the_case_goes_with_the_request(ended, case_key, sql):
    for name in ("second", "third"):
        set_contact(ended, name, Contact(address="ana@example.org"), case_key)
        add_message(ended, name, Direction.FROM_PERSON, "Please.", recorded_at=NOW, key=case_key)
    redact(ended, "second", recorded_at=NOW)
    assert sql("SELECT event FROM case_file") == sql("SELECT event FROM correspondence") == [(3,)]


def test_a_registry_of_the_past_lacks_what_was_redacted_and_says_so(ended):
    then = [ended.snapshot(event) for event in range(6)]
    redact(ended, "second", recorded_at=NOW)
    now = [ended.snapshot(event) for event in range(6)]
    assert [one.root for one in now] == [one.root for one in then]
    assert [one.erased.num_rows for one in then] == [0] * 6
    assert [one.erased.num_rows for one in now] == [0, 0, 1, 1, 1, 0]
    assert [one.objections.num_rows for one in now] == [0, 1, 1, 2, 2, 2]
    assert all(later.was(earlier.objections) for later, earlier in zip(now, then, strict=True))


def test_a_registry_of_the_past_may_lack_nothing_else(ended):
    then = ended.snapshot(3).objections  # first, second and third
    redact(ended, "second", recorded_at=NOW)
    now = ended.snapshot(3)
    assert now.was(then)
    post = [row["surfaces"] == Surface.POST.bit for row in then.to_pylist()]
    only_post = then.take([n for n, is_post in enumerate(post) if is_post])
    more = then.take([0, 1, 2, 0])
    assert not now.was(only_post)  # then fewer than now
    assert not now.was(pa.concat_tables([only_post, only_post]))  # as many, and one of now was never there
    assert not now.was(more)  # a row twice
    assert not now.was(then.slice(0, 0))
    # The scope of what was erased is that of the second: had the third gone, it would be noticed.
    shrunk = type(now)(**{**vars(now), "objections": now.objections.slice(0, 1)})
    assert not shrunk.was(then)


# ---- bytes


def bytes_of(tmp_path):
    return b"".join(path.read_bytes() for path in sorted(tmp_path.glob("registry.db*")))


@pytest.mark.sqlite_only
def test_no_byte_of_it_is_left_in_the_files(tmp_path, registry, objection, case_key):
    registry.add_all([objection("a1"), objection("a2")], recorded_at=NOW, receipts=True)
    set_contact(registry, "request-a1", Contact(address="ana@example.org"), case_key)
    add_message(registry, "request-a1", Direction.FROM_PERSON, "x" * 9_000, recorded_at=NOW, key=case_key)
    registry.withdraw("request-a1", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    connection = sqlite3.connect(tmp_path / "registry.db")
    needles = [
        value
        for query in (
            "SELECT nonce, body FROM event WHERE number IN (1, 3)",
            "SELECT pseudonym, nonce FROM objection WHERE event = 1",
            "SELECT secret_digest FROM receipt WHERE event = 1",
            "SELECT contact FROM case_file",
            "SELECT substr(message, 1, 64), substr(message, 8000, 64) FROM correspondence",  # of two pages
        )
        for row in connection.execute(query)
        for value in row
    ]
    connection.close()
    assert len(needles) == 10
    assert all(needle in bytes_of(tmp_path) for needle in needles)  # the search works
    redact(registry, "request-a1", recorded_at=NOW)
    forget(registry)
    assert [n for n, needle in enumerate(needles) if needle in bytes_of(tmp_path)] == []
    assert registry.verify().ok


@pytest.mark.sqlite_only
def test_no_copy_is_left_where_pages_were_split(tmp_path, registry, objection):
    """Rows that grow move others aside; secure_delete leaves the place they were moved from, here of a155."""
    chance = random.Random(3)  # noqa: S311 - with which SQLite 3.40 leaves a copy
    made = [objection(f"a{n}", f"req-{chance.random()}-{n}") for n in range(300)]
    for start in range(0, 300, 50):
        registry.add_all(made[start : start + 50], recorded_at=NOW)
    order = list(range(300))
    chance.shuffle(order)
    for n in order[:150]:
        registry.withdraw(
            made[n].request_id, proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True
        )
    redact(registry, made[155].request_id, recorded_at=NOW)
    forget(registry)
    content = bytes_of(tmp_path)
    assert content.count(made[155].target.pseudonym) == 0
    assert all(made[n].target.pseudonym in content for n in range(300) if n != 155)


@pytest.mark.sqlite_only
def test_where_somebody_reads_the_bytes_stay_for_now_and_that_is_said(tmp_path, ended, objection):
    pseudonym = objection("a9").target.pseudonym
    ended.add(objection("a9"), recorded_at=NOW)
    ended.withdraw("request-a9", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    reader = sqlite3.connect(tmp_path / "registry.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM event").fetchall()
    event.listen(
        ended._engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 0")
    )
    redact(ended, "request-a9", recorded_at=NOW)
    with pytest.raises(BadInput, match="old bytes are being erased"):
        forget(ended)
    assert pseudonym in bytes_of(tmp_path)
    reader.close()
    forget(ended)
    assert pseudonym not in bytes_of(tmp_path)


@pytest.mark.sqlite_only
def test_what_retention_deletes_is_gone_from_the_files(tmp_path, ended, case_key, calendar):
    set_contact(ended, "first", Contact(address="ana@example.org"), case_key)
    answer(ended, "first", AnswerKind.DONE, answered_on=date(2026, 6, 1), recorded_at=NOW, calendar=calendar)
    connection = sqlite3.connect(tmp_path / "registry.db")
    [(sealed,)] = connection.execute("SELECT contact FROM case_file").fetchall()
    connection.close()
    assert sealed in bytes_of(tmp_path)
    assert delete_expired(ended, now=NOW, retention=timedelta(0)) == (1, 0)
    forget(ended)
    assert sealed not in bytes_of(tmp_path)


# ---- with a rotation of the key


def rotated(url):
    chain = Keychain((KEY_ID, "registry-2"), (REGISTRY_KEY, bytes(range(64, 96))))
    rotate_key(url, LOG_SECRET, chain, recorded_at=NOW)
    return open_registry(url, LOG_SECRET)


def test_a_key_is_rotated_over_what_was_redacted(url, ended):
    redact(ended, "second", recorded_at=NOW)
    ended.close()
    with rotated(url) as registry:
        assert registry.verify().findings == ()
        assert registry.snapshot().objections.num_rows == 2


def test_what_was_rotated_is_redacted(url, ended):
    ended.close()
    with rotated(url) as registry:
        assert redact(registry, "second", recorded_at=NOW).erased == (2, 4, 5)
        assert registry.verify().findings == ()
        assert [registry.snapshot(event).erased.num_rows for event in (1, 3, 5)] == [0, 1, 0]


# ---- what `registry verify` finds


_ERASE = "UPDATE event SET body = NULL, nonce = NULL WHERE number = {0}"
_BEHIND = {
    "an event of a live one is erased": ("event", _ERASE.format(1), "event erased", 1),
    "so is the redaction": ("event", _ERASE.format(6), "event erased", 2),
    "a redacted one goes on": ("objection", "UPDATE objection SET ended = NULL, pseudonym = event.entry, nonce = event.entry FROM event WHERE event.number = 1 AND objection.event = 2", "objection redacted", 2),
    "a redacted one names somebody": ("objection", "UPDATE objection SET pseudonym = event.entry, nonce = event.entry FROM event WHERE event.number = 1 AND objection.event = 2", "objection redacted", 2),
    "a live one ends with a redacted one": ("objection", "UPDATE objection SET ended = 5 WHERE event = 1", "objection ended", 1),
    "a redacted one ends otherwise": ("objection", "UPDATE objection SET ended = 6 WHERE event = 2", "objection ended", 2),
    "its row is removed": ("objection", "DELETE FROM objection WHERE event = 2", "objection missing", 2),
    "what was erased is another kind": ("event", "UPDATE event SET kind = 'withdrawn' WHERE number = 2", "objection invented", 2),
    "its end is another kind": ("event", "UPDATE event SET kind = 'identity_confirmed' WHERE number = 5", "objection ended", 2),
    "what is about nobody ended somebody": ("event", "UPDATE event SET kind = 'withdrawn' WHERE number = 4", "objection changed", 4),
    "content comes back": ("event", "UPDATE event SET body = other.body, nonce = other.nonce FROM event AS other WHERE other.number = 1 AND event.number = 4", "event not erased", 4),
    "the leaf is another": ("event", "UPDATE event SET entry = other.entry FROM event AS other WHERE other.number = 1 AND event.number = 4", "tree", 1),
}  # fmt: skip


@pytest.mark.parametrize(("table", "statement", "what", "number"), _BEHIND.values(), ids=_BEHIND)
def test_what_was_changed_behind_the_program_is_named(ended, unguarded, table, statement, what, number):
    redact(ended, "second", recorded_at=NOW)
    unguarded(table, statement)
    assert (what, number) in found_in(ended)


def appended(registry, *events):
    """Events that somebody signed who has the log key, past the program that would not write them."""
    with registry.appending() as (connection, size, signer):
        log.append(connection, size, events, signer)


_FORGED = {
    "of what is not erased": ((2, 4, 5), "event not erased", 2),
    "of a live one": ((1,), "event not erased", 1),
    "of two": ((1, 2, 4, 5), "redaction", 6),
    "of no receipt": ((4, 5), "redaction", 6),
    "of an event to come": ((2, 9), "event not erased", 9),
    "of itself": ((2, 6), "event not erased", 6),
}


@pytest.mark.parametrize(("events", "what", "number"), _FORGED.values(), ids=_FORGED)
def test_a_redaction_that_the_program_would_not_write_is_named(ended, events, what, number):
    appended(ended, Redacted(events=events, number=6, recorded_at=NOW))
    assert (what, number) in found_in(ended)


def test_a_live_one_that_a_redaction_names_and_that_is_erased_is_named(ended, unguarded):
    appended(ended, Redacted(events=(1,), number=6, recorded_at=NOW))
    unguarded("event", _ERASE.format(1))
    [finding] = ended.verify().findings
    assert (finding.what, finding.number, finding.found) == ("objection redacted", 1, "one that holds")


def test_an_erased_event_that_only_an_earlier_redaction_names_is_named(ended, unguarded):
    appended(ended, Redacted(events=(7,), number=6, recorded_at=NOW))
    ended.confirm("first", recorded_at=NOW)
    unguarded("event", _ERASE.format(7))
    assert ("event erased", 7) in found_in(ended)


@pytest.mark.parametrize(
    "requests", [(4,), (9,), (1, 7), (6,)], ids=["no receipt", "no event", "one to come", "itself"]
)
def test_an_extract_of_what_was_not_received_is_named(ended, objection, requests):
    appended(ended, Exported(number=6, recorded_at=NOW, requests=requests))
    ended.add(objection("a7"), recorded_at=NOW)
    assert found_in(ended) == {("extract", 6)}


def test_extracts_and_redactions_of_the_program_are_sound(ended):
    appended(ended, Exported(number=6, recorded_at=NOW, requests=(1, 2)))
    redact(ended, "second", recorded_at=NOW)
    assert ended.verify().findings == ()
