"""Objections against one record or picture, whose target is kept sealed; accounts that objections reach."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_SECRET = ("pseudonym", "nonce", "commitment")


def upgrade() -> None:
    """Add what is sealed, of which people have nothing; make the table of accounts."""
    op.add_column("objection", sa.Column("sealed", sa.LargeBinary))
    sealed = sa.text("sealed IS NOT NULL")
    op.create_index(
        "ix_objection_sealed", "objection", ["event"], sqlite_where=sealed, postgresql_where=sealed
    )
    op.create_table(
        "inherited",
        sa.Column("event", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("origin", _NUMBER, nullable=False),
        sa.Column("pseudonym", sa.LargeBinary),
        sa.Column("nonce", sa.LargeBinary),
        sa.Column("keys", sa.SmallInteger, nullable=False),
        sa.Column("commitment", sa.LargeBinary),
        sa.Column("platform", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("event", name="pk_inherited"),
        sa.CheckConstraint(
            "(pseudonym IS NULL AND nonce IS NULL)"
            " OR (coalesce(length(pseudonym), 0) = 32 AND coalesce(length(nonce), 0) = 32)",
            name="ck_inherited_target",
        ),
        sa.CheckConstraint("event > origin", name="ck_inherited_origin"),
    )
    op.create_index("ix_inherited_origin", "inherited", ["origin"])
    if op.get_bind().dialect.name == "postgresql":
        # Samples of what a column holds outlive the rows they were taken from.
        for table, column in (("objection", "sealed"), *(("inherited", name) for name in _SECRET)):
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")


def downgrade() -> None:
    """An older release would count a takedown for an objection of nobody."""
    raise NotImplementedError
