"""`optout review`: decisions out and in, what they change in the next version, and a sample of kept pictures."""

import json
import stat

import pytest
from commands import workspace
from review.versions import child, records

from builders import account, record
from pipelines.review.log import read_log

NEVER = ("little girl", "At the lake", "child-", "records/", "media/", '"a1"')


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A workspace with one version, and the tokens of anna and bert."""
    made = workspace(tmp_path_factory.mktemp("review"), [account()], records(), files=3)
    made.build().done()
    for name in ("anna", "bert"):
        made.run("actor", "add", name, "--out", made.folder / f"{name}.token").done()
    return made


def lines(place):
    return [json.loads(line) for line in place.run("review", "export").done().out.splitlines()]


def put(place, rows, who="anna"):
    """Import rows with somebody's token."""
    path = place.folder / "decisions.jsonl"
    path.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), "utf-8"
    )
    return place.run("review", "import", path, "--token", place.folder / f"{who}.token")


def events(place):
    return read_log(place.folder / "reviews.jsonl")


def test_what_waits_is_exported_without_a_word_of_it(place):
    exported = lines(place)
    assert [(line["records"], line["copies"], line["decision"]) for line in exported] == [(2, True, None)] * 2
    assert set(exported[0]) == {
        "picture", "copies", "words", "rules", "since", "expires", "records", "decision", "by", "at",
    }  # fmt: skip
    assert all(line["rules"] and line["since"] < line["expires"] for line in exported)
    text = place.run("review", "export").done().out
    assert [word for word in NEVER if word in text] == []


def test_an_export_into_a_file_is_the_same_and_its_owners_alone(place):
    path = place.folder / "queue.jsonl"
    place.run("review", "export", path).done()
    assert path.read_text("utf-8") == place.run("review", "export").done().out
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["reviews.jsonl", "keys/lineage.key", "policy.yaml", "earlier.jsonl"])
def test_an_export_replaces_no_file(place, name):
    path = place.folder / name
    if name == "earlier.jsonl":
        path.write_text("an earlier export, in which somebody has decided since\n", "utf-8")
    path.touch()  # a log that is empty as yet
    before = path.read_bytes()
    ended = place.run("review", "export", path)
    assert (ended.code, "found:    one that exists" in ended.err) == (2, True)
    assert path.read_bytes() == before


def changed(line, **values):
    return {**line, **values}


WRONG = {
    "a release": (lambda line: changed(line, decision="released"), "released, which it is not"),
    "a proposal": (lambda line: changed(line, decision="proposed"), "proposed, which it is not"),
    "another decision": (lambda line: changed(line, decision="kept"), "decision"),
    "a picture that does not wait": (
        lambda line: changed(line, picture="0" * 16, decision="refused"), "a picture that waits or waited, or was decided on",
    ),
    "a picture that is none": (lambda line: changed(line, picture="x", decision="refused"), "picture"),
    "a key that no export has": (lambda line: changed(line, reason="x"), "reason"),
    "a key too few": (lambda line: {name: line[name] for name in line if name != "words"}, "words"),
    "no JSON": (lambda _: "refused", "syntax error"),
    "an empty line": (lambda _: "", "syntax error"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_one_wrong_line_and_nothing_is_recorded(place, case):
    make, found = WRONG[case]
    first, second = lines(place)
    before = events(place)
    ended = put(place, [changed(first, decision="refused"), make(second)])
    assert ended.code == 3
    assert "line 2 of decisions.jsonl" in ended.err
    assert found in ended.err
    assert events(place) == before


def test_a_token_that_is_nobodys_is_refused(place):
    (place.folder / "nobody.token").write_text("optout-actor-nobody\n", "utf-8")
    before = events(place)
    assert put(place, lines(place), who="nobody").code == 1
    ended = place.run("review", "sample", "--kept", 1, "--token", place.folder / "nobody.token")
    assert ended.code == 1
    assert events(place) == before


def test_one_token_and_one_file_do_not_both_come_from_standard_input(place):
    assert "both" in place.run("review", "import", "-", "--token", "-").err


def sample(place, *arguments, who="anna"):
    return place.run("review", "sample", "--token", place.folder / f"{who}.token", *arguments)


def test_a_sample_is_drawn_once_and_says_where_it_stands(place):
    before = len(events(place))
    first = sample(place, "--kept", 5).done()
    assert first.out == "checked 0 of 5, 0 minors: so far at most 100.0 % of the kept pictures (95 %)\n"
    again = sample(place, "--kept", 5, "--json", who="bert").done().json
    drawn = events(place)[before:]
    assert [(event.what, event.actor) for event in drawn] == [("drawn", "anna")]
    assert again == {
        "version": 1, "content": place.content()[0], "seed": 0, "kept": 5, "universe": 18, "drawn_by": "anna",
        "drawn_at": again["drawn_at"], "checked": 0, "minors": 0, "complete": False, "at_most": 1.0,
    }  # fmt: skip
    sample(place, "--kept", 5, "--seed", 1).done()
    assert len(events(place)) == before + 2


def test_more_than_were_kept_cannot_be_drawn(place):
    before = events(place)
    ended = sample(place, "--kept", 19)
    assert (ended.code, "at most 18" in ended.err) == (2, True)
    assert events(place) == before


def test_a_refusal_is_in_the_next_version_and_is_made_once(tmp_path):
    made = workspace(tmp_path, [account()], records(), files=3)
    made.build().done()
    made.run("actor", "add", "anna", "--out", made.folder / "anna.token").done()
    first, second = lines(made)
    ended = put(made, [first, changed(second, decision="refused")])
    assert ended.done().out == "1 picture refused by anna\n"
    assert put(made, [changed(second, decision="refused")] * 2).done().out == "0 pictures refused by anna\n"
    (event,) = events(made)
    assert (event.what, event.actor, event.version, event.picture) == (
        "refused",
        "anna",
        1,
        second["picture"],
    )
    assert list(event.rules) == second["rules"]

    waits, refused = lines(made)
    assert waits == first
    assert refused == changed(
        second, decision="refused", by=["anna"], at=refused["at"], expires=None, records=None
    )
    made.build().done()
    reasons = made.run("funnel", "--json").json["reasons"]
    assert (reasons["review_refused"], reasons["minor_image_suspected"]) == (2, 2)
    assert lines(made) == [waits, refused]
    assert made.run("verify").done().code == 0

    # a log that somebody changed is no input, of a build neither
    log = made.folder / "reviews.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"version":1', b'"version":"1"'))
    ended = made.build()
    assert (ended.code, "line 1 of reviews.jsonl" in ended.err) == (3, True)
    assert len(made.versions()) == 2


def test_what_waits_no_more_can_be_refused_by_a_line_of_an_earlier_export(tmp_path):
    gone = record(record_id="gone", account_id="a2", surface="photo", media=[child(7)])
    made = workspace(tmp_path, [account(), account(account_id="a2")], [*records(), gone], files=3)
    made.build().done()
    made.run("actor", "add", "anna", "--out", made.folder / "anna.token").done()
    before = {line["picture"]: line for line in lines(made)}
    made.run("registry", "add", "account", "a2").done()
    made.build().done()
    (line,) = (before[picture] for picture in before.keys() - {one["picture"] for one in lines(made)})
    ended = put(made, [changed(line, decision="refused")])
    assert ended.done().out == "1 picture refused by anna\n"
    (event,) = events(made)
    assert (event.picture, event.copies, event.version, event.rules) == (line["picture"], True, 2, None)
    refused = lines(made)[-1]
    assert refused == {
        **line, "words": None, "rules": None, "expires": None, "records": None,
        "decision": "refused", "by": ["anna"], "at": refused["at"],
    }  # fmt: skip
    assert put(made, [refused]).done().out == "0 pictures refused by anna\n"


def test_where_nothing_waits_nothing_is_written(tmp_path):
    made = workspace(tmp_path, [account()], [records()[0]])
    made.build().done()
    ended = made.run("review", "export", made.folder / "queue.jsonl").done()
    assert (ended.out, "nothing waits" in ended.err) == ("", True)
    assert not (made.folder / "queue.jsonl").exists()
