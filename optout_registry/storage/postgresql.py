"""The registry in a PostgreSQL database: how it is opened, and what its failures mean to a person."""

import importlib.util
import re
import time
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import URL, Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from optout_registry.storage.sqlite import BUSY_SECONDS, NO_TABLES, RESTORE, SUBJECT
from schemas.errors import BadInput, ConfigurationError, OptoutError

DRIVER = "psycopg"
OLDEST = 15
"""The oldest major version of the server that the tests run against."""

_CONNECT_SECONDS = 10
_PAUSE_SECONDS = 0.1
_LOCK = 0x6F70746F7574  # "optout": the one lock under which events get their numbers
_DURABLE = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "local", "remote_write", "remote_apply"),
}
_FAILURES = {
    "08": ("a server that answers", "no connection", "check host, port and network, then repeat"),
    "28": ("a user this server lets in", "one it refuses", "check user and password (PGPASSWORD, ~/.pgpass)"),
    "3D": ("a database of that name", "none", "create it, or correct registry in optout.yaml"),
    "25006": ("a server that can be written to", "a read-only one", "name the primary, not a standby"),
    "42501": ("a user who may use the tables", "one who may not", "grant the rights, or name the owner"),
    "42P01": ("the tables of a registry", "a database without them", NO_TABLES),
    "53": (
        "room for one more event",
        "a server without room",
        "free disk, memory or connections",
    ),
    "55P03": (
        f"the registry to be free within {BUSY_SECONDS} seconds",
        "another process writing to it",
        "wait for it to end, then repeat",
    ),
    "57": ("a server that stays up", "one that is stopping or starting", "wait, then repeat"),
    "58": ("a disk that reads and writes", "an I/O error", "check the server's disk and log, then repeat"),
    "P0001": (
        "a log that only grows",
        "a row that the log's own rules refuse",
        "run one release of this program against one registry",
    ),
    "23": (
        "a log that only grows",
        "a row that the log's own rules refuse",
        "run one release of this program against one registry",
    ),
    "XX": ("an undamaged database", "a damaged one", RESTORE),
}


def open_engine(url: URL) -> Engine:
    """An engine for a PostgreSQL URL.

    Raises:
        ConfigurationError: the driver is not installed, or another one is named.
    """
    if url.get_driver_name() != DRIVER or importlib.util.find_spec(DRIVER) is None:
        raise ConfigurationError(
            SUBJECT,
            expected=f"postgresql://… with the driver {DRIVER}, installed",
            found=f"the driver {url.get_driver_name()}",
            remedy='write postgresql:// in optout.yaml, and install this project as "optout[postgresql]"',
        )
    if "options" not in url.query:
        # Statements here are short: compiling one takes longer than it could save.
        url = url.update_query_dict({"options": f"-c lock_timeout={BUSY_SECONDS}s -c jit=off"})
    # No pool, as with a file: each transaction sees the database that has the name now.
    return create_engine(
        url, hide_parameters=True, poolclass=NullPool, connect_args={"connect_timeout": _CONNECT_SECONDS}
    )


def begin_reading(connection: Connection) -> Connection:
    """The connection, set to see one state of the database from first to last statement."""
    return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def take_lock(connection: Connection) -> None:
    """Wait until this transaction is the only one that writes: a sequence would give numbers out of order."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def keep_lock(connection: Connection) -> None:
    """Take the same lock until the connection is closed, over all of its transactions."""
    with connection.begin():
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})


def check_durable(connection: Connection) -> None:
    """Refuse a server that acknowledges what is not on disk, or that is too old (BadInput)."""
    version = int(connection.scalar(text("SHOW server_version_num"))) // 10_000
    if version < OLDEST:
        raise BadInput(
            SUBJECT,
            expected=f"PostgreSQL {OLDEST} or later",
            found=f"{version}",
            remedy="upgrade the server",
        )
    for name, allowed in _DURABLE.items():
        found = connection.scalar(text(f"SHOW {name}"))
        if found not in allowed:
            raise BadInput(
                SUBJECT,
                expected=f"a server that acknowledges what is on disk: {name} = {' or '.join(allowed)}",
                found=f"{name} = {found}",
                remedy=f"set {name} = on in postgresql.conf, and for this user and database",
            )


def erase_remains(engine: Engine, tables: Sequence[str]) -> None:
    """Write the tables anew: their files then hold no row that was changed, nor samples of such rows.

    Raises:
        BadInput: somebody reads for longer than this waits: what they may see is written along.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # The statistics belong to whoever owns the database: for others the server leaves them, and warns.
        for table in (*tables, "pg_catalog.pg_statistic"):
            while _written_anew(connection, table):
                if time.monotonic() > deadline:
                    raise BadInput(
                        SUBJECT,
                        expected=f"nobody who reads for longer than {BUSY_SECONDS} seconds",
                        found="rows of before that somebody may still see",
                        remedy="end what reads this database (pg_stat_activity), then run the command again",
                    )
                time.sleep(_PAUSE_SECONDS)


def _written_anew(connection: Connection, table: str) -> int:
    """Write a table anew; how many rows that were changed had to go along, for somebody who may see them."""
    left = 0

    def noticed(notice: Any) -> None:  # noqa: ANN401 - the driver's
        # "4 dead row versions cannot be removed yet", in the server's language.
        nonlocal left
        if found := re.match(r"\d+", notice.message_detail or ""):
            left = max(left, int(found[0]))

    driver: Any = connection.connection.dbapi_connection
    driver.add_notice_handler(noticed)
    try:
        connection.execute(text(f"VACUUM (FULL, VERBOSE) {table}"))
    finally:
        driver.remove_notice_handler(noticed)
    return left


def explained(error: BaseException) -> OptoutError:
    """What an error of the driver means, without statement, parameters or row."""
    state = cast("Any", error).sqlstate or "08"  # none: the connection never stood, or broke
    found = next((_FAILURES[state[:length]] for length in (5, 2) if state[:length] in _FAILURES), None)
    expected, what, remedy = found or (
        "a working database",
        "an error",
        "check the server's log, then repeat",
    )
    return BadInput(SUBJECT, expected=expected, found=f"{what} (SQLSTATE {state})", remedy=remedy)
