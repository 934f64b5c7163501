"""Until when a withdrawn objection goes on covering what was published, so that builds can carry it."""

import json
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_CHECKS = {
    "released": "released IS NULL OR released > ended",
    # What holds covers everything; a record or a picture is released whole; whom it keeps out is kept.
    "until": "(released IS NULL OR until IS NOT NULL) AND (until IS NULL OR (ended IS NOT NULL"
    " AND type NOT IN ('record', 'media') AND (pseudonym IS NOT NULL OR released IS NOT NULL)))",
}


def upgrade() -> None:
    """Add the columns, and fill the first from the log.

    A withdrawal that does not say that older content is released keeps it out: nothing proves that the
    person released it.
    """
    connection = op.get_bind()
    number = "INTEGER" if connection.dialect.name == "sqlite" else "BIGINT"
    for name, check in _CHECKS.items():
        op.execute(
            f"ALTER TABLE objection ADD COLUMN {name} {number} CONSTRAINT ck_objection_{name} CHECK ({check})"
        )
    withdrawn = connection.execute(
        sa.text(
            "SELECT number, body FROM event WHERE kind = 'withdrawn' AND body IS NOT NULL ORDER BY number"
        )
    ).all()
    kept = [
        {"ended": event, "until": _micros(said["recorded_at"])}
        for event, body in withdrawn
        if not (said := json.loads(body)).get("releases_older")
    ]
    if kept:
        # What the log does not say is a finding of `registry verify`, and no reason to stop here.
        connection.execute(
            sa.text(
                "UPDATE objection SET until = :until"
                " WHERE ended = :ended AND type NOT IN ('record', 'media') AND pseudonym IS NOT NULL"
            ),
            kept,
        )


def downgrade() -> None:
    """An older release would use again what people keep out."""
    raise NotImplementedError


def _micros(text: str) -> int:
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
