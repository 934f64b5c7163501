"""The registry at one event number, as it is handed to a build."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import IO, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.pseudonyms import DIGEST
from schemas.sorted_rows import BATCH_ROWS, Row, first_of_equals, in_order, ordered, ranges, row_at
from schemas.spill import bytes_on_disk, kept
from schemas.tables import DATA_PAGE_BYTES, ROW_GROUP_ROWS, SNAPSHOT, WRITER

ERASED = pa.schema([column for column in SNAPSHOT if column.name not in {"pseudonym", "sealed"}])
"""What is left of an objection that was redacted: its scope, without whom it named."""


@dataclass(frozen=True)
class RegistrySnapshot:
    """What objections cover at ``event``: a SNAPSHOT table, deduplicated, sorted, without a raw value."""

    registry_id: str
    event: int
    root: str
    """Of the tree over the log's events up to ``event``: 64 hexadecimal digits."""
    log_key: str
    """Verifier key of whoever signs the log, as text."""
    key_ids: tuple[str, ...]
    """Of the registry keys of the pseudonyms, in the order they were applied."""
    scheme: str
    """Version of the normal form the pseudonyms were made with."""
    objections: pa.Table
    platforms: tuple[str, ...]
    """Of the account ids, handles and records in ``objections``, sorted: no pseudonym shows its platform."""
    erased: pa.Table = field(default_factory=ERASED.empty_table)
    """An ERASED row for each row that held at ``event`` and was redacted since."""
    recorded_at: datetime | None = None
    """When the last event was recorded whose content is known; None: there is none."""

    def __post_init__(self) -> None:
        if not self.objections.schema.equals(SNAPSHOT) or not self.erased.schema.equals(ERASED):
            msg = "objections must be a SNAPSHOT table, erased an ERASED table"
            raise TypeError(msg)

    def against(self, purposes: int) -> Self:
        """The same with the objections alone that are made against one of these purposes (bits)."""

        def counting() -> Iterator[pa.RecordBatch]:
            for batch in self.objections.to_batches():
                common = pc.bit_wise_and(batch.column("purposes"), pa.scalar(purposes, pa.uint16()))
                yield batch.filter(pc.not_equal(common, 0))

        if all(
            len(one) == len(all_) for one, all_ in zip(counting(), self.objections.to_batches(), strict=True)
        ):
            return self
        return replace(self, objections=kept(counting(), SNAPSHOT))

    def was(self, taken: pa.Table) -> bool:
        """Whether the registry was ``taken``, a SNAPSHOT table, when ``event`` was its last.

        All that is here was there; what was there and is not here was redacted since: of each scope at most
        as many as there are erased objections of that scope. The root shows that no event was changed.
        """
        if self.objections.equals(taken):
            return True
        gone: Counter[tuple[object, ...]] = Counter()
        last: Row | None = None
        for here, there in ranges([self.objections, taken], BATCH_ROWS):
            if len(in_order(there)) != len(there):
                return False
            both = ordered(pa.concat_tables([here, there]))
            first = first_of_equals(both)
            alone = first & np.append(first[1:], True)  # its like is neither before it nor after it
            # Were one of them here alone, there would be two more than this: in neither a row stands twice.
            if np.count_nonzero(alone) != len(there) - len(here):
                return False
            if len(both):
                if last is not None and row_at(both, 0) <= last:
                    return False  # one of the two is in another order: equal rows may be apart
                last = row_at(both, len(both) - 1)
            gone += _scopes(both.filter(pa.array(alone)))
        return gone <= _scopes(self.erased)


def snapshot_parquet(objections: pa.Table) -> memoryview:
    """A SNAPSHOT table as an object of a version: equal tables have equal bytes, wherever they lie."""

    def write(file: IO[bytes]) -> None:
        pq.write_table(
            objections,
            file,
            row_group_size=ROW_GROUP_ROWS,
            data_page_size=DATA_PAGE_BYTES,
            use_dictionary=[],
            **WRITER,
        )

    return bytes_on_disk(write)


def _scopes(table: pa.Table) -> Counter[tuple[object, ...]]:
    counted = table.group_by(ERASED.names, use_threads=False).aggregate([([], "count_all")])
    return Counter(
        {tuple(row[name] for name in ERASED.names): row["count_all"] for row in counted.to_pylist()}
    )


REACHING = pa.schema([
    pa.field("origin", pa.int64(), nullable=False),
    pa.field("type", pa.string(), nullable=False),
    pa.field("pseudonym", pa.binary(DIGEST), nullable=False),
])  # fmt: skip
"""From where linked objections reach accounts: what each names, and every account it has reached before.
``origin`` is the number of the event that received the objection."""
REACHED = pa.schema([REACHING.field("origin"), REACHING.field("pseudonym")])
"""Accounts that objections reach, and that the registry does not know of yet."""


@dataclass(frozen=True)
class Links:
    """How a build tells the registry of the accounts that objections reach."""

    read: Callable[[int], pa.Table]
    """A REACHING table: the registry as it stands now, of objections to which something has come since an
    event: themselves, or an account that they reach."""
    record: Callable[[pa.Table, str], None]
    """Append a REACHED table of accounts of a platform; what is known by then adds nothing."""


@dataclass(frozen=True)
class RegistryHead:
    """Where the registry stands now: read again before publishing (law 6)."""

    registry_id: str
    event: int
    root: str
    """Of the tree over the log's events up to it: 64 hexadecimal digits."""
