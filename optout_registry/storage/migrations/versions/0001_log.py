"""The log of events, the objections they come to, and the tree over them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_LABEL = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "registry",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("scheme", sa.String, nullable=False),
        sa.Column("log_key", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_registry"),
    )
    op.create_table(
        "registry_key",
        sa.Column("position", sa.SmallInteger, autoincrement=False, nullable=False),
        sa.Column("key_id", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_registry_key"),
        sa.UniqueConstraint("key_id", name="uq_registry_key_key_id"),
    )
    op.create_table(
        "event",
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("kind", _LABEL, nullable=False),
        sa.Column("entry", sa.LargeBinary, nullable=False),
        sa.Column("nonce", sa.LargeBinary),
        sa.Column("body", sa.LargeBinary),
        sa.PrimaryKeyConstraint("number", name="pk_event"),
        sa.CheckConstraint(
            # coalesce, because a check that comes to null is passed
            "length(entry) = 32 AND (body IS NULL) = (nonce IS NULL) AND coalesce(length(nonce), 32) = 32",
            name="ck_event_entry",
        ),
    )
    others = sa.text("kind <> 'received'")
    op.create_index("ix_event_kind", "event", ["kind"], sqlite_where=others, postgresql_where=others)
    op.create_table(
        "objection",
        sa.Column("event", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("request_id", _LABEL, nullable=False),
        sa.Column("type", _LABEL, nullable=False),
        sa.Column("pseudonym", sa.LargeBinary),
        sa.Column("nonce", sa.LargeBinary),
        sa.Column("keys", sa.SmallInteger, nullable=False),
        sa.Column("platform", sa.String),
        sa.Column("linked", sa.Boolean, nullable=False),
        sa.Column("surfaces", sa.Integer, nullable=False),
        sa.Column("roles", sa.Integer, nullable=False),
        sa.Column("purposes", sa.Integer, nullable=False),
        sa.Column("batch", _LABEL),
        sa.Column("ended", _NUMBER),
        sa.PrimaryKeyConstraint("event", name="pk_objection"),
        sa.UniqueConstraint("request_id", name="uq_objection_request_id"),
        sa.CheckConstraint(
            "(pseudonym IS NULL AND nonce IS NULL AND ended IS NOT NULL)"
            " OR (coalesce(length(pseudonym), 0) = 32 AND coalesce(length(nonce), 0) = 32)",
            name="ck_objection_target",
        ),
        sa.CheckConstraint(
            "surfaces BETWEEN 1 AND 65535 AND roles BETWEEN 1 AND 65535 AND purposes BETWEEN 1 AND 65535",
            name="ck_objection_scope",
        ),
        sa.CheckConstraint("ended IS NULL OR ended > event", name="ck_objection_ended"),
    )
    ended = sa.text("ended IS NOT NULL")
    op.create_index("ix_objection_ended", "objection", ["ended"], sqlite_where=ended, postgresql_where=ended)
    op.create_table(
        "tile",
        sa.Column("level", sa.SmallInteger, autoincrement=False, nullable=False),
        sa.Column("position", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name="pk_tile"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("size", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_checkpoint"),
    )
    op.create_table(
        "receipt",
        sa.Column("secret_digest", sa.LargeBinary, nullable=False),
        sa.Column("event", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("secret_digest", name="pk_receipt"),
    )


def downgrade() -> None:
    """There is nothing before the log."""
    raise NotImplementedError
