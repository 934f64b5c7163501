"""`registry preview` says beforehand what an import and the next build then do, and records nothing."""

import asyncio
import json
import re
import shutil
from dataclasses import replace
from html import unescape

import pytest
from commands import workspace
from served import DOOR, Served

from builders import account, record
from pipelines.cli.registry.office import preview_apart
from schemas.errors import OptoutError

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


def test_the_import_and_the_build_do_what_was_said(previewed, tmp_path):
    made, file, _, said = previewed
    made = replace(made, folder=shutil.copytree(made.folder, tmp_path / "workspace"))
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
    assert json.loads(made.run("registry", "status", "--json").out)["live"] == 2


def test_bad_lines_are_listed(previewed):
    made, file, _, said = previewed
    assert [(line["line"], line["field"]) for line in said["bad_lines"]] == [
        (7, "request_id"),
        (8, "request_id"),
    ]
    shown = made.run("registry", "preview", file).done().err
    assert "line 7: request_id: expected an id that no other objection has" in shown


def test_of_many_bad_lines_the_first_are_listed(previewed):
    made, *_ = previewed
    file = made.folder / "bad.csv"
    file.write_text("type,value\n" + "nobody,x\n" * 30)
    said = made.run("registry", "preview", file, "--json").done().json
    assert said["bad"] == 30
    assert [line["line"] for line in said["bad_lines"]] == list(range(2, 22))


def _another(made):
    """A file of people who have not objected, and what the command says of it."""
    file = made.folder / "others.csv"
    file.write_text("type,value\naccount,other-1\naccount,other-2\naccount,nobody-else\nphone,none\n")
    return file, made.run("registry", "preview", file, "--json").done().json


def test_the_officers_view_shows_the_same(previewed):
    made, *_ = previewed
    file, said = _another(made)
    assert (said["matched"], said["unmatched"], said["bad"], said["touched"]["splits"]) == (2, 1, 1, 2)
    with (made.folder / "optout.yaml").open("a", encoding="utf-8") as settings:
        settings.write(DOOR)
    before = made.run("registry", "status", "--json").json
    with Served(made.folder) as served, served.client() as client:
        answer = client.post("/officer/login", data={"token": served.token})
        # Browsers send it to localhost, too; this client takes "Secure" to the letter.
        cookie = answer.headers["set-cookie"].partition(";")[0]
        shown = client.post(
            "/officer/preview", files={"file": (file.name, file.read_bytes())}, headers={"cookie": cookie}
        )
    assert shown.status_code == 200
    tables = [re.findall(r"<td>(.*?)</td>", table) for table in shown.text.split("<table>")[1:]]
    cells = [[unescape(cell) for cell in table] for table in tables]
    touched = {name.replace("_", " "): f"{value}" for name, value in said["touched"].items()}
    counts = {name: f"{said[name]}" for name in said if name not in {"touched", "bad_lines"}}
    assert dict(zip(cells[0][::2], cells[0][1::2], strict=True)) == counts | touched
    assert cells[1] == [f"{value}" for line in said["bad_lines"] for value in line.values()]
    assert made.run("registry", "status", "--json").json == before
    assert "other" not in "".join(served.lines)


def _apart(made, file, seconds=60):
    return asyncio.run(preview_apart(made.folder, file, seconds))


def test_a_preview_of_its_own_process_says_what_the_command_says(previewed):
    made, *_ = previewed
    file, said = _another(made)
    found = _apart(made, file)
    assert {**found.counts, "touched": found.touched} == {n: said[n] for n in said if n != "bad_lines"}


def test_what_the_command_refuses_is_said_in_its_words(previewed):
    made, *_ = previewed
    file = made.folder / "odd.csv"
    file.write_text("name\nana\n")
    refused = made.run("registry", "preview", file)
    with pytest.raises(OptoutError) as error:
        _apart(made, file)
    assert refused.err == f"optout: {error.value}\n"
    assert "expected: columns type and value" in refused.err


def test_a_preview_that_takes_too_long_is_stopped(previewed):
    made, file, *_ = previewed
    with pytest.raises(OptoutError, match="preview_seconds of door") as error:
        _apart(made, file, 0.001)
    assert "ana" not in str(error.value)
