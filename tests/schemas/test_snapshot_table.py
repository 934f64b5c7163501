"""What a snapshot says of another table, and its bytes."""

from collections import Counter
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.screen.encode import encode
from schemas import snapshots
from schemas.snapshots import ERASED, RegistrySnapshot, snapshot_parquet
from schemas.sorted_rows import sorted_rows
from schemas.tables import ROW_GROUP_ROWS, SNAPSHOT

_ROW = st.tuples(
    st.sampled_from(["account", "record"]),
    st.integers(0, 3).map(lambda n: bytes([n] * 32)),
    st.booleans(),
    st.just(1),
    st.sampled_from([1, 2]),
    st.sampled_from([1, 2, 3]),
    st.sampled_from([None, b"", b"a"]),
    st.sampled_from(
        [None, datetime(1970, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, microsecond=1, tzinfo=UTC)]
    ),
)
_ROWS = st.sets(_ROW, max_size=12)


def table(rows, schema=SNAPSHOT):
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema)


def in_order(rows):
    return sorted_rows(table(rows).to_batches(), SNAPSHOT)


def scope(row):
    named = dict(zip(SNAPSHOT.names, row, strict=True))
    return tuple(named[name] for name in ERASED.names)


def snapshot(rows, erased=()):
    return RegistrySnapshot("r", 1, "", "", (), "", in_order(rows), (), table(erased, ERASED))


@given(here=_ROWS, there=_ROWS, more=_ROWS, inside=st.booleans(), size=st.integers(1, 9))
def test_it_was_what_has_lost_no_more_than_was_erased(here, there, more, inside, size):
    """The oracle works on sets and counts scopes; cut into ranges of few rows."""
    there = there | here if inside else there
    gone, erased = there - here, [scope(row) for row in more]
    expected = here <= there and Counter(map(scope, gone)) <= Counter(erased)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshots, "BATCH_ROWS", size)
        assert snapshot(here, erased).was(in_order(there)) is expected
        assert snapshot(here, map(scope, here ^ there)).was(in_order(there)) is (here <= there)


@pytest.mark.parametrize("size", [1, 2, 100])
def test_a_row_that_stands_twice_is_no_row_that_was_erased(size, monkeypatch):
    rows = [("account", bytes([n] * 32), True, 1, 1, 1, None, None) for n in range(3)]
    monkeypatch.setattr(snapshots, "BATCH_ROWS", size)
    for twice in ([0, 1, 2, 2], [0, 0, 1, 2], [2, 0, 1, 2], [0, 2, 1, 0]):
        taken = table([rows[n] for n in twice])
        assert snapshot(rows, [scope(rows[0])]).was(taken) is False
    assert snapshot(rows[:1], [scope(rows[0])]).was(table([rows[1], rows[1]])) is False
    assert snapshot(rows[:2], [scope(rows[0])]).was(table(rows)) is True


@given(rows=_ROWS, purposes=st.integers(0, 3))
def test_those_against_a_purpose_are_those_against_it(rows, purposes):
    taken = snapshot(rows)
    wanted = [row for row in taken.objections.to_pylist() if row["purposes"] & purposes]
    assert taken.against(purposes).objections.to_pylist() == wanted
    assert taken.against(purposes).event == taken.event


def test_its_bytes_are_those_of_any_table_of_a_version_however_it_lies():
    rows = ROW_GROUP_ROWS + 5
    digests = pa.array([n.to_bytes(32) for n in range(rows)], pa.binary(32))
    columns = {"type": pa.array(["account"] * rows), "pseudonym": digests}
    whole = pa.table(
        [columns.get(field.name) or (
            pa.nulls(rows, field.type) if field.nullable else pa.array([True] * rows).cast(field.type)
        ) for field in SNAPSHOT], schema=SNAPSHOT,
    )  # fmt: skip
    expected = encode(whole)
    assert snapshot_parquet(whole) == expected
    assert snapshot_parquet(pa.Table.from_batches(whole.to_batches(max_chunksize=777))) == expected
    assert snapshot_parquet(sorted_rows(whole.to_batches(max_chunksize=9_999), SNAPSHOT, 20_000)) == expected
