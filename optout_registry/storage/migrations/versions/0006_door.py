"""Whose identity was confirmed, so that a link that is opened twice is recorded once."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the table, and fill it from the log."""
    confirmation = op.create_table(
        "confirmation",
        sa.Column("event", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("confirmed", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("event", name="pk_confirmation"),
        sa.CheckConstraint("confirmed > event", name="ck_confirmation_order"),
    )
    connection = op.get_bind()
    bodies = connection.execute(
        sa.text(
            "SELECT number, body FROM event WHERE kind = 'identity_confirmed' AND body IS NOT NULL"
            " ORDER BY number"
        )
    )
    first: dict[str, int] = {}
    for number, body in bodies:
        first.setdefault(json.loads(body)["request_id"], number)
    held = sa.text("SELECT event FROM objection WHERE request_id = :request_id")
    events = {number: connection.scalar(held, {"request_id": name}) for name, number in first.items()}
    # One of no objection is a finding of `registry verify`, and no reason to stop here.
    rows = [{"event": event, "confirmed": number} for number, event in events.items() if event]
    if rows:
        op.bulk_insert(confirmation, rows)


def downgrade() -> None:
    """A log is not taken back."""
    raise NotImplementedError
