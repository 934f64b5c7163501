"""Law 5 where rows cannot be read: what of them can still counts in the split key."""

import pyarrow.parquet as pq
import pytest
from builds import Place
from enumerations import few_of

from builders import account, medium, objection, record
from pipelines.corpus.chain import load_version

ACCOUNTS = [account(account_id=f"a{n}") for n in range(4)]
PICTURE = [medium(alt_text="a hill", caption="a hill")]
RECORDS = [
    record(record_id=f"r{n}", account_id=f"a{n % 4}", text=f"Line {n}", media=[] if n % 3 else PICTURE)
    for n in range(5)
]


def overwrite(path, column):
    """Damage one column chunk of the first row group on disk."""
    group = pq.read_metadata(path).row_group(0)
    chunks = [group.column(n) for n in range(group.num_columns)]
    chunk = next(chunk for chunk in chunks if chunk.path_in_schema == column)
    start = chunk.dictionary_page_offset or chunk.data_page_offset
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xff" * chunk.total_compressed_size)


NAMES = ("record_id", "media.list.element.sha256", "media.list.element.caption")
LATE = {
    **{f"an account, {column}": (column, ("account", "a0")) for column in ("account_id", "text")},
    **{f"a record, {column}": (column, ("record", "r2")) for column in NAMES},
    **{f"a picture, {column}": (column, ("media", "0f" * 32)) for column in NAMES},
}


@pytest.mark.parametrize(
    ("column", "late"),
    few_of(LATE, "an account, text", "a record, record_id", "a picture, media.list.element.sha256"),
)
def test_a_late_objection_where_rows_are_unreadable(tmp_path, column, late):
    place = Place(tmp_path, [objection(value="a3")])
    place.write(ACCOUNTS, RECORDS, row_group_rows=2)
    overwrite(tmp_path / "canonical/records/part-00000.parquet", column)
    place.policy = place.policy.model_copy(
        update={"quality": place.policy.quality.model_copy(
            update={"release": place.policy.quality.release.model_copy(update={"max_rejected_share": 1.0})}
        )}
    )  # fmt: skip
    place.build()
    assert load_version(place.store).content.counts.reasons["unreadable"] == 2
    place.objections.append(objection(*late))
    place.build()
    again = Place(tmp_path, place.objections, policy=place.policy, corpus="again")
    again.build(from_scratch=True)
    assert load_version(place.store).content == load_version(again.store).content
    assert list(place.verify()) == []
