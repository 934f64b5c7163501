import shutil

import pyarrow.parquet as pq
import pytest
from lineage.conftest import ACCOUNTS, FIRST, RECORDS
from lineage.tiny_version import Verdict, author, publish_tiny

from builders import write_canonical
from pipelines.corpus.chain import load_version
from pipelines.corpus.store import open_store
from pipelines.lineage.explain import explain_record, explain_row, parse_place
from schemas.errors import BadInput, ConfigurationError
from schemas.fields import RECORD_FIELDS

RECORD_IDS = sorted({record["record_id"] for record in RECORDS} - {None})


@pytest.fixture(scope="module")
def first(corpus):
    return load_version(corpus.store, 1)


def test_an_explanation_as_a_whole(corpus, first):
    assert explain_record(corpus.store, first, "r4", corpus.source) == [
        {
            "version": 1,
            "split": 1,
            "row": 0,
            "path": "records/part-00000.parquet",
            "ordinal": 1,
            "outcome": "removed",
            "reason": "minor_account",
            "reasons": ["minor_account", "minor_at_posting", "not_public"],
            "rules": [],
            "place": None,
            "shard": None,
            "subject": f"{author('dov'):016x}",
        }
    ]


@pytest.mark.parametrize("record_id", RECORD_IDS)
def test_by_id_and_by_place_agree_for_every_row_of_the_id(corpus, first, record_id):
    found = explain_record(corpus.store, first, record_id, corpus.source)
    rows = [n for n, record in enumerate(RECORDS) if record["record_id"] == record_id]
    assert [(row["split"], row["row"]) for row in found] == [(n // 4, n % 4) for n in rows]
    for row in found:
        assert explain_row(corpus.store, first, row["split"], row["row"]) == [row]
        verdict = FIRST.get(record_id, Verdict())
        assert (row["outcome"], row["reason"]) == (verdict.reason.outcome.value, verdict.reason.label)


def test_a_kept_record_lies_where_its_place_says(corpus, first):
    [row] = explain_record(corpus.store, first, "r12", corpus.source)
    name = corpus.store.object_name("data", row["shard"], "parquet")
    shard = pq.read_table(corpus.store.location(name))
    assert shard.column("text")[row["place"]].as_py() == "alone in its split"


def test_a_record_of_quarantine_names_its_rules(corpus, first):
    [row] = explain_record(corpus.store, first, "r10", corpus.source)
    assert row["rules"] == ["alt_text.school", "alt_text.child"]


def test_an_id_that_the_source_does_not_hold(corpus, first):
    assert explain_record(corpus.store, first, "r4 ", corpus.source) == []


def test_a_source_that_is_gone_is_an_error_for_ids_alone(corpus, first, tmp_path):
    with pytest.raises(BadInput, match=r"4 gone or changed.*part-00000"):
        explain_record(corpus.store, first, "r4", tmp_path)
    assert explain_row(corpus.store, first, 1, 0)[0]["reason"] == "minor_account"


def test_rows_that_moved_since_are_not_explained(corpus, first, tmp_path):
    source = write_canonical(tmp_path, ACCOUNTS, [*reversed(RECORDS[:4]), *RECORDS[4:]])
    with pytest.raises(BadInput, match="1 gone or changed"):
        explain_record(corpus.store, first, "r1", source)
    assert explain_record(corpus.store, first, "r4", source)[0]["row"] == 0


def test_an_id_that_was_edited_away_is_not_called_nowhere(corpus, first, tmp_path):
    edited = [row | {"record_id": "r4x"} if row["record_id"] == "r4" else row for row in RECORDS]
    source = write_canonical(tmp_path, ACCOUNTS, edited)
    with pytest.raises(BadInput, match="1 gone or changed"):
        explain_record(corpus.store, first, "r4", source)


def test_a_copy_of_the_source_with_other_times_may_say_nowhere(corpus, first, tmp_path):
    source = shutil.copytree(corpus.source, tmp_path / "canonical", copy_function=shutil.copyfile)
    assert explain_record(corpus.store, first, "r4 ", source) == []


@pytest.mark.parametrize("looks_the_same", [True, False])
def test_a_file_is_taken_for_the_same_by_its_size_and_time(corpus, first, tmp_path, looks_the_same):
    """The digest of a changed one is asked for; a byte that size and time do not show, `verify` finds."""
    source = shutil.copytree(corpus.source, tmp_path / "canonical")
    path = source / "records/part-00000.parquet"
    data = bytearray(path.read_bytes())
    text = [f.name for f in RECORD_FIELDS].index("text")
    data[pq.ParquetFile(path).metadata.row_group(1).column(text).data_page_offset + 30] ^= 1
    path.write_bytes(data)
    if looks_the_same:
        shutil.copystat(corpus.source / "records/part-00000.parquet", path)
        assert explain_record(corpus.store, first, "nowhere", source) == []
        return
    with pytest.raises(BadInput, match="1 gone or changed"):
        explain_record(corpus.store, first, "nowhere", source)


@pytest.fixture
def damaged(corpus, tmp_path):
    """The source with a first row group that cannot be decoded."""
    source = shutil.copytree(corpus.source, tmp_path / "canonical")
    path = source / "records/part-00000.parquet"
    data = bytearray(path.read_bytes())
    at = pq.ParquetFile(path).metadata.row_group(0).column(0).data_page_offset
    data[at : at + 40] = bytes(40)
    path.write_bytes(data)
    return source


def test_a_row_group_damaged_since_hides_no_other(corpus, first, damaged):
    assert explain_record(corpus.store, first, "r4", damaged)[0]["split"] == 1
    with pytest.raises(BadInput, match="1 gone or changed"):
        explain_record(corpus.store, first, "r2", damaged)


def test_a_row_group_that_the_version_found_unreadable_holds_no_id(damaged, tmp_path):
    store = open_store(str(tmp_path / "corpus"))
    publish_tiny(store, damaged, FIRST)
    version = load_version(store)
    assert explain_record(store, version, "r2", damaged) == []
    assert explain_record(store, version, "r4", damaged)[0]["reason"] == "minor_account"


PLACES = {
    "0:0": (0, 0),
    "12:34": (12, 34),
    "0:-1": (0, -1),
    "r1": None,
    "1:2:3": None,
    "-1:2": None,
    "1:": None,
    "\u0661:\u0662": None,
}


@pytest.mark.parametrize(("text", "place"), PLACES.items())
def test_what_counts_as_a_place(text, place):
    assert parse_place(text) == place


@pytest.mark.parametrize(("split", "row"), [(4, 0), (3, 1), (0, -1)])
def test_a_place_that_does_not_exist(corpus, first, split, row):
    with pytest.raises(ConfigurationError, match=f"{split}:{row}"):
        explain_row(corpus.store, first, split, row)
