"""From the registry to the snapshot a build takes: what objections cover, without who made them."""

from itertools import chain
from typing import Any, NamedTuple

import pyarrow as pa
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
)

from optout_registry import log
from optout_registry.identity import Identity
from optout_registry.storage.columns import batches_of
from optout_registry.storage.database import SUBJECT
from optout_registry.storage.tables import COVERS, EVENT, INHERITED, OBJECTION, OTHER_KINDS
from schemas.errors import BadInput
from schemas.snapshots import ERASED, RegistrySnapshot
from schemas.sorted_rows import sorted_rows
from schemas.tables import SNAPSHOT


class Taken(NamedTuple):
    """What held at an event."""

    objections: pa.Table
    """A SNAPSHOT table, deduplicated and sorted by all of its columns."""
    platforms: tuple[str, ...]
    erased: pa.Table
    """Scopes of those that were redacted since, one row each: what SNAPSHOT says of them but whom."""


def described(connection: Connection, identity: Identity, at: int, taken: Taken) -> RegistrySnapshot:
    """What was taken at event ``at``, and of which registry."""
    return RegistrySnapshot(
        registry_id=identity.id,
        event=at,
        root=log.root_at(connection, at).hex(),
        log_key=identity.log_key,
        key_ids=identity.key_ids,
        scheme=identity.scheme,
        objections=taken.objections,
        platforms=taken.platforms,
        erased=taken.erased,
        recorded_at=log.last_recorded(connection, at),
    )


def check_reached(event: int, head: int) -> None:
    """Whether the log has an event of this number (BadInput)."""
    if not 0 <= event <= head:
        raise BadInput(
            "event number",
            expected=f"0 to {head}, the registry's last event",
            found=str(event),
            remedy="if the registry had that event once, it was rolled back: restore the newer copy",
        )


def take_snapshot(connection: Connection, at: int) -> Taken:
    """What was covered after event ``at``.

    By what holds, or was withdrawn by then and keeps older content out.

    Raises:
        BadInput: an objection that an event up to ``at`` received is missing.
    """
    check_whole(connection, at)
    # In whatever order the database has them: it would sort them in its own memory, or beside its own file.
    held_rows = (batches_of(connection, statement, SNAPSHOT) for statement in covering(at))
    objections = sorted_rows(chain.from_iterable(held_rows), SNAPSHOT)
    column, held = _at(at)
    scope = [column[name] for name in ERASED.names]
    of_erased = [_OF_ACCOUNT.get(name, column[name]).label(name) for name in ERASED.names]
    gone = union_all(
        select(*scope).where(*held, OBJECTION.c.pseudonym.is_(None)),
        select(*of_erased)
        .select_from(INHERITED_WITH_ORIGIN)
        .where(INHERITED.c.event <= at, *held, INHERITED.c.pseudonym.is_(None)),
    ).subquery()
    erased = pa.Table.from_batches(batches_of(connection, select(gone).order_by(*gone.c), ERASED), ERASED)
    return Taken(objections, platforms_at(connection, at), erased)


def covering(at: int) -> tuple[Select[Any], Select[Any]]:
    """Rows of SNAPSHOT after event ``at``, in no order: of objections, and of accounts they reach."""
    column, held = _at(at)
    made = select(*(column[name] for name in SNAPSHOT.names)).where(*held, OBJECTION.c.pseudonym.is_not(None))
    reached = (
        select(*(_OF_ACCOUNT.get(name, column[name]).label(name) for name in SNAPSHOT.names))
        .select_from(INHERITED_WITH_ORIGIN)
        .where(INHERITED.c.event <= at, *held, INHERITED.c.pseudonym.is_not(None))
    )
    return made, reached


def platforms_at(connection: Connection, at: int, since: int = 0) -> tuple[str, ...]:
    """The platforms of what was covered after event ``at`` and came after event ``since``, sorted."""
    _, held = _at(at)
    named = union(
        select(OBJECTION.c.platform).where(
            *held,
            OBJECTION.c.event > since,
            OBJECTION.c.platform.is_not(None),
            OBJECTION.c.pseudonym.is_not(None),
        ),
        select(INHERITED.c.platform)
        .select_from(INHERITED_WITH_ORIGIN)
        .where(INHERITED.c.event > since, INHERITED.c.event <= at, *held, INHERITED.c.pseudonym.is_not(None)),
    )
    return tuple(sorted(connection.scalars(named)))


INHERITED_WITH_ORIGIN = INHERITED.join(OBJECTION, OBJECTION.c.event == INHERITED.c.origin)
"""Accounts that objections reach, beside the objection of each."""
_OF_ACCOUNT: dict[str, ColumnElement[Any]] = {
    "type": literal("account", OBJECTION.c.type.type),
    "pseudonym": INHERITED.c.pseudonym,
}


def _at(at: int) -> tuple[dict[str, ColumnElement[Any]], tuple[ColumnElement[bool], ...]]:
    """Columns of an objection as they were after event ``at``, and whether it covered something then."""
    keeps = and_(
        OBJECTION.c.until.is_not(None), or_(OBJECTION.c.released.is_(None), OBJECTION.c.released > at)
    )
    held = OBJECTION.c.event <= at, or_(OBJECTION.c.ended.is_(None), OBJECTION.c.ended > at, keeps)
    # Before it was withdrawn it covered everything.
    until = case((OBJECTION.c.ended <= at, OBJECTION.c.until)).label("until")
    return {**OBJECTION.c, "until": until}, held


def check_whole(connection: Connection, at: int, since: int = 0) -> None:
    """Whether what the events after ``since`` up to ``at`` brought is there (BadInput)."""
    # Events of other kinds have an index of their own: the log itself is not read here.
    of_kind = (
        select(EVENT.c.kind, func.count().label("events"))
        .where(OTHER_KINDS, EVENT.c.number > since, EVENT.c.number <= at)
        .group_by(EVENT.c.kind)
    )
    others: dict[str, int] = {row.kind: row.events for row in connection.execute(of_kind)}
    expected = {
        "objections": (OBJECTION.c.event, at - since - sum(others.values())),
        "linked accounts": (INHERITED.c.event, others.get("linked", 0)),
    }
    for what, (number, count) in expected.items():
        held = connection.scalar(select(func.count()).where(number > since, number <= at))
        if held != count:
            raise BadInput(
                SUBJECT,
                expected=f"{count} {what} from event {since + 1} to {at}",
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
