"""The database under the registry: SQLite, or PostgreSQL where several machines take objections."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from optout_registry.storage import postgresql, sqlite
from schemas.errors import ConfigurationError, OptoutError

SUBJECT = sqlite.SUBJECT

_SQLITE = "sqlite:///"


def connect(url: str, *, create: bool = False) -> Engine:
    """An engine for ``url``. A missing SQLite file is an error unless ``create``: never an empty registry.

    Raises:
        ConfigurationError: not the URL of a database that is supported. BadInput: no such file or folder.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "postgresql":
        return postgresql.open_engine(parsed)
    return sqlite.open_engine(parsed, create=create)


def is_there(url: str) -> bool:
    """Whether ``url`` names a file that exists; a server is taken to be there."""
    parsed = _parse(url)
    return parsed.get_backend_name() == "postgresql" or sqlite.is_there(parsed)


def check_server(engine: Engine) -> None:
    """Refuse a server that acknowledges what is not on disk (BadInput); a file has no server."""
    if engine.dialect.name == "postgresql":
        with understood(), engine.connect() as connection:
            postgresql.check_durable(connection)


def use_write_ahead_log(engine: Engine) -> None:
    """Let readers and the writer of a file work side by side; a server does so by itself."""
    if engine.dialect.name == "sqlite":
        with understood():
            sqlite.use_write_ahead_log(engine)


def erase_remains(engine: Engine, tables: Sequence[str]) -> None:
    """Leave no byte of what rows of these tables held before they were changed; in this database, that is.

    Raises:
        BadInput: somebody uses the registry for longer than this waits.
    """
    with understood():
        if engine.dialect.name == "postgresql":
            postgresql.erase_remains(engine, tables)
        else:
            sqlite.erase_remains(engine)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the database, from first to last statement."""
    with understood(), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = postgresql.begin_reading(connection)  # noqa: PLW2901 - the same one
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that holds the one write lock from its start; durable when this returns."""
    with (
        understood(),
        engine.connect().execution_options(**{sqlite.WRITE: True}) as connection,
        connection.begin(),
    ):
        if engine.dialect.name == "postgresql":
            postgresql.take_lock(connection)
        yield connection


class Standstill:
    """The one write lock, held from one transaction to the next: nobody else writes in between."""

    def __init__(self, connection: Connection) -> None:
        """Use :func:`standing_still`."""
        self._connection = connection
        self._transaction = connection.begin()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """The database as it stands; an error if the lock was lost with its connection."""
        yield self._connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction of whoever holds the lock; durable when this returns."""
        try:
            yield self._connection
            self._transaction.commit()
        except BaseException:
            self._transaction.rollback()
            raise
        finally:
            # A file's lock ends with the transaction. Whoever waits for it looks again after a pause, so that
            # this is sooner; and were it not, who publishes would see that the registry has moved on.
            self._transaction = self._connection.begin()


@contextmanager
def standing_still(engine: Engine) -> Iterator[Standstill]:
    """Hold the write lock over several transactions, until this returns or the process ends."""
    with understood(), engine.connect().execution_options(**{sqlite.WRITE: True}) as connection:
        if engine.dialect.name == "postgresql":
            postgresql.keep_lock(connection)
        yield Standstill(connection)


@contextmanager
def understood() -> Iterator[None]:
    """Database errors become BadInput, without statement, parameters or row."""
    try:
        yield
    except DBAPIError as error:
        raise _explained(error.orig or error) from None
    except sqlite3.Error as error:
        raise _explained(error) from None


def _explained(error: BaseException) -> OptoutError:
    return sqlite.explained(error) if isinstance(error, sqlite3.Error) else postgresql.explained(error)


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
        backend = parsed.get_backend_name()
        if backend == "sqlite" and parsed.query.get("uri") and parsed.database:
            return URL.create("sqlite", database=parsed.database, query=parsed.query)
        if backend == "postgresql" and parsed.database:
            return parsed
        found = f"a URL for {backend} without a {'database' if backend == 'postgresql' else 'file'}"
    raise ConfigurationError(
        "registry in optout.yaml",
        expected="the path of a file, sqlite:///PATH, or postgresql://USER@HOST/DATABASE",
        found=found,
        remedy="correct registry in optout.yaml",
    )
