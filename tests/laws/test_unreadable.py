"""Law 5 where rows cannot be read: their authors still count in the split key."""

import pyarrow.parquet as pq
import pytest
from builds import Place

from builders import account, objection, record
from pipelines.corpus.chain import load_version

ACCOUNTS = [account(account_id=f"a{n}") for n in range(4)]
RECORDS = [record(record_id=f"r{n}", account_id=f"a{n}", text=f"Line {n}") for n in range(4)]


def overwrite(path, column):
    """Damage one column chunk of the first row group on disk."""
    group = pq.read_metadata(path).row_group(0)
    chunks = [group.column(n) for n in range(group.num_columns)]
    chunk = next(chunk for chunk in chunks if chunk.path_in_schema == column)
    start = chunk.dictionary_page_offset or chunk.data_page_offset
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xff" * chunk.total_compressed_size)


@pytest.mark.parametrize("column", ["account_id", "text"])
def test_an_account_of_unreadable_rows_changes(tmp_path, column):
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
    place.objections.append(objection(value="a0"))
    place.build()
    again = Place(tmp_path, place.objections, policy=place.policy, corpus="again")
    again.build(from_scratch=True)
    assert load_version(place.store).content == load_version(again.store).content
