"""Rows that go to the driver as they are."""

import pytest
from registry.constants import NOW

from optout_registry.storage.rows import insert_rows
from optout_registry.storage.tables import ACTOR, REPEAT


def test_rows_are_inserted_as_they_stand(registry, objection, sql):
    registry.add_all([objection("a1"), objection("a2")], recorded_at=NOW)
    with registry.reading() as connection:
        insert_rows(connection, REPEAT, ("event", "batch"), [])
    with registry.appending() as (connection, *_):
        insert_rows(connection, REPEAT, ("event", "batch"), iter([(2, "'; --"), (1, "%s?")]))
    assert sorted(sql("SELECT event, batch FROM repeat")) == [(1, "%s?"), (2, "'; --")]


def test_columns_in_another_order_are_refused(registry):
    with registry.appending() as (connection, *_):
        for table, columns in ((REPEAT, ("batch", "event")), (ACTOR, ("name", "batch"))):
            with pytest.raises(ValueError, match=f"columns of {table.name}"):
                insert_rows(connection, table, columns, [(1, "a")])
