"""The tables of the registry, and the triggers that keep its log append-only."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    event,
    text,
)
from sqlalchemy.schema import DDL
from sqlalchemy.types import TypeDecorator

RECEIVED = "received"
WITHDRAWN = "withdrawn"
FORMAT = 2
"""Version of these tables."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An instant as microseconds since 1970 UTC, exact and the same in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        """Instant to integer; a time without zone is a TypeError."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, _dialect: Dialect) -> datetime | None:
        """Integer to instant, in UTC."""
        return None if value is None else _EPOCH + value * _MICROSECOND


METADATA = MetaData()

REGISTRY = Table(
    "registry",
    METADATA,
    Column("id", String, primary_key=True),  # random; survives copies, so that two can be told apart
    Column("format", Integer, nullable=False),
    Column("key_id", String, nullable=False),
    Column("scheme", String, nullable=False),  # version of the normal form of identifiers
)
"""One row: which registry this is."""

EVENT = Table(
    "event",
    METADATA,
    # Not autoincrement: numbers are given under the write lock, one by one, without a gap.
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("request_id", String),
    Column("type", String),  # of the target: IdentifierType
    Column("pseudonym", LargeBinary),  # HMAC-SHA-256 of the normalised target
    Column("platform", String),  # of an account id or a handle
    Column("linked", Boolean),
    Column("surfaces", Integer),
    Column("received_at", Instant, nullable=False),  # as claimed
    Column("recorded_at", Instant, nullable=False),  # ours
    Column("batch", String),  # the import it came with
    Column("key_id", String),
    CheckConstraint(
        "kind NOT IN ('received', 'withdrawn') OR request_id IS NOT NULL", name="event_has_its_request"
    ),
    CheckConstraint(
        # coalesce, because a check that comes to null is passed
        "kind <> 'received' OR (type IS NOT NULL AND coalesce(length(pseudonym), 0) = 32"
        " AND linked IS NOT NULL AND coalesce(surfaces, 0) BETWEEN 1 AND 65535 AND key_id IS NOT NULL)",
        name="event_has_its_target",
    ),
)
"""What happened, in order. Rows are never changed; new kinds of events come with a new FORMAT."""

for _kind in (RECEIVED, WITHDRAWN):
    # A literal: with a bound parameter SQLite would not use a partial index.
    _condition = text(f"kind = '{_kind}'")
    Index(
        f"event_{_kind}",
        EVENT.c.request_id,
        unique=True,
        sqlite_where=_condition,
        postgresql_where=_condition,
    )


def _ddl(statement: str) -> DDL:
    return DDL(statement)  # type: ignore[no-untyped-call]  # the library says no type


def _forbid(table: str, change: str) -> DDL:
    return _ddl(
        f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'the registry is append-only'); END"
    )


# INSERT OR REPLACE deletes without firing delete triggers, so inserts are judged as well: whatever
# would replace a row has a number or a request that is already there.
_NEXT_ONLY = _ddl("""\
CREATE TRIGGER event_next_only BEFORE INSERT ON event
WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM event)
  OR (NEW.kind = 'received' AND EXISTS
      (SELECT 1 FROM event WHERE kind = 'received' AND request_id = NEW.request_id))
  OR (NEW.kind = 'withdrawn' AND EXISTS
      (SELECT 1 FROM event WHERE kind = 'withdrawn' AND request_id = NEW.request_id))
BEGIN SELECT RAISE(ABORT, 'the registry is append-only'); END""")
_ONE_ROW = _ddl("""\
CREATE TRIGGER registry_one_row BEFORE INSERT ON registry WHEN EXISTS (SELECT 1 FROM registry)
BEGIN SELECT RAISE(ABORT, 'the registry is append-only'); END""")

for _table, _triggers in (
    (EVENT, (_forbid("event", "UPDATE"), _forbid("event", "DELETE"), _NEXT_ONLY)),
    (REGISTRY, (_forbid("registry", "UPDATE"), _forbid("registry", "DELETE"), _ONE_ROW)),
):
    for _trigger in _triggers:
        event.listen(_table, "after_create", _trigger.execute_if(dialect="sqlite"))
