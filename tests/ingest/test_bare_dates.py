"""A day, or a local time, where an instant is wanted: of the zone that source.yaml declares, or a defect."""

from datetime import UTC, date, datetime

import pytest

from pipelines.ingest.batch import Batch
from pipelines.ingest.convert import Converter
from schemas.source import AccountEntry

DAY, LOCAL, INSTANT = "2025-04-14", "2025-04-14T09:30:00", "2025-04-14T09:30:00Z"
MIDNIGHT = datetime(2025, 4, 14, tzinfo=UTC)
IN_PARIS = datetime(2025, 4, 13, 22, tzinfo=UTC)
# what the file holds -> the instant without a zone, in UTC, in Europe/Paris
WRITTEN = {
    "a day": (DAY, None, MIDNIGHT, IN_PARIS),
    "a day of Parquet": (date(2025, 4, 14), None, MIDNIGHT, IN_PARIS),
    "a local time": (LOCAL, None, MIDNIGHT.replace(hour=9, minute=30), MIDNIGHT.replace(hour=7, minute=30)),
    "a local time of Parquet": (
        datetime(2025, 4, 14, 9, 30),  # noqa: DTZ001 - as PyArrow gives timestamps without a zone
        None, MIDNIGHT.replace(hour=9, minute=30), MIDNIGHT.replace(hour=7, minute=30),
    ),
    "an instant": (INSTANT, *[MIDNIGHT.replace(hour=9, minute=30)] * 3),
}  # fmt: skip


@pytest.mark.parametrize("field", ["notified_at", "created_at"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Paris"])
@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_a_day_or_a_local_time_needs_a_zone(written, zone, field):
    value, *instants = written
    expected = instants[[None, "UTC", "Europe/Paris"].index(zone)]
    entry = AccountEntry.model_validate(
        {"files": "f", "format": "parquet",
         "fields": {"account_id": {"from": "id"}, field: {"from": "v", "zone": zone}}}
    )  # fmt: skip
    row = {"id": "a1", "v": value}
    batch = Batch(1, [1], lambda name: [row[name]])
    (found,) = Converter(entry, "sample").convert(batch, "f").to_pylist()
    assert found[field] == expected
    assert (found["defect"] is None) is (expected is not None)


def test_a_day_is_no_number_of_seconds():
    entry = AccountEntry.model_validate(
        {"files": "f", "format": "parquet",
         "fields": {"account_id": {"from": "id"}, "notified_at": {"from": "v", "timestamp": "unix_s"}}}
    )  # fmt: skip
    row = {"id": "a1", "v": date(2025, 4, 14)}
    (found,) = Converter(entry, "sample").convert(Batch(1, [1], lambda name: [row[name]]), "f").to_pylist()
    assert (found["notified_at"], found["defect"]["field"]) == (None, "notified_at")
