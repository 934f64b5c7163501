"""The log of reviews: what was acknowledged stays, what was not is no event, what was changed is found."""

import json
import os
import stat
import subprocess
import sys

import pytest
from review.waits import at, entry

from pipelines.review.log import Held, appending, hold_log, read_log
from schemas.canonical import canonical_json, sha256
from schemas.errors import BadInput


def append(path, *entries):
    with appending(path) as log:
        return log.append(entries)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "reviews.jsonl"


@pytest.fixture
def written(path):
    """A log of three appends: one event, two, one."""
    append(path, entry())
    append(path, entry("proposed"), entry("dropped", actor="bert"))
    append(path, entry("refused"))
    return path


def test_what_is_appended_is_read_in_order(written):
    events = read_log(written)
    assert [(e.number, e.through, e.what, e.actor) for e in events] == [
        (1, 1, "viewed", "anna"), (2, 3, "proposed", "anna"), (3, 3, "dropped", "bert"), (4, 4, "refused", "anna"),
    ]  # fmt: skip


def test_a_line_is_canonical_json_and_holds_the_digest_of_the_line_before(written):
    lines = written.read_bytes().splitlines()
    assert [json.loads(line)["previous"] for line in lines] == [None, *map(sha256, lines[:-1])]
    assert [canonical_json(json.loads(line)) for line in lines] == lines
    assert json.loads(lines[0]) == {
        "number": 1, "previous": None, "through": 1, "at": "2026-06-01T12:00:00Z", "actor": "anna",
        "what": "viewed", "version": 1, "picture": "0000000000000001", "copies": True, "words": "11" * 32,
        "rules": ["en.child", "en.school"], "first_queued": "2026-05-29T12:00:00Z", "draw": None, "check": None,
    }  # fmt: skip


def test_no_file_is_no_event_and_reading_makes_none(path):
    assert read_log(path) == ()
    assert not path.exists()


def test_the_file_is_its_owners_alone_and_its_folder_is_made(tmp_path):
    path = tmp_path / "a" / "b" / "reviews.jsonl"
    append(path, entry())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_appending_sees_what_was_appended_before_and_meanwhile(written):
    with appending(written) as log:
        assert len(log.events) == 4
        log.append([entry("proposed", picture=2)])
        log.append([entry("dropped", picture=2)])
        assert [event.number for event in log.events] == [1, 2, 3, 4, 5, 6]
    assert read_log(written) == log.events


def test_nothing_appended_changes_nothing(written):
    before = written.read_bytes()
    assert append(written) == ()
    assert written.read_bytes() == before


def test_a_writer_killed_after_any_byte_leaves_no_event_and_the_next_goes_on(path):
    """Of two events appended together, both count or none."""
    append(path, entry())
    whole = path.read_bytes()
    append(path, entry("proposed"), entry("dropped"))
    both = path.read_bytes()
    for end in range(len(whole), len(both)):
        path.write_bytes(both[:end])
        assert [event.what for event in read_log(path)] == ["viewed"], end
        assert path.stat().st_size == end, "a reader changes nothing"
        if end % 50 and both[end - 1 : end] != b"\n":
            continue
        added = append(path, entry("refused"))
        assert [event.number for event in added] == [2]
        assert [event.what for event in read_log(path)] == ["viewed", "refused"], end


def _swap(lines):
    lines[0], lines[1] = lines[1], lines[0]


CHANGES = {
    "another actor": (2, lambda lines: lines.__setitem__(0, lines[0].replace(b"anna", b"cleo"))),
    "a line taken out": (2, lambda lines: lines.pop(1)),
    "the first line taken out": (1, lambda lines: lines.pop(0)),
    "two lines changed about": (1, _swap),
    "a line twice": (2, lambda lines: lines.insert(1, lines[0])),
    "spaces": (4, lambda lines: lines.__setitem__(3, lines[3].replace(b":", b": ", 1))),
    "a number as text": (4, lambda lines: lines.__setitem__(3, lines[3].replace(b'"version":1', b'"version":"1"'))),
    "an instant otherwise": (4, lambda lines: lines.__setitem__(3, lines[3].replace(b"12:00:00Z", b"12:00:00+00:00"))),
    "no JSON": (3, lambda lines: lines.__setitem__(2, b"\x00" * 40)),
    "an empty line": (3, lambda lines: lines.insert(2, b"")),
    "another append's end": (3, lambda lines: lines.__setitem__(2, lines[2].replace(b'"through":3', b'"through":4'))),
    "an end before its line": (4, lambda lines: lines.__setitem__(3, lines[3].replace(b'"through":4', b'"through":3'))),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_found_and_its_line_named(written, change):
    line, make = CHANGES[change]
    lines = written.read_bytes().splitlines()
    make(lines)
    changed = b"\n".join(lines) + b"\n"
    written.write_bytes(changed)
    with pytest.raises(BadInput) as found:
        read_log(written)
    assert found.value.subject == f"line {line} of reviews.jsonl"
    with pytest.raises(BadInput), appending(written):
        pass
    assert written.read_bytes() == changed


def test_an_error_says_nothing_of_what_a_line_holds(written):
    written.write_bytes(written.read_bytes().replace(b'"actor":"bert"', b'"actor":"Bert Private"'))
    with pytest.raises(BadInput) as found:
        read_log(written)
    assert "Private" not in str(found.value)


def test_something_else_than_a_file_is_refused(path):
    os.mkfifo(path)
    with pytest.raises(BadInput, match="something else than a file"):
        read_log(path)


def test_a_disk_that_fails_records_nothing(written, monkeypatch):
    before = read_log(written)

    def failing(_handle):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", failing)
    with appending(written) as log, pytest.raises(BadInput, match="Input/output error"):
        log.append([entry("proposed", picture=2)])
    monkeypatch.undo()
    assert read_log(written) == before


_CHILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pipelines.review.log import appending
from schemas.review_log import ReviewEntry
picture = {"version": 1, "picture": "0" * 16, "copies": True, "at": datetime(2026, 6, 1, tzinfo=UTC)}
entries = [ReviewEntry(what=what, actor=sys.argv[2], **picture) for what in ("viewed", "refused")]
input()
for n in range(25):
    with appending(Path(sys.argv[1])) as log:
        added = log.append(entries)
    print(*(event.number for event in added), flush=True)
"""


def test_four_processes_append_at_once_and_none_is_lost(path, repository):
    children = [
        subprocess.Popen(
            [sys.executable, "-c", _CHILD, path, f"actor-{n}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=repository,
        ) for n in range(4)
    ]  # fmt: skip
    for child in children:  # all are up before the first one makes the file
        child.stdin.write("go\n")
        child.stdin.flush()
    answers = [child.communicate()[0].split() for child in children]
    assert [child.returncode for child in children] == [0, 0, 0, 0]
    assert sorted(int(number) for numbers in answers for number in numbers) == list(range(1, 201))
    events = read_log(path)
    assert [event.number for event in events] == list(range(1, 201))
    assert {one.actor == two.actor for one, two in zip(events[::2], events[1::2], strict=True)} == {True}


def test_who_reads_again_reads_what_came_since(written):
    held = hold_log(written, Held())
    append(written, entry("proposed", picture=2))
    again = hold_log(written, held)
    assert again.events == read_log(written)
    assert again.events[0] is held.events[0]


def test_who_reads_again_finds_what_was_changed(written):
    held = hold_log(written, Held())
    written.write_bytes(written.read_bytes().replace(b"anna", b"cleo", 1))
    with pytest.raises(BadInput, match="line 2 of"):
        hold_log(written, held)
    with pytest.raises(BadInput, match="line 2 of"), appending(written, held):
        pass


def test_who_reads_again_takes_a_restored_log_as_it_is(written):
    held = hold_log(written, Held())
    written.write_bytes(written.read_bytes().splitlines(keepends=True)[0])
    assert [event.number for event in hold_log(written, held).events] == [1]
    written.unlink()
    assert hold_log(written, held) == Held()


def test_instants_keep_their_microseconds(path):
    moment = at(0).replace(microsecond=123456)
    append(path, entry(at=moment))
    assert read_log(path)[0].at == moment
