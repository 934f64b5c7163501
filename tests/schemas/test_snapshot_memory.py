"""A snapshot is sorted, compared, filtered and written in memory that does not grow with it.

Memory is what is the process's own (RssAnon): pages of mapped files are the system's to drop.
"""

import subprocess
import sys

MEASURED = """
import sys, threading
import numpy as np, pyarrow as pa
from schemas import spill
spill.kept.__defaults__ = (40_000,)
from schemas.snapshots import RegistrySnapshot, snapshot_parquet
from schemas.sorted_rows import sorted_rows
from schemas.tables import SNAPSHOT

def own():
    status = open("/proc/self/status").read()
    return int(status.partition("RssAnon:")[2].split()[0]) * 1024

def rows(count):
    generator, size = np.random.default_rng(7), 20_000
    for _ in range(count // size):
        digests = pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(32), size, [None, pa.py_buffer(generator.bytes(32 * size))])
        kinds = pa.array(["account", "email"]).take(pa.array(generator.integers(0, 2, size)))
        purposes = pa.array(np.where(generator.random(size) < 0.9, 1, 2), pa.uint16())
        columns = {"type": kinds, "pseudonym": digests, "purposes": purposes}
        yield pa.RecordBatch.from_arrays(
            [columns.get(f.name) or (pa.nulls(size, f.type) if f.nullable else pa.array([True] * size).cast(f.type))
             for f in SNAPSHOT], schema=SNAPSHOT)

def use(count):
    table = sorted_rows(rows(count), SNAPSHOT, 40_000)
    taken = RegistrySnapshot("r", 1, "", "", (), "", table, ())
    fewer = taken.against(1)
    assert 0 < len(fewer.objections) < len(table) == count
    assert taken.was(sorted_rows(rows(count), SNAPSHOT, 30_000))
    assert not fewer.was(table)
    return len(snapshot_parquet(table))

use(40_000)
before = peak = own()
ended = threading.Event()
def watch():
    global peak
    while not ended.wait(0.002):
        peak = max(peak, own())
watcher = threading.Thread(target=watch)
watcher.start()
use(int(sys.argv[1]))
ended.set()
watcher.join()
print(peak - before)
"""
MARGIN = 40_000_000


def rise(rows):
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(rows)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_memory_does_not_grow_with_the_snapshot():
    """80 bytes a row: the larger one is 80 MB, and there are two of it."""
    assert rise(1_000_000) < rise(200_000) + MARGIN
