"""The DuckDB that judges: nothing outside it can be reached, and it knows the vocabulary."""

from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from pipelines.lineage.verify.masked import differs_only_in_masks
from schemas.errors import BadInput
from schemas.outcomes import Reason
from schemas.vocabulary import OTHER_ROLES, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

_HMAC_BLOCK = 64
_TEXT = "VARCHAR"
_CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "threads": "2",
    "temp_directory": "",
}


@contextmanager
def open_session() -> "Iterator[DuckDBPyConnection]":
    """A connection in memory without access to files or network, with macros and vocabulary.

    Nothing that does not fit into memory is spilt: relations hold raw ids and texts.
    """
    session = duckdb.connect(":memory:", config=_CLOSED)
    try:
        session.execute("SET lock_configuration = true")
        session.create_function(
            "differs_only_in_masks", differs_only_in_masks, [_TEXT, _TEXT, f"{_TEXT}[]"], "BOOLEAN"
        )
        run(session, "macros")
        session.register("reason", reasons())
        codes = [Role[name.upper()].value for name in OTHER_ROLES]
        session.register("role", pa.table({"label": OTHER_ROLES, "code": codes}))
        yield session
    finally:
        session.close()


def run(
    session: "DuckDBPyConnection", name: str, parameters: dict[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    """Run the statement of ``name``.sql; its rows.

    Raises:
        BadInput: DuckDB cannot. Its message may hold values of rows, so only its kind is told.
    """
    text = _text(name)
    try:
        return (session.execute(text, parameters) if parameters else session.execute(text)).fetchall()
    except duckdb.OutOfMemoryException as error:
        raise _failed(name, "more memory than DuckDB may take", "give the machine more memory") from error
    except duckdb.Error as error:
        raise _failed(name, type(error).__name__, "report it, with the version of optout") from error


def pads(key: bytes) -> dict[str, bytes]:
    """The two pads of HMAC-SHA-256 (RFC 2104) as parameters ``inner`` and ``outer``."""
    block = key.ljust(_HMAC_BLOCK, b"\0")
    return {"inner": bytes(byte ^ 0x36 for byte in block), "outer": bytes(byte ^ 0x5C for byte in block)}


def without_zone(rows: pa.Table, name: str) -> pa.Table:
    """The same with instants of a column as SQL compares them: all of ours are UTC."""
    index = rows.schema.get_field_index(name)
    return rows.set_column(index, name, rows.column(name).cast(pa.timestamp("us")))


def reasons() -> pa.Table:
    """The vocabulary of reasons as a relation, in order of precedence."""
    members = list(Reason)
    return pa.table(
        {
            "code": pa.array([reason.code for reason in members], pa.uint8()),
            "label": [reason.label for reason in members],
            "bit": pa.array([reason.bit for reason in members], pa.uint32()),
            "outcome": [reason.outcome.value for reason in members],
            "stage": [reason.stage.value for reason in members],
            "precedence": pa.array(range(len(members)), pa.uint8()),
        }
    )


def _failed(name: str, found: str, remedy: str) -> BadInput:
    return BadInput(f"verify, at {name}.sql", expected="an answer of DuckDB", found=found, remedy=remedy)


_TEXTS: dict[str, str] = {}


def _text(name: str) -> str:
    if name not in _TEXTS:
        _TEXTS[name] = files(__package__ or "").joinpath(f"{name}.sql").read_text(encoding="utf-8")
    return _TEXTS[name]
