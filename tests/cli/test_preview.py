"""`registry preview` says beforehand what an import and the next build then do, and records nothing."""

import json

import pytest
from commands import workspace

from builders import account, record

_EMAIL = [{"type": "email", "value": "ana@example.org"}]
_PEOPLE = [
    account(account_id="ana", person_id="p1", identifiers=_EMAIL),
    account(account_id="ana-too", person_id="p1"),
    account(account_id="minor", birth_date=None),
    *(account(account_id=f"other-{n}") for n in range(8)),
]
_WRITERS = ["ana", "ana-too", "minor", *(f"other-{n}" for n in range(8)), "other-7"]
_FILE = """type,value,request_id
email,ANA@example.org,r-1
email,ana@example.org,r-2
account,minor,r-3
account,nobody-here,r-4
account,gone,r-0
account,ana,r-1
phone,06 12 34 56 78,not an id
email,ana@example.org,r-2
"""


def _records():
    """Each author's four records in a file of their own; in one of other-0's, Ana's second account is tagged."""
    for writer, name in enumerate(_WRITERS):
        for n in range(4):
            tagged = [{"role": "tag", "account": "ana-too"}] if (name, n) == ("other-0", 0) else []
            yield record(record_id=f"r{writer}-{n}", account_id=name, text=f"{writer} {n}", others=tagged)


@pytest.fixture(scope="module")
def previewed(tmp_path_factory):
    """A workspace with one version and a file to import; what the preview said, before and after the build."""
    made = workspace(
        tmp_path_factory.mktemp("preview"),
        _PEOPLE,
        list(_records()),
        objections=["other-6"],
        files=len(_WRITERS),
    )
    made.run("registry", "add", "account", "gone", "--request-id", "r-0").done()
    file = made.folder / "people.csv"
    file.write_text(_FILE)
    unpublished = made.run("registry", "preview", file, "--json").done().json
    made.build().done()
    before = made.run("registry", "status", "--json").json
    said = made.run("registry", "preview", file, "--json").done().json
    assert made.run("registry", "status", "--json").json == before
    return made, file, unpublished, said


def test_lines_and_people_are_counted(previewed):
    _, _, unpublished, said = previewed
    # r-1 twice with two targets, and an id that is none; r-2 twice the same.
    counts = {name: said[name] for name in ("lines", "new", "known", "ended", "bad")}
    assert counts == {"lines": 8, "new": 4, "known": 2, "ended": 0, "bad": 2}
    assert (said["matched"], said["unmatched"]) == (3, 1)
    assert said["accounts"] == 3  # Ana's second account through the person
    assert unpublished == {**said, "touched": None}


def test_what_is_touched_is_counted(previewed):
    _, _, _, said = previewed
    assert said["touched"] == {
        "version": 1,
        "splits": 4,  # of three authors, and the one in which Ana is tagged
        "splits_of_version": 12,
        "rows": 12,
        "kept": 8,  # the minor's are kept by nobody
        "others": 1,
    }


def test_the_import_and_the_build_do_what_was_said(previewed):
    made, file, _, said = previewed
    imported = made.run("registry", "import", file)
    assert (imported.code, imported.out.count(said["batch"])) == (3, 1)
    kept = made.run("funnel", "--json").json["outcomes"]["kept"]
    planned = made.run("plan", "--as-of", "2026-06-01").done().err
    touched = said["touched"]
    assert f"{touched['splits_of_version'] - touched['splits']} reused unread" in planned
    made.build("--accept-change", "the tests").done()
    left = made.run("funnel", "--json").json["outcomes"]["kept"]
    assert kept - left == touched["kept"] + touched["others"]  # a tag drops the record


def test_it_is_said_in_words_too(previewed):
    made, file, _, said = previewed
    shown = made.run("registry", "preview", file).done()
    assert said["batch"] in shown.out
    assert "splits of version" in shown.out
    assert "ana" not in shown.out + shown.err
    assert json.loads(made.run("registry", "status", "--json").out)["live"] == 6
