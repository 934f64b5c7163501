"""Case files and correspondence, beside the log."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_LABEL = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "case_file",
        sa.Column("event", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("key_id", _LABEL),
        sa.Column("contact", sa.LargeBinary),
        sa.Column("language", sa.LargeBinary),
        sa.Column("extended_on", _LABEL),
        sa.Column("extended_at", _LABEL),
        sa.Column("extension_reason", _LABEL),
        sa.Column("answered_on", _LABEL),
        sa.Column("answered_at", _LABEL),
        sa.Column("answer", _LABEL),
        sa.PrimaryKeyConstraint("event", name="pk_case_file"),
        sa.CheckConstraint(
            "(extended_on IS NULL) = (extension_reason IS NULL)"
            " AND (extended_on IS NULL) = (extended_at IS NULL)",
            name="ck_case_file_extension",
        ),
        sa.CheckConstraint(
            "(answered_on IS NULL) = (answer IS NULL) AND (answered_on IS NULL) = (answered_at IS NULL)",
            name="ck_case_file_answer",
        ),
        sa.CheckConstraint(
            "(key_id IS NULL) = (contact IS NULL AND language IS NULL)", name="ck_case_file_sealed"
        ),
    )
    op.create_table(
        "correspondence",
        sa.Column("event", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("position", sa.SmallInteger, autoincrement=False, nullable=False),
        sa.Column("recorded_at", _LABEL, nullable=False),
        sa.Column("direction", _LABEL, nullable=False),
        sa.Column("key_id", _LABEL, nullable=False),
        sa.Column("message", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("event", "position", name="pk_correspondence"),
        sa.CheckConstraint("position >= 1", name="ck_correspondence_position"),
    )


def downgrade() -> None:
    """Case data would be lost."""
    raise NotImplementedError
