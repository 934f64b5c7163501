"""DuckDB's bare filter: the kept rows of a version, copied from the same files, and nothing else."""

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from measured.spent import Steps

from pipelines.corpus.chain import load_version, read_object_table, read_splits
from pipelines.corpus.computed import result_of
from pipelines.corpus.store import Store
from schemas.outcomes import Reason
from schemas.tables import LEDGER

THREADS = 2
_COPY = """
    COPY (
        SELECT text, language, surface, created_at, media
        FROM read_parquet($files, filename = true, file_row_number = true) AS record
        SEMI JOIN kept ON record.filename = kept.file AND record.file_row_number = kept.number
    ) TO '{target}' (FORMAT parquet, COMPRESSION zstd)
"""


def kept_rows(store: Store, source: Path) -> pa.Table:
    """File and row number of every row that the latest version keeps, out of its ledger."""
    tables, number, path = [], 0, None
    for split in read_splits(store, load_version(store)).to_pylist():
        number = number if split["path"] == path else 0
        path = split["path"]
        ledger = read_object_table(store, result_of(split).ledger, LEDGER)
        kept = np.flatnonzero(ledger.column("reason").to_numpy() == Reason.KEPT.code) + number
        files = pa.array([str(source / path)]).take(pa.array(np.zeros(len(kept), np.int64)))
        tables.append(pa.table({"file": files, "number": kept}))
        number += split["rows"]
    return pa.concat_tables(tables)


def copy_kept(source: Path, kept: pa.Table, target: Path) -> Steps:
    """Copy the kept rows, in whatever order suits DuckDB; what that took, on two threads.

    The columns are those a shard has. DuckDB masks nothing, hides no order, and leaves it to the
    system when the file reaches the disk.

    Raises:
        SystemExit: another number of rows was copied.
    """
    target.unlink(missing_ok=True)
    steps = Steps()
    settings = {"threads": THREADS, "preserve_insertion_order": False}
    with duckdb.connect(config=settings) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.register("given", kept)
        connection.execute("CREATE TABLE kept AS FROM given")
        files = [str(path) for path in sorted(source.glob("records/*.parquet"))]
        with steps.measure("copy"):
            ((copied,),) = connection.execute(_COPY.format(target=target), {"files": files}).fetchall()
    if copied != len(kept):
        raise SystemExit(f"DuckDB copied {copied} rows of {len(kept)}: the comparison is worth nothing")
    return steps
