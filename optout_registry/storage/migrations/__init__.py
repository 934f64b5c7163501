"""How the registry's tables came about, step by step; never edited once released."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from optout_registry.storage.migrations.guards import guards, standing_guards


def upgrade(connection: Connection) -> None:
    """Bring the tables to the newest form, inside the transaction of ``connection``.

    What guards them is no part of a migration: it is taken away before, and put on the newest form after.
    """
    for statement in standing_guards(connection):
        connection.execute(text(statement))
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    for statement in guards(connection.dialect.name):
        connection.execute(text(statement))


def configuration() -> Config:
    """Where Alembic finds the migrations."""
    config = Config()
    # Alembic reads % as the start of a substitution.
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
