"""`optout ingest` as a person runs it: every row of every file, once; one clear error, or whole tables."""

import gzip
import json
import os
import signal
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
import zstandard
from commands import Workspace
from enumerations import few_of

ACCOUNTS = "id,born,email\na1,1990-05-17,ana@example.org\na2,1985-01-01,\na1,1991-05-17,\na3,never,\n"
DESCRIPTION = {
    "platform": "sample",
    "accounts": [{
        "files": "in/accounts.csv",
        "format": "csv",
        "fields": {
            "account_id": {"from": "id"},
            "birth_date": {"from": "born"},
            "birth_precision": {"constant": "day"},
            "identifiers": {"list": [{"type": {"constant": "email"}, "value": {"from": "email"}}]},
        },
    }],
    "records": [
        {
            "files": "in/posts/*",
            "format": "jsonl",
            "fields": {
                "record_id": {"from": "id"},
                "account_id": {"from": "by"},
                "surface": {"constant": "post"},
                "created_at": {"from": "at", "timestamp": "unix_s"},
                "visibility": {"constant": "public"},
                "text": {"from": "text"},
            },
        },
        {
            "files": "in/photos.parquet",
            "format": "parquet",
            "fields": {"record_id": {"from": "id"}, "account_id": {"from": "owner"},
                       "surface": {"constant": "photo"}, "visibility": {"from": "seen_by"}},
        },
    ],
}  # fmt: skip
NOON = 1_709_640_000


def posts(*numbers):
    return "".join(
        json.dumps({"id": f"p{n}", "by": "a1", "at": NOON + n, "text": f"Line {n}"}) + "\n" for n in numbers
    )


@pytest.fixture
def place(tmp_path):
    made = Workspace(tmp_path)
    folder = tmp_path / "in"
    (folder / "posts").mkdir(parents=True)
    (folder / "accounts.csv").write_text(ACCOUNTS)
    (folder / "posts/1.jsonl").write_text(posts(0, 1) + "{\n" + posts(2))
    (folder / "posts/2.jsonl.gz").write_bytes(gzip.compress(posts(3, 3).encode()))
    (folder / "posts/3.jsonl.zst").write_bytes(zstandard.compress(posts(4).encode()))
    photos = {"id": ["f1", None, "f3"], "owner": [1, 2, 3], "seen_by": ["public", "public", "everybody"]}
    pq.write_table(pa.table(photos), folder / "photos.parquet")
    describe(tmp_path, DESCRIPTION)
    made.run("init").done()
    return made


def describe(folder, description):
    (folder / "source.yaml").write_text(yaml.safe_dump(description))


def canonical(place):
    """The canonical files: (bytes, time of modification) by path, and the rows of each table."""
    root = place.folder / "canonical"
    return {p.relative_to(root).as_posix(): (p.read_bytes(), p.stat().st_mtime_ns)
             for p in sorted(root.rglob("*")) if p.is_file() and "unfinished" not in p.parts}  # fmt: skip


def rows(place, table):
    manifest = json.loads((place.folder / "canonical/source.json").read_bytes())
    return [
        row
        for path in manifest[table]
        for row in pq.read_table(place.folder / "canonical" / path).to_pylist()
    ]


def test_every_row_of_every_format_comes_out_once(place):
    report = place.run("ingest", "--json").done().json
    found = rows(place, "records")
    assert [row["record_id"] for row in found] == ["p0", "p1", None, "p2", "p3", "p3", "p4", "f1", None, None]
    assert [row["defect"] for row in found if row["defect"]] == [
        {"file": "in/posts/1.jsonl", "position": 3, "field": "row:json"},
        {"file": "in/photos.parquet", "position": 2, "field": "record_id"},
        {"file": "in/photos.parquet", "position": 3, "field": "visibility"},
    ]
    people = rows(place, "accounts")
    assert [row["account_id"] for row in people] == ["a1", "a2", "a1", "a3"]
    assert [row["identifiers"] for row in people[:2]] == [
        [{"type": "email", "value": "ana@example.org"}],
        None,
    ]
    assert report["files"] == 5
    assert report["numbers"] == {
        "records": 10, "malformed_records": 3, "duplicate_records": 1, "implausible_dates": 0,
        "unknown_visibility": 0, "unmatched_authors": 1, "accounts": 4, "malformed_accounts": 1,
        "duplicate_accounts": 1, "unknown_births": 0, "unknown_values": 0,
    }  # fmt: skip
    assert report["defects"] == [
        {"table": "accounts", "field": "birth_date", "rows": 1},
        {"table": "records", "field": "record_id", "rows": 1},
        {"table": "records", "field": "row:json", "rows": 1},
        {"table": "records", "field": "visibility", "rows": 1},
    ]


def test_what_is_printed_counts_what_is_written(place):
    ended = place.run("ingest").done()
    words = [line.split() for line in ended.out.splitlines()]
    assert ["records", "10", "3", "1", "2"] in words
    assert ["accounts", "4", "1", "1", "1"] in words
    assert "ana@example.org" not in ended.out + ended.err


def test_small_files_become_one_and_a_limit_cuts_them(place):
    place.run("ingest").done()
    assert len(rows(place, "records")) == 10
    assert Counter(path.split("/")[0] for path in canonical(place)) == {
        "accounts": 1, "records": 2, "source.json": 1,
    }  # fmt: skip
    describe(place.folder, {**DESCRIPTION, "part_rows": 3, "row_group_rows": 2})
    place.run("ingest").done()
    manifest = json.loads((place.folder / "canonical/source.json").read_bytes())
    groups = []
    for path in manifest["records"]:
        footer = pq.read_metadata(place.folder / "canonical" / path)
        groups.append([footer.row_group(n).num_rows for n in range(footer.num_row_groups)])
    assert groups == [[2, 1], [2, 1], [1], [2, 1]]
    assert set(canonical(place)) == {"source.json", *manifest["accounts"], *manifest["records"]}


def test_again_changes_nothing_and_a_new_file_only_what_it_is_in(place):
    place.run("ingest").done()
    before = canonical(place)
    place.run("ingest").done()
    after = canonical(place)
    assert {name: held for name, held in after.items() if name != "source.json"} == {
        name: held for name, held in before.items() if name != "source.json"
    }
    assert after["source.json"][0] == before["source.json"][0]
    (place.folder / "in/posts/4.jsonl").write_text(posts(5))
    place.run("ingest").done()
    changed = {name for name, held in canonical(place).items() if before.get(name) != held}
    assert {name.partition("-")[0] for name in changed} == {"records/00001", "source.json"}
    assert [row["record_id"] for row in rows(place, "records")].count("p5") == 1


def test_workers_and_place_change_no_byte(place, tmp_path):
    place.run("ingest", "--workers", "1").done()
    one = {name: held[0] for name, held in canonical(place).items()}
    (tmp_path / "canonical").rename(tmp_path / "elsewhere")
    place.run("ingest", "--workers", "8").done()
    assert {name: held[0] for name, held in canonical(place).items()} == one


def test_a_killed_ingest_leaves_the_source_whole_and_is_gone_on_with(place):
    place.run("ingest").done()
    before = canonical(place)
    for number in range(40):
        (place.folder / f"in/posts/{number + 9:03d}.jsonl").write_text(
            posts(*range(number * 300, number * 300 + 300))
        )
    entries = [
        {**DESCRIPTION["records"][0], "files": f"in/posts/{number:03d}.jsonl"} for number in range(9, 49)
    ]
    describe(place.folder, {**DESCRIPTION, "records": entries})
    folder = place.folder / "canonical/unfinished"

    def results():
        return {path: path.stat().st_mtime_ns for path in folder.glob("*/results/*")}

    running = place.start("ingest")
    running.until(lambda: len(results()) > 10)
    running.kill()
    assert running.wait().code == -signal.SIGKILL
    done = results()
    assert 10 < len(done) < 41
    assert {name: held for name, held in canonical(place).items() if name in before} == before
    resumed = place.start("ingest")
    resumed.until(lambda: len(results()) > len(done) or not results())
    assert {path: stamp for path, stamp in results().items() if path in done} in (done, {})
    resumed.wait().done()
    left = {path.name for path in folder.iterdir()}
    assert left == {"lock"}
    whole = {name: held[0] for name, held in canonical(place).items()}
    (place.folder / "canonical").rename(place.folder / "resumed")
    place.run("ingest").done()
    assert {name: held[0] for name, held in canonical(place).items()} == whole
    assert len(rows(place, "records")) == 40 * 300


def test_of_two_at_once_the_second_is_told(place):
    (place.folder / "canonical/unfinished").mkdir(parents=True)
    lock = place.folder / "canonical/unfinished/lock"
    import fcntl

    handle = os.open(lock, os.O_RDWR | os.O_CREAT)
    fcntl.flock(handle, fcntl.LOCK_EX)
    ended = place.run("ingest")
    os.close(handle)
    assert ended.code == 4
    assert "another one that is running" in ended.err
    place.run("ingest").done()


def without(path):
    return lambda folder: (folder / path).unlink()


def holding(path, data):
    return lambda folder: (folder / path).write_bytes(data)


def described(**changes):
    return lambda folder: describe(folder, {**DESCRIPTION, **changes})


def first_records(**changes):
    entry = {**DESCRIPTION["records"][0], **changes}
    return described(records=[entry, *DESCRIPTION["records"][1:]])


def first_fields(**changes):
    return first_records(fields={**DESCRIPTION["records"][0]["fields"], **changes})


BAD = {
    "a missing file": (without("in/accounts.csv"), 3, ["in/accounts.csv", "none"]),
    "a pattern without files": (first_records(files="in/nothing/*"), 3, ["in/nothing/*"]),
    "a variable that is not set": (first_records(files="${NOT_SET_HERE}/x"), 2, ["NOT_SET_HERE"]),
    "no source.yaml": (without("source.yaml"), 3, ["source.yaml"]),
    "a column that is not there": (
        holding("in/accounts.csv", b"id,borne,email\na1,1990-05-17,\n"), 3, ["'born'", "did you mean 'borne'"],
    ),
    "a column twice in a Parquet file": (
        lambda folder: pq.write_table(
            pa.table([["f1"], ["1"], ["2"], ["public"]], names=["id", "owner", "other", "seen_by"])
            .rename_columns(["id", "owner", "owner", "seen_by"]), folder / "in/photos.parquet",
        ),
        3, ["in/photos.parquet, column 'owner'", "2 columns of that name"],
    ),
    "a list of nothing": (first_fields(others={"list": []}), 2, ["others", "at least one element"]),
    "an empty CSV file": (holding("in/accounts.csv", b""), 3, ["in/accounts.csv", "empty file"]),
    "a Parquet file that is none": (holding("in/photos.parquet", b"PAR1 nothing PAR1"), 3, ["in/photos.parquet"]),
    "an empty Parquet file": (holding("in/photos.parquet", b""), 3, ["in/photos.parquet"]),
    "a gzip file that ends too early": (
        holding("in/posts/2.jsonl.gz", gzip.compress(posts(3).encode())[:-9]), 3, ["in/posts/2.jsonl.gz"],
    ),
    "a misspelt key": (described(row_group_row=7), 2, ["row_group_row", "did you mean 'row_group_rows'"]),
    "a misspelt field": (first_fields(txt={"from": "text"}), 2, ["txt", "did you mean 'text'"]),
    "a wrong type": (first_fields(created_at={"from": "at", "date": "%Y"}), 2, ["created_at", "date"]),
    "an unknown value": (first_fields(surface={"constant": "hologram"}), 2, ["hologram", "surface"]),
    "a constant that is no instant": (first_fields(created_at={"constant": "soon"}), 2, ["created_at", "constant"]),
    "no YAML": (holding("source.yaml", b"a: [\n"), 2, ["source.yaml", "line"]),
    "a key twice": (holding("source.yaml", b"platform: a\nplatform: b\n"), 2, ["twice", "line 2"]),
}  # fmt: skip


PLAINEST = (
    "a missing file", "a column that is not there", "a Parquet file that is none",
    "a gzip file that ends too early", "a misspelt key", "a key twice",
)  # fmt: skip


@pytest.mark.parametrize(("spoil", "code", "says"), few_of(BAD, *PLAINEST))
def test_bad_input_is_one_clear_error_and_the_source_stays(place, spoil, code, says):
    place.run("ingest").done()
    before = canonical(place)
    spoil(place.folder)
    ended = place.run("ingest")
    assert (ended.code, ended.out) == (code, "")
    assert "Traceback" not in ended.err
    assert [word for word in says if word not in ended.err] == []
    assert ended.err.count("to do:") == 1
    assert canonical(place) == before


def closed(path):
    return lambda folder: (folder / path).chmod(0)


def linked(path, target):
    def link(folder):
        (folder / path).unlink()
        (folder / path).symlink_to(target)

    return link


UNREADABLE = {
    "closed to the user": (closed("in/accounts.csv"), "in/accounts.csv"),
    "closed to the user, one of a pattern": (closed("in/posts/2.jsonl.gz"), "in/posts/2.jsonl.gz"),
    "closed to the user, in Parquet": (closed("in/photos.parquet"), "in/photos.parquet"),
    "in a folder closed to the user": (closed("in/posts"), "in/posts"),
    "a link to itself": (linked("in/accounts.csv", "accounts.csv"), "in/accounts.csv"),
    "on a disk that fails": (linked("in/accounts.csv", "/proc/self/mem"), "in/accounts.csv"),
}


@pytest.mark.parametrize(("spoil", "named"), few_of(UNREADABLE, "closed to the user", "on a disk that fails"))
def test_a_file_that_cannot_be_read_is_one_clear_error_and_the_source_stays(place, spoil, named):
    """Never a file left out: nobody could tell the rows that are missing. /proc/self/mem fails with EIO."""
    place.run("ingest").done()
    before = canonical(place)
    spoil(place.folder)
    ended = place.start("ingest", powerless=True).wait()
    assert (ended.code, ended.out) == (3, ""), ended.err
    assert "Traceback" not in ended.err
    assert named in ended.err
    assert ended.err.count("to do:") == 1
    assert canonical(place) == before


HEADERLESS = {
    "of numbers and addresses": b"77,ana.secret@example.org,1987-05-17\n78,b,c\n",
    "of words": b"ana,secret,1987\nb,c,d\n",
    "of words, one of which is the name of a column": b'id,ana.secret@example.org,"my secret text"\nb,c,d\n',
    "with a cell twice": b"secret,secret,1987\nb,c,d\n",
    "with a word like the name of a column": b"ids,secret,emails\nb,c,d\n",
}


@pytest.mark.parametrize("data", few_of(HEADERLESS, "of numbers and addresses", "with a cell twice"))
def test_of_a_file_without_a_header_no_cell_is_printed(place, data):
    """Law 7: its first line is about a person."""
    (place.folder / "in/accounts.csv").write_bytes(data)
    ended = place.run("ingest")
    assert (ended.code, ended.out) == (3, "")
    assert "in/accounts.csv" in ended.err
    assert ended.err.count("to do:") == 1
    for cell in ("secret", "77", "1987", "ids", "emails"):
        assert cell not in ended.err


def test_a_full_disk_is_one_clear_error_and_the_source_stays(place):
    place.run("ingest").done()
    before = canonical(place)
    (place.folder / "in/posts/4.jsonl").write_text(posts(*range(3000)))
    ended = place.run("ingest", limits={"RLIMIT_FSIZE": 4096})
    assert ended.code == 3
    assert "limit on the size of files" in ended.err
    assert "Traceback" not in ended.err
    assert canonical(place) == before
    place.run("ingest").done()
    assert len(rows(place, "records")) == 3010


def test_the_bad_files_of_parquet_testing_stop_the_ingest_or_are_counted(place, test_data):
    stopped = Counter()
    for path in sorted(test_data("standards/parquet-testing/bad_data").glob("*.parquet")):
        (place.folder / "in/photos.parquet").write_bytes(path.read_bytes())
        try:
            column = pq.read_schema(path).names[0]
            groups = pq.read_metadata(path)
            expected = sum(groups.row_group(n).num_rows for n in range(groups.num_row_groups))
        except (OSError, pa.ArrowException):
            column, expected = "id", None
        fields = {"record_id": {"from": f'["{column}"]'}, "surface": {"constant": "photo"}}
        describe(place.folder, {
            **DESCRIPTION, "records": [{**DESCRIPTION["records"][1], "fields": fields}],
        })  # fmt: skip
        ended = place.run("ingest", "--json")
        assert "Traceback" not in ended.err, path.name
        assert ended.code == (3 if expected is None else 0), path.name
        stopped[ended.code] += 1
        if expected is not None:
            assert ended.json["numbers"]["records"] == expected, path.name
    assert stopped[3] >= 1
    assert stopped[0] >= 5


def test_an_ingested_source_builds(place):
    (place.folder / "objections.csv").write_text("type,value\naccount,a2\n")
    place.run("registry", "import", place.folder / "objections.csv").done()
    place.run("ingest").done()
    quality = {"source": {"max_duplicate_record_share": 0.2, "max_duplicate_account_share": 0.5,
               "max_malformed_share": 0.5, "max_unmatched_author_share": 1}, "release": {"min_kept_rows": 0,
               "max_rejected_share": 1}}  # fmt: skip
    (place.folder / "policy.yaml").write_text(yaml.safe_dump({"quality": quality}))
    place.build().done()
    counts = place.run("funnel", "--json", "1").done().json
    assert (counts["rows"], counts["reasons"]["malformed"]) == (10, 3)
    place.run("verify").done()
