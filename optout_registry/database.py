"""The database under the registry: how it is opened, and what its failures mean to a person."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from schemas.errors import BadInput, ConfigurationError, OptoutError

SUBJECT = "registry"
BUSY_SECONDS = 60
"""How long a writer waits for the others."""

_SQLITE = "sqlite:///"
_WRITE = "optout_write"
_RESTORE = "restore the registry from its backup; never go on with a new one: it would know no objection"
# Reading, too, needs a writable folder: SQLite keeps the index of its write-ahead log beside the file.
_FAILURES = {
    "SQLITE_NOTADB": (
        "a registry of objections",
        "a file of another kind",
        "correct registry in optout.yaml",
    ),
    "SQLITE_CORRUPT": ("an undamaged database", "a damaged one", _RESTORE),
    "SQLITE_FULL": (
        "room for one more event",
        "a full disk",
        "free some space and repeat; nothing was recorded that was not acknowledged",
    ),
    "SQLITE_IOERR": (
        "a disk that reads and writes",
        "an I/O error",
        "check disk, quota and file size limits, then repeat; what was acknowledged is recorded",
    ),
    "SQLITE_READONLY": (
        "a writable database in a writable folder",
        "one that may only be read",
        "check permissions and mount options of the folder",
    ),
    "SQLITE_CANTOPEN": (
        "a database that can be opened, in a writable folder",
        "one that cannot",
        "check the path and the permissions of the folder",
    ),
    "SQLITE_PERM": ("a database this user may open", "one that may not be", "check the file's permissions"),
    "SQLITE_BUSY": (
        f"the registry to be free within {BUSY_SECONDS} seconds",
        "another process writing to it",
        "wait for it to end, then repeat",
    ),
    "SQLITE_CONSTRAINT": (
        "a log that only grows",
        "a row that the log's own rules refuse",
        "run one release of this program against one registry",
    ),
}


def connect(url: str, *, create: bool = False) -> Engine:
    """An engine for ``url``. A missing file is an error unless ``create``: never an empty registry.

    Raises:
        ConfigurationError: not the URL of an SQLite file. BadInput: no such file or folder.
    """
    parsed = _parse(url)
    if "uri" not in parsed.query:
        path = Path(str(parsed.database))
        if create:
            _create_file(path)
        elif not path.is_file():
            raise BadInput(
                f"registry {path}",
                expected="the registry of objections",
                found="no such file",
                remedy=f"run `optout init` for a first registry; if there was one, {_RESTORE}",
            )
        parsed = parsed.set(database=f"file:{quote(str(path))}").update_query_dict({"uri": "true"})
    if "mode" not in parsed.query:
        # not rwc: a file that vanished after the look at it is not made anew
        parsed = parsed.update_query_dict({"mode": "rw"})
    # No pool: each transaction opens the file that has the name now, so that a registry put in its
    # place is noticed, and closing the last connection leaves everything in the one file.
    engine = create_engine(
        parsed, hide_parameters=True, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS}
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def is_there(url: str) -> bool:
    """Whether ``url`` names a file that exists; a URL with options of its own is taken to do so."""
    parsed = _parse(url)
    return "uri" in parsed.query or Path(str(parsed.database)).is_file()


def use_write_ahead_log(engine: Engine) -> None:
    """Let readers and the writer work side by side; a property of the file, kept until changed."""
    with understood():
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            # Asked first, because the change itself needs the file for itself alone.
            mode = _one(cursor, "PRAGMA journal_mode")
            if mode != "wal":
                mode = _one(cursor, "PRAGMA journal_mode = WAL")
            cursor.close()
        finally:
            connection.close()
    if mode != "wal":
        raise BadInput(
            SUBJECT,
            expected="a local disk, on which SQLite can keep a write-ahead log",
            found=f"one that allows {mode} only",
            remedy="move the registry to a local disk",
        )


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the database, from first to last statement."""
    with understood(), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that holds the one write lock from its start; durable when this returns."""
    with (
        understood(),
        engine.connect().execution_options(**{_WRITE: True}) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def understood() -> Iterator[None]:
    """Database errors become BadInput, without statement, parameters or row."""
    try:
        yield
    except DBAPIError as error:
        raise _explained(error.orig) from None
    except sqlite3.Error as error:
        raise _explained(error) from None


def _parse(url: str) -> URL:
    # A path is taken as it stands: a folder's name may hold ? and %. Only file: URLs have options.
    path = url.removeprefix(_SQLITE)
    if path not in {url, "", ":memory:"} and not path.startswith("file:"):
        return URL.create("sqlite", database=path)
    try:
        parsed = make_url(url)
    except ArgumentError:
        found = "something else"
    else:
        if parsed.get_backend_name() == "sqlite" and parsed.query.get("uri") and parsed.database:
            return URL.create("sqlite", database=parsed.database, query=parsed.query)
        found = f"a URL for {parsed.get_backend_name()} without a file"
    raise ConfigurationError(
        "registry in optout.yaml",
        expected="the path of a file, or sqlite:///PATH",
        found=found,
        remedy="correct registry in optout.yaml",
    )


def _create_file(path: Path) -> None:
    """Make the file, readable by its owner alone, and its name durable; keep one that exists."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.close(handle)
        folder = os.open(path.parent, os.O_RDONLY)
    except OSError as error:
        raise BadInput(
            f"registry {path}",
            expected="a file that can be made",
            found=error.strerror or type(error).__name__,
            remedy="check the path in optout.yaml, the folder and its permissions",
        ) from error
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    # The driver must not start transactions by itself: it would start them without the write lock.
    connection.isolation_level = None
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _one(cursor: DBAPICursor, statement: str) -> object:
    cursor.execute(statement)
    row = cursor.fetchone()
    return row[0] if row else None


def _explained(error: BaseException | None) -> OptoutError:
    code = str(getattr(error, "sqlite_errorname", "") or type(error).__name__)
    family = "_".join(code.split("_")[:2])
    expected, found, remedy = _FAILURES.get(
        family, ("a working database", code, "check the database, then repeat")
    )
    return BadInput(SUBJECT, expected=expected, found=f"{found} ({code})", remedy=remedy)
