"""What was published before a withdrawal stays out until it is released: in snapshots, on record, past redaction."""

from datetime import timedelta

import pytest
import sqlalchemy.exc
from registry.constants import NOW, PROOF
from registry.links import pseudonym, reached
from registry.rotations import rotated

from builders import PLATFORM
from optout_registry.actors import add_actor
from optout_registry.bulk import import_file
from optout_registry.cases.contact import Contact
from optout_registry.extract import check_extract, export
from optout_registry.inherited import read_reaching, record_reached
from optout_registry.objections import Impersonation, State
from optout_registry.opening import open_registry
from optout_registry.redaction import redact
from optout_registry.reversal import reverse_batch
from optout_registry.standing import standing
from optout_registry.transparency.notes import parse_verifier
from schemas.errors import Refused
from schemas.vocabulary import Surface

LATER = NOW + timedelta(days=1, microseconds=7)


def withdraw(registry, name, *, releases_older=False, at=LATER):
    return registry.withdraw(
        f"request-{name}", proof=PROOF, received_at=NOW, recorded_at=at, releases_older=releases_older
    )


def covers(registry, event=None):
    """The pseudonyms of a snapshot, each with the instants up to which it is covered; None: for good."""
    found = {}
    for row in registry.snapshot(event).objections.to_pylist():
        found.setdefault(row["pseudonym"], []).append(row["until"])
    return found


@pytest.fixture
def kept(registry, objection):
    """Three objections, of which the first was withdrawn by somebody who keeps older content out: event 4."""
    registry.add_all([objection(f"a{n}") for n in (1, 2, 3)], recorded_at=NOW)
    assert withdraw(registry, "a1").state is State.ADDED
    return registry


def test_a_snapshot_says_until_when_what_was_published_is_covered(kept):
    everybody = {pseudonym(f"a{n}"): [None] for n in (1, 2, 3)}
    assert covers(kept, 3) == everybody
    assert covers(kept) == everybody | {pseudonym("a1"): [LATER]}
    assert kept.verify().findings == ()


def test_releasing_it_with_the_withdrawal_leaves_nothing(kept):
    withdraw(kept, "a2", releases_older=True)
    assert covers(kept) == {pseudonym("a1"): [LATER], pseudonym("a3"): [None]}


def test_it_can_be_released_later_once_and_the_past_stays_as_it_was(kept):
    again = withdraw(kept, "a1")
    assert (again.state, again.event) == (State.ENDED, 4)
    released = withdraw(kept, "a1", releases_older=True)
    assert (released.state, released.event) == (State.OLDER_RELEASED, 5)
    assert withdraw(kept, "a1", releases_older=True).state is State.ENDED
    assert kept.head().event == 5
    assert pseudonym("a1") not in covers(kept)
    assert covers(kept, 4)[pseudonym("a1")] == [LATER]
    assert covers(kept, 3)[pseudonym("a1")] == [None]
    assert kept.verify().findings == ()


def test_who_objects_anew_is_covered_twice_and_null_comes_first(kept, objection):
    kept.add(objection("a1", "again"), recorded_at=LATER)
    assert covers(kept)[pseudonym("a1")] == [None, LATER]


def test_two_withdrawals_of_one_scope_at_one_instant_are_one_row(kept, objection):
    kept.add(objection("a1", "request-b"), recorded_at=NOW)
    withdraw(kept, "b")
    assert covers(kept)[pseudonym("a1")] == [LATER]


def test_a_withdrawal_that_releases_leaves_another_that_does_not(kept, objection):
    kept.add(objection("a1", "request-b"), recorded_at=NOW)
    withdraw(kept, "b", releases_older=True)
    assert covers(kept)[pseudonym("a1")] == [LATER]


def test_a_refused_objection_and_a_reversed_one_keep_nothing_out(kept, objection):
    kept.add_all([objection("b1")], recorded_at=NOW, batch="b")
    kept.refuse("request-a2", Impersonation.NOT_THE_PERSON, recorded_at=NOW)
    for token in [add_actor(kept, name) for name in ("ana", "ben")]:
        reverse_batch(kept, "b", token, recorded_at=NOW)
    assert set(covers(kept)) == {pseudonym("a1"), pseudonym("a3")}
    assert kept.verify().findings == ()


def test_the_reversal_of_a_batch_releases_nothing_that_a_person_keeps_out(registry, objection):
    registry.add_all([objection("a1"), objection("a2")], recorded_at=NOW, batch="b")
    withdraw(registry, "a1")
    reversals = [
        reverse_batch(registry, "b", token, recorded_at=NOW)
        for token in [add_actor(registry, name) for name in ("ana", "ben")]
    ]
    assert reversals[1].objections == 1
    assert covers(registry) == {pseudonym("a1"): [LATER]}


@pytest.mark.parametrize(("kind", "value"), [("record", "post-1"), ("media", "ab" * 32)])
def test_a_takedown_is_withdrawn_whole(registry, objection, kind, value):
    registry.add(objection(value, "request-t", kind=kind), recorded_at=NOW)
    with pytest.raises(Refused, match="--release-older") as caught:
        withdraw(registry, "t")
    assert f"the {kind}, which is taken down whole" in str(caught.value)
    assert registry.head().event == 1
    assert withdraw(registry, "t", releases_older=True).state is State.ADDED
    assert covers(registry) == {}
    assert withdraw(registry, "t").state is State.ENDED
    assert registry.verify().findings == ()


def test_the_scope_and_the_platform_stay(registry, objection):
    registry.add(objection("a1", surfaces=Surface.POST.bit, linked=False), recorded_at=NOW)
    withdraw(registry, "a1")
    snapshot = registry.snapshot()
    (row,) = snapshot.objections.to_pylist()
    assert (row["surfaces"], row["linked"], row["until"]) == (Surface.POST.bit, False, LATER)
    assert snapshot.platforms == (PLATFORM,)


# Linked accounts.


def test_accounts_that_it_reached_stay_covered_and_it_goes_on_reaching(kept):
    record_reached(kept, reached((1, "b1")), PLATFORM, recorded_at=LATER)
    reaching = read_reaching(kept).to_pylist()
    assert {row["origin"] for row in reaching} == {1, 2, 3}
    assert pseudonym("b1") in {row["pseudonym"] for row in reaching if row["origin"] == 1}
    assert covers(kept)[pseudonym("b1")] == [LATER]
    withdraw(kept, "a1", releases_older=True)
    record_reached(kept, reached((1, "b2")), PLATFORM, recorded_at=LATER)
    assert {row["origin"] for row in read_reaching(kept).to_pylist()} == {2, 3}
    assert set(covers(kept)) == {pseudonym("a2"), pseudonym("a3")}
    assert kept.verify().findings == ()


def test_an_erased_account_that_is_kept_out_stops_a_snapshot(kept, unguarded):
    record_reached(kept, reached((1, "b1")), PLATFORM, recorded_at=LATER)
    unguarded("inherited", "UPDATE inherited SET pseudonym = NULL, nonce = NULL")
    with pytest.raises(Exception, match="keep older content out"):
        kept.snapshot()


# Redaction and rotation.


def test_whom_it_keeps_out_is_not_redacted(kept):
    before = kept.head()
    with pytest.raises(Refused, match="--release-older") as caught:
        redact(kept, "request-a1", recorded_at=LATER)
    assert "before 2026-06-02 12:00:00 UTC" in str(caught.value)
    assert kept.head() == before
    assert pseudonym("a1") in covers(kept)


def test_once_released_it_can_be_redacted_and_the_past_can_be_told(kept):
    record_reached(kept, reached((1, "b1")), PLATFORM, recorded_at=LATER)
    withdraw(kept, "a1", releases_older=True)
    before = {event: kept.snapshot(event).objections for event in range(1, 7)}
    assert redact(kept, "request-a1", recorded_at=LATER).erased == (1, 4, 5, 6)
    assert kept.verify().findings == ()
    for event, taken in before.items():
        assert kept.snapshot(event).was(taken)
    # What is missing must have had the scope of what was redacted, and its instant.
    until = before[4].column("until").to_pylist()
    later = [instant and instant + timedelta(days=1) for instant in until]
    place = before[4].schema.get_field_index("until")
    moved = before[4].set_column(place, before[4].schema.field(place), [later])
    assert not kept.snapshot(4).was(moved)


def test_a_rotation_takes_it_along(kept, url):
    assert covers(kept)[pseudonym("a1")] == [LATER]
    rotated(url)
    with open_registry(url) as registry:
        assert covers(registry) == {
            pseudonym("a1", 2): [LATER], pseudonym("a2", 2): [None], pseudonym("a3", 2): [None],
        }  # fmt: skip
        assert registry.verify().findings == ()


# What people are told.


def test_status_counts_them(kept):
    status = kept.status()
    assert (status.received, status.ended, status.keep_older, status.live) == (3, 1, 1, 2)
    withdraw(kept, "a1", releases_older=True)
    assert kept.status().keep_older == 0


def test_whoever_holds_the_receipt_is_told(registry, objection):
    secret = registry.add(objection("a1"), recorded_at=NOW).receipt.secret
    assert standing(registry, secret).older_until is None
    withdraw(registry, "a1")
    told = standing(registry, secret)
    assert (told.state, told.older_until) == ("withdrawn", LATER)
    withdraw(registry, "a1", releases_older=True)
    told = standing(registry, secret)
    assert (told.state, told.older_until) == ("withdrawn", None)


def test_an_extract_says_it_and_proves_it(kept, case_key, calendar):
    extracts = []
    for _ in range(2):
        extract = export(kept, ["request-a1"], case_key, calendar, recorded_at=LATER)
        check_extract(extract, parse_verifier(extract.log_key))
        (request,) = extract.requests
        assert request.contact == Contact(address=None, language=None)
        extracts.append((request.older_until, {event.in_words for event in request.events}))
        withdraw(kept, "a1", releases_older=True)
    assert [until for until, _ in extracts] == [LATER, None]
    withdrawn = (
        "The objection was withdrawn; they were logged in to the account, or read mail at the address."
        " What was published before stays out, unless it is released."
    )
    released = (
        "What was published before the withdrawal was released, too; they were logged in to the account, or"
        " read mail at the address. It may be used again."
    )
    assert [{withdrawn, released} & words for _, words in extracts] == [{withdrawn}, {withdrawn, released}]


def test_the_same_file_again_changes_nothing(registry, intake, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("type,value,request_id\naccount,a1,request-a1\n")

    def load():
        report = import_file(registry, path, intake, clock=lambda: NOW, on_bad=pytest.fail)
        return report.added, report.ended

    assert load() == (1, 0)
    withdraw(registry, "a1")
    assert load() == (0, 1)
    assert covers(registry) == {pseudonym("a1"): [LATER]}


# Who changes the database behind the program.

_TAMPERED = {
    "what is kept out is let go": ("UPDATE objection SET until = NULL WHERE event = 1", "older content changed", 1),
    "the instant is another": ("UPDATE objection SET until = until - 1 WHERE event = 1", "older content changed", 1),
    "a release is forged": ("UPDATE objection SET released = 7 WHERE event = 1", "older content invented", 1),
    "a release is forged by another's": ("UPDATE objection SET released = 6 WHERE event = 1", "older content changed", 1),
    "a release is undone": ("UPDATE objection SET released = NULL WHERE event = 2", "older content changed", 6),
    "a refusal keeps something out": ("UPDATE objection SET until = 1 WHERE event = 3", "older content invented", 3),
}  # fmt: skip


@pytest.mark.parametrize(("statement", "what", "number"), _TAMPERED.values(), ids=_TAMPERED)
def test_what_was_changed_is_named(kept, unguarded, statement, what, number):
    withdraw(kept, "a2")
    assert withdraw(kept, "a2", releases_older=True).event == 6
    kept.refuse("request-a3", Impersonation.NOT_THE_PERSON, recorded_at=NOW)
    assert kept.verify().findings == ()
    unguarded("objection", statement)
    assert (what, number) in {(finding.what, finding.number) for finding in kept.verify().findings}


def test_a_release_forged_by_one_that_was_erased_is_named(kept, unguarded):
    withdraw(kept, "a2")
    assert withdraw(kept, "a1", releases_older=True).event == 6
    redact(kept, "request-a1", recorded_at=LATER)
    assert kept.verify().findings == ()
    unguarded("objection", "UPDATE objection SET released = 6 WHERE event = 2")
    found = {(finding.what, finding.number) for finding in kept.verify().findings}
    assert found == {("older content changed", 6)}


_REFUSED = [
    "UPDATE objection SET until = 1 WHERE event = 1",
    "UPDATE objection SET until = NULL WHERE event = 1",
    "UPDATE objection SET until = 1 WHERE event = 2",
    "UPDATE objection SET released = 9 WHERE event = 2",
    "UPDATE objection SET released = 4 WHERE event = 1",
    "UPDATE objection SET released = 9, until = NULL WHERE event = 1",
    "UPDATE objection SET pseudonym = NULL, nonce = NULL WHERE event = 1",
    "UPDATE objection SET pseudonym = NULL, nonce = NULL, released = 9 WHERE event = 1",
    "UPDATE objection SET ended = 9, until = 1 WHERE event = 5",
    "UPDATE objection SET released = NULL WHERE event = 3",
    "UPDATE objection SET released = 9 WHERE event = 3",
]


@pytest.mark.parametrize("statement", _REFUSED)
def test_the_database_refuses(kept, objection, sql, statement):
    kept.add(objection("post-1", kind="record"), recorded_at=NOW)
    withdraw(kept, "a3")
    assert withdraw(kept, "a3", releases_older=True).event == 7
    before = sql("SELECT * FROM objection ORDER BY event")
    with pytest.raises(sqlalchemy.exc.DBAPIError, match=r"append-only|constraint"):
        sql(statement)
    assert sql("SELECT * FROM objection ORDER BY event") == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE objection SET pseudonym = NULL, nonce = NULL WHERE event = 1",
        "UPDATE objection SET until = 1 WHERE event = 5",
        "UPDATE objection SET released = 9 WHERE event = 2",
    ],
    ids=["whom it keeps out is erased", "a takedown keeps something out", "a release of what holds"],
)
def test_no_row_can_say_it_even_without_triggers(kept, objection, unguarded, statement):
    kept.add(objection("post-1", kind="record"), recorded_at=NOW)
    withdraw(kept, "post-1", releases_older=True)
    with pytest.raises(sqlalchemy.exc.DBAPIError, match="constraint"):
        unguarded("objection", statement)
