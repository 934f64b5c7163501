"""The log: events in one order, the Merkle tree over them, and a signed checkpoint for each transaction.

Everything here runs inside a transaction that somebody else opened. An event's leaf is a blinded digest,
SHA-256(nonce || body): content and nonce can be erased, and the tree still stands.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, insert, select, update

from optout_registry.events import NONCE, Event, blinded, body_of, read_body
from optout_registry.storage.rows import insert_rows
from optout_registry.storage.tables import CHECKPOINT, EVENT, TILE
from optout_registry.transparency.merkle import EMPTY_ROOT, inclusion_proof, leaf_hash, tree_root
from optout_registry.transparency.notes import Checkpoint, Signer, signed_note
from optout_registry.transparency.tiles import HEIGHT, WIDTH, TileReader, extended, hash_reader


class Appended(NamedTuple):
    """The log after a transaction's events."""

    size: int
    note: str
    """The signed checkpoint."""
    contents: list[tuple[bytes, bytes]]
    """Nonce and body of each event."""


def origin(registry_id: str) -> str:
    """What the log is called in checkpoints (C2SP tlog-checkpoint)."""
    return f"optout-registry/{registry_id}"


def head(connection: Connection) -> int:
    """Number of the last event; 0 in an empty log."""
    return connection.scalar(select(func.max(EVENT.c.number))) or 0


def append(connection: Connection, size: int, events: Sequence[Event], signer: Signer) -> Appended:
    """Append events, numbered on from ``size``, the head of the log, and sign where it stands then."""
    blinds = secrets.token_bytes(NONCE * len(events))
    rows: list[tuple[int, str, bytes, bytes, bytes]] = []
    leaves: list[bytes] = []
    for place, event in enumerate(events):
        nonce, body = blinds[NONCE * place : NONCE * (place + 1)], body_of(event)
        entry = blinded(nonce, body)
        leaves.append(leaf_hash(entry))
        rows.append((event.number, event.kind, entry, nonce, body))
    insert_rows(connection, EVENT, ("number", "kind", "entry", "nonce", "body"), rows)
    stored = tile_reader(connection)
    changed = extended(size, leaves, stored)
    _store(connection, changed, size)
    size += len(rows)
    root = tree_root(size, hash_reader(lambda *tile: changed.get(tile) or stored(*tile)))
    note = signed_note(Checkpoint(signer.name, size, root).text, signer).decode()
    connection.execute(insert(CHECKPOINT).values(size=size, note=note))
    return Appended(size, note, [(nonce, body) for *_, nonce, body in rows])


def tile_reader(connection: Connection) -> TileReader:
    """How the tree's tiles are read."""
    statement = select(TILE.c.hashes).where(
        TILE.c.level == bindparam("level"), TILE.c.position == bindparam("position")
    )
    return lambda level, position: connection.scalar(statement, {"level": level, "position": position})


def root_at(connection: Connection, size: int) -> bytes:
    """Root of the tree over the first ``size`` events."""
    return tree_root(size, hash_reader(tile_reader(connection))) if size else EMPTY_ROOT


def proofs(connection: Connection, numbers: Iterable[int], size: int) -> list[list[bytes]]:
    """For each event number, the proof that it stands in the tree over the first ``size`` events."""
    reader = hash_reader(tile_reader(connection))
    return [inclusion_proof(number - 1, size, reader) for number in numbers]


def last_recorded(connection: Connection, at: int) -> datetime | None:
    """When the last event up to ``at`` was recorded that was not erased; None: there is none."""
    row = connection.execute(
        select(EVENT.c.number, EVENT.c.body)
        .where(EVENT.c.number <= at, EVENT.c.body.is_not(None))
        .order_by(EVENT.c.number.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else read_body(row.body, row.number).recorded_at


def last_checkpoint(connection: Connection) -> str | None:
    """The signed note over the newest state of the log; None before the first event."""
    return connection.scalar(select(CHECKPOINT.c.note).order_by(CHECKPOINT.c.size.desc()).limit(1))


def _store(connection: Connection, changed: Mapping[tuple[int, int], bytes], size: int) -> None:
    """Write the tiles that changed: the last of a level grows, the others are new. ``size``: before."""
    grown: list[dict[str, Any]] = []
    new: list[dict[str, Any]] = []
    for (level, position), hashes in changed.items():
        last, held = divmod(size >> (HEIGHT * level), WIDTH)
        row = {"at_level": level, "at_position": position, "to_hashes": hashes}
        (grown if held and position == last else new).append(row)
    at = (TILE.c.level == bindparam("at_level"), TILE.c.position == bindparam("at_position"))
    if grown:
        connection.execute(update(TILE).where(*at).values(hashes=bindparam("to_hashes")), grown)
    if new:
        connection.execute(
            insert(TILE).values(
                level=bindparam("at_level"), position=bindparam("at_position"), hashes=bindparam("to_hashes")
            ),
            new,
        )
