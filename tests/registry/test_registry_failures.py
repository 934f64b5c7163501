"""Files that are no registry, disks that fail, processes that race and die."""

import resource
import signal
import sqlite3
import subprocess
import sys

import pytest
from registry.constants import KEY_ID, NOW
from sqlalchemy import event

from optout_registry.bulk import import_file
from optout_registry.log import create_registry, open_registry
from schemas.errors import BadInput, ConfigurationError

_CHILD = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from optout_registry.bulk import import_file
from optout_registry.intake import Intake
from optout_registry.log import create_registry, open_registry
from optout_registry.objections import Objection
from schemas.errors import OptoutError
from schemas.vocabulary import IdentifierType

now = datetime(2026, 6, 1, 12, tzinfo=UTC)
intake = Intake(bytes(32), "{key_id}", "sample")

def objection(name):
    return Objection(intake.target(IdentifierType.ACCOUNT, name), name, now)

def say(*words):
    print(*words, flush=True)
"""


def _child(script, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD.replace("{key_id}", KEY_ID) + script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _path(url):
    return url.removeprefix("sqlite:///")


# ---- what is no registry


def test_a_missing_registry_is_never_made(tmp_path, url):
    with pytest.raises(BadInput, match=r"(?s)no such file.*optout init"):
        open_registry(url)
    assert list(tmp_path.iterdir()) == []


def test_a_registry_that_vanishes_is_never_made_anew(tmp_path, registry, objection):
    (tmp_path / "registry.db").unlink()
    with pytest.raises(BadInput, match="one that cannot"):
        registry.add(objection(), recorded_at=NOW)
    assert not (tmp_path / "registry.db").exists()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "a database without one"),
        (b"type,value\nemail,ana@example.org\n" * 100, "a file of another kind"),
        (b"SQLite format 3\x00" + bytes(4000), "a file of another kind"),
    ],
)
def test_a_file_that_is_no_registry_is_refused_and_left_alone(tmp_path, url, content, found):
    (tmp_path / "registry.db").write_bytes(content)
    with pytest.raises(BadInput, match=found):
        open_registry(url)
    assert (tmp_path / "registry.db").read_bytes() == content


def test_somebody_elses_database_is_refused_and_left_alone(tmp_path, url):
    connection = sqlite3.connect(_path(url))
    connection.execute("CREATE TABLE invoices (number INTEGER)")
    connection.close()
    content = (tmp_path / "registry.db").read_bytes()
    for call in (open_registry, lambda url: create_registry(url, KEY_ID)):
        with pytest.raises(BadInput, match="a database without one"):
            call(url)
    assert (tmp_path / "registry.db").read_bytes() == content


def test_tables_of_a_newer_release_are_refused(url, registry):
    connection = sqlite3.connect(_path(url))
    with connection:
        connection.execute("DROP TRIGGER registry_no_update")
        connection.execute("UPDATE registry SET format = format + 1")
    connection.close()
    for call in (registry.head, lambda: open_registry(url)):
        with pytest.raises(BadInput, match="tables of format 2"):
            call()


@pytest.mark.parametrize("folder", ["", "no/such/folder/"], ids=["a folder", "in no folder"])
def test_a_registry_that_cannot_be_made_is_one_error(tmp_path, folder):
    with pytest.raises(BadInput, match="to do"):
        create_registry(f"sqlite:///{tmp_path}/{folder and folder + 'r.db'}", KEY_ID)


@pytest.mark.parametrize(
    "url", ["postgresql://user:secret@host/db", "sqlite://", "sqlite:///:memory:", "::", ""]
)
def test_a_url_of_no_file_is_refused_without_its_password(url):
    with pytest.raises(ConfigurationError, match="sqlite:///PATH") as raised:
        open_registry(url)
    assert "secret" not in str(raised.value)


def test_a_path_may_hold_what_a_url_reserves(tmp_path):
    folder = tmp_path / "100% odd?#&=\u00e9"
    folder.mkdir()
    made = create_registry(f"sqlite:///{folder}/r.db", KEY_ID)
    assert open_registry(f"sqlite:///{folder}/r.db").registry_id == made.registry_id
    assert (folder / "r.db").stat().st_mode & 0o777 == 0o600


# ---- disks that fail


def test_a_database_that_may_only_be_read_is_one_error(url, registry, objection):
    registry.add(objection(), recorded_at=NOW)
    held = sqlite3.connect(_path(url))  # keeps the write-ahead log where a reader finds it
    held.execute("SELECT * FROM event").fetchall()
    reader = open_registry(f"sqlite:///file:{_path(url)}?mode=ro&uri=true")
    with pytest.raises(BadInput, match=r"(?s)may only be read \(SQLITE_READONLY.*permissions"):
        reader.add(objection("a2"), recorded_at=NOW)
    assert reader.head().event == 1
    held.close()


def test_a_damaged_database_is_never_read_as_an_emptier_one(tmp_path, registry, objection):
    registry.add_all([objection(f"a{n}") for n in range(1000)], recorded_at=NOW)
    database = tmp_path / "registry.db"
    content = bytearray(database.read_bytes())
    content[8192 : len(content) - 4096] = bytes(len(content) - 12288)
    database.write_bytes(content)
    with pytest.raises(BadInput, match=r"(?s)SQLITE_CORRUPT|database without|restore the registry"):
        registry.snapshot()


def test_a_database_that_cannot_grow_is_one_error(registry, objection):
    registry.add(objection(), recorded_at=NOW)

    def fill(connection, _):
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(registry._engine, "connect", fill)
    with pytest.raises(BadInput, match=r"(?s)a full disk \(SQLITE_FULL.*free some space") as raised:
        registry.add_all([objection(f"b{n}") for n in range(2000)], recorded_at=NOW)
    assert "INSERT" not in str(raised.value)
    event.remove(registry._engine, "connect", fill)
    assert registry.head().event == 1


def test_a_write_that_fails_is_one_error_and_what_was_acknowledged_stays(url, registry):
    script = """
    registry = open_registry(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_FSIZE, (36_000, resource.RLIM_INFINITY))
    for n in range(10_000):
        try:
            registry.add(objection(f"r{n}"), recorded_at=now)
        except OptoutError as error:
            say(n, error.exit_code, str(error).replace(chr(10), " "))
            break
    """
    child = _child(_dedented(script), url)
    count, code, message = child.communicate()[0].split(" ", 2)
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 36_000
    assert code == "3"
    assert "SQLITE_IOERR" in message or "SQLITE_FULL" in message
    assert registry.head().event == registry.snapshot().objections.num_rows == int(count) > 0


def test_a_registry_that_stays_locked_is_one_error(url, registry, objection):
    event.listen(
        registry._engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 0")
    )
    other = sqlite3.connect(_path(url), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(BadInput, match=r"another process writing to it \(SQLITE_BUSY"):
        registry.add(objection(), recorded_at=NOW)
    assert registry.head().event == 0  # readers do not wait
    other.execute("ROLLBACK")
    other.close()
    assert registry.add(objection(), recorded_at=NOW).event == 1


# ---- processes that race and die


def test_four_processes_add_at_once_and_none_is_lost(tmp_path):
    script = """
    input()
    registry = create_registry(sys.argv[1], intake.key_id)
    for n in range(50):
        say(registry.add(objection(f"{sys.argv[2]}-{n}"), recorded_at=now).event)
    """
    url = f"sqlite:///{tmp_path}/registry.db"
    children = [_child(_dedented(script), url, str(n)) for n in range(4)]
    for child in children:  # all of them are up before the first one makes the registry
        child.stdin.write("go\n")
        child.stdin.flush()
    answers = [child.communicate()[0].split() for child in children]
    assert [child.returncode for child in children] == [0, 0, 0, 0]
    assert sorted(int(number) for numbers in answers for number in numbers) == list(range(1, 201))
    taken = open_registry(url).snapshot()
    assert (taken.event, taken.objections.num_rows) == (200, 200)


def test_an_import_killed_midway_keeps_what_it_said_and_a_rerun_converges(tmp_path, url, registry, intake):
    path = tmp_path / "people.csv"
    path.write_text("type,value\n" + "".join(f"account,{n}\n" for n in range(35_000)))
    script = """
    import_file(open_registry(sys.argv[1]), Path(sys.argv[2]), intake, recorded_at=now,
                on_bad=say, on_progress=lambda done: say(done.lines))
    """
    child = _child(_dedented(script), url, str(path))
    acknowledged = int(child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    acknowledged = max([acknowledged, *(int(line) for line in child.communicate()[0].split())])
    assert child.returncode == -signal.SIGKILL
    left = registry.head().event
    assert left >= acknowledged
    assert left % 10_000 == 0  # whole transactions
    # the child's key, so that request ids are the same
    same = type(intake)(bytes(32), KEY_ID, "sample")
    report = import_file(registry, path, same, recorded_at=NOW, on_bad=print)
    assert (report.known, report.added, report.bad) == (left, 35_000 - left, 0)
    assert registry.head().event == registry.snapshot().objections.num_rows == 35_000


def _dedented(script):
    return "\n".join(line.removeprefix("    ") for line in script.splitlines())
