"""The migrations make the tables that the program uses."""

import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from optout_registry.storage.migrations import configuration
from optout_registry.storage.tables import METADATA, REVISION


def test_the_tables_are_those_of_the_last_migration(url, registry):
    del registry
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert context.get_current_revision() == REVISION
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_there_is_one_line_of_migrations_and_it_ends_where_the_program_is():
    script = ScriptDirectory.from_config(configuration())
    assert script.get_current_head() == REVISION
    revisions = [one.revision for one in script.walk_revisions()]
    assert revisions == [f"{number:04}" for number in range(len(revisions), 0, -1)]
