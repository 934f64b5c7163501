"""Laws 3, 5 and 9: decisions of persons are inputs; the next version reflects them, and verify follows it."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import numpy as np
import pyarrow as pa
import pytest
from builds import Place, run_splits

from builders import AS_OF, account, medium, objection, record
from pipelines import finishing, planning
from pipelines.build import finish, job, plan
from pipelines.corpus.chain import load_version, read_object_table, read_splits
from pipelines.expiry import queued_since
from pipelines.screen import reviewed, screen
from schemas.documents import ObjectRef
from schemas.errors import BadInput, LateObjections
from schemas.outcomes import Reason
from schemas.reviews import QUEUE, QUEUED, REVIEWS, Decision

TODDLER = "A toddler on a swing"
RECORDS = [
    record(record_id=f"r{n}", account_id=f"a{n}", surface="photo", text=f"Line {n}",
           media=[medium(sha256=digest, alt_text=words)])
    for n, (digest, words) in enumerate([
        ("aa" * 32, TODDLER), ("bb" * 32, "A hill in the fog"), ("aa" * 32, "A swing in the rain"),
        (None, TODDLER), ("cc" * 32, TODDLER), ("dd" * 32, "A bridge in the fog"),
    ])
]  # fmt: skip
"""A split each: two copies of one picture, one that nobody digested, one more that is suspected."""
DAYS = 24 * 3600


@pytest.fixture
def place(tmp_path):
    made = Place(tmp_path, [objection(value="somebody else")])
    made.write([account(account_id=f"a{n}") for n in range(6)], RECORDS, row_group_rows=1, files=6)
    made.build()
    return made


def later(place, days=0):
    """The same place some days on."""
    return Place(
        place.folder,
        place.objections,
        decisions=place.decisions,
        ticks=count(100 + days * DAYS),
        recorded_at=AS_OF + timedelta(days=days),
    )


def content(place, number=None):
    return load_version(place.store, number).content


def reasons(place, number=None):
    return {name: rows for name, rows in content(place, number).counts.reasons.items() if rows}


def queue(place, number=None):
    """The queue of a version, in the order of its splits."""
    rows = read_splits(place.store, load_version(place.store, number)).to_pylist()
    refs = [
        ObjectRef(digest=row["queue"], bytes=row["queue_bytes"], rows=row["queue_rows"])
        for row in rows
        if row["queue"]
    ]
    return [entry for ref in refs for entry in read_object_table(place.store, ref, QUEUE).to_pylist()]


def queued(place, number=None):
    ref = load_version(place.store, number).envelope.queued
    return [] if ref is None else read_object_table(place.store, ref, QUEUED).to_pylist()


def refusal(entry):
    return {"picture": entry["picture"], "copies": entry["copies"], "decision": Decision.REFUSED.value}


def release(place, entry):
    rules = sorted(content(place).rules[n] for n in entry["rules"])
    return {**refusal(entry), "decision": Decision.RELEASED.value, "words": entry["words"], "rules": rules}


def keys(place, number):
    return read_splits(place.store, load_version(place.store, number)).column("split_key").to_pylist()


def changed(place):
    """Splits whose key the second version has not from the first."""
    pairs = zip(keys(place, 1), keys(place, 2), strict=True)
    return [number for number, (one, other) in enumerate(pairs) if one != other]


def test_suspected_pictures_wait_since_they_were_published_first(place):
    waiting = queue(place)
    assert reasons(place) == {"kept": 3, "minor_image_suspected": 3}
    assert {(e["picture"], e["words"]) for e in waiting} == {
        (e["picture"], e["words"]) for e in queued(place)
    }
    assert [e["copies"] for e in waiting] == [True, False, True]
    since = {e["since"] for e in queued(place)}
    later(place, days=3).build()
    assert {e["since"] for e in queued(place, 2)} == since
    assert list(place.verify(1)) == list(place.verify(2)) == []


def test_a_refusal_touches_the_splits_that_hold_the_picture(place):
    place.decisions.append(refusal(queue(place)[0]))
    after = later(place)
    after.build()
    assert reasons(place) == {"kept": 2, "review_refused": 2, "minor_image_suspected": 2}
    assert changed(place) == [0, 2]
    assert after.plans[-1].reused == 4
    assert list(place.verify()) == []


def test_a_release_touches_its_splits_and_a_build_from_nothing_agrees(place):
    place.decisions.append(release(place, queue(place)[2]))
    after = later(place)
    after.build()
    assert (changed(place), after.plans[-1].reused) == ([4], 5)
    assert reasons(place) == {"kept": 4, "minor_image_suspected": 2}
    again = Place(place.folder, place.objections, decisions=place.decisions, corpus="again", ticks=count(200))
    again.build(from_scratch=True)
    assert content(again, 1) == content(place, 2)
    assert list(place.verify()) == list(again.verify()) == []


def test_a_decision_on_a_picture_nobody_digested_is_found_by_reading_ids(place):
    place.decisions.append(refusal(queue(place)[1]))
    after = later(place)
    after.build()
    assert (changed(place), after.plans[-1].reused) == ([3], 0)
    assert reasons(place)["review_refused"] == 1
    assert list(place.verify()) == []


def test_a_release_that_no_longer_counts_touches_its_splits_again(place):
    place.decisions.append(release(place, queue(place)[2]))
    later(place).build()
    place.decisions.clear()
    back = later(place, days=1)
    back.build()
    assert keys(place, 3) == keys(place, 1)
    assert back.plans[-1].reused == 5


def test_a_log_that_lost_a_refusal_stops_the_build(place):
    place.decisions.append(refusal(queue(place)[0]))
    later(place).build()
    place.decisions.clear()
    with pytest.raises(BadInput, match="1 that are missing"):
        later(place, days=1).build()


def test_another_lineage_key_stops_the_build_while_pictures_wait(place):
    (place.folder / "lineage.key").unlink()
    with pytest.raises(BadInput, match="under which nobody knows them"):
        later(place).build()


@pytest.mark.parametrize(
    ("days", "expired"), [(30, 0), (31, 3), (400, 3)], ids=["on the day before", "on the day", "long after"]
)
def test_what_waited_for_thirty_days_is_removed(place, days, expired):
    # The first version was finished a day after the as-of instant of the tests.
    after = later(place, days=days + 1)
    after.build(as_of=AS_OF + timedelta(days=days, hours=1))
    assert reasons(place).get("review_expired", 0) == expired
    assert reasons(place).get("minor_image_suspected", 0) == 3 - expired
    assert list(place.verify()) == []


def test_what_was_decided_does_not_expire(place):
    first, _, third = queue(place)
    place.decisions.extend([refusal(first), release(place, third)])
    later(place, days=60).build(as_of=AS_OF + timedelta(days=59))
    assert reasons(place) == {"kept": 3, "review_refused": 2, "review_expired": 1}
    assert list(place.verify()) == []


def test_what_expired_may_be_decided_later(place):
    entry = queue(place)[2]
    later(place, days=60).build(as_of=AS_OF + timedelta(days=59))
    place.decisions.append(release(place, entry))
    later(place, days=61).build(as_of=AS_OF + timedelta(days=60))
    assert reasons(place) == {"kept": 4, "review_expired": 2}


def test_a_refusal_that_comes_while_a_version_is_built_is_in_it(place):
    entry = queue(place)[0]

    def refuse_then_run(*given):
        if not place.decisions:
            place.decisions.append(refusal(entry))
        run_splits(*given)

    after = later(place)
    after.build(refuse_then_run, from_scratch=True)
    assert reasons(place)["review_refused"] == 2
    assert len(after.plans) == 2


def test_a_refusal_that_comes_after_a_plan_keeps_it_from_being_published(place):
    after = later(place)
    plan_id, _ = plan(after.inputs(), AS_OF + timedelta(days=1, seconds=50))
    job(after.store, plan_id, run_splits)
    place.decisions.append(refusal(queue(place)[0]))
    with pytest.raises(LateObjections, match="log of reviews"):
        finish(after.store, plan_id, after.steps().finishing)
    assert load_version(place.store).number == 1


# What of it is wrong, verify finds.


def found(place):
    return {(finding.object, finding.expected) for finding in place.verify()}


def test_a_refusal_that_was_not_heeded_is_found(place, monkeypatch):
    place.decisions.append(refusal(queue(place)[0]))
    nothing = reviewed.Reviewed(REVIEWS.empty_table())
    settle = screen.settle
    monkeypatch.setattr(screen, "settle", lambda pictures, _, rules: settle(pictures, nothing, rules))
    later(place).build()
    assert found(place) == {
        *((f"split {n} row 0", "removed: review_refused") for n in (0, 2)),
        ("split 0 row 0", "no entry: it was refused, released or expired"),
    }


def test_decisions_that_a_split_key_leaves_out_are_found(place, monkeypatch):
    place.decisions.append(refusal(queue(place)[0]))
    monkeypatch.setattr(reviewed.Reviewed, "digest", lambda _: "0" * 64)
    later(place).build()
    assert {name for name, what in found(place) if what.startswith("split key ")} == {"split 0", "split 2"}


def test_an_expiry_before_its_time_is_found(place, monkeypatch):
    early = planning.reviews_at
    monkeypatch.setattr(
        planning, "reviews_at", lambda *given: early(*given[:2], given[2] + timedelta(days=32))
    )
    later(place, days=5).build()
    assert reasons(place)["review_expired"] == 3
    assert found(place) == {("versions/00000002.json", "the 0 pictures expired that had waited for 30 days")}


def test_an_expiry_that_was_forgotten_is_found(place, monkeypatch):
    monkeypatch.setattr(planning, "reviews_at", lambda decided, *_: decided)
    later(place, days=60).build(as_of=AS_OF + timedelta(days=59))
    assert found(place) == {("versions/00000002.json", "the 3 pictures expired that had waited for 30 days")}


def test_decisions_that_screen_did_not_heed_are_found_in_the_queue(place, monkeypatch):
    place.decisions.append(release(place, queue(place)[2]))
    settle = screen.settle
    nothing = reviewed.Reviewed(REVIEWS.empty_table())
    monkeypatch.setattr(screen, "settle", lambda pictures, _, rules: settle(pictures, nothing, rules))
    later(place, days=60).build(as_of=AS_OF + timedelta(days=59), from_scratch=True)
    assert found(place) == {
        (f"split {n} row 0", "no entry: it was refused, released or expired") for n in (0, 3, 4)
    }


@pytest.mark.parametrize(
    "wrong",
    [
        lambda before, _waiting, _since: before,
        lambda before, waiting, since: queued_since(before, waiting, since - timedelta(days=3)),
        lambda before, waiting, since: queued_since(before.slice(1), waiting, since),
    ],
    ids=["left out", "before the build", "forgotten"],
)
def test_a_wrong_time_since_when_a_picture_waits_is_found(tmp_path, monkeypatch, wrong):
    made = Place(tmp_path, [objection(value="somebody else")])
    rows = [row | {"visibility": "private"} if n == 4 else row for n, row in enumerate(RECORDS)]
    made.write([account(account_id=f"a{n}") for n in range(6)], rows, row_group_rows=1, files=6)
    made.build()
    assert found(made) == set()
    made.write([account(account_id=f"a{n}") for n in range(6)], RECORDS, row_group_rows=1, files=6)
    monkeypatch.setattr(finishing, "queued_since", wrong)
    later(made).build()
    assert found(made) == {
        ("versions/00000002.json", "2 pictures since when they waited, and 1 since this version")
    }


def test_a_refusal_that_was_lost_is_found(place, monkeypatch):
    place.decisions.append(refusal(queue(place)[0]))
    later(place).build()
    place.decisions.clear()
    monkeypatch.setattr(planning, "check_reviews", lambda *_: None)
    later(place, days=1).build()
    assert found(place) == {("versions/00000003.json", "every refusal of the version before")}


def _without(table, *_):
    return table.slice(1)


def _of_another_picture(table):
    return table.set_column(2, "picture", pa.array([7] * len(table), pa.uint64())).cast(QUEUE)


def _of_no_rule(table):
    return table.set_column(7, "rules", pa.array([[]] * len(table), QUEUE.field("rules").type)).cast(QUEUE)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_without, {("split 0 row 0", "an entry in the queue: a picture of the row waits")}),
        (_of_another_picture, {("split 0 queue row 0", "the keyed digest of the picture in its place")}),
        (_of_no_rule, {("split 0 row 0", "rules that the ledger has for the row, one at least")}),
    ],
)
def test_a_wrong_queue_is_found(tmp_path, monkeypatch, change, expected):
    queue = screen.queue
    monkeypatch.setattr(screen, "queue", lambda *given: change(queue(*given)))
    made = Place(tmp_path, [objection(value="somebody else")])
    made.write([account(account_id=f"a{n}") for n in range(2)], RECORDS[:2])
    made.build()
    assert found(made) == expected


def test_a_removal_for_a_refusal_that_there_was_not_is_found(place, monkeypatch):
    def refusing(*judged):
        verdicts = screen_verdicts(*judged)
        refused = np.where(verdicts.reasons, verdicts.reasons | Reason.REVIEW_REFUSED.bit, 0)
        nothing = np.zeros(len(verdicts.waiting), bool)
        return replace(verdicts, reasons=refused.astype(np.uint32), waiting=nothing)

    screen_verdicts = screen.content_verdicts
    monkeypatch.setattr(screen, "content_verdicts", refusing)
    later(place).build(from_scratch=True)
    assert found(place) == {
        (f"split {n} row 0", "no refusal by a person: none of its pictures was refused") for n in (0, 3, 4)
    }
