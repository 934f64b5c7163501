"""From the registry to the snapshot a build takes: the objections that hold, without who made them when."""

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, func, or_, select

from optout_registry.storage.database import SUBJECT
from optout_registry.storage.tables import EVENT, OBJECTION, OTHER_KINDS
from schemas.errors import BadInput
from schemas.snapshots import RegistrySnapshot
from schemas.tables import SNAPSHOT, WRITER

_ROWS = 65_536


def take_snapshot(connection: Connection, at: int) -> tuple[pa.Table, tuple[str, ...]]:
    """The SNAPSHOT table after event ``at``, deduplicated and sorted by all of its columns; its platforms.

    Raises:
        BadInput: an objection that an event up to ``at`` received is missing.
    """
    _check_whole(connection, at)
    columns = [OBJECTION.c[name] for name in SNAPSHOT.names]
    holds = OBJECTION.c.event <= at, or_(OBJECTION.c.ended.is_(None), OBJECTION.c.ended > at)
    rows = connection.execution_options(yield_per=_ROWS).execute(
        select(*columns).where(*holds).distinct().order_by(*columns)
    )
    batches = [
        pa.RecordBatch.from_arrays(
            [
                pa.array(column, field.type)
                for column, field in zip(zip(*part, strict=True), SNAPSHOT, strict=True)
            ],
            schema=SNAPSHOT,
        )
        for part in rows.partitions()
    ]
    named = select(OBJECTION.c.platform).where(*holds, OBJECTION.c.platform.is_not(None)).distinct()
    return pa.Table.from_batches(batches, SNAPSHOT), tuple(sorted(connection.scalars(named)))


def snapshot_parquet(snapshot: RegistrySnapshot) -> bytes:
    """The snapshot's objections as Parquet: equal snapshots have equal bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(snapshot.objections.combine_chunks(), sink, **WRITER)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]  # PyArrow says no type


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
