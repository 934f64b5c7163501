"""The migrations make the tables that the program uses."""

import json
from pathlib import Path

import pytest
import sqlalchemy
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from registry.constants import KEY_ID, LOG_SECRET, NOW

from builders import REGISTRY_KEY
from optout_registry.opening import create_registry, find_registry, open_registry
from optout_registry.rotation import rotate_key
from optout_registry.storage.database import connect, writing
from optout_registry.storage.migrations import configuration
from optout_registry.storage.tables import METADATA, REVISION
from schemas.errors import BadInput
from schemas.pseudonyms import Keychain
from schemas.vocabulary import IdentifierType


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


FIRST = json.loads((Path(__file__).parent.parent / "golden" / "registry_0001.json").read_text("utf-8"))
"""A registry as the first release of the log left it: its rows, and the triggers of both databases."""


@pytest.fixture
def first(url):
    """URL of a database with that registry."""
    engine = connect(url, create=True)
    with writing(engine) as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for table, rows in FIRST["tables"].items():
            for row in rows:
                values = {
                    name: bytes.fromhex(value["hex"]) if isinstance(value, dict) else value
                    for name, value in row.items()
                }
                names = ", ".join(values)
                places = ", ".join(f":{name}" for name in values)
                connection.execute(
                    sqlalchemy.text(f"INSERT INTO {table} ({names}) VALUES ({places})"), values
                )
        for statement in FIRST["guards"][engine.dialect.name]:
            connection.execute(sqlalchemy.text(statement))
    return url


def test_a_registry_of_the_first_release_is_not_used_before_it_is_brought_up_to_date(first):
    with pytest.raises(BadInput, match="`optout init` brings older ones up to date"):
        open_registry(first)
    assert find_registry(first).key_ids == (KEY_ID,)


def test_a_registry_of_the_first_release_is_brought_up_to_date(first, sql, objection, intake):
    with create_registry(first, KEY_ID, LOG_SECRET) as registry:
        report = registry.verify()
        assert (report.findings, report.events) == ((), 5)
        held = registry.snapshot(), registry.snapshot(3)
        wanted = [intake.target(IdentifierType.ACCOUNT, name).pseudonym for name in ("a1", "a2", "a3")]
        until = [{row["pseudonym"]: row["until"] for row in taken.objections.to_pylist()} for taken in held]
        # Its withdrawal does not say that older content is released: it stays out.
        assert until == [dict(zip(wanted, (None, NOW, None), strict=True)), dict.fromkeys(wanted)]
        registry.add(objection("a4"), recorded_at=NOW)
        assert registry.verify().findings == ()
    with pytest.raises(sqlalchemy.exc.DBAPIError, match="append-only"):
        sql("UPDATE objection SET commitment = nonce WHERE event = 1")
    # and once more: there is nothing left to do
    with create_registry(first, KEY_ID, LOG_SECRET) as registry:
        assert registry.head().event == 6


@pytest.mark.postgresql_only
def test_the_planner_keeps_no_samples_of_pseudonyms(first, sql):
    """They would outlive a rotation; those taken before the upgrade as well."""

    def sampled():
        return {name for (name,) in sql("SELECT attname FROM pg_stats WHERE tablename = 'objection'")}

    secret = {"pseudonym", "nonce", "commitment"}
    sql("ANALYZE objection")
    assert sampled() > secret - {"commitment"}
    create_registry(first, KEY_ID, LOG_SECRET).close()
    assert sampled() & secret == set()
    sql("ANALYZE objection")
    assert sampled() & secret == set()
    assert "request_id" in sampled()


def test_a_registry_of_the_first_release_can_be_rotated(first):
    create_registry(first, KEY_ID, LOG_SECRET).close()
    keychain = Keychain((KEY_ID, "registry-2"), (REGISTRY_KEY, bytes(32)))
    assert rotate_key(first, LOG_SECRET, keychain, recorded_at=NOW).count == 3
    with open_registry(first) as registry:
        assert registry.verify().findings == ()
        assert registry.snapshot().objections.num_rows == 3
