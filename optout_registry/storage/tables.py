"""The tables of the registry. What keeps them append-only stands in storage/migrations/guards.py."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    and_,
    literal_column,
    or_,
)


class Bytes(LargeBinary):
    """Bytes as both drivers take and give them: wrapping each value costs more than writing it."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        """Nothing to do."""

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        """Nothing to do."""


REVISION = "0007"
"""The migration that made these tables; tests/registry/test_migrations.py compares both."""

_NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""Of an event: in SQLite only an INTEGER PRIMARY KEY is the row's own number."""
_LABEL = String().with_variant(String(collation="C"), "postgresql")
"""ASCII, in the order of its bytes: what Python and SQLite do unasked."""

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

REGISTRY = Table(
    "registry",
    METADATA,
    Column("id", String, primary_key=True),  # random; survives copies, so that two can be told apart
    Column("scheme", String, nullable=False),  # version of the normal form of identifiers
    Column("log_key", String, nullable=False),  # who signs checkpoints: the text form of a verifier key
)
"""One row: which registry this is."""

KEY = Table(
    "registry_key",
    METADATA,
    Column("position", SmallInteger, primary_key=True, autoincrement=False),  # from 1
    Column("key_id", String, nullable=False, unique=True),
    Column("event", _NUMBER),  # of the rotation to it; null: the first key, or the rotation is under way
    Column("progress", Text),  # of the rotation, signed: optout_registry/commitments.py
)
"""The keys of the pseudonyms, in the order in which they were applied: each one wraps those before it."""

EVENT = Table(
    "event",
    METADATA,
    # Not autoincrement: numbers are given under the write lock, one by one, without a gap.
    Column("number", _NUMBER, primary_key=True, autoincrement=False),
    Column("kind", _LABEL, nullable=False),
    Column("entry", Bytes, nullable=False),  # SHA-256 of nonce and body: what the tree holds
    Column("nonce", Bytes),  # 32 random bytes; null: erased
    Column("body", Bytes),  # canonical JSON; null: erased
)
"""What happened, in order. Rows are never changed, but their content can be erased."""
OTHER_KINDS = EVENT.c.kind != literal_column("'received'")
"""A literal: with a bound parameter SQLite would not use the index of the few events of other kinds."""
Index("ix_event_kind", EVENT.c.kind, sqlite_where=OTHER_KINDS, postgresql_where=OTHER_KINDS)

OBJECTION = Table(
    "objection",
    METADATA,
    Column("event", _NUMBER, primary_key=True, autoincrement=False),  # that received it
    Column("request_id", _LABEL, nullable=False, unique=True),
    Column("type", _LABEL, nullable=False),  # of the target: TargetType
    Column("pseudonym", Bytes),  # of the target, under the first ``keys`` keys; null: erased
    Column("nonce", Bytes),  # with it the commitment is opened
    Column("keys", SmallInteger, nullable=False),  # how many keys were applied
    Column("platform", String),  # of an account id, a handle or a record
    Column("linked", Boolean, nullable=False),
    Column("surfaces", Integer, nullable=False),
    Column("roles", Integer, nullable=False),
    Column("purposes", Integer, nullable=False),
    Column("batch", _LABEL),  # the import it came with
    Column("ended", _NUMBER),  # by this event; null: it holds
    Column("commitment", Bytes),  # to the pseudonym, since a rotation; null: the event's own stands
    Column("sealed", Bytes),  # the target of a takedown, encrypted; null: another type, or erased
    Column("until", _NUMBER),  # it ended and covers what is older; microseconds since 1970; null: no such end
    Column("released", _NUMBER),  # by this event, what is older, too; null: it is not
)
"""What the events come to: one row per objection, from which snapshots are taken."""
KEEPS_OLDER = and_(OBJECTION.c.until.is_not(None), OBJECTION.c.released.is_(None))
"""It was withdrawn, and what was published before stays out."""
COVERS = or_(OBJECTION.c.ended.is_(None), KEEPS_OLDER)
"""It holds, or was withdrawn and keeps older content out."""
Index(None, OBJECTION.c.ended, sqlite_where=OBJECTION.c.ended.is_not(None),
      postgresql_where=OBJECTION.c.ended.is_not(None))  # fmt: skip
Index("ix_objection_sealed", OBJECTION.c.event, sqlite_where=OBJECTION.c.sealed.is_not(None),
      postgresql_where=OBJECTION.c.sealed.is_not(None))  # fmt: skip

Index(None, OBJECTION.c.batch, sqlite_where=OBJECTION.c.batch.is_not(None),
      postgresql_where=OBJECTION.c.batch.is_not(None))  # fmt: skip

INHERITED = Table(
    "inherited",
    METADATA,
    Column("event", _NUMBER, primary_key=True, autoincrement=False),  # that recorded it
    Column("origin", _NUMBER, nullable=False, index=True),  # that received the objection
    Column("pseudonym", Bytes),  # of the account, under the first ``keys`` keys
    Column("nonce", Bytes),  # with it the event commits to the pseudonym
    Column("keys", SmallInteger, nullable=False),
    Column("commitment", Bytes),  # to the pseudonym as a rotation left it; null: as it was recorded
    Column("platform", String, nullable=False),
)
"""Accounts that an objection reaches, by what they carry or through a person: covered until it ends."""

REPEAT = Table(
    "repeat",
    METADATA,
    Column("event", _NUMBER, primary_key=True, autoincrement=False),  # that received the objection
    Column("batch", _LABEL, primary_key=True),  # it came with this one as well; empty: by itself
)
"""Objections of a batch that came again another way: the reversal of the batch leaves them alone."""

ACTOR = Table(
    "actor",
    METADATA,
    Column("name", _LABEL, primary_key=True),
    Column("token_digest", Bytes, nullable=False, unique=True),  # SHA-256 of a random token
    Column("revoked", Boolean, nullable=False),
)
"""Who may decide what takes two: optout_registry/actors.py."""

REVERSAL = Table(
    "reversal",
    METADATA,
    Column("batch", _LABEL, primary_key=True),
    Column("actor", _LABEL, nullable=False),  # who proposed it
    Column("objections", _NUMBER, nullable=False),  # that it would have lifted then
)
"""Reversals that wait for a second actor."""

TILE = Table(
    "tile",
    METADATA,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("position", _NUMBER, primary_key=True, autoincrement=False),
    Column("hashes", Bytes, nullable=False),  # up to 256 of 32 bytes; the last of a level may grow
)
"""The Merkle tree over the events' entries: optout_registry/transparency/tiles.py."""

CHECKPOINT = Table(
    "checkpoint",
    METADATA,
    Column("size", _NUMBER, primary_key=True, autoincrement=False),  # events it covers
    Column("note", Text, nullable=False),  # signed: optout_registry/transparency/notes.py
)
"""The log as it was signed at the end of each transaction."""

RECEIPT = Table(
    "receipt",
    METADATA,
    Column("secret_digest", Bytes, primary_key=True),  # SHA-256 of the receipt's random secret
    Column("event", _NUMBER, nullable=False),
)
"""Who holds a receipt may ask about its objection."""

CASE_FILE = Table(
    "case_file",
    METADATA,
    Column("event", _NUMBER, primary_key=True, autoincrement=False),  # that received the request
    Column("key_id", _LABEL),  # of the case key under which contact and language are sealed
    Column("contact", Bytes),  # sealed; null: none, or deleted
    Column("language", Bytes),  # sealed
    Column("extended_on", _LABEL),  # day on which the person was told, as claimed: 2026-06-01
    Column("extended_at", _LABEL),  # instant of recording, ours: 2026-06-01T12:00:00Z
    Column("extension_reason", _LABEL),  # ExtensionReason
    Column("answered_on", _LABEL),  # day on which the person was answered, as claimed
    Column("answered_at", _LABEL),  # instant of recording, ours
    Column("answer", _LABEL),  # AnswerKind
)
"""How a request is dealt with; one that nothing was done about has no row. No part of the log: rows change,
and what is sealed is deleted when its retention is over."""

CORRESPONDENCE = Table(
    "correspondence",
    METADATA,
    Column("event", _NUMBER, primary_key=True, autoincrement=False),  # that received the request
    Column("position", SmallInteger, primary_key=True, autoincrement=False),  # from 1, in order of recording
    Column("recorded_at", _LABEL, nullable=False),  # instant, ours
    Column("direction", _LABEL, nullable=False),  # Direction
    Column("key_id", _LABEL, nullable=False),  # of the case key
    Column("message", Bytes, nullable=False),  # sealed
)
"""What was written to and by whoever made a request."""

CONFIRMATION = Table(
    "confirmation",
    METADATA,
    Column("event", _NUMBER, primary_key=True, autoincrement=False),  # that received the objection
    Column("confirmed", _NUMBER, nullable=False),  # by this event
)
"""Objections of which somebody has shown that they are theirs; once is enough."""
