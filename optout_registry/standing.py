"""What became of an objection, for whoever holds its receipt."""

import hmac
from typing import Literal

from sqlalchemy import Connection, select

from optout_registry import held
from optout_registry.events import read_body
from optout_registry.objections import Target
from optout_registry.receipts import secret_digest
from optout_registry.registry import Registry
from optout_registry.storage.tables import EVENT, OBJECTION, RECEIPT
from schemas.documents import Instant
from schemas.model import Model

State = Literal["holds", "withdrawn", "refused_as_impersonation", "batch_reversed"]


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
    confirmed: bool
    """Whether somebody has shown that it is theirs. It counts all the same."""


def standing(registry: Registry, secret: str) -> Standing | None:
    """What became of the objection that a receipt's secret belongs to; None: it belongs to none."""
    with registry.reading() as connection:
        event = _event(connection, secret)
        if event is None:
            return None
        row = connection.execute(
            select(OBJECTION.c.request_id, OBJECTION.c.ended, EVENT.c.body)
            .join_from(OBJECTION, EVENT, EVENT.c.number == OBJECTION.c.event)
            .where(OBJECTION.c.event == event)
        ).one()
        ended_by = connection.scalar(select(EVENT.c.kind).where(EVENT.c.number == row.ended))
        return Standing(
            request_id=row.request_id,
            event=event,
            recorded_at=None if row.body is None else read_body(row.body, event).recorded_at,
            state=ended_by or "holds",
            confirmed=held.confirmed_by(connection, event) is not None,
        )


def claimed(registry: Registry, secret: str, target: Target) -> int | None:
    """The event of the objection that a secret belongs to, if it names ``target`` and holds; else None."""
    with registry.reading() as connection:
        event = _event(connection, secret)
        row = connection.execute(
            select(OBJECTION.c.type, OBJECTION.c.pseudonym, OBJECTION.c.ended).where(
                OBJECTION.c.event == (event or 0)
            )
        ).one_or_none()
    # Of what was erased or rotated nothing is equal: it is not lifted here.
    is_it = hmac.compare_digest((row.pseudonym if row else None) or bytes(32), target.pseudonym)
    return event if is_it and row and row.type == target.type and row.ended is None else None


def request_of(registry: Registry, event: int) -> str | None:
    """The id of the request that an event received; None: it received none."""
    with registry.reading() as connection:
        return connection.scalar(select(OBJECTION.c.request_id).where(OBJECTION.c.event == event))


def _event(connection: Connection, secret: str) -> int | None:
    # Found by the digest of 128 random bits: what the search takes tells nobody how close a guess was.
    return connection.scalar(select(RECEIPT.c.event).where(RECEIPT.c.secret_digest == secret_digest(secret)))
