"""SQL over one version: a DuckDB connection that can read its relations and nothing else."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.corpus.chain import Version
from pipelines.corpus.store import Store
from pipelines.lineage.statement import check_select, first_line, refused
from pipelines.lineage.views import RELATIONS, Relation
from schemas.errors import ConfigurationError, OptoutError

_BATCH_ROWS = 131_072
_CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",  # names in SQL never reach Python variables
    "temp_directory": "",  # nothing of a lineage is spilt outside the store
}


@dataclass(frozen=True)
class Answer:
    """What a query returned: the names of its columns, no two alike, and its rows as they are fetched."""

    names: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]

    def as_dicts(self) -> list[dict[str, Any]]:
        """All rows as flat objects."""
        return [dict(zip(self.names, row, strict=True)) for row in self.rows]


@dataclass
class _Scan:
    """A relation as DuckDB sees it: every scan opens a new stream, so a self-join reads it twice."""

    relation: Relation
    store: Store
    version: Version
    failures: list[OptoutError]

    def __arrow_c_schema__(self) -> object:
        return self.relation.schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        reader = pa.RecordBatchReader.from_batches(self.relation.schema, self._batches())
        return reader.__arrow_c_stream__(requested_schema)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        try:
            for table in self.relation.tables(self.store, self.version):
                yield from table.to_batches(max_chunksize=_BATCH_ROWS)
        except OptoutError as error:
            # The stream turns it into text on its way through DuckDB.
            self.failures.append(error)
            raise


@dataclass
class Session:
    """An open connection over one version. Made by :func:`open_session`."""

    connection: duckdb.DuckDBPyConnection
    failures: list[OptoutError] = field(default_factory=list)
    asked: int = 0

    def ask(self, sql: str) -> Answer:
        """Run one SELECT. Its rows are fetched while they are iterated, until the next question.

        Raises:
            ConfigurationError: the text is not one SELECT, or DuckDB refuses it.
            BadInput: an object of the version is missing or damaged.
        """
        check_select(self.connection, sql)
        self.failures.clear()
        self.asked += 1
        with self._errors():
            self.connection.execute(sql)
            names = _distinct(column[0] for column in self.connection.description)
        return Answer(names, self._rows(self.asked))

    def give_up(self) -> None:
        """End the query that runs, from another thread: whoever asked meets KeyboardInterrupt.

        Python's own is not enough: DuckDB looks for it between pieces of work, and one may take an hour.
        """
        self.connection.interrupt()

    def _rows(self, question: int) -> Iterator[tuple[Any, ...]]:
        while True:
            if question != self.asked:
                # DuckDB would say that there are no more rows.
                msg = "the rows of an answer are gone once the next question is asked"
                raise RuntimeError(msg)
            with self._errors():
                rows = self.connection.fetchmany(10_000)
            if not rows:
                return
            yield from rows

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except duckdb.InterruptException as error:
            raise KeyboardInterrupt from error
        except duckdb.OutOfMemoryException as error:
            raise ConfigurationError(
                "query",
                expected="one whose work fits into memory: nothing of a lineage is spilt to a disk",
                found="more than DuckDB may take",
                remedy="ask for less at once, or use a machine with more memory",
            ) from error
        except duckdb.Error as error:
            if self.failures:
                raise self.failures[0] from error
            raise refused(first_line(error)) from error
        except RuntimeError as error:
            if str(error) == "Query interrupted":  # all that DuckDB leaves of a KeyboardInterrupt
                raise KeyboardInterrupt from error
            raise


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    """The names of columns, those that stood there before with a number: n, n_2."""
    found: dict[str, None] = {}
    given = list(names)
    for name in given:
        number, distinct = 1, name
        while distinct in found or (number > 1 and distinct in given):
            number += 1
            distinct = f"{name}_{number}"
        found[distinct] = None
    return tuple(found)


def scan(relation: Relation, store: Store, version: Version) -> object:
    """A relation as something that a DuckDB connection can register."""
    return _Scan(relation, store, version, [])


@contextmanager
def open_session(store: Store, version: Version) -> Iterator[Session]:
    """A session over the relations of ``version``; nothing is read until a query scans it."""
    connection = duckdb.connect(":memory:", config=_CLOSED)
    session = Session(connection)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET lock_configuration = true")
        for relation in RELATIONS:
            connection.register(relation.name, _Scan(relation, store, version, session.failures))
        yield session
    finally:
        connection.close()
