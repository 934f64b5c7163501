"""`optout media scan`: what it prints, how it fails, and that a table is whole or not there."""

import os
import signal
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import Workspace
from ingest.scanning.pictures import jpeg, workers
from ingest.stripping.planted import PLANTED


@pytest.fixture
def place(tmp_path):
    (tmp_path / "in").mkdir()
    return Workspace(tmp_path)


def lay(folder, number):
    for n in range(number):
        (folder / f"{n:05}.jpg").write_bytes(jpeg(f"sea {n}"))


def test_a_scan_says_what_it_found(place):
    lay(place.folder / "in", 3)
    (place.folder / "in/a.txt").write_text("x")
    (place.folder / "in/cut.jpg").write_bytes(jpeg("sea")[:100])
    out = place.folder / "media.parquet"
    ended = place.run("media", "scan", place.folder / "in", out, "--json").done()
    assert ended.json == {
        "files": 5, "read": 4, "sidecars": 0, "unread": {"no_image": 1}, "doubts": {"truncated": 1, "broken xmp": 1},
        "mime": {"image/jpeg": 4},
    }  # fmt: skip
    assert pq.read_table(out).num_rows == 5
    printed = place.run("media", "scan", place.folder / "in", out, "--no-sha256", "--workers", 1).done().out
    lines = [line.split() for line in printed.splitlines() if line.strip()]
    assert lines[0] == ["5", "files,", "4", "read"]
    assert ["mime", "image/jpeg", "4"] in lines
    assert pq.read_table(out).column("sha256").null_count == 5


WRONG = {
    "no folder": (("missing", "out"), 2, "nothing of that name"),
    "a file": (("file", "out"), 2, "a file"),
    "a folder to be written": (("in", "other"), 2, "a folder"),
    "a table among the pictures": (("in", "in/out"), 2, "one inside"),
    "no folder to write into": (("in", "missing/out"), 2, "no folder of that name"),
}


@pytest.mark.parametrize(("paths", "code", "found"), WRONG.values(), ids=WRONG)
def test_a_wrong_path_is_said(place, paths, code, found):
    (place.folder / "file").touch()
    (place.folder / "other").mkdir()
    ended = place.run("media", "scan", *(place.folder / path for path in paths))
    assert (ended.code, ended.out) == (code, ""), ended.err
    assert f"  found:    {found}\n" in ended.err
    assert "Traceback" not in ended.err
    assert not (place.folder / "out").exists()


def test_what_was_there_stays_until_the_table_is_whole(place):
    """Ctrl-C, then a kill, in the midst of it; the next scan takes over what the kill left."""
    lay(place.folder / "in", 2000)
    out = place.folder / "media.parquet"
    (place.folder / "few").mkdir()
    place.run("media", "scan", place.folder / "few", out).done()
    before = out.read_bytes()
    unfinished = place.folder / ".media.parquet.unfinished"
    command = ("media", "scan", place.folder / "in", out)
    for number, code in ((signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)):
        running = place.start(*command)
        running.until(unfinished.exists)
        running.send(number)
        ended = running.wait()
        assert (ended.code, ended.out) == (code, ""), ended.err
        assert "Traceback" not in ended.err
        assert out.read_bytes() == before
    assert unfinished.exists()
    place.run(*command).done()
    assert pq.read_table(out).num_rows == 2000
    assert not unfinished.exists()


@pytest.mark.parametrize("name", ["lineage.key", "accounts.parquet"])
def test_a_table_replaces_no_other_file(place, name):
    path = place.folder / name
    if path.suffix == ".parquet":
        pq.write_table(pa.table({"path": ["a.jpg"], "sha256": ["00"]}), path)
    else:
        path.write_text("a key", "utf-8")
    before = path.read_bytes()
    ended = place.run("media", "scan", place.folder / "in", path)
    assert (ended.code, "no earlier one of the same kind" in ended.err) == (2, True)
    assert path.read_bytes() == before


def test_two_that_write_one_table_are_one_too_many(place):
    lay(place.folder / "in", 2000)
    out = place.folder / "media.parquet"
    first = place.start("media", "scan", place.folder / "in", out)
    first.until(lambda: workers(first.pid))  # it has its lock by then
    first.send(signal.SIGSTOP)
    first.until(first.stopped)
    second = place.run("media", "scan", place.folder / "in", out)
    first.send(signal.SIGCONT)
    assert (second.code, second.out) == (3, "")
    assert "  found:    another one, too\n" in second.err
    first.wait().done()
    assert pq.read_table(out).num_rows == 2000


def test_a_full_disk_is_one_error_and_no_file(place, disk):
    lay(place.folder / "in", 1500)
    disk(place.folder / "disk", "8k")
    ended = place.run("media", "scan", place.folder / "in", place.folder / "disk/out")
    assert (ended.code, ended.out) == (3, ""), ended.err
    assert "  found:    disk full\n" in ended.err
    assert ended.err.count("optout: ") == 1
    assert list((place.folder / "disk").iterdir()) == []


def test_no_process_is_left_after_an_interrupt(place):
    lay(place.folder / "in", 2000)
    running = place.start("media", "scan", place.folder / "in", place.folder / "out")
    running.until(lambda: len(workers(running.pid)) == len(os.sched_getaffinity(0)))
    pids = workers(running.pid)
    running.send(signal.SIGINT)
    assert running.wait().code == 130
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_copies_and_what_was_not_copied(place):
    folder, out = place.folder / "in", place.folder / "out"
    (folder / "a.jpg").write_bytes(PLANTED["JPEG XMP"])
    done = place.run("media", "export", folder, out, "--json").done()
    assert done.json == {"copied": 1, "bytes": (out / "a.jpg").stat().st_size, "not_copied": []}
    (folder / "b.tif").write_bytes(b"II+\0")
    refused = place.run("media", "export", folder, place.folder / "again", "--json")
    assert refused.code == 1
    assert refused.json["not_copied"] == [{"path": "b.tif", "reason": "format"}]
    again = place.run("media", "export", folder, out)
    assert (again.code, again.out) == (2, "")
    assert (place.folder / "again/a.jpg").read_bytes() == (out / "a.jpg").read_bytes()


def test_a_full_disk_leaves_no_copy(place, disk):
    for n in range(40):
        (place.folder / f"in/{n}.jpg").write_bytes(PLANTED["JPEG XMP"])
    disk(place.folder / "disk", "64k")
    ended = place.run("media", "export", place.folder / "in", place.folder / "disk/out")
    assert (ended.code, ended.out) == (3, ""), ended.err
    assert "  found:    disk full\n" in ended.err
    assert list((place.folder / "disk").iterdir()) == []
