"""What is read of the source: the record that was judged, or nothing."""

from dataclasses import replace

import pytest
from review.written import described

from pipelines.review.shown import shown
from pipelines.review.source_record import read_record
from schemas.errors import BadInput
from schemas.fields import RECORDS


def test_a_record_is_read_by_its_place(source):
    root, where = source([described()])
    row = read_record(root, where)
    assert (len(row), row.schema.equals(RECORDS), row.column("record_id").to_pylist()) == (1, True, ["r1"])


CHANGED = {
    "another digest": {"split_digest": "00" * 32},
    "a row that the split has not": {"row": 2},
    "row groups that the file has not": {"row_groups": 2},
    "no such file": {"path": "records/none.parquet"},
}


@pytest.mark.parametrize("case", CHANGED)
def test_what_is_not_there_is_no_input(source, case):
    root, where = source([described()])
    with pytest.raises(BadInput, match="the split that the version was built from"):
        read_record(root, replace(where, **CHANGED[case]))


def test_a_picture_of_which_nothing_is_known_is_shown_as_nothing(source):
    root, where = source([None])
    seen = shown(root, where, lambda _: ())
    assert (seen.of, seen.uri, seen.sha256, seen.texts) == (1, None, None, ())


def test_a_picture_that_the_record_has_not_is_no_input(source):
    root, where = source([described()])
    with pytest.raises(BadInput, match="fewer pictures"):
        shown(root, replace(where, medium=1), lambda _: ())
