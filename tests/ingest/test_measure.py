"""The numbers of a source, against counting by hand."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from builders import account, accounts_table, malformed, malformed_account, record, records_table
from pipelines.ingest.measure import Measured, measure
from schemas.vocabulary import Surface

NOW = datetime(2026, 6, 1, tzinfo=UTC)
IDS = st.sampled_from(["a", "b", "c", "d"])
SURFACES = [surface.label for surface in Surface]

record_rows = st.builds(
    record,
    record_id=IDS,
    account_id=st.none() | IDS,
    surface=st.none() | st.sampled_from(["post", "hologram"]),
    visibility=st.sampled_from([None, "public", "everyone"]),
    created_at=st.sampled_from([
        None, NOW, NOW + timedelta(microseconds=1), datetime(1990, 1, 1, tzinfo=UTC),
        datetime(1989, 12, 31, 23, 59, 59, tzinfo=UTC),
    ]),
)  # fmt: skip
account_rows = st.builds(
    account,
    account_id=IDS,
    kind=st.sampled_from([None, "person", "robot"]),
    birth_date=st.sampled_from([None, NOW.date()]),
)
half_read = st.builds(account, account_id=IDS, kind=st.sampled_from([None, "robot"]), birth_date=st.none(),
                      defect=st.just(malformed_account()["defect"]))  # fmt: skip


def by_hand(accounts, records):
    sound = [row for row in records if row["defect"] is None]
    people = [row for row in accounts if row["defect"] is None]
    named = [row["account_id"] for row in accounts if row["account_id"] is not None]
    late = [row for row in sound if row["created_at"] and not 1990 <= row["created_at"].year <= 2026]
    late += [row for row in sound if row["created_at"] and row["created_at"] > NOW]
    return {
        "records": len(records),
        "malformed_records": len(records) - len(sound),
        "duplicate_records": len(sound) - len({row["record_id"] for row in sound}),
        "implausible_dates": len(late),
        "unknown_visibility": sum(row["visibility"] is None for row in sound),
        "unmatched_authors": sum(row["account_id"] not in named for row in sound),
        "accounts": len(accounts),
        "malformed_accounts": len(accounts) - len(people),
        "duplicate_accounts": len(named) - len(set(named)),
        "unknown_births": sum(row["birth_date"] is None for row in people),
        "unknown_values": sum(
            row["surface"] == "hologram" or row["visibility"] == "everyone" for row in sound
        )
        + sum(row["kind"] == "robot" for row in people),
    }


@given(
    st.lists(account_rows | half_read | st.just(malformed_account()), max_size=6),
    st.lists(record_rows | st.just(malformed()), max_size=6),
)
def test_numbers_are_those_counted_by_hand(accounts, records):
    tables = accounts_table(accounts), records_table(records)
    expected = by_hand(accounts, records)
    assert measure(*(table.to_batches() for table in tables), NOW).model_dump() == expected
    # the same in pieces that several workers measured
    together = Measured()
    for table, add in zip(tables, (Measured.add_accounts, lambda m, r: m.add_records(r, NOW)), strict=True):
        for batch in table.to_batches(max_chunksize=2):
            piece = Measured()
            add(piece, batch)
            together.add(piece.to_arrays())
    assert together.numbers().model_dump() == expected
