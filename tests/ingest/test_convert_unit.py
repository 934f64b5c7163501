"""A file that is not what was planned stops the ingest."""

import pytest

from builders import AS_OF
from pipelines.ingest.convert_unit import UnitConversion
from pipelines.ingesting import plan_ingest
from schemas.errors import BadInput
from schemas.source import SourceDescription

DESCRIPTION = SourceDescription.model_validate({
    "platform": "sample",
    "accounts": [{"files": "a.csv", "format": "csv", "fields": {"account_id": {"from": "id"}}}],
    "records": [{"files": "r.jsonl", "format": "jsonl", "fields": {"record_id": {"from": "id"}}}],
})  # fmt: skip


@pytest.fixture
def planned(tmp_path):
    (tmp_path / "a.csv").write_text("id\na1\n")
    (tmp_path / "r.jsonl").write_text('{"id": "r1"}\n')
    return plan_ingest(DESCRIPTION, tmp_path)


def parts(plan):
    return [list(UnitConversion(plan.description, unit, AS_OF).parts()) for unit in plan.units]


def test_what_was_planned_is_converted(planned):
    assert [len(found) for found in parts(planned)] == [1, 1]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda path: path.write_text('{"id": "r2"}\n\n'), "changed since"),
        (lambda path: path.unlink(), "No such file"),
    ],
    ids=["changed", "gone"],
)
def test_a_file_that_changed_or_went_stops_it(planned, tmp_path, change, found):
    change(tmp_path / "r.jsonl")
    with pytest.raises(BadInput, match=found) as caught:
        parts(planned)
    assert caught.value.subject == "r.jsonl"


def test_a_file_that_changes_while_it_is_read_stops_it(planned, tmp_path):
    unit = planned.units[1]
    conversion = UnitConversion(planned.description, unit, AS_OF)
    batches = conversion._batches()
    next(batches)
    (tmp_path / "r.jsonl").write_text('{"id": "r1"}\n{"id": "r2"}\n')
    with pytest.raises(BadInput, match="changed since"):
        list(batches)
