"""Pictures that wait for a person: what the queue of a version holds, and since when."""

from collections.abc import Iterable

import pyarrow as pa

from pipelines.corpus.chain import Version, read_object_table, read_splits
from pipelines.corpus.store import Store
from schemas.documents import ObjectRef
from schemas.reviews import QUEUE, QUEUED

_NAMES = ["picture", "words", "copies"]


def waiting_since(store: Store, version: Version | None) -> pa.Table:
    """A QUEUED table: of a version and those before it, since when each picture waits or waited."""
    queued = version.envelope.queued if version else None
    return QUEUED.empty_table() if queued is None else read_object_table(store, queued, QUEUED)


def newly_waiting(store: Store, parts: Iterable[ObjectRef], version: Version | None) -> pa.Table:
    """Picture, words and copies of all that stands in parts of a queue which a version does not have."""
    known = set() if version is None else set(read_splits(store, version).column("queue").to_pylist())
    new = {part.digest: part for part in parts if part.digest not in known}
    tables = [read_object_table(store, part, QUEUE).select(_NAMES) for _, part in sorted(new.items())]
    return pa.concat_tables([QUEUE.empty_table().select(_NAMES), *tables])
