"""The registry at one event number, as it is handed to a build."""

from dataclasses import dataclass

import pyarrow as pa

from schemas.tables import SNAPSHOT


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

    def __post_init__(self) -> None:
        if not self.objections.schema.equals(SNAPSHOT):
            msg = "objections must be a SNAPSHOT table"
            raise TypeError(msg)


@dataclass(frozen=True)
class RegistryHead:
    """Where the registry stands now: read again before publishing (law 6)."""

    registry_id: str
    event: int
    root: str
    """Of the tree over the log's events up to it: 64 hexadecimal digits."""
