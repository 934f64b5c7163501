"""`optout ingest` with pictures beside its tables: from source.yaml to canonical rows, and after a change."""

import json

import pyarrow.parquet as pq
import pytest
from commands import Workspace
from ingest.scanning.pictures import jpeg, packet

SOURCE = {
    "platform": "sample",
    "media_root": "${PICTURES}/2024",
    "accounts": [{"files": "in/a.jsonl", "format": "jsonl", "fields": {"account_id": {"from": "id"}}}],
    "records": [{"files": "in/posts*.jsonl", "format": "jsonl", "fields": {
        "record_id": {"from": "id"}, "account_id": {"from": "by"}, "surface": {"constant": "photo"},
        "media": {"each": "photos", "fields": {"uri": {"from": "file"}, "sha256": {"from": "digest"}}},
    }}],
}  # fmt: skip


@pytest.fixture
def place(tmp_path):
    made = Workspace(tmp_path)
    made.run("init").done()
    (tmp_path / "in").mkdir()
    (tmp_path / "pictures/2024").mkdir(parents=True)
    (tmp_path / "in/a.jsonl").write_text('{"id": "a1"}\n')
    (tmp_path / "source.yaml").write_text(json.dumps(SOURCE))
    return made


def ingest(place, *arguments):
    return place.run("ingest", *arguments, PICTURES=str(place.folder / "pictures"))


def subjects(place):
    """Of each record what its files declare, here dc:subject, from the canonical tables."""
    rows = [row for path in sorted((place.folder / "canonical").glob("records/*.parquet"))
            for row in pq.read_table(path).to_pylist()]  # fmt: skip
    return {row["record_id"]: [one["values"] for medium in row["media"] for one in medium["metadata"] or ()] for row in rows
            if row["record_id"] is not None}  # fmt: skip


def lay(place, **pictures):
    for name, data in pictures.items():
        (place.folder / f"pictures/2024/{name}.jpg").write_bytes(data)


def posts(place, rows, file="posts.jsonl"):
    (place.folder / "in" / file).write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_records_are_filled_and_a_changed_picture_is_read_again(place):
    lay(place, a=jpeg("sea"), b=jpeg("dog"), none=b"hello")
    posts(place, [
        {"id": "1", "by": "a1", "photos": [{"file": "a.jpg"}]},
        {"id": "2", "by": "a1", "photos": [{"file": "b.jpg", "digest": "0" * 64}]},
        {"id": "3", "by": "a1", "photos": [{"file": "none.jpg"}, {"file": "gone.jpg"}, {"file": "../../source.yaml"}]},
    ])  # fmt: skip
    done = ingest(place, "--json").done().json
    assert done["pictures"] == {"read": 2, "missing": 1, "outside": 1, "unread no_image": 1}
    assert done["defects"] == [{"table": "records", "field": "media.sha256", "rows": 1}]
    assert done["numbers"]["malformed_records"] == 1
    assert subjects(place) == {"1": [["sea"]], "3": [["no_image"], ["not_opened"]]}
    lay(place, a=jpeg("child"))
    shown = ingest(place).done().out
    assert "pictures that records name" in shown
    assert subjects(place) == {"1": [["child"]], "3": [["no_image"], ["not_opened"]]}
    (place.folder / "pictures/2024/a.xmp").write_bytes(packet("from beside"))
    ingest(place).done()
    assert subjects(place)["1"] == [["child"], ["from beside"]]


def test_without_a_change_nothing_is_written_again(place):
    lay(place, a=jpeg("sea"))
    posts(place, [{"id": "1", "by": "a1", "photos": [{"file": "a.jpg"}]}])
    ingest(place).done()
    before = {path: path.stat().st_mtime_ns for path in (place.folder / "canonical").rglob("*.parquet")}
    ingest(place).done()
    assert {
        path: path.stat().st_mtime_ns for path in (place.folder / "canonical").rglob("*.parquet")
    } == before


def test_pictures_that_change_while_they_are_read_stop_the_ingest(place):
    lay(place, **{f"p{n}": jpeg(f"n{n}") for n in range(9)})
    for file in range(2):
        posts(
            place,
            [{"id": f"{file}-{n}", "by": "a1", "photos": [{"file": f"p{n}.jpg"}]} for n in range(2000)],
            f"posts{file}.jsonl",
        )
    running = place.start("ingest", PICTURES=str(place.folder / "pictures"))
    running.until(lambda: list((place.folder / "canonical").rglob("plan.json")))
    lay(place, p0=jpeg("other"))
    ended = running.wait()
    assert (ended.code, ended.out) == (3, ""), ended.err
    assert "files that came, went or changed since" in ended.err
    assert not (place.folder / "canonical/source.json").exists()
    ingest(place).done()
    assert subjects(place)["0-0"] == [["other"]]


@pytest.mark.parametrize(
    ("root", "code", "found"),
    [("missing", 3, "none of that name"), ("source.yaml", 3, "a file"), ("${NOT_SET}/x", 2, "none of that name")],
)  # fmt: skip
def test_a_folder_of_pictures_that_is_none_is_said(place, root, code, found):
    (place.folder / "source.yaml").write_text(json.dumps(SOURCE | {"media_root": root}))
    posts(place, [{"id": "1", "by": "a1"}])
    ended = ingest(place)
    assert (ended.code, ended.out) == (code, ""), ended.err
    assert found in ended.err
    assert "Traceback" not in ended.err
