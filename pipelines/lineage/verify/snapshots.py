"""A version's snapshot next to the registry it was taken from."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.lineage.verify.session import pads, run, without_zone
from schemas.sorted_rows import BATCH_ROWS, sorted_rows
from schemas.tables import SNAPSHOT

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def under_further_keys(session: "DuckDBPyConnection", snapshot: pa.Table, keys: Sequence[bytes]) -> pa.Table:
    """A SNAPSHOT table with ``keys`` applied to its pseudonyms, in the order of such a table.

    That is how the registry has it since its key was rotated.
    """
    if not keys:
        return snapshot
    return sorted_rows(_rewrapped(session, snapshot, keys), SNAPSHOT)


def _rewrapped(
    session: "DuckDBPyConnection", snapshot: pa.Table, keys: Sequence[bytes]
) -> Iterator[pa.RecordBatch]:
    for part in snapshot.to_batches(max_chunksize=BATCH_ROWS):
        session.register("held", without_zone(pa.table(part), "until"))
        session.execute("CREATE TEMP TABLE written AS SELECT * FROM held")
        for key in keys:
            run(session, "rewrapped", pads(key))
        yield from session.table("written").to_arrow_table().cast(SNAPSHOT).to_batches()
        session.execute("DROP TABLE written")
        session.unregister("held")
