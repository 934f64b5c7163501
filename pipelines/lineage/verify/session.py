"""The DuckDB that judges: nothing outside it can be reached, and it knows the vocabulary."""

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from schemas.outcomes import Reason
from schemas.vocabulary import OTHER_ROLES, Role

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_HMAC_BLOCK = 64


def open_session() -> "DuckDBPyConnection":
    """A connection in memory without access to files or network, with macros and vocabulary."""
    session = duckdb.connect(":memory:", config={"enable_external_access": "false", "threads": "2"})
    session.execute("SET lock_configuration = true")
    run(session, "macros")
    session.register("reason", reasons())
    session.register(
        "role", pa.table({"label": OTHER_ROLES, "code": [Role[name.upper()].value for name in OTHER_ROLES]})
    )
    return session


def run(
    session: "DuckDBPyConnection", name: str, parameters: dict[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    """Run the statement of ``name``.sql; its rows."""
    text = _text(name)
    return (session.execute(text, parameters) if parameters else session.execute(text)).fetchall()


def pads(key: bytes) -> dict[str, bytes]:
    """The two pads of HMAC-SHA-256 (RFC 2104) as parameters ``inner`` and ``outer``."""
    block = key.ljust(_HMAC_BLOCK, b"\0")
    return {"inner": bytes(byte ^ 0x36 for byte in block), "outer": bytes(byte ^ 0x5C for byte in block)}


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


_TEXTS: dict[str, str] = {}


def _text(name: str) -> str:
    if name not in _TEXTS:
        _TEXTS[name] = files(__package__ or "").joinpath(f"{name}.sql").read_text(encoding="utf-8")
    return _TEXTS[name]
