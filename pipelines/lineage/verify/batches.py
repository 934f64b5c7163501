"""The relation that is judged: source rows, each beside its ledger entry and its row of the shard."""

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from schemas.fields import RECORDS
from schemas.release import RELEASE_COLUMNS

if TYPE_CHECKING:
    from pipelines.lineage.verify.parts import Part

RELEASED = "r_"
"""Prefix of what the shard holds of a row."""


def batch_of(records: pa.Table, ledger: pa.Table, part: "Part", offset: int) -> pa.Table:
    """``records`` with number ``n``, ledger entry, ``author`` (subject) and released columns."""
    place = _within(ledger.column("place"), len(part.shard) if part.shard is not None else 0)
    author = _within(ledger.column("footprint"), len(part.footprint))
    columns = {name: records.column(name) for name in records.column_names}
    columns["n"] = pa.array(range(offset, offset + len(records)), pa.int64())
    columns |= {name: ledger.column(name) for name in ("reason", "reasons")}
    columns["place"] = place
    columns["author"] = part.footprint.column("subject").take(author)
    for column in RELEASE_COLUMNS:
        released = part.shard is not None and column.name in part.shard.column_names
        columns[RELEASED + column.name] = (
            part.shard.column(column.name).take(place)
            if part.shard is not None and released
            else pa.nulls(len(records), column.type)
        )
    return pa.table(columns)


def unreadable_batch(ledger: pa.Table, offset: int) -> pa.Table:
    """Rows of which the source shows nothing, as a relation of the same shape."""
    names = [name for name in RECORDS.names if name != "created_at"]
    nothing = {name: pa.nulls(len(ledger), RECORDS.field(name).type) for name in names}
    nothing["created_at"] = pa.nulls(len(ledger), pa.timestamp("us"))
    released = {RELEASED + c.name: pa.nulls(len(ledger), c.type) for c in RELEASE_COLUMNS}
    return pa.table(
        {
            **nothing,
            "n": pa.array(range(offset, offset + len(ledger)), pa.int64()),
            "reason": ledger.column("reason"),
            "place": pa.nulls(len(ledger), pa.int32()),
            **released,
        }
    )


def _within(index: pa.ChunkedArray, length: int) -> pa.ChunkedArray:
    # an index that points nowhere is a fault of the ledger part, named there
    inside = pc.and_(pc.greater_equal(index, 0), pc.less(index, length))
    return pc.if_else(inside, index, pa.scalar(None, index.type))
