"""The registry at one event number, as it is handed to a build."""

from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa

from schemas.tables import SNAPSHOT

ERASED = pa.schema([column for column in SNAPSHOT if column.name != "pseudonym"])
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
    """Of the account ids and handles in ``objections``, sorted: a pseudonym does not show its platform."""
    erased: pa.Table = field(default_factory=ERASED.empty_table)
    """An ERASED row for each objection that held at ``event`` and was redacted since."""

    def __post_init__(self) -> None:
        if not self.objections.schema.equals(SNAPSHOT) or not self.erased.schema.equals(ERASED):
            msg = "objections must be a SNAPSHOT table, erased an ERASED table"
            raise TypeError(msg)

    def was(self, taken: pa.Table) -> bool:
        """Whether the registry was ``taken``, a SNAPSHOT table, when ``event`` was its last.

        All that is here was there; what was there and is not here was redacted since: of each scope at most
        as many as there are erased objections of that scope. The root shows that no event was changed.
        """
        if self.objections.equals(taken):
            return True
        gone = taken.join(self.objections, SNAPSHOT.names, join_type="left anti")
        come = self.objections.join(taken, SNAPSHOT.names, join_type="left anti")
        if come.num_rows or self.objections.num_rows + gone.num_rows != taken.num_rows:
            return False
        return _scopes(gone) <= _scopes(self.erased)


def _scopes(table: pa.Table) -> Counter[tuple[object, ...]]:
    return Counter(tuple(row.values()) for row in table.select(ERASED.names).to_pylist())


@dataclass(frozen=True)
class RegistryHead:
    """Where the registry stands now: read again before publishing (law 6)."""

    registry_id: str
    event: int
    root: str
    """Of the tree over the log's events up to it: 64 hexadecimal digits."""
