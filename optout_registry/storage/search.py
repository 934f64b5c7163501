"""Bytes sought by the database itself, where sending it every row would take longer."""

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class place_in(FunctionElement[int]):  # noqa: N801 - the name of a function of SQL
    """Where a column's bytes hold others, from 1; 0: nowhere. ``place_in(column, bytes)``."""

    name = "place_in"
    type = Integer()
    inherit_cache = True


@compiles(place_in, "sqlite")
def _in_file(element: place_in, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    return f"instr({compiler.process(element.clauses, **options)})"


@compiles(place_in, "postgresql")
def _on_server(element: place_in, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    # As a function of its schema it takes the column first, and not the keyword IN.
    return f"pg_catalog.position({compiler.process(element.clauses, **options)})"
