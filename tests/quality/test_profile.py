"""The profile of a version, out of its splits and of what was counted on the written objects."""

import pyarrow as pa
import pytest

from pipelines.quality.profile import profile_of
from schemas.outcomes import Reason
from schemas.profile import MEASURED, PROFILE
from schemas.tables import SPLITS

DIGEST = "0a" * 32


def split_row(number, rows, tally):
    return {
        "split": number, "path": "records/a.parquet", "ordinal": number, "first_row_group": number,
        "row_groups": 1, "rows": rows, "split_digest": DIGEST, "split_key": DIGEST, "shard": DIGEST,
        "shard_bytes": 1, "ledger": DIGEST, "ledger_bytes": 1, "footprint": DIGEST, "footprint_bytes": 1,
        "footprint_rows": 1, "masked": [], "pictures": [],
        "tally": [{"surface": s, "reason": r.code, "rows": n} for s, r, n in tally],
    }  # fmt: skip


SPLITS_OF_TWO = pa.Table.from_pylist(
    [
        split_row(0, 9, [
            ("post", Reason.KEPT, 4), ("photo", Reason.KEPT, 1), ("post", Reason.OBJECTION, 2),
            ("unknown", Reason.MALFORMED, 1), ("photo", Reason.MINOR_IMAGE_SUSPECTED, 1),
        ]),
        split_row(1, 0, []),
    ],
    schema=SPLITS,
)  # fmt: skip
NOTHING = {name: [0, 0] for name in MEASURED}


def test_outcomes_and_reasons_are_summed_over_surfaces():
    profile = profile_of(SPLITS_OF_TWO, NOTHING | {"ledger_rows": [9, 0], "kept_minor": [3, 0]})
    assert profile.schema.equals(PROFILE)
    first, second = profile.to_pylist()
    assert {name: number for name, number in first.items() if number} == {
        "rows": 9, "ledger_rows": 9, "kept": 5, "removed": 2, "quarantined": 1, "rejected": 1,
        "reason_kept": 5, "reason_objection": 2, "reason_malformed": 1, "reason_minor_image_suspected": 1,
        "kept_minor": 3,
    }  # fmt: skip
    assert {name: number for name, number in second.items() if number} == {"split": 1}


def test_a_version_without_splits_has_an_empty_profile():
    profile = profile_of(SPLITS.empty_table(), {name: [] for name in MEASURED})
    assert profile.equals(PROFILE.empty_table())


@pytest.mark.parametrize(
    ("splits", "measured", "error"),
    [
        (SPLITS_OF_TWO.drop_columns(["tally"]), NOTHING, TypeError),
        (SPLITS_OF_TWO, {"ledger_rows": [1, 1]}, TypeError),
        (SPLITS_OF_TWO, NOTHING | {"kept": [1, 1]}, TypeError),
        (SPLITS_OF_TWO, NOTHING | {"shard_rows": [1]}, ValueError),
    ],
    ids=["another table", "a number lacks", "a number too many", "a split without number"],
)
def test_it_takes_one_measured_number_of_each_kind_per_split(splits, measured, error):
    with pytest.raises(error, match="profile_of takes"):
        profile_of(splits, measured)
