"""The imports that a registry has taken in."""

from collections.abc import Sequence

from sqlalchemy import func, select

from optout_registry.events import REVERSED, read_body
from optout_registry.registry import Registry
from optout_registry.storage.tables import EVENT, OBJECTION, REVERSAL
from schemas.documents import Instant
from schemas.errors import BadInput
from schemas.model import Model


class Batch(Model):
    """One import, as far as it brought objections that were new."""

    batch: str
    first_event: int
    recorded_at: Instant | None
    """When the first of them was recorded; null: that event was erased."""
    objections: int
    hold: int
    """Of them, those that hold."""
    reversal_proposed_by: str | None
    """The actor after whom a second one may reverse it."""


def list_batches(registry: Registry) -> Sequence[Batch]:
    """Every batch, in the order in which they came."""
    first = func.min(OBJECTION.c.event).label("first")
    batches = (
        select(
            OBJECTION.c.batch,
            first,
            func.count().label("objections"),
            (func.count() - func.count(OBJECTION.c.ended)).label("hold"),
        )
        .where(OBJECTION.c.batch.is_not(None))
        .group_by(OBJECTION.c.batch)
        .subquery()
    )
    statement = (
        select(batches, REVERSAL.c.actor, EVENT.c.body)
        .join_from(batches, REVERSAL, REVERSAL.c.batch == batches.c.batch, isouter=True)
        .join(EVENT, EVENT.c.number == batches.c.first)
        .order_by(batches.c.first)
    )
    with registry.reading() as connection:
        return [
            Batch(
                batch=row.batch,
                first_event=row.first,
                recorded_at=None if row.body is None else read_body(row.body, row.first).recorded_at,
                objections=row.objections,
                hold=row.hold,
                reversal_proposed_by=row.actor,
            )
            for row in connection.execute(statement)
        ]


def check_not_reversed(registry: Registry, batch: str) -> None:
    """Refuse a file that was taken back (BadInput): none of it would count."""
    statement = (
        select(1)
        .join_from(OBJECTION, EVENT, EVENT.c.number == OBJECTION.c.ended)
        .where(OBJECTION.c.batch == batch, EVENT.c.kind == REVERSED)
        .limit(1)
    )
    with registry.reading() as connection:
        if connection.scalar(statement):
            raise BadInput(
                f"batch {batch}",
                expected="a file whose import was not reversed",
                found="one that two actors took back",
                remedy="correct the file; lines with a request_id need new ones. Nothing was recorded",
            )
