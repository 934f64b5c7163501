"""Statements on the log, inside a transaction that somebody else opened."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, func, insert, inspect, literal_column, select

from optout_registry.database import SUBJECT
from optout_registry.objections import Objection, Receipt, State
from optout_registry.tables import EVENT, FORMAT, RECEIVED, REGISTRY, WITHDRAWN
from schemas.errors import BadInput

# Literals: with a bound parameter SQLite would not use the partial indexes.
IS_RECEIVED = EVENT.c.kind == literal_column(f"'{RECEIVED}'")
WITHDRAWAL = EVENT.alias("withdrawal")
IS_ITS_WITHDRAWAL = and_(
    WITHDRAWAL.c.kind == literal_column(f"'{WITHDRAWN}'"), WITHDRAWAL.c.request_id == EVENT.c.request_id
)

_LOOKUP = 10_000
"""Request ids asked for at once; SQLite allows 32,766 parameters."""


class Content(NamedTuple):
    """What makes two objections under one request id the same one."""

    type: str
    pseudonym: bytes
    linked: bool
    surfaces: int


class Known(NamedTuple):
    """What the log holds under a request id."""

    event: int
    content: Content
    withdrawn: bool


def identity(connection: Connection) -> Row[*tuple[Any, ...]]:
    """The one row that says which registry this is (BadInput if the database is none of ours)."""
    row = connection.execute(select(REGISTRY)).one_or_none() if _is_ours(connection) else None
    if row is None:
        raise BadInput(
            SUBJECT,
            expected="a registry of objections",
            found="a database without one",
            remedy="correct registry in optout.yaml; a registry that was emptied is restored from its backup",
        )
    if row.format != FORMAT:
        raise BadInput(
            SUBJECT,
            expected=f"tables of format {FORMAT}",
            found=f"format {row.format}",
            remedy="use the release of this program that wrote it last",
        )
    return row


def head(connection: Connection) -> int:
    """Number of the last event; 0 in an empty log."""
    return connection.scalar(select(func.max(EVENT.c.number))) or 0


def known(connection: Connection, request_ids: Sequence[str]) -> dict[str, Known]:
    """What the log holds under these request ids."""
    found: dict[str, Known] = {}
    statement = select(
        EVENT.c.request_id,
        EVENT.c.number,
        EVENT.c.type,
        EVENT.c.pseudonym,
        EVENT.c.linked,
        EVENT.c.surfaces,
        WITHDRAWAL.c.number.is_not(None).label("withdrawn"),
    ).select_from(EVENT.outerjoin(WITHDRAWAL, IS_ITS_WITHDRAWAL))
    for start in range(0, len(request_ids), _LOOKUP):
        some = request_ids[start : start + _LOOKUP]
        for row in connection.execute(statement.where(IS_RECEIVED, EVENT.c.request_id.in_(some))):
            content = Content(row.type, row.pseudonym, row.linked, row.surfaces)
            found[row.request_id] = Known(row.number, content, bool(row.withdrawn))
    return found


def append(
    connection: Connection, objections: Sequence[Objection], recorded_at: datetime, batch: str | None
) -> list[Receipt]:
    """Append what the log does not know yet, and say of each objection what became of it."""
    number = head(connection)
    held = known(connection, [objection.request_id for objection in objections])
    receipts: list[Receipt] = []
    rows: list[dict[str, Any]] = []
    for objection in objections:
        target = objection.target
        content = Content(target.type.value, target.pseudonym, objection.linked, objection.surfaces)
        earlier = held.get(objection.request_id)
        if earlier is not None:
            receipts.append(Receipt(earlier.event, objection.request_id, _state(earlier, content)))
            continue
        number += 1
        held[objection.request_id] = Known(number, content, withdrawn=False)
        receipts.append(Receipt(number, objection.request_id, State.ADDED))
        rows.append({
            "number": number,
            "kind": RECEIVED,
            "request_id": objection.request_id,
            **content._asdict(),
            "platform": target.platform,
            "received_at": objection.received_at,
            "recorded_at": recorded_at,
            "batch": batch,
            "key_id": target.key_id,
        })  # fmt: skip
    if rows:
        connection.execute(insert(EVENT), rows)
    return receipts


def append_withdrawal(
    connection: Connection, request_id: str, received_at: datetime, recorded_at: datetime
) -> Receipt:
    """Append the withdrawal of one request, unless the log has it."""
    earlier = connection.scalar(
        select(WITHDRAWAL.c.number).where(
            WITHDRAWAL.c.kind == literal_column(f"'{WITHDRAWN}'"), WITHDRAWAL.c.request_id == request_id
        )
    )
    if earlier is not None:
        return Receipt(earlier, request_id, State.KNOWN)
    number = head(connection) + 1
    connection.execute(
        insert(EVENT).values(
            number=number,
            kind=WITHDRAWN,
            request_id=request_id,
            received_at=received_at,
            recorded_at=recorded_at,
        )
    )
    return Receipt(number, request_id, State.ADDED)


def counts(connection: Connection) -> dict[str, Any]:
    """The counts of a RegistryStatus."""
    kinds = _pairs(connection.execute(select(EVENT.c.kind, func.count()).group_by(EVENT.c.kind)).all())
    live = _pairs(
        connection.execute(
            select(EVENT.c.type, func.count())
            .where(IS_RECEIVED, ~select(1).where(IS_ITS_WITHDRAWAL).exists())
            .group_by(EVENT.c.type)
            .order_by(EVENT.c.type)
        ).all()
    )
    return {
        "head": head(connection),
        "received": kinds.get(RECEIVED, 0),
        "withdrawn": kinds.get(WITHDRAWN, 0),
        "live": sum(live.values()),
        "live_by_type": live,
        "batches": connection.scalar(select(func.count(EVENT.c.batch.distinct()))) or 0,
    }


def _is_ours(connection: Connection) -> bool:
    names = inspect(connection).get_table_names()
    return {REGISTRY.name, EVENT.name} <= set(names)


def _state(earlier: Known, content: Content) -> State:
    if earlier.content != content:
        return State.CONFLICT
    return State.WITHDRAWN if earlier.withdrawn else State.KNOWN


def _pairs(rows: Sequence[Row[str, int]] | Sequence[Row[str | None, int]]) -> dict[str, int]:
    return {str(row[0]): row[1] for row in rows}
