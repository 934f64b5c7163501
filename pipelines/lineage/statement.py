"""Which SQL a person may run: exactly one SELECT that reads the relations of a version."""

import json
from collections.abc import Iterator
from typing import Any

import duckdb

from schemas.errors import ConfigurationError

_READING = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest", "repeat", "json_each", "json_tree"})
"""Functions allowed in FROM: they compute rows and reach nothing."""
_REMEDY = "ask one SELECT over the relations that `.tables` lists"


def check_select(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The one SELECT of ``sql``, nothing else beside it.

    The type of the statement is not enough: since DuckDB 2.0 a common table expression may INSERT,
    DELETE or COPY … TO inside a SELECT, and functions in FROM read files or change settings. So
    the parsed tree is looked through, too. The connection's own lock stands behind all this.

    Raises:
        ConfigurationError: not SQL, not exactly one statement, or not only reading.
    """
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise refused(first_line(error)) from error
    if len(statements) != 1:
        raise refused(f"{len(statements)} statements" if statements else "no statement")
    if statements[0].type != duckdb.StatementType.SELECT:
        # PIVOT without IN is run as several statements (MULTI).
        raise refused(f"a statement of type {statements[0].type.name}")
    for node in _nodes(_tree(connection, sql)):
        kind = str(node.get("type", ""))
        if kind.endswith("_NODE") and kind not in _READING:
            raise refused(f"{kind.partition('_')[0]} inside a SELECT")
        if kind == "TABLE_FUNCTION" and _function_name(node) not in TABLE_FUNCTIONS:
            raise refused(f"the function {_function_name(node)} in FROM")
    return sql


def refused(found: str) -> ConfigurationError:
    """The error of a query that is not run, or that DuckDB could not run."""
    return ConfigurationError("query", expected="one SELECT", found=found, remedy=_REMEDY)


def first_line(error: Exception) -> str:
    """The first line of DuckDB's message, without the query it repeats below."""
    return str(error).strip().partition("\n")[0]


def _tree(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:  # noqa: ANN401
    row = connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchone()
    try:
        tree = json.loads(row[0]) if row else {"error": True}
    except RecursionError:
        raise refused("a statement that is nested too deeply to be looked through") from None
    if tree.get("error"):
        raise refused(str(tree.get("error_message", "a statement that cannot be looked through")))
    return tree["statements"]


def _function_name(node: dict[str, Any]) -> str:
    return str(node.get("function", {}).get("function_name", "")).lower()


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
