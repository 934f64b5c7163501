"""What Alembic runs for a migration: always on a connection that somebody else opened and commits."""

from alembic import context

from optout_registry.storage.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transaction_per_migration=False,
)
context.run_migrations()
