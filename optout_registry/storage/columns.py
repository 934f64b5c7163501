"""What a statement finds, as columns: a part at a time, while the database keeps the rest."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Select

_ROWS = 65_536


def batches_of(connection: Connection, statement: Select[Any], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The rows of a statement, read as they are asked for; its columns are those of ``schema``, in order."""
    rows = connection.execute(statement, execution_options={"yield_per": _ROWS})
    for part in rows.partitions():
        columns = zip(zip(*part, strict=True), schema, strict=True)
        yield pa.RecordBatch.from_arrays(
            [pa.array(column, field.type) for column, field in columns], schema=schema
        )
