"""Reversal of a faulty import: two actors' tokens, and only what that batch alone brought (law 6)."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, select, update

from optout_registry import log
from optout_registry.actors import actor_of
from optout_registry.events import BatchReversed
from optout_registry.registry import Registry
from optout_registry.storage.tables import OBJECTION, REPEAT, REVERSAL
from schemas.errors import BadInput, Refused


class Reversal(NamedTuple):
    """Where the reversal of a batch stands."""

    batch: str
    objections: int
    """That it would lift, or has lifted."""
    spared: int
    """That came with this batch and another way as well: they hold."""
    proposed_by: str
    event: int | None
    """Number of the event that lifted them; None: it waits for a second actor."""


def reverse_batch(registry: Registry, batch: str, token: str, *, recorded_at: datetime) -> Reversal:
    """Propose the reversal of a batch; or accept it, where another actor proposed it before.

    Until it is accepted every objection of the batch holds.

    Raises:
        BadInput: no objection of such a batch holds.
        Refused: the token is nobody's, or that of the actor who proposed it.
    """
    with registry.appending() as (connection, size, signer):
        actor = actor_of(connection, token)
        held, spared = _counts(connection, batch)
        if not held:
            raise BadInput(
                "batch",
                expected="a batch of which an objection can be lifted",
                found=f"one whose {spared} objections came another way as well" if spared else "none",
                remedy="`optout registry import` printed the batch's name",
            )
        proposal = connection.execute(select(REVERSAL).where(REVERSAL.c.batch == batch)).one_or_none()
        if proposal is None:
            connection.execute(insert(REVERSAL).values(batch=batch, actor=actor, objections=held))
            return Reversal(batch, held, spared, actor, None)
        _check_acceptable(proposal, actor, held)
        number = size + 1
        event = BatchReversed(
            number=number,
            batch=batch,
            objections=held,
            proposed_by=proposal.actor,
            accepted_by=actor,
            recorded_at=recorded_at,
        )
        log.append(connection, size, [event], signer)
        connection.execute(update(OBJECTION).where(_lifted(batch)).values(ended=number))
        connection.execute(delete(REVERSAL).where(REVERSAL.c.batch == batch))
        return Reversal(batch, held, spared, proposal.actor, number)


def drop_reversal(registry: Registry, batch: str, token: str) -> None:
    """Take back the proposal to reverse a batch; any actor may.

    Raises:
        BadInput: none was proposed. Refused: the token is nobody's.
    """
    with registry.appending() as (connection, _, _):
        actor_of(connection, token)
        if not connection.execute(delete(REVERSAL).where(REVERSAL.c.batch == batch)).rowcount:
            raise BadInput(
                "batch",
                expected="a batch whose reversal was proposed",
                found="none",
                remedy="`optout registry status` lists them",
            )


def _check_acceptable(proposal: Row[Any], actor: str, held: int) -> None:
    if proposal.actor == actor:
        raise Refused(
            "token",
            expected=f"the token of another actor than {actor}, who proposed this reversal",
            found="the same actor's",
            remedy="a second person looks at the batch, and accepts with a token of their own",
        )
    if proposal.objections != held:
        raise Refused(
            "batch",
            expected=f"{proposal.objections} objections, as when its reversal was proposed",
            found=f"{held} of them",
            remedy="see what changed, drop the proposal with --drop, and propose it anew",
        )


def _lifted(batch: str) -> ColumnElement[bool]:
    """Objections that a reversal lifts: they hold, and came with this batch and no other way."""
    elsewhere = select(1).where(REPEAT.c.event == OBJECTION.c.event).exists()
    return and_(OBJECTION.c.batch == batch, OBJECTION.c.ended.is_(None), ~elsewhere)


def _counts(connection: Connection, batch: str) -> tuple[int, int]:
    """Objections of a batch that a reversal lifts, and those that hold on because they came again."""
    holding = select(func.count()).where(OBJECTION.c.batch == batch, OBJECTION.c.ended.is_(None))
    every = connection.scalar(holding) or 0
    lifted = connection.scalar(select(func.count()).select_from(OBJECTION).where(_lifted(batch))) or 0
    return lifted, every - lifted
