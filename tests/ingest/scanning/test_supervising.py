"""A file that kills its reader, stops it or takes too long costs itself alone; every other one is read once."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from ingest.scanning.pictures import files, jpeg, workers

from pipelines.ingest.scanning import crew, supervising
from pipelines.ingest.scanning.answers import Answer, encode
from pipelines.ingest.scanning.crew import PictureFile
from pipelines.ingest.scanning.limits import Limits
from pipelines.ingest.scanning.supervising import WINDOW, crew_of, read_files
from schemas.errors import ConfigurationError
from schemas.media import Unread

NUMBER = 4 * WINDOW


def read(given, number=1, limits=None, *, sha256=False):
    with crew_of(number, limits or Limits(), sha256=sha256) as crew:
        return list(read_files(crew, given))


def subjects(answers):
    """Of each file its dc:subject, or why it is unread."""
    return [answer.unread or answer.media.declared[0].values[0] for _, answer in answers]


def at(place, given, deed):
    """The files, and ``deed`` with the workers' ids done when the file at ``place`` is about to be given."""
    for number, file in enumerate(given):
        if number == place:
            deed(workers())
        yield file


@pytest.mark.parametrize("number", [1, 2, 3])
def test_answers_come_in_order_whoever_reads(tmp_path, number):
    given = files(tmp_path, NUMBER)
    answers = read(iter(given), number)
    assert [file for file, _ in answers] == given
    assert subjects(answers) == [f"n{n}" for n in range(NUMBER)]
    assert workers() == []


def test_no_file_no_worker(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")  # a start would raise
    assert read([]) == []


ENDS = {
    "killed": (signal.SIGKILL, Unread.DIED),
    "aborted": (signal.SIGABRT, Unread.DIED),
    "its memory gone": (signal.SIGBUS, Unread.DIED),
    "stopped": (signal.SIGSTOP, Unread.TOO_SLOW),
    "out of processor time": (signal.SIGXCPU, Unread.TOO_SLOW),
}


@pytest.mark.parametrize(("number", "reason"), ENDS.values(), ids=ENDS)
def test_one_file_is_lost_with_a_worker(tmp_path, number, reason):
    given = files(tmp_path, NUMBER)
    place = WINDOW + 3
    answers = read(at(place, given, lambda pids: os.kill(pids[0], number)), limits=Limits(seconds=1))
    assert [file for file, _ in answers] == given
    said = subjects(answers)
    (lost,) = (n for n, one in enumerate(said) if one != f"n{n}")
    assert said[lost] is reason
    assert place - WINDOW < lost <= place
    assert answers[lost][1].bytes == len(jpeg(f"n{lost}"))


def test_a_file_for_which_memory_is_too_small_is_lost_and_the_next_is_read(tmp_path):
    given = files(tmp_path, 5)
    Path(os.fsdecode(given[2].place)).write_bytes(jpeg("n2"))
    os.truncate(given[2].place, 64 * 1024 * 1024)
    answers = read(given, limits=Limits(memory_bytes=48 * 1024 * 1024))
    assert subjects(answers) == ["n0", "n1", Unread.DIED, "n3", "n4"]
    assert subjects(read(given)) == ["n0", "n1", "n2", "n3", "n4"]


def test_every_file_may_kill_its_worker(tmp_path):
    """Each answer then comes from a worker of its own."""
    given = files(tmp_path, 4)
    for file in given:
        os.truncate(file.place, 64 * 1024 * 1024)
    answers = read(given, 2, Limits(memory_bytes=48 * 1024 * 1024))
    assert subjects(answers) == [Unread.DIED] * 4
    assert [answer.bytes for _, answer in answers] == [64 * 1024 * 1024] * 4


def test_what_is_no_picture_to_be_read(tmp_path):
    def lay(name, data=b""):
        (tmp_path / name).write_bytes(data)
        return PictureFile(name, os.fsencode(tmp_path / name))

    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to("/etc/hostname")
    (tmp_path / "folder").mkdir()
    sparse = lay("sparse", jpeg("x"))
    os.truncate(sparse.place, 1 << 40)
    expected = {
        "missing": (Unread.NOT_OPENED, 0),
        "fifo": (Unread.NOT_OPENED, 0),
        "link": (Unread.NOT_OPENED, 0),
        "folder": (Unread.NOT_OPENED, 0),
        "empty": (Unread.NO_IMAGE, 0),
        "text": (Unread.NO_IMAGE, 5),
        "sparse": (Unread.TOO_LARGE, 1 << 40),
    }
    lay("empty")
    lay("text", b"hello")
    answers = read([PictureFile(name, os.fsencode(tmp_path / name)) for name in expected])
    assert {file.path: (answer.unread, answer.bytes) for file, answer in answers} == expected


def test_a_file_at_its_bound_is_read_and_one_byte_more_is_not(tmp_path):
    given = files(tmp_path, 1)
    size = len(jpeg("n0"))
    (at_bound,) = read(given, limits=Limits(file_bytes=size))
    (beyond,) = read(given, limits=Limits(file_bytes=size - 1))
    assert (at_bound[1].unread, beyond[1].unread) == (None, Unread.TOO_LARGE)


def test_workers_are_bounded_by_the_system(tmp_path):
    seen = {}

    def look(pids):
        lines = Path(f"/proc/{pids[0]}/limits").read_text("ascii").splitlines()
        seen.update((line[:26].strip(), line[26:].split()[0]) for line in lines[1:])
        seen["has"] = int(
            re.search(r"VmSize:\s+(\d+)", Path(f"/proc/{pids[0]}/status").read_text("ascii"))[1]
        )

    given = files(tmp_path, NUMBER)
    read(at(WINDOW + 3, given, look), limits=Limits(seconds=7, memory_bytes=1 << 28))
    assert (seen["Max file size"], seen["Max core file size"]) == ("0", "0")
    assert 8 <= int(seen["Max cpu time"]) <= 8 + 5  # and what starting took
    assert 1 << 27 < int(seen["Max address space"]) - seen["has"] * 1024 <= 1 << 28


def test_workers_know_no_secret_of_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("OPTOUT_REGISTRY_KEY", "planted")
    seen = []
    read(
        at(
            WINDOW + 3,
            files(tmp_path, NUMBER),
            lambda pids: seen.append(Path(f"/proc/{pids[0]}/environ").read_bytes()),
        )
    )
    assert b"PATH=" in seen[0]
    assert b"planted" not in seen[0]


def test_digests_are_those_of_the_bytes_and_only_where_asked_for(tmp_path):
    import hashlib

    given = files(tmp_path, 3)
    digests = [hashlib.sha256(Path(os.fsdecode(file.place)).read_bytes()).hexdigest() for file in given]
    assert [answer.sha256 for _, answer in read(given, sha256=True)] == digests
    assert [answer.sha256 for _, answer in read(given)] == [None] * 3


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_no_worker_is_left_when_the_listing_of_files_fails(tmp_path, error):
    def fail(pids):
        assert len(pids) == 2
        raise error

    with pytest.raises(error):
        read(at(2 * WINDOW + 3, files(tmp_path, NUMBER), fail), 2)
    assert workers() == []


def test_no_worker_is_left_when_nobody_takes_the_rest(tmp_path):
    with crew_of(2, Limits(), sha256=False) as crew:
        answers = read_files(crew, files(tmp_path / "one", NUMBER))
        next(answers)
        assert workers() != []
        answers.close()
        # What was given to the workers and not answered is no answer of other files.
        assert subjects(read_files(crew, files(tmp_path / "two", 3))) == ["n0", "n1", "n2"]
    assert workers() == []


def test_workers_stay_for_the_next_files(tmp_path):
    with crew_of(2, Limits(), sha256=False) as crew:
        seen = []
        for _ in range(3):
            assert subjects(read_files(crew, files(tmp_path, 3))) == ["n0", "n1", "n2"]
            seen.append(workers())
    assert seen[0] == seen[1] == seen[2]
    assert workers() == []


def test_a_worker_that_does_not_begin_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ConfigurationError, match="one that ended with 1"):
        read(files(tmp_path, 1))
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(ConfigurationError, match="No such file"):
        read(files(tmp_path, 1))
    monkeypatch.setattr(sys, "executable", "/bin/cat")  # waits, and says nothing but an error
    monkeypatch.setattr(supervising, "_START_SECONDS", 0)
    with pytest.raises(ConfigurationError, match=r"ended with|none that says so"):
        read(files(tmp_path, 1))


LIES = {
    "an answer of nothing": r"LENGTH.pack(2) + b'{}'",
    "no JSON": r"LENGTH.pack(1) + b'{'",
    "longer than any answer": r"LENGTH.pack(0xffffffff)",
    "an end in the midst": r"LENGTH.pack(9) + b'x'); os.close(1); (0",
    "a sequence without an end": r"b'\0' * 4 * 100000",
}


def taken_over(folder, lie):
    """A worker that says it is ready, and sends these bytes when it is asked for the first file."""
    program = folder / "taken_over"
    program.write_text(
        f"#!{sys.executable}\nimport os, struct, sys\nLENGTH = struct.Struct('>I')\n"
        f"os.write(1, LENGTH.pack(0))\nsys.stdin.buffer.read(1)\nos.write(1, {lie})\nsys.stdin.buffer.read()\n"
    )
    program.chmod(0o755)
    return str(program)


def test_a_worker_that_answers_more_than_it_was_asked_is_asked_no_more(tmp_path, monkeypatch):
    answer = encode(Answer(7, unread=Unread.NO_IMAGE))
    lie = f"(LENGTH.pack({len(answer)}) + {answer!r}) * 2"
    monkeypatch.setattr(sys, "executable", taken_over(tmp_path, lie))
    with crew_of(1, Limits(), sha256=False) as crew:
        assert subjects(read_files(crew, files(tmp_path / "in", 1))) == [Unread.NO_IMAGE]
        assert crew.workers == []


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_worker_that_was_taken_over_cannot_do_more_than_lose_files(tmp_path, monkeypatch, lie):
    """Every file is judged once, whatever comes through the pipe; here nothing else ever does."""
    monkeypatch.setattr(sys, "executable", taken_over(tmp_path, lie))
    given = files(tmp_path / "in", 3)
    answers = read(given)
    assert [file for file, _ in answers] == given
    assert subjects(answers) == [Unread.DIED] * 3


def test_the_bytes_that_wait_for_an_earlier_answer_are_bounded(tmp_path, monkeypatch):
    """While one worker stands still, the other is not given all that is left."""
    monkeypatch.setattr(supervising, "_AHEAD", 20)
    given = files(tmp_path, 400)
    asked = []

    def asking():
        for number, file in enumerate(given):
            asked.append(number)
            if number == 2 * WINDOW + 40:  # both have answered by then
                os.kill(workers()[0], signal.SIGSTOP)
            yield file

    lost_at = None
    with crew_of(2, Limits(seconds=1), sha256=False) as crew:
        for number, (_, answer) in enumerate(read_files(crew, asking())):
            if answer.unread is Unread.TOO_SLOW:
                lost_at = number
                assert len(asked) <= number + 20 + 2 * WINDOW + 1
    assert lost_at is not None
    assert len(asked) == 400


PARENT = """
import sys, time
from pipelines.ingest.scanning.crew import PictureFile
from pipelines.ingest.scanning.limits import Limits
from pipelines.ingest.scanning.supervising import crew_of, read_files
with crew_of(2, Limits(), sha256=False) as crew:
    answers = read_files(crew, [PictureFile(str(n), sys.argv[1].encode()) for n in range(99)])
    next(answers)
    print("ready", flush=True)
    time.sleep(600)
"""


def test_workers_end_when_their_parent_is_killed(tmp_path):
    (tmp_path / "a.jpg").write_bytes(jpeg("a"))
    command = [sys.executable, "-c", PARENT, str(tmp_path / "a.jpg")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout.readline() == "ready\n"
        processes = [Path(f"/proc/{pid}/cmdline") for pid in workers(parent.pid)]
        parent.kill()
    assert len(processes) == 2
    deadline = time.monotonic() + 60
    while any(process.exists() and process.read_bytes() for process in processes):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_requests_that_fill_the_pipe_are_written_by_and_by(tmp_path):
    """Long paths, many of them: neither side waits for the other for ever."""
    folder = tmp_path
    while len(str(folder)) < 3000:
        folder /= "d" * 200
    folder.mkdir(parents=True)
    given = [replace(file, sidecars=(file.place,) * 3) for file in files(folder, NUMBER)]
    answers = read(given)
    assert [answer.unread for _, answer in answers] == [None] * NUMBER
    assert crew.LENGTH.size + 4 * 3000 * WINDOW > 65536
