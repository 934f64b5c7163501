"""What a canonical table may say of time: nothing that lies ahead."""

from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from schemas.fields import TIMESTAMP


def without_future(rows: pa.RecordBatch, now: datetime) -> pa.RecordBatch:
    """Rows of a canonical table, each instant after ``now`` null.

    A post of a day that has not come would prove its author an adult at posting, and a notice that is
    only planned would become one that was given, once its day has passed.
    """
    for place, field in enumerate(rows.schema):
        if field.type == TIMESTAMP:
            instants = rows.column(place)
            ahead = pc.greater(instants, pa.scalar(now, TIMESTAMP))
            rows = rows.set_column(place, field, pc.if_else(ahead, pa.scalar(None, TIMESTAMP), instants))
    return rows
