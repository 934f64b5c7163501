"""Pseudonyms under a further key: the rows of so many events at a time, each time signed how far it is."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, select, update

from optout_registry import log
from optout_registry.commitments import Seen, chained, read_progress, signed_progress
from optout_registry.events import (
    LINKED,
    NONCE,
    RECEIVED,
    ROTATED,
    Linked,
    Received,
    Rotated,
    commitment,
    read_body,
)
from optout_registry.registry import Registry
from optout_registry.storage.database import SUBJECT
from optout_registry.storage.tables import EVENT, INHERITED, KEY, OBJECTION
from optout_registry.transparency.notes import parse_verifier
from schemas.errors import BadInput, Refused
from schemas.pseudonyms import Keychain, rewrapped

TABLES = {OBJECTION: RECEIVED, INHERITED: LINKED}
"""What holds pseudonyms, and the kind of event of its rows: tables with event, pseudonym, nonce, keys and
commitment."""
EVENTS_PER_TRANSACTION = 10_000


def rewrite(
    registry: Registry, keychain: Keychain, at_once: int, on_progress: Callable[[int, int], None]
) -> tuple[Seen, str]:
    """Apply the last key to every pseudonym, from where it was left: what was seen, and that as it is signed.

    Raises:
        Refused: a row is not as the log, or the rotation before, has it.
        BadInput: another process rotates as well.
    """
    key_id = keychain.ids[-1]
    with registry.reading() as connection:
        note = _progress(connection, key_id)
        head, previous = log.head(connection), _last_rotation(connection)
    seen = read_progress(note, key_id, parse_verifier(registry.identity.log_key))
    on_progress(seen.events, head)
    while seen.events < head:
        end = min(seen.events + at_once, head)
        if previous is not None and seen.events < previous.number:
            end = min(end, previous.number)
        with registry.appending() as (connection, _, signer):
            check_alone(connection, key_id, note)
            seen = _rewrite_some(connection, keychain, seen, end, previous.number if previous else 0)
            if previous is not None and end == previous.number and seen.before.hex() != previous.digest_after:
                raise _changed(end, f"objections before event {end} as its rotation left them", "others")
            note = signed_progress(seen, key_id, signer)
            connection.execute(update(KEY).where(KEY.c.key_id == key_id).values(progress=note))
        on_progress(seen.events, head)
    return seen, note


def check_alone(connection: Connection, key_id: str, note: str) -> None:
    """Refuse to go on where another process does (BadInput)."""
    if _progress(connection, key_id) != note:
        raise BadInput(
            SUBJECT,
            expected="one rotation at a time",
            found="another process that rotates as well",
            remedy="let one of them go on to its end; what was rewritten stays so",
        )


def _progress(connection: Connection, key_id: str) -> str:
    return connection.scalar(select(KEY.c.progress).where(KEY.c.key_id == key_id)) or ""


def _last_rotation(connection: Connection) -> Rotated | None:
    row = connection.execute(
        select(EVENT).where(EVENT.c.kind == ROTATED).order_by(EVENT.c.number.desc()).limit(1)
    ).one_or_none()
    event = None if row is None else read_body(row.body or b"", row.number)
    return event if isinstance(event, Rotated) else None


def _rewrite_some(connection: Connection, keychain: Keychain, seen: Seen, end: int, previous: int) -> Seen:
    """Rewrite the rows of the events after those seen, up to ``end``.

    ``previous``: number of the last rotation's event; 0: there was none.
    """
    changes: list[tuple[int, bytes | None, bytes | None]] = []
    for table, kind in TABLES.items():
        rows = connection.execute(
            select(table, EVENT.c.kind, EVENT.c.body)
            .join_from(table, EVENT, EVENT.c.number == table.c.event, isouter=True)
            .where(table.c.event > seen.events, table.c.event <= end)
        ).all()
        made = list(_made_anew(rows, kind, keychain, previous, secrets.token_bytes(NONCE * len(rows))))
        _store(connection, table, rows, made)
        changes += [
            (row.event, _committed(row), values["commitment"]) for row, values in zip(rows, made, strict=True)
        ]
    before, after = seen.before, seen.after
    for event, old, new in sorted(changes, key=lambda change: change[0]):
        before, after = chained(before, event, old), chained(after, event, new)
    return Seen(end, seen.rows + len(changes), before, after)


def _made_anew(
    rows: Sequence[Row[Any]], kind: str, keychain: Keychain, previous: int, random: bytes
) -> Iterator[dict[str, Any]]:
    """The values that each row has from now on; Refused where its pseudonym is not the one it commits to."""
    keys = len(keychain.ids)
    for place, row in enumerate(rows):
        committed = _committed(row)
        if row.kind != kind:
            raise _changed(row.event, f"a row that a {kind} event made", "one that none did")
        if row.event > previous and row.commitment is not None:
            raise _changed(row.event, "what its event commits to", "what no rotation has made anew")
        if row.pseudonym is None:
            yield {"pseudonym": None, "nonce": None, "keys": row.keys, "commitment": committed}
            continue
        sealed = getattr(row, "sealed", None)
        if row.keys != keys - 1 or committed != commitment(row.nonce, row.pseudonym, sealed):
            raise _changed(
                row.event, "the pseudonym it commits to, under the keys before this one", "another"
            )
        nonce = random[NONCE * place : NONCE * (place + 1)]
        pseudonym = rewrapped(keychain.secrets[-1:], row.pseudonym)
        yield {
            "pseudonym": pseudonym,
            "nonce": nonce,
            "keys": keys,
            "commitment": commitment(nonce, pseudonym, sealed),
        }


def _committed(row: Row[Any]) -> bytes | None:
    """What a row commits to; None where its event was erased before any rotation."""
    if row.commitment is not None:
        return bytes(row.commitment)
    event = None if row.body is None else read_body(row.body, row.event)
    return bytes.fromhex(event.target) if isinstance(event, Received | Linked) else None


def _store(
    connection: Connection, table: Table, rows: Sequence[Row[Any]], made: Sequence[dict[str, Any]]
) -> None:
    keys = list(table.primary_key)
    changed = [
        {f"at_{key.name}": getattr(row, key.name) for key in keys}
        | {f"to_{name}": value for name, value in values.items()}
        for row, values in zip(rows, made, strict=True)
        if values["commitment"] != row.commitment
    ]
    if changed:
        connection.execute(
            update(table)
            .where(*(key == bindparam(f"at_{key.name}") for key in keys))
            .values({name: bindparam(f"to_{name}") for name in made[0]}),
            changed,
        )


def _changed(number: int, expected: str, found: str) -> Refused:
    return Refused(
        f"objection of event {number}",
        expected=expected,
        found=found,
        remedy="find out who changed the registry, and restore it from its backup of before the rotation",
    )
