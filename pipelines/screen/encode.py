"""From tables to the bytes of objects: one setting for all, so that equal tables have equal bytes."""

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.tables import WRITER

ROW_GROUP_ROWS = 131_072
DATA_PAGE_BYTES = 1 << 20


def encode(table: pa.Table, dictionary: tuple[str, ...] = ()) -> bytes:
    """Parquet bytes of a table; the columns in ``dictionary`` have few different values."""
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        row_group_size=ROW_GROUP_ROWS,
        data_page_size=DATA_PAGE_BYTES,
        use_dictionary=list(dictionary),
        **WRITER,
    )
    return bytes(sink.getvalue())
