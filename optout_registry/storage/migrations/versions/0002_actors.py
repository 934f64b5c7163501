"""Who may reverse a batch, which reversals wait for a second person, and what came more than once."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_LABEL = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "actor",
        sa.Column("name", _LABEL, nullable=False),
        sa.Column("token_digest", sa.LargeBinary, nullable=False),
        sa.Column("revoked", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_actor"),
        sa.UniqueConstraint("token_digest", name="uq_actor_token_digest"),
        sa.CheckConstraint("length(token_digest) = 32", name="ck_actor_token"),
    )
    op.create_table(
        "reversal",
        sa.Column("batch", _LABEL, nullable=False),
        sa.Column("actor", _LABEL, nullable=False),
        sa.Column("objections", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("batch", name="pk_reversal"),
    )
    op.create_table(
        "repeat",
        sa.Column("event", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("batch", _LABEL, nullable=False),
        sa.PrimaryKeyConstraint("event", "batch", name="pk_repeat"),
    )
    batch = sa.text("batch IS NOT NULL")
    op.create_index("ix_objection_batch", "objection", ["batch"], sqlite_where=batch, postgresql_where=batch)


def downgrade() -> None:
    """A log is not taken back."""
    raise NotImplementedError
