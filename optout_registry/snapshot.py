"""From the registry to the snapshot a build takes: what objections cover, without who made them."""

from itertools import chain
from typing import NamedTuple

import pyarrow as pa
from sqlalchemy import Connection, and_, case, func, literal, or_, select, union, union_all

from optout_registry.storage.columns import batches_of
from optout_registry.storage.database import SUBJECT
from optout_registry.storage.tables import COVERS, EVENT, INHERITED, OBJECTION, OTHER_KINDS
from schemas.errors import BadInput
from schemas.snapshots import ERASED
from schemas.sorted_rows import sorted_rows
from schemas.tables import SNAPSHOT


class Taken(NamedTuple):
    """What held at an event."""

    objections: pa.Table
    """A SNAPSHOT table, deduplicated and sorted by all of its columns."""
    platforms: tuple[str, ...]
    erased: pa.Table
    """Scopes of those that were redacted since, one row each: what SNAPSHOT says of them but whom."""


def take_snapshot(connection: Connection, at: int) -> Taken:
    """What was covered after event ``at``.

    By what holds, or was withdrawn by then and keeps older content out.

    Raises:
        BadInput: an objection that an event up to ``at`` received is missing.
    """
    _check_whole(connection, at)
    keeps = and_(
        OBJECTION.c.until.is_not(None), or_(OBJECTION.c.released.is_(None), OBJECTION.c.released > at)
    )
    held = OBJECTION.c.event <= at, or_(OBJECTION.c.ended.is_(None), OBJECTION.c.ended > at, keeps)
    # Before it was withdrawn it covered everything.
    column = {**OBJECTION.c, "until": case((OBJECTION.c.ended <= at, OBJECTION.c.until)).label("until")}
    inherits = INHERITED.c.event <= at, *held
    of_account = {"type": literal("account", OBJECTION.c.type.type), "pseudonym": INHERITED.c.pseudonym}
    inherited = INHERITED.join(OBJECTION, OBJECTION.c.event == INHERITED.c.origin)
    made = select(*(column[name] for name in SNAPSHOT.names)).where(*held, OBJECTION.c.pseudonym.is_not(None))
    reached = (
        select(*(of_account.get(name, column[name]).label(name) for name in SNAPSHOT.names))
        .select_from(inherited)
        .where(*inherits, INHERITED.c.pseudonym.is_not(None))
    )
    # In whatever order the database has them: it would sort them in its own memory, or beside its own file.
    held_rows = (batches_of(connection, statement, SNAPSHOT) for statement in (made, reached))
    objections = sorted_rows(chain.from_iterable(held_rows), SNAPSHOT)
    scope = [column[name] for name in ERASED.names]
    of_erased = [of_account.get(name, column[name]).label(name) for name in ERASED.names]
    gone = union_all(
        select(*scope).where(*held, OBJECTION.c.pseudonym.is_(None)),
        select(*of_erased).select_from(inherited).where(*inherits, INHERITED.c.pseudonym.is_(None)),
    ).subquery()
    erased = pa.Table.from_batches(batches_of(connection, select(gone).order_by(*gone.c), ERASED), ERASED)
    platforms = union(
        select(OBJECTION.c.platform).where(
            *held, OBJECTION.c.platform.is_not(None), OBJECTION.c.pseudonym.is_not(None)
        ),
        select(INHERITED.c.platform)
        .select_from(inherited)
        .where(*inherits, INHERITED.c.pseudonym.is_not(None)),
    )
    return Taken(objections, tuple(sorted(connection.scalars(platforms))), erased)


def _check_whole(connection: Connection, at: int) -> None:
    # Events of other kinds have an index of their own: the log itself is not read here.
    of_kind = (
        select(EVENT.c.kind, func.count().label("events"))
        .where(OTHER_KINDS, EVENT.c.number <= at)
        .group_by(EVENT.c.kind)
    )
    others: dict[str, int] = {row.kind: row.events for row in connection.execute(of_kind)}
    expected = {
        "objections": (OBJECTION.c.event, at - sum(others.values())),
        "linked accounts": (INHERITED.c.event, others.get("linked", 0)),
    }
    for what, (number, count) in expected.items():
        held = connection.scalar(select(func.count()).where(number <= at))
        if held != count:
            raise BadInput(
                SUBJECT,
                expected=f"{count} {what} from event 1 to {at}",
                found=f"{held} of them",
                remedy=f"restore the registry from its backup: somebody removed {what} or events",
            )
    # No trigger can look at the objection: what is erased here must cover nothing any more.
    lost = (
        select(func.count()).select_from(INHERITED).join(OBJECTION, OBJECTION.c.event == INHERITED.c.origin)
    )
    erased = connection.scalar(lost.where(INHERITED.c.pseudonym.is_(None), COVERS))
    if erased:
        raise BadInput(
            SUBJECT,
            expected="whom objections that hold, or keep older content out, have reached",
            found=f"{erased} linked accounts that were erased",
            remedy="restore the registry from its backup: somebody erased what holds",
        )
