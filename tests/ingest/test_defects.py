"""`optout ingest --defects`: which rows did not conform, by file and position, and nothing of what they hold."""

import json

import pytest
import yaml
from commands import Workspace

DESCRIPTION = {
    "platform": "sample",
    "accounts": [
        {
            "files": "people.csv",
            "format": "csv",
            "fields": {
                "account_id": {"from": "id"},
                "birth_date": {"from": "born"},
                "birth_precision": {"constant": "day"},
            },
        }
    ],
    "records": [
        {
            "files": "posts-*.jsonl",
            "format": "jsonl",
            "fields": {"record_id": {"from": "id"}, "created_at": {"from": "at"}, "text": {"from": "text"}},
        }
    ],
}
LISTED = [
    {"table": "accounts", "file": "people.csv", "position": 3, "field": "birth_date"},
    {"table": "records", "file": "posts-1.jsonl", "position": 2, "field": "row:json"},
    {"table": "records", "file": "posts-2.jsonl", "position": 1, "field": "created_at"},
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = Workspace(tmp_path_factory.mktemp("defects"))
    place.run("init").done()
    (place.folder / "source.yaml").write_text(yaml.safe_dump(DESCRIPTION), "utf-8")
    (place.folder / "people.csv").write_text("id,born\na1,1990-05-17\nmarisol,never\n", "utf-8")
    (place.folder / "posts-1.jsonl").write_text('{"id": "p1"}\nquintero\n', "utf-8")
    (place.folder / "posts-2.jsonl").write_text(
        '{"id": "marisol", "at": "noon", "text": "quintero"}\n', "utf-8"
    )
    place.run("ingest").done()
    return place


def test_ingest_says_how_to_list_them(place):
    said = place.run("ingest").done().err
    assert "`optout ingest --defects` lists them with file and position" in said


def test_every_malformed_row_is_listed_by_file_and_position(place):
    listed = place.run("ingest", "--defects", "--json").done()
    assert (listed.json, listed.err) == (LISTED, "")
    shown = place.run("ingest", "--defects").done().out
    lines = [line.split() for line in shown.splitlines()]
    assert [line for line in lines if line and line[0] in {"accounts", "records"}] == [
        [str(value) for value in row.values()] for row in LISTED
    ]
    for contents in ("marisol", "quintero", "never", "noon"):
        assert contents not in shown + listed.out


def test_listing_converts_nothing(place):
    before = (place.folder / "canonical/source.json").stat().st_mtime_ns
    (place.folder / "posts-2.jsonl").rename(place.folder / "aside")
    assert place.run("ingest", "--defects", "--json").done().json == LISTED
    (place.folder / "aside").rename(place.folder / "posts-2.jsonl")
    assert (place.folder / "canonical/source.json").stat().st_mtime_ns == before


def test_a_long_list_is_cut_and_says_so(tmp_path, place):
    long = place.copy(tmp_path / "long")
    (long.folder / "posts-1.jsonl").write_text("no JSON\n" * 1005, "utf-8")
    long.run("ingest").done()
    shown = long.run("ingest", "--defects").done()
    assert "the first 1,000 rows; 7 more" in shown.err
    assert len(json.loads(long.run("ingest", "--defects", "--json").out)) == 1007


def test_without_an_ingest_there_is_nothing_to_list(tmp_path):
    fresh = Workspace(tmp_path)
    fresh.run("init").done()
    ended = fresh.run("ingest", "--defects")
    assert (ended.code, ended.out) == (3, "")
    assert "run `optout ingest`" in ended.err


def test_a_canonical_file_that_is_gone_is_one_error(tmp_path, place):
    spoilt = place.copy(tmp_path / "spoilt")
    for path in spoilt.folder.glob("canonical/**/*.parquet"):
        path.unlink()
    ended = spoilt.run("ingest", "--defects", "--json")
    assert (ended.code, ended.out, "to do:" in ended.err) == (3, "", True)
