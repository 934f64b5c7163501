"""What lies after the moment of ingest proves nothing: the canonical row does not have it."""

import json
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from screened import screened, verdicts

from builders import AS_OF, account, accounts_table, at, record, records_table
from pipelines.ingest.convert_unit import UnitConversion
from pipelines.ingest.instants import without_future
from pipelines.ingesting import plan_ingest
from schemas.source import SourceDescription

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DESCRIPTION = SourceDescription.model_validate({
    "platform": "sample",
    "accounts": [{"files": "a.jsonl", "format": "jsonl", "fields": {
        name: {"from": name} for name in ("account_id", "created_at", "notified_at")}}],
    "records": [{"files": "r.jsonl", "format": "jsonl", "fields": {
        name: {"from": name} for name in ("record_id", "account_id", "created_at")}}],
})  # fmt: skip


def converted(tmp_path, accounts, records):
    """The canonical rows of both tables, and what was counted."""
    for name, rows in (("a", accounts), ("r", records)):
        (tmp_path / f"{name}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    units = [UnitConversion(DESCRIPTION, unit, NOW) for unit in plan_ingest(DESCRIPTION, tmp_path).units]
    tables = [row for unit in units for part in unit.parts() for row in pq.read_table(part).to_pylist()]
    return tables, units


@pytest.mark.parametrize(
    ("written", "held"),
    [
        ("2199-01-01T00:00:00Z", None),
        ("2026-06-01T12:00:00.000001Z", None),
        ("2026-06-01T12:00:00Z", NOW),
        ("2026-06-01T13:30:00+02:00", at("2026-06-01T11:30")),
        ("1989-01-01T00:00:00Z", at("1989-01-01")),
        (None, None),
    ],
)
def test_a_date_after_the_ingest_becomes_null(tmp_path, written, held):
    (person, post), (_, records) = converted(
        tmp_path,
        [{"account_id": "a1", "created_at": written, "notified_at": written}],
        [{"record_id": "r1", "created_at": written}],
    )
    assert (person["created_at"], person["notified_at"], post["created_at"]) == (held, held, held)
    assert (person["defect"], post["defect"]) == (None, None)
    late = held is None and written is not None
    assert records.measured.numbers().implausible_dates == (late or written == "1989-01-01T00:00:00Z")


def test_a_post_dated_in_the_future_does_not_make_its_author_an_adult():
    person = account(birth_date=datetime(2007, 5, 1, tzinfo=UTC).date())
    post = record(created_at=at("2199-01-01"))
    (rows,) = records_table([post]).to_batches()
    dated = without_future(rows, AS_OF).to_pylist()
    assert verdicts(screened(dated, [person]))[0][0] == "posting_date_unknown"


def test_a_notice_that_is_planned_is_none():
    (rows,) = accounts_table([account(notified_at=at("2026-06-02"))]).to_batches()
    told = without_future(rows, AS_OF).to_pylist()
    half_a_year_on = at("2027-01-01")
    assert verdicts(screened([record()], told, as_of=half_a_year_on))[0][0] == "notice_pending"
