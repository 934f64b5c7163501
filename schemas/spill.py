"""Tables and bytes too large for memory: in files without a name, mapped.

What is mapped is the system's to drop and to read again, so that it is no memory of ours. The files lie where
TMPDIR says, are readable by nobody else, and end with the process, however it ends: they never have a name.
"""

import mmap
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import IO

import pyarrow as pa

from schemas.errors import BadInput

MEMORY_ROWS = 1 << 20
"""So many rows of a table are held in memory; of those we have, some 60 MB."""


def kept(batches: Iterable[pa.RecordBatch], schema: pa.Schema, memory_rows: int = MEMORY_ROWS) -> pa.Table:
    """The table of these batches: in memory as far as it is small, otherwise in a file.

    Raises:
        BadInput: the disk is full, or fails.
    """
    coming = iter(batches)
    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in coming:
        held.append(batch)
        rows += len(batch)
        if rows > memory_rows:
            return on_disk(chain(held, coming), schema)
    return pa.Table.from_batches(held, schema)


def on_disk(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    """The table of these batches, in a file.

    Raises:
        BadInput: the disk is full, or fails.
    """

    def write(file: IO[bytes]) -> None:
        with pa.ipc.new_file(file, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)

    return pa.ipc.open_file(pa.BufferReader(pa.py_buffer(bytes_on_disk(write)))).read_all()


def bytes_on_disk(write: Callable[[IO[bytes]], None]) -> memoryview:
    """What ``write`` writes to the file it is given: at least one byte.

    Raises:
        BadInput: the disk is full, or fails.
    """
    with _explained(), tempfile.TemporaryFile() as file:
        write(file)
        file.flush()
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BadInput(
            "temporary files (TMPDIR)",
            expected="room for what does not fit into memory",
            found=error.strerror or type(error).__name__,
            remedy="free some space, or let TMPDIR name a folder on a larger disk, and run the command again",
        ) from error
