"""Files that are no registry, and disks that fail: SQLite."""

import resource
import sqlite3

import pytest
from registry.child import started
from registry.constants import KEY_ID, LOG_SECRET, NOW
from sqlalchemy import event

from optout_registry.opening import create_registry, open_registry
from schemas.errors import BadInput, ConfigurationError

pytestmark = pytest.mark.sqlite_only


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
    for call in (open_registry, lambda url: create_registry(url, KEY_ID, LOG_SECRET)):
        with pytest.raises(BadInput, match="a database without one"):
            call(url)
    assert (tmp_path / "registry.db").read_bytes() == content


@pytest.mark.parametrize("folder", ["", "no/such/folder/"], ids=["a folder", "in no folder"])
def test_a_registry_that_cannot_be_made_is_one_error(tmp_path, folder):
    with pytest.raises(BadInput, match="to do"):
        create_registry(f"sqlite:///{tmp_path}/{folder and folder + 'r.db'}", KEY_ID, LOG_SECRET)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://user:secret@host/db",
        "postgresql://user:secret@host",
        "sqlite://",
        "sqlite:///:memory:",
        "::",
        "",
    ],
)
def test_a_url_of_no_file_is_refused_without_its_password(url):
    with pytest.raises(ConfigurationError, match="sqlite:///PATH") as raised:
        open_registry(url)
    assert "secret" not in str(raised.value)


def test_a_path_may_hold_what_a_url_reserves(tmp_path):
    folder = tmp_path / "100% odd?#&=\u00e9"
    folder.mkdir()
    made = create_registry(f"sqlite:///{folder}/r.db", KEY_ID, LOG_SECRET)
    assert open_registry(f"sqlite:///{folder}/r.db").identity.id == made.identity.id
    assert (folder / "r.db").stat().st_mode & 0o777 == 0o600


# ---- disks that fail


def test_a_database_that_may_only_be_read_is_one_error(url, registry, objection):
    registry.add(objection(), recorded_at=NOW)
    held = sqlite3.connect(_path(url))  # keeps the write-ahead log where a reader finds it
    held.execute("SELECT * FROM event").fetchall()
    reader = open_registry(f"sqlite:///file:{_path(url)}?mode=ro&uri=true", LOG_SECRET)
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
    registry = open_registry(sys.argv[1], LOG_SECRET)
    resource.setrlimit(resource.RLIMIT_FSIZE, (36_000, resource.RLIM_INFINITY))
    for n in range(10_000):
        try:
            registry.add(objection(f"r{n}"), recorded_at=now)
        except OptoutError as error:
            say(n, error.exit_code, str(error).replace(chr(10), " "))
            break
    """
    process = started(script, url)
    count, code, message = process.communicate()[0].split(" ", 2)
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
