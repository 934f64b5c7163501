"""Two splits with the same bytes share a shard: what was kept twice is listed, read and counted twice."""

import pyarrow.parquet as pq
import pytest
from builds import Place

from builders import account, objection, record
from pipelines.corpus.chain import load_version, read_object_table
from pipelines.corpus.listing import list_files
from pipelines.lineage.diff import diff
from schemas.policy import Policy
from schemas.profile import PROFILE

TWICE = Policy.model_validate({"quality": {"source": {"max_duplicate_record_share": 1.0}}})
ROWS = [record(record_id=f"r{n}", text=f"Line {n}") for n in range(20)]
MORE = [record(record_id=f"s{n}", account_id="a2", text=f"Other {n}") for n in range(20)]


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path, [objection(value="a9")], TWICE)
    place.write([account(), account(account_id="a2")], [*ROWS, *ROWS, *MORE], row_group_rows=20, files=3)
    place.build()
    return place


def test_the_list_the_rows_and_the_counts_agree(place):
    version = load_version(place.store)
    files = list_files(place.store)
    assert [row["rows"] for row in files] == [20, 20, 20]
    assert len({row["name"] for row in files}) == 2
    read = [text for row in files for text in texts(place, row["name"])]
    assert sorted(read) == sorted(row["text"] for row in [*ROWS, *ROWS, *MORE])
    assert version.content.counts.outcomes["kept"] == len(read) == 60
    profile = read_object_table(place.store, version.content.profile, PROFILE)
    assert profile.column("shard_rows").to_pylist() == [20, 20, 20]
    assert list(place.verify()) == []


def test_a_difference_counts_each_entry_of_the_list(place):
    place.write([account(), account(account_id="a2")], [*ROWS, *MORE], row_group_rows=20, files=2)
    place.build()
    rows = diff(place.store, load_version(place.store, 1), load_version(place.store, 2))
    found = {row["name"]: row["change"] for row in rows if row["section"] == "shards"}
    assert found == {"all": -1, "dropped": -1, "added": 0}


def texts(place, name):
    return pq.read_table(place.store.location(name)).column("text").to_pylist()
