"""An officer uploads a file to learn what its import would come to; how the preview itself is made is handed in."""

import asyncio
import re
import tempfile
from html import unescape

import pytest
from registry.doors import OFFICER, Door
from registry.test_door_officer import sign_in

from optout_registry.bulk import BadLine
from optout_registry.door.officer import Office
from optout_registry.door.officer_preview import LARGEST, Previewed
from schemas.errors import BadInput

FILE = b"type,value\naccount,a1\n"
PREVIEWED = Previewed(
    counts={"batch": "b1", "lines": 30, "bad": 2, "takedowns": 0},
    touched={"version": 7, "splits_of_version": 12},
    bad_lines=(BadLine(3, "value", "an <identifier>"),),
)


class Looking:
    """What a door hands to its preview, and what comes of it."""

    def __init__(self, monkeypatch, folder):
        folder.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
        self.folder, self.seen, self.outcome, self.meanwhile = folder, [], PREVIEWED, None

    async def __call__(self, file):
        modes = (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777)
        self.seen.append((file.name, file.read_bytes(), *modes))
        if self.meanwhile:
            await asyncio.to_thread(self.meanwhile)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


@pytest.fixture
def looking(monkeypatch, tmp_path):
    return Looking(monkeypatch, tmp_path / "temporary")


@pytest.fixture
def door(registry, intake, looking):
    made = Door(registry, intake, office=Office(OFFICER, preview=looking))
    with made.client() as made.at:
        sign_in(made)
        yield made


def upload(door, name="people.csv", content=FILE, **options):
    return door.at.post("/officer/preview", files={"file": (name, content, "text/csv")}, **options)


def cells(answer):
    """The table of a page whose rows are a name and a value."""
    found = [unescape(cell) for cell in re.findall(r"<td>(.*?)</td>", answer.text)]
    return dict(zip(found[::2], found[1::2], strict=False))


def test_what_an_import_would_come_to_is_shown(door, registry, looking):
    answer = upload(door)
    assert answer.status_code == 200
    expected = {"lines": "30", "bad": "2", "version": "7", "splits of version": "12"}
    assert {name: cells(answer)[name] for name in expected} == expected
    assert "No version is published" not in answer.text
    assert "an &lt;identifier&gt;" in answer.text
    assert "and 1 more" in answer.text
    assert registry.head().event == 0
    assert looking.seen == [("import.csv", FILE, 0o600, 0o700)]


def test_without_a_version_it_says_so(door, looking):
    looking.outcome = PREVIEWED.model_copy(update={"touched": None, "bad_lines": ()})
    answer = upload(door, "people.NDJSON")
    assert "No version is published yet" in answer.text
    assert "Bad lines" not in answer.text
    assert looking.seen[0][0] == "import.ndjson"


@pytest.mark.parametrize("outcome", [PREVIEWED, BadInput("import.csv", remedy="correct it"), OSError(5)])
def test_the_file_is_gone_before_the_answer(door, looking, outcome):
    looking.outcome = outcome
    upload(door)
    assert len(looking.seen) == 1
    assert list(looking.folder.iterdir()) == []


def test_an_error_is_shown_as_text(door, looking):
    looking.outcome = BadInput(
        "<b>", expected="columns type and value", found="none", remedy="correct the first line"
    )
    answer = upload(door)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert str(looking.outcome) in unescape(answer.text)
    assert "<b>" not in answer.text
    looking.outcome = PREVIEWED
    assert upload(door).status_code == 200  # and the next one has its turn


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("people.xlsx", FILE, ".csv, .jsonl or .ndjson"),
        ("people", FILE, ".csv, .jsonl or .ndjson"),
        ("", b"", "found:    none"),
        ("people.csv", b"x" * (LARGEST + 1), "at most 16 MiB"),
    ],
    ids=["another kind", "no ending", "no file", "too large"],
)
def test_what_is_no_file_to_preview_is_refused(door, looking, name, content, said):
    answer = upload(door, name, content)
    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert looking.seen == []
    assert list(looking.folder.iterdir()) == []


def test_the_limit_is_said_and_a_file_just_below_it_is_taken(door, looking):
    assert f"at most {LARGEST >> 20} MiB" in door.at.get("/officer").text
    content = b"x" * (LARGEST - 1000)
    assert upload(door, content=content).status_code == 200
    assert len(looking.seen[0][1]) == len(content)


def test_one_at_a_time(door, looking):
    second = []
    looking.meanwhile = lambda: second.append(upload(door))
    first = upload(door)
    assert (first.status_code, second[0].status_code) == (200, 503)
    assert "Another preview is under way" in second[0].text
    assert len(looking.seen) == 1


def test_it_is_for_officers(door, looking):
    door.at.cookies.clear()
    answer = upload(door)
    assert answer.status_code == 401
    assert 'name="token"' in answer.text
    assert looking.seen == []


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}]
)
def test_another_site_previews_nothing(door, looking, headers):
    assert upload(door, headers=headers).status_code == 403
    assert looking.seen == []


def test_a_door_without_a_preview_offers_none(registry, intake):
    plain = Door(registry, intake)
    with plain.client() as plain.at:
        sign_in(plain)
        assert "Preview" not in plain.at.get("/officer").text
        assert upload(plain).status_code == 404


def test_nothing_of_the_file_is_logged(door, looking):
    looking.outcome = OSError(5, "a1")
    upload(door)
    lines = "".join(door.lines)
    assert '"route": "/officer/preview"' in lines
    assert "people" not in lines
    assert "a1" not in lines
