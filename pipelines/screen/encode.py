"""From tables to the bytes of objects: one setting for all, so that equal tables have equal bytes."""

from collections.abc import Mapping
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.tables import DATA_PAGE_BYTES, ROW_GROUP_ROWS, WRITER

Encoding = Literal["DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"]


def encode(
    table: pa.Table, dictionary: tuple[str, ...] = (), encodings: Mapping[str, Encoding] | None = None
) -> bytes:
    """Parquet bytes of a table; the columns in ``dictionary`` have few different values.

    ``encodings``: DELTA_BINARY_PACKED for a column that is sorted, BYTE_STREAM_SPLIT for one of small
    numbers in no order, whose high bytes are all alike.
    """
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        row_group_size=ROW_GROUP_ROWS,
        data_page_size=DATA_PAGE_BYTES,
        use_dictionary=list(dictionary),
        column_encoding=dict(encodings) if encodings else None,
        **WRITER,
    )
    return bytes(sink.getvalue())
