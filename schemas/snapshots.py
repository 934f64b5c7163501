"""The registry at one event number, as it is handed to a build."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc

from schemas.pseudonyms import DIGEST
from schemas.tables import SNAPSHOT

ERASED = pa.schema([column for column in SNAPSHOT if column.name not in {"pseudonym", "sealed"}])
"""What is left of an objection that was redacted: its scope, without whom it named."""


@dataclass(frozen=True)
class RegistrySnapshot:
    """Live objections at ``event``: a SNAPSHOT table, deduplicated, sorted by all columns, no raw value."""

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
        common = pc.bit_wise_and(self.objections.column("purposes"), pa.scalar(purposes, pa.uint16()))
        return replace(self, objections=self.objections.filter(pc.not_equal(common, 0)))

    def was(self, taken: pa.Table) -> bool:
        """Whether the registry was ``taken``, a SNAPSHOT table, when ``event`` was its last.

        All that is here was there; what was there and is not here was redacted since: of each scope at most
        as many as there are erased objections of that scope. The root shows that no event was changed.
        """
        if self.objections.equals(taken):
            return True
        here, there = _comparable(self.objections), _comparable(taken)
        gone = there.join(here, SNAPSHOT.names, join_type="left anti")
        come = here.join(there, SNAPSHOT.names, join_type="left anti")
        if come.num_rows or here.num_rows + gone.num_rows != there.num_rows:
            return False
        return _scopes(gone) <= _scopes(self.erased)


def _comparable(table: pa.Table) -> pa.Table:
    """The same with nothing sealed as no bytes: a join takes two nulls for different."""
    place = SNAPSHOT.get_field_index("sealed")
    return table.set_column(place, "sealed", pc.fill_null(table.column("sealed"), b""))


def _scopes(table: pa.Table) -> Counter[tuple[object, ...]]:
    return Counter(tuple(row.values()) for row in table.select(ERASED.names).to_pylist())


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

    read: Callable[[], pa.Table]
    """A REACHING table: the registry as it stands now."""
    record: Callable[[pa.Table, str], None]
    """Append a REACHED table of accounts of a platform; what is known by then adds nothing."""


@dataclass(frozen=True)
class RegistryHead:
    """Where the registry stands now: read again before publishing (law 6)."""

    registry_id: str
    event: int
    root: str
    """Of the tree over the log's events up to it: 64 hexadecimal digits."""
