"""What became of an objection, for whoever holds its receipt."""

import hmac
from typing import Literal

from sqlalchemy import Connection, case, select

from optout_registry import held
from optout_registry.events import read_body
from optout_registry.objections import Target
from optout_registry.older import at_micros
from optout_registry.receipts import secret_digest
from optout_registry.registry import Registry
from optout_registry.storage.tables import EVENT, KEEPS_OLDER, OBJECTION, RECEIPT
from schemas.documents import Instant
from schemas.model import Model

State = Literal["holds", "withdrawn", "refused_as_impersonation", "batch_reversed"]

_UNTIL = case((KEEPS_OLDER, OBJECTION.c.until)).label("until")


class Standing(Model):
    """Whether an objection holds. It names nobody."""

    request_id: str
    """As on the receipt."""
    event: int
    """Number of the event that received it."""
    recorded_at: Instant | None
    """When; null: the event's content was erased."""
    state: State
    """`holds`, or what ended it."""
    older_until: Instant | None
    """It was withdrawn then, and what was published before stays out; null: nothing does, or it holds."""
    confirmed: bool
    """Whether somebody has shown that it is theirs. It counts all the same."""


def standing(registry: Registry, secret: str) -> Standing | None:
    """What became of the objection that a receipt's secret belongs to; None: it belongs to none."""
    with registry.reading() as connection:
        event = _event(connection, secret)
        if event is None:
            return None
        row = connection.execute(
            select(OBJECTION.c.request_id, OBJECTION.c.ended, _UNTIL, EVENT.c.body)
            .join_from(OBJECTION, EVENT, EVENT.c.number == OBJECTION.c.event)
            .where(OBJECTION.c.event == event)
        ).one()
        ended_by = connection.scalar(select(EVENT.c.kind).where(EVENT.c.number == row.ended))
        return Standing(
            request_id=row.request_id,
            event=event,
            recorded_at=None if row.body is None else read_body(row.body, event).recorded_at,
            state=ended_by or "holds",
            older_until=None if row.until is None else at_micros(row.until),
            confirmed=held.confirmed_by(connection, event) is not None,
        )


def claimed(registry: Registry, secret: str, target: Target, *, releases_older: bool) -> int | None:
    """The event of the objection that a secret belongs to, if it names ``target`` and can be lifted.

    It holds; or, where ``releases_older``, it was withdrawn and keeps older content out. Else None.
    """
    with registry.reading() as connection:
        event = _event(connection, secret)
        row = connection.execute(
            select(OBJECTION.c.type, OBJECTION.c.pseudonym, OBJECTION.c.ended, _UNTIL).where(
                OBJECTION.c.event == (event or 0)
            )
        ).one_or_none()
    # Of what was erased or rotated nothing is equal: it is not lifted here.
    is_it = hmac.compare_digest((row.pseudonym if row else None) or bytes(32), target.pseudonym)
    if not (is_it and row and row.type == target.type):
        return None
    return event if row.ended is None or (releases_older and row.until is not None) else None


def request_of(registry: Registry, event: int) -> str | None:
    """The id of the request that an event received; None: it received none."""
    with registry.reading() as connection:
        return connection.scalar(select(OBJECTION.c.request_id).where(OBJECTION.c.event == event))


def _event(connection: Connection, secret: str) -> int | None:
    # Found by the digest of 128 random bits: what the search takes tells nobody how close a guess was.
    return connection.scalar(select(RECEIPT.c.event).where(RECEIPT.c.secret_digest == secret_digest(secret)))
