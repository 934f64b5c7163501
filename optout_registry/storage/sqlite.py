"""The registry in one SQLite file: how it is opened, and what its failures mean to a person."""

import os
import sqlite3
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from schemas.errors import BadInput, OptoutError

SUBJECT = "registry"
BUSY_SECONDS = 60
"""How long a writer waits for the others."""
_PAUSE = 0.05
"""Seconds between two attempts at what SQLite does not wait for."""
WRITE = "optout_write"
"""Execution option of a transaction that takes the write lock when it begins."""
RESTORE = "restore the registry from its backup; never go on with a new one: it would know no objection"
NO_TABLES = f"run `optout init` for a first registry; if there was one, {RESTORE}"

# Reading, too, needs a writable folder: SQLite keeps the index of its write-ahead log beside the file.
_FAILURES = {
    "SQLITE_ERROR": ("the tables of a registry", "a database without them", NO_TABLES),
    "SQLITE_NOTADB": (
        "a registry of objections",
        "a file of another kind",
        "correct registry in optout.yaml",
    ),
    "SQLITE_CORRUPT": ("an undamaged database", "a damaged one", RESTORE),
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


def open_engine(url: URL, *, create: bool) -> Engine:
    """An engine for an SQLite URL. A missing file is an error unless ``create``: never an empty registry."""
    if "uri" not in url.query:
        path = Path(str(url.database))
        if create:
            _create_file(path)
        elif not path.is_file():
            raise BadInput(
                f"registry {path}",
                expected="the registry of objections",
                found="no such file",
                remedy=NO_TABLES,
            )
        url = url.set(database=f"file:{quote(str(path))}").update_query_dict({"uri": "true"})
    if "mode" not in url.query:
        # not rwc: a file that vanished after the look at it is not made anew
        url = url.update_query_dict({"mode": "rw"})
    # No pool: each transaction opens the file that has the name now, so that a registry put in its
    # place is noticed, and closing the last connection leaves everything in the one file.
    engine = create_engine(
        url, hide_parameters=True, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS}
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def is_there(url: URL) -> bool:
    """Whether the file exists; a URL with options of its own is taken to name one."""
    return "uri" in url.query or Path(str(url.database)).is_file()


def use_write_ahead_log(engine: Engine) -> None:
    """Let readers and the writer work side by side; a property of the file, kept until changed."""
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        # Asked first, because the change itself needs the file for itself alone.
        mode = _one(cursor, "PRAGMA journal_mode")
        until = monotonic() + BUSY_SECONDS
        while mode != "wal":
            try:
                mode = _one(cursor, "PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError as error:
                # SQLite does not always wait here for another process that is about to change it, too.
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > until:
                    raise
                sleep(_PAUSE)
                mode = _one(cursor, "PRAGMA journal_mode")
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


def explained(error: sqlite3.Error) -> OptoutError:
    """What an error of the driver means, without statement, parameters or row."""
    code = str(getattr(error, "sqlite_errorname", "") or type(error).__name__)
    family = "_".join(code.split("_")[:2])
    expected, found, remedy = _FAILURES.get(
        family, ("a working database", code, "check the database, then repeat")
    )
    return BadInput(SUBJECT, expected=expected, found=f"{found} ({code})", remedy=remedy)


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
    write = connection.get_execution_options().get(WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _one(cursor: DBAPICursor, statement: str) -> object:
    cursor.execute(statement)
    row = cursor.fetchone()
    return row[0] if row else None


def erase_remains(engine: Engine) -> None:
    """Write the file anew, so that it and its write-ahead log hold nothing but what its tables do.

    Raises:
        BadInput: somebody reads or writes meanwhile, for longer than it waits.
    """
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("VACUUM")
        is_busy = _one(cursor, "PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.close()
    finally:
        connection.close()
    if is_busy:
        raise BadInput(
            SUBJECT,
            expected=f"nobody to read it within {BUSY_SECONDS} seconds: old bytes are being erased",
            found="another process that does",
            remedy="end it (a server, a build, a report), then repeat",
        )
