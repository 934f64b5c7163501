"""From the registry to the snapshot a build takes: the objections that hold, without who made them when."""

from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, Select, func, or_, select

from optout_registry.storage.database import SUBJECT
from optout_registry.storage.tables import EVENT, OBJECTION, OTHER_KINDS
from schemas.errors import BadInput
from schemas.snapshots import ERASED, RegistrySnapshot
from schemas.tables import SNAPSHOT, WRITER

_ROWS = 65_536


class Taken(NamedTuple):
    """What held at an event."""

    objections: pa.Table
    """A SNAPSHOT table, deduplicated and sorted by all of its columns."""
    platforms: tuple[str, ...]
    erased: pa.Table
    """Scopes of those that were redacted since, one row each: what SNAPSHOT says of them but whom."""


def take_snapshot(connection: Connection, at: int) -> Taken:
    """What held after event ``at``.

    Raises:
        BadInput: an objection that an event up to ``at`` received is missing.
    """
    _check_whole(connection, at)
    held = OBJECTION.c.event <= at, or_(OBJECTION.c.ended.is_(None), OBJECTION.c.ended > at)
    holds = *held, OBJECTION.c.pseudonym.is_not(None)
    columns = [OBJECTION.c[name] for name in SNAPSHOT.names]
    objections = _table(connection, select(*columns).where(*holds).distinct().order_by(*columns), SNAPSHOT)
    scope = [OBJECTION.c[name] for name in ERASED.names]
    is_erased = *held, OBJECTION.c.pseudonym.is_(None)
    erased = _table(connection, select(*scope).where(*is_erased).order_by(*scope), ERASED)
    named = select(OBJECTION.c.platform).where(*holds, OBJECTION.c.platform.is_not(None)).distinct()
    return Taken(objections, tuple(sorted(connection.scalars(named))), erased)


def snapshot_parquet(snapshot: RegistrySnapshot) -> bytes:
    """The snapshot's objections as Parquet: equal snapshots have equal bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(snapshot.objections.combine_chunks(), sink, **WRITER)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]  # PyArrow says no type


def _table(connection: Connection, statement: Select[Any], schema: pa.Schema) -> pa.Table:
    rows = connection.execution_options(yield_per=_ROWS).execute(statement)
    batches = [
        pa.RecordBatch.from_arrays(
            [
                pa.array(column, field.type)
                for column, field in zip(zip(*part, strict=True), schema, strict=True)
            ],
            schema=schema,
        )
        for part in rows.partitions()
    ]
    return pa.Table.from_batches(batches, schema)


def _check_whole(connection: Connection, at: int) -> None:
    # Events of other kinds are few and have an index of their own: the log itself is not read here.
    others = select(func.count()).where(OTHER_KINDS, EVENT.c.number <= at)
    expected = at - (connection.scalar(others) or 0)
    held = connection.scalar(select(func.count()).where(OBJECTION.c.event <= at))
    if held != expected:
        raise BadInput(
            SUBJECT,
            expected=f"{expected} objections from event 1 to {at}",
            found=f"{held} of them",
            remedy="restore the registry from its backup: somebody removed objections or events",
        )
