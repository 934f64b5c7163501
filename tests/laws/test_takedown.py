"""Takedowns of records and pictures: what they hit, which splits they touch, and that the verifier sees it."""

import pytest
from builds import Place
from enumerations import few_of
from screened import screened, shard_of, verdicts

from builders import TARGET_KEY, account, medium, objection, record
from pipelines.corpus.chain import load_version, read_splits
from schemas.errors import BadInput
from schemas.policy import Policy

HILL, RIVER = "ab" * 32, "cd" * 32
ADDRESS = "https://social.example/@ana/1"


def taken_down(records, *targets):
    """Which of these records a takedown of these targets removes."""
    objections = [objection(kind, value) for kind, value in targets]
    found = verdicts(screened(records, objections=objections))
    assert {reason for reason, _ in found} <= {"takedown", "kept"}
    return [row["record_id"] for row, (reason, _) in zip(records, found, strict=True) if reason != "kept"]


def with_picture(record_id, **picture):
    return record(record_id=record_id, media=[medium(alt_text="a hill", **picture)])


RECORDS = [
    record(record_id="r1"),
    record(record_id="R1"),
    record(record_id="007"),
    record(record_id=ADDRESS),
    with_picture("hill", sha256=HILL, uri="https://cdn.example/hill.jpg"),
    with_picture("copy", sha256=HILL.upper(), uri="media/1.jpg"),
    with_picture("other", sha256=RIVER, uri="media/1.jpg"),
    record(record_id="none", media=None),
]
HITS = {
    "an id": (("record", "r1"), ["r1"]),
    "an id with spaces at its ends": (("record", " r1\u200b"), ["r1"]),
    "an id in another case is another": (("record", "R1"), ["R1"]),
    "leading zeros count": (("record", "7"), []),
    "a number": (("record", "007"), ["007"]),
    "an address": (("record", ADDRESS), [ADDRESS]),
    "an address whose host is written otherwise": (("record", "HTTPS://Social.Example:443/@ana/1"), [ADDRESS]),
    "an address with needless escapes": (("record", "https://social.example/%40ana/%31"), []),
    "an address with an escape that nothing needs": (("record", "https://social.example/@an%61/1"), [ADDRESS]),
    "another path": (("record", "https://social.example/@ana/1/"), []),
    "another scheme": (("record", "http://social.example/@ana/1"), []),
    "a fragment": (("record", f"{ADDRESS}#reply"), []),
    "the address of a picture": (("record", "https://CDN.example/hill.jpg"), ["hill"]),
    "a path inside an export is no address": (("record", "media/1.jpg"), []),
    "a picture and its copy": (("media", HILL), ["hill", "copy"]),
    "a picture in capitals": (("media", RIVER.upper()), ["other"]),
    "a picture is no record": (("record", HILL), []),
}  # fmt: skip


@pytest.mark.parametrize(("target", "expected"), HITS.values(), ids=HITS)
def test_what_a_takedown_hits(target, expected):
    assert taken_down(RECORDS, target) == expected


def test_several_takedowns_hit_what_each_does():
    assert taken_down(RECORDS, ("record", "r1"), ("media", RIVER), ("media", RIVER)) == ["r1", "other"]


def test_a_takedown_comes_before_all_that_stands_against_a_record():
    rows = [record(visibility="private", created_at=None)]
    [(first, all_of_them)] = verdicts(screened(rows, objections=[objection("record", "r1"), objection()]))
    assert first == "takedown"
    assert all_of_them == {
        "takedown", "objection", "posting_date_unknown", "not_public",
    }  # fmt: skip


def test_a_takedown_needs_no_account():
    [(first, _)] = verdicts(screened([record(account_id="nobody")], objections=[objection("record", "r1")]))
    assert first == "takedown"


def test_a_picture_takes_the_whole_record_along():
    pictures = [medium(sha256=HILL, alt_text="a hill"), medium(sha256=RIVER, alt_text="a river")]
    rows = [record(media=pictures), record(record_id="r2")]
    result = screened(rows, objections=[objection("media", HILL)])
    assert [row["text"] for row in shard_of(result)] == [rows[1]["text"]]
    assert verdicts(result) == [("takedown", {"takedown"}), ("kept", set())]


def test_a_takedown_for_another_purpose_does_not_count():
    against = objection("record", "r1", purposes=1)
    for purposes, expected in ((["evaluation"], "kept"), (["training"], "takedown"), (None, "takedown")):
        policy = Policy.model_validate({} if purposes is None else {"purposes": purposes})
        [(first, _)] = verdicts(screened([record()], objections=[against], policy=policy))
        assert first == expected


# Which splits a takedown touches: of six, one by each author. The hill is in two of them.
WRITERS = [account(account_id=f"a{n}") for n in range(6)]
ROWS = [record(record_id=f"r{n}", account_id=f"a{n // 4}", text=f"Line {n}") for n in range(24)]
ROWS[5]["media"] = [medium(sha256=HILL, alt_text="a hill")]
ROWS[17]["media"] = [medium(sha256=HILL.upper(), alt_text="a hill"), medium(sha256=RIVER, alt_text="a river")]
TOUCHED = {
    "a record": ([("record", "r9")], [2], {9}),
    "a picture and its copy": ([("media", HILL)], [1, 4], {5, 17}),
    "a record with the picture of another takedown": ([("record", "r17"), ("media", RIVER)], [4], {17}),
    "nothing that is there": ([("record", "elsewhere"), ("media", "ee" * 32)], [], set()),
}


EITHER = [pytest.param(("record", "r9"), marks=pytest.mark.long), ("media", HILL)]


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path, [objection(value="nobody")])
    place.write(WRITERS, ROWS, row_group_rows=4, files=6)
    return place


def content(place, number=None):
    return load_version(place.store, number).content


def keys_of(place, number):
    return read_splits(place.store, load_version(place.store, number)).column("split_key").to_pylist()


def differing(place, *numbers):
    before, after = (keys_of(place, number) for number in numbers)
    return [n for n, keys in enumerate(zip(before, after, strict=True)) if keys[0] != keys[1]]


def screened_splits(monkeypatch):
    """The splits that are screened from here on, by the number of their file."""
    from pipelines.jobs import screening

    seen, original = [], screening.screen
    monkeypatch.setattr(
        screening,
        "screen",
        lambda opened, inputs: (
            seen.append(int(opened.ids.source.split.path[-10:-8])), original(opened, inputs),
        )[1],
    )  # fmt: skip
    return seen


@pytest.mark.parametrize(("targets", "splits", "rows"), few_of(TOUCHED, "a record", "a picture and its copy"))
def test_a_late_takedown_redoes_the_splits_that_hold_it(place, monkeypatch, targets, splits, rows):
    place.build()
    place.objections += [objection(*target) for target in targets]
    seen = screened_splits(monkeypatch)
    place.build()
    assert sorted(seen) == splits == differing(place, 1, 2)
    # Only where a record is named are the ids of every split read.
    by_name = any(kind == "record" for kind, _ in targets)
    assert place.plans[-1].reused == (0 if by_name else 6 - len(splits))
    again = Place(place.folder, place.objections, corpus="again")
    again.build(from_scratch=True)
    assert content(place, 2).to_canonical_json() == content(again, 1).to_canonical_json()
    assert content(place, 2).counts.reasons["takedown"] == len(rows)
    assert content(place, 2).counts.outcomes["kept"] == 24 - len(rows)
    assert list(place.verify(1)) == list(place.verify(2)) == []


def test_a_takedown_that_was_there_before_costs_no_reading(place):
    place.objections.append(objection("record", "r9"))
    place.build()
    place.objections.append(objection(value="a5"))
    place.build()
    assert place.plans[-1].reused == 5
    assert content(place, 2).counts.reasons["takedown"] == 1


@pytest.mark.parametrize("target", EITHER)
def test_a_takedown_that_is_withdrawn_gives_back_what_there_was(place, target):
    place.build()
    place.objections.append(objection(*target))
    place.build()
    place.objections.append({"withdraws": target[1]})
    place.build()
    assert differing(place, 1, 2) != []
    assert differing(place, 1, 3) == []
    assert content(place, 3).counts == content(place, 1).counts
    assert list(place.verify(3)) == []


@pytest.mark.parametrize("target", EITHER)
def test_a_takedown_that_arrives_during_the_job_counts(place, target):
    from builds import run_splits

    def late(*args):
        run_splits(*args)
        if len(place.objections) == 1:
            place.objections.append(objection(*target))

    place.build(late)
    again = Place(place.folder, place.objections, corpus="again")
    again.build(from_scratch=True)
    assert content(place).to_canonical_json() == content(again).to_canonical_json()
    assert content(place).counts.reasons["takedown"] > 0


def test_a_target_that_the_key_does_not_open_stops_the_build(place, monkeypatch):
    place.objections.append(objection("record", "r9"))
    monkeypatch.setattr("builds.TARGET_KEY", TARGET_KEY[::-1])
    with pytest.raises(BadInput, match="1 that it does not open") as caught:
        place.build()
    assert "r9" not in str(caught.value)
    assert list(place.store.list("versions")) == []


def test_records_of_another_platform_are_no_targets_here(place):
    """The registry serves both: another platform's record of the same id is not ours."""
    from dataclasses import replace

    import pyarrow as pa

    from builders import snapshot_of
    from schemas.tables import SNAPSHOT

    theirs = snapshot_of([objection("record", "r9")], key=place.keys["registry"].secret, platform="elsewhere")
    ours = place.snapshot
    rows = lambda event=None: [*ours(event).objections.to_pylist(), *theirs.objections.to_pylist()]  # noqa: E731
    place.snapshot = lambda event=None: replace(
        ours(event),
        objections=pa.Table.from_pylist(sorted(rows(event), key=lambda row: row["type"]), SNAPSHOT),
    )
    with pytest.raises(BadInput, match="does not open"):
        place.build()
    place.policy = Policy.model_validate({"registry": {"other_platforms": ["elsewhere"]}})
    place.build()
    assert content(place).counts.outcomes["kept"] == 24
    assert list(place.verify()) == []


def test_the_staged_targets_are_gone_with_the_build(place):
    seen = []

    def job(corpus, plan_id, splits):
        from builds import run_splits

        seen.extend(entry.name.rpartition("/")[2] for entry in place.store.list(f"staging/plans/{plan_id}"))
        run_splits(corpus, plan_id, splits)

    place.objections.append(objection("record", "r9"))
    place.build(job)
    assert "takedown.arrow" in seen
    assert [entry.name for entry in place.store.list("staging/plans")] == []
