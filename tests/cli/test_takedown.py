"""From `registry add` and a file to what is released: records and pictures taken down, purposes, linked persons."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import workspace

from builders import account, medium, record, write_canonical

HILL, RIVER = "ab" * 32, "cd" * 32
ADDRESS = "https://social.example/@ana/1"
NAMES = ("ana", "ben", "eve", "nobody")
PEOPLE = [account(account_id=name) for name in NAMES]


def picture(digest, **more):
    return [medium(sha256=digest, alt_text="a hill", **more)]


RECORDS = [
    record(record_id="r1", account_id="ana", text="one"),
    record(record_id=ADDRESS, account_id="ana", text="address"),
    record(record_id="r3", account_id="ana", text="three", media=picture(HILL)),
    record(record_id="r4", account_id="ben", text="copy", media=picture(HILL.upper(), uri="elsewhere.jpg")),
    record(record_id="r5", account_id="ben", text="river", media=picture(RIVER)),
    record(record_id="r6", account_id="eve", text="six"),
]


def released(place, version):
    """Texts of a version's shards."""
    shards = place.run("files", version, "--json").done().json
    tables = [pq.read_table(place.folder / "corpus" / shard["name"], columns=["text"]) for shard in shards]
    return set(pa.concat_tables(tables).column("text").to_pylist())


@pytest.fixture
def place(tmp_path):
    return workspace(tmp_path / "w", PEOPLE, RECORDS, objections=["nobody"], files=3, row_group_rows=2)


@pytest.mark.long
def test_what_is_taken_down_is_not_released_and_comes_back_when_it_is_withdrawn(place):
    place.build().done()
    assert released(place, 1) == {"one", "address", "three", "copy", "river", "six"}
    place.run("registry", "add", "record", "https://SOCIAL.example:443/@ana/1", "--request-id", "t-1").done()
    rows = [{"type": "media", "value": HILL}, {"type": "record", "value": "r6", "request_id": "t-2"}]
    (place.folder / "more.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    place.run("registry", "import", place.folder / "more.jsonl").done()
    place.run("build", "--as-of", "2026-06-01", "--accept-change", "tests").done()
    assert released(place, 2) == {"one", "river"}
    funnel = place.run("funnel", "--json").done().json
    assert funnel["reasons"]["takedown"] == 4
    assert sum(funnel["outcomes"].values()) == funnel["rows"] == len(RECORDS)
    shown = place.run("explain", "r6", "--json").done().json
    assert "takedown" in json.dumps(shown)
    assert place.run("verify", "--json").done().json["ok"]
    assert place.run("registry", "verify", "--json").done().json["ok"]
    for request in ("t-1", "t-2"):
        place.run("registry", "withdraw", request, "--proof", "account_login", "--release-older").done()
    place.build().done()
    assert released(place, 3) == {"one", "address", "river", "six"}
    for version in (1, 2, 3):
        assert place.run("verify", version, "--json").done().json["ok"]


def test_neither_message_nor_lineage_names_a_record_that_is_taken_down(place):
    said = [
        place.run("registry", "add", "record", "r6"),
        place.run("registry", "add", "media", HILL),
        place.build(),
    ]
    for ended in said:
        ended.done()
        assert "r6" not in ended.out + ended.err
        assert HILL not in ended.out + ended.err
    held = [path.read_bytes() for path in (place.folder / "corpus").rglob("*") if path.is_file()]
    held += [path.read_bytes() for path in place.folder.glob("registry.db*")]
    assert not any(HILL.encode() in data for data in held)
    assert list((place.folder / "corpus/staging/plans").glob("*")) == []


def test_without_the_target_key_a_takedown_stops_build_and_verify(place):
    place.run("registry", "add", "record", "r6").done()
    place.build().done()
    key = place.folder / "keys/target.key"
    key.rename(place.folder / "aside")
    for command in (["build"], ["verify"], ["registry", "add", "record", "r1"], ["init"]):
        ended = place.run(*command)
        assert (ended.code, ended.out) == (2, ""), command
        assert "target key" in ended.err
    assert not key.exists()
    # Nobody else needs it.
    place.run("registry", "add", "account", "ben").done()
    place.run("verify", "--structure-only").done()


def test_another_target_key_is_refused_before_anything_is_recorded(place):
    place.run("registry", "add", "record", "r6").done()
    (place.folder / "keys/target.key").rename(place.folder / "aside")
    other = workspace(place.folder / "other", PEOPLE, RECORDS)
    (other.folder / "keys/target.key").rename(place.folder / "keys/target.key")
    head = place.run("registry", "status", "--json").done().json["head"]
    ended = place.run("registry", "add", "record", "r1")
    assert ended.code == 2
    assert "another key" in ended.err
    assert place.run("registry", "status", "--json").done().json["head"] == head
    stopped = place.build()
    assert stopped.code == 3
    assert "that it does not open" in stopped.err


def test_a_takedown_has_no_roles_and_surfaces(place):
    ended = place.run("registry", "add", "record", "r1", "--surface", "post")
    assert ended.code == 2
    assert "is taken down whole" in ended.err
    (place.folder / "bad.csv").write_text(
        "type,value,surfaces\nrecord,r1,post\nmedia,12,\nrecord,r6,\n", "utf-8"
    )
    ended = place.run("registry", "import", place.folder / "bad.csv")
    assert ended.code == 3
    assert "line 2: surfaces" in ended.err
    assert "line 3: value" in ended.err
    assert place.run("registry", "status", "--json").done().json["live_by_type"] == {
        "account": 1,
        "record": 1,
    }


def test_an_objection_counts_for_the_purposes_of_the_policy(place):
    place.run("registry", "add", "account", "ana", "--purpose", "training").done()
    place.run("registry", "add", "record", "r6", "--purpose", "evaluation").done()
    kept = {
        ("training",): {"copy", "river", "six"},
        ("evaluation",): {"one", "address", "three", "copy", "river"},
        ("training", "evaluation"): {"copy", "river"},
    }
    for version, (purposes, expected) in enumerate(kept.items(), 1):
        (place.folder / "policy.yaml").write_text(json.dumps({"purposes": purposes}), "utf-8")
        place.run("build", "--as-of", "2026-06-01", "--accept-change", "tests").done()
        assert released(place, version) == expected
        assert place.run("verify", version, "--json").done().json["ok"]


def test_a_person_stays_excluded_until_the_objection_is_withdrawn(place):
    def linked(**persons):
        rows = [
            {**row, "person_id": persons.get(row["account_id"])}
            for row in [*PEOPLE, account(account_id="kim")]
        ]
        seventh = record(record_id="r7", account_id="kim", text="seven")
        write_canonical(place.folder, rows, [*RECORDS, seventh], files=3, row_group_rows=3)
        return place.run("build", "--as-of", "2026-06-01", "--accept-change", "tests").done()

    def head():
        return place.run("registry", "status", "--json").done().json["head"]

    place.run("registry", "add", "account", "ana", "--request-id", "t-1").done()
    first = linked(ana="p", ben="p")
    assert "recorded 1 account that objections newly reach" in first.err
    assert (released(place, 1), head()) == ({"six", "seven"}, 3)
    linked(ben="q", eve="q")
    assert (released(place, 2), head()) == ({"seven"}, 4)
    place.run("registry", "withdraw", "t-1", "--proof", "account_login", "--release-older").done()
    linked()
    assert (len(released(place, 3)), head()) == (7, 5)
    assert place.run("verify", "--json").done().json["ok"]
    assert place.run("registry", "verify", "--json").done().json["ok"]
