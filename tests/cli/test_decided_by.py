"""Who decided: a log in which nobody of the registry decides stops a build, and is found by `verify`."""

import json
from datetime import UTC, datetime

import pytest
from commands import workspace
from review.versions import records

from builders import account
from pipelines.corpus.chain import load_version
from pipelines.corpus.store import open_store
from pipelines.review.log import appending
from pipelines.review.queue import read_queue
from schemas.review_log import ReviewEntry


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A workspace with one version, and anna and bert."""
    made = workspace(tmp_path_factory.mktemp("decided"), [account()], records(), files=3)
    for name in ("anna", "bert"):
        made.run("actor", "add", name, "--out", made.folder / f"{name}.token").done()
    made.build().done()
    return made


@pytest.fixture
def place(first, tmp_path):
    made = first.copy(tmp_path / "workspace")
    made.build().done()
    return made


def waiting(place):
    store = open_store((place.folder / "corpus").as_uri())
    return read_queue(store, load_version(store), ())


def forge(place, *decisions):
    """Append lines as optout writes them, under whatever names: (what, actor, place in the queue)."""
    items = waiting(place)
    with appending(place.folder / "reviews.jsonl") as log:
        for what, actor, number in decisions:
            item = items[number]
            said = {name: getattr(item, name) for name in ("version", "picture", "copies", "words", "rules")}
            log.append([ReviewEntry(
                at=datetime.now(UTC), actor=actor, what=what, first_queued=item.since, **said,
            )])  # fmt: skip


def reasons(place):
    return place.run("funnel", "--json").done().json["reasons"]


STRANGE = {
    "a release by two": ([("proposed", "ghost1", 0), ("released", "ghost2", 0)], 1, "ghost1"),
    "its confirmation": ([("proposed", "anna", 0), ("released", "ghost2", 0)], 2, "ghost2"),
    "a refusal": ([("viewed", "ghost", 1), ("refused", "ghost", 0)], 2, "ghost"),
    "a proposal": ([("proposed", "ghost", 0)], 1, "ghost"),
    "a proposal dropped": ([("proposed", "anna", 0), ("dropped", "ghost", 0)], 2, "ghost"),
}


@pytest.mark.parametrize("case", STRANGE)
def test_a_decision_of_nobody_stops_a_build(place, case):
    decisions, line, name = STRANGE[case]
    planned = place.run("plan", "--as-of", "2026-06-01").done().out.strip()
    place.run("job", planned).done()
    forge(place, *decisions)
    for ended in (place.build(), place.run("plan"), place.run("finish", planned)):
        assert ended.code == 3
        assert f"line {line} of the log of reviews" in ended.err
        assert f"found:    one by {name}, of whom it does not know" in ended.err
    assert len(place.versions()) == 1


def test_what_somebody_decided_stays_when_their_token_is_revoked(place):
    forge(
        place,
        ("viewed", "ghost", 0),
        ("proposed", "anna", 0),
        ("released", "bert", 0),
        ("refused", "bert", 1),
    )
    for name in ("anna", "bert"):
        place.run("actor", "revoke", name).done()
    place.build().done()
    found = reasons(place)
    assert (found["review_refused"], "minor_image_suspected" in found) == (2, False)
    verified = place.run("verify", "--json").done().json
    assert verified["checked"]["decisions"] == 2


@pytest.mark.parametrize("now", ["the log from before", "an empty one", "none"])
def test_a_forged_release_is_found_when_the_true_log_is_back(place, now):
    path = place.folder / "reviews.jsonl"
    forge(place, ("viewed", "anna", 0))
    true = path.read_bytes()
    forge(place, ("proposed", "anna", 0), ("released", "bert", 0))  # by names that somebody has
    place.build().done()
    assert place.run("verify").done().code == 0
    if now == "none":
        path.unlink()
    else:
        path.write_bytes(true if now == "the log from before" else b"")
    ended = place.run("verify", "--json")
    (finding,) = json.loads(ended.out)["findings"]
    assert (ended.code, finding["law"]) == (1, 3)
    assert finding["found"] == (
        "no file of that name: no decision was compared" if now == "none" else "none there"
    )
    structure = place.run("verify", "--structure-only").done()
    assert "reviews and policy was not checked" in structure.err
