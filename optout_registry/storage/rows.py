"""Many rows into a table at once, as tuples that go to the driver as they are."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlalchemy.dialects import postgresql, sqlite


def insert_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    """Insert rows whose values are what the driver takes. ``columns`` are in the order of the table's.

    SQLAlchemy's own way looks at each value of each row, which takes longer than the database.
    """
    parameters = list(rows)
    if parameters:
        statement = _statement(connection.dialect.name, table, tuple(columns))
        connection.exec_driver_sql(statement, parameters)


@cache
def _statement(dialect: str, table: Table, columns: tuple[str, ...]) -> str:
    if tuple(column.name for column in table.columns if column.name in columns) != columns:
        msg = f"columns of {table.name} in the order of the table, and not {', '.join(columns)}"
        raise ValueError(msg)
    # With places in place of names: for these the drivers take tuples.
    kind, style = (sqlite, "qmark") if dialect == "sqlite" else (postgresql, "format")
    positional = kind.dialect(paramstyle=style)
    return str(insert(table).compile(dialect=positional, column_keys=list(columns)))
