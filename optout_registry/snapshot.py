"""From the log to the snapshot a build takes: the objections that hold, without who made them when."""

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, and_, func, select

from optout_registry.database import SUBJECT
from optout_registry.events import IS_ITS_WITHDRAWAL, IS_RECEIVED, WITHDRAWAL
from optout_registry.tables import EVENT
from schemas.errors import BadInput
from schemas.snapshots import RegistrySnapshot
from schemas.tables import SNAPSHOT, WRITER

_ROWS = 65_536


def take_snapshot(connection: Connection, at: int) -> tuple[pa.Table, tuple[str, ...]]:
    """The SNAPSHOT table after event ``at``, deduplicated and sorted by all of its columns; its platforms.

    Raises:
        BadInput: an event up to ``at`` is missing.
    """
    present = connection.scalar(select(func.count()).where(EVENT.c.number.between(1, at)))
    if present != at:
        raise BadInput(
            SUBJECT,
            expected=f"every event from 1 to {at}",
            found=f"{present} of them",
            remedy="restore the registry from its backup: somebody removed events from the log",
        )
    columns = (EVENT.c.type, EVENT.c.pseudonym, EVENT.c.linked, EVENT.c.surfaces)
    lifted = select(1).where(IS_ITS_WITHDRAWAL, WITHDRAWAL.c.number <= at).exists()
    is_live = and_(IS_RECEIVED, EVENT.c.number <= at, ~lifted)
    rows = connection.execution_options(yield_per=_ROWS).execute(
        # Bytes order the text: SQLite's default collation, and Python's for these ASCII labels.
        select(*columns).where(is_live).distinct().order_by(*columns)
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
    named = select(EVENT.c.platform).where(is_live, EVENT.c.platform.is_not(None)).distinct()
    return pa.Table.from_batches(batches, SNAPSHOT), tuple(sorted(connection.scalars(named)))


def snapshot_parquet(snapshot: RegistrySnapshot) -> bytes:
    """The snapshot's objections as Parquet: equal snapshots have equal bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(snapshot.objections.combine_chunks(), sink, **WRITER)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]  # PyArrow says no type
