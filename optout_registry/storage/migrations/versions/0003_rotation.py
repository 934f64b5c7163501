"""Rotation of the registry key: how far one is, and what a row commits to since."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the columns."""
    op.add_column("registry_key", sa.Column("event", _NUMBER))
    op.add_column("registry_key", sa.Column("progress", sa.Text))
    op.add_column("objection", sa.Column("commitment", sa.LargeBinary))
    if op.get_bind().dialect.name == "postgresql":
        # Samples of what a column holds outlive the rows they were taken from. Those there are go where the
        # type of their column is set, to the same one.
        for column in ("pseudonym", "nonce", "commitment"):
            op.execute(f"ALTER TABLE objection ALTER COLUMN {column} TYPE bytea")
            op.execute(f"ALTER TABLE objection ALTER COLUMN {column} SET STATISTICS 0")


def downgrade() -> None:
    """Without these columns no key but the first has a place."""
    raise NotImplementedError
