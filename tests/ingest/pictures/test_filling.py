"""What a record says of a picture after its file was read: nothing that the source said is lost."""

import hashlib
import os
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from ingest.scanning.pictures import dated_packet, jpeg, packet, segment

from builders import record
from pipelines.ingest.pictures import filling
from pipelines.ingest.pictures.filling import Pictures
from pipelines.ingest.scanning.limits import Limits
from pipelines.ingest.scanning.supervising import crew_of
from schemas.fields import RECORDS

PICTURE = jpeg("sea", "child")
SHA256 = hashlib.sha256(PICTURE).hexdigest()
OWN = {"property": "dc:subject", "values": ["sea", "child"], "block": "xmp"}
OTHER = {"property": "dc:subject", "values": ["dog"], "block": "xmp"}


def unread(*why, block):
    """How a record says what was not read."""
    return {"property": "optout:Unread", "values": [*why], "block": block}


def photographed(year):
    """A picture that says when it was taken."""
    return jpeg()[:2] + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + dated_packet(year)) + jpeg()[2:]


def medium(**fields):
    return dict.fromkeys(names()) | fields


def names():
    kind = RECORDS.field("media").type.value_type
    return [kind.field(place).name for place in range(kind.num_fields)]


@pytest.fixture(scope="module")
def crew():
    with crew_of(1, Limits(), sha256=True) as workers:
        yield workers


def filled(crew, folder, records, positions=None):
    """The rows after their pictures were read, and what was counted."""
    rows = pa.RecordBatch.from_pylist(records, schema=RECORDS)
    pictures = Pictures(os.fsencode(folder), crew)
    batches = list(pictures.fill(rows, positions or range(1, len(rows) + 1), "posts.jsonl"))
    for batch in batches:
        batch.validate(full=True)
        assert batch.schema == RECORDS
    return [row for batch in batches for row in batch.to_pylist()], dict(pictures.counts)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.jpg").write_bytes(PICTURE)
    (tmp_path / "plain.jpg").write_bytes(jpeg())
    (tmp_path / "old.jpg").write_bytes(photographed(2001))
    (tmp_path / "text.jpg").write_bytes(b"hello")
    (tmp_path / "cut.jpg").write_bytes(PICTURE[:-20])
    return tmp_path


FILE = {"mime": "image/jpeg", "sha256": SHA256, "metadata": [OWN]}
SAID = {
    "nothing": ({}, FILE),
    "a file type that is another": ({"mime": "image/png"}, FILE),
    "the same digest": ({"sha256": SHA256}, FILE),
    "other metadata": ({"metadata": [OTHER]}, FILE | {"metadata": [OTHER, OWN]}),
    "the same metadata": ({"metadata": [OWN]}, FILE),
    "no metadata": ({"metadata": []}, FILE),
    "a moment that the file does not say": (
        {"taken_at": datetime(2020, 1, 1, tzinfo=UTC)}, FILE | {"taken_at": datetime(2020, 1, 1, tzinfo=UTC)},
    ),
    "what no file says": ({"alt_text": "x", "caption": "y", "media_id": "m"}, FILE | {"alt_text": "x", "caption": "y", "media_id": "m"}),
}  # fmt: skip


@pytest.mark.parametrize(("said", "expected"), SAID.values(), ids=SAID)
def test_what_the_source_said_and_what_the_file_says(crew, folder, said, expected):
    [row], counts = filled(crew, folder, [record(media=[medium(uri="a.jpg", **said)])])
    assert row == record(media=[medium(uri="a.jpg") | expected])
    assert counts == {"read": 1, "doubtful": 0}


@pytest.mark.parametrize(("year", "earlier"), [(2000, 2000), (2002, 2001), (None, 2001)])
def test_of_two_moments_the_earlier_counts(crew, folder, year, earlier):
    said = None if year is None else datetime(year, 1, 2, 3, 4, 5, tzinfo=UTC)
    [row], _ = filled(crew, folder, [record(media=[medium(uri="old.jpg", taken_at=said)])])
    assert row["media"][0]["taken_at"] == datetime(earlier, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_file_that_declares_nothing_is_not_told_from_none_by_its_metadata(crew, folder):
    rows, _ = filled(
        crew,
        folder,
        [record(media=[medium(uri="plain.jpg")]), record(media=[medium(uri="plain.jpg", metadata=[OTHER])])],
    )
    assert [row["media"][0]["metadata"] for row in rows] == [None, [OTHER]]


def test_a_digest_that_is_not_that_of_the_file_is_a_defect_of_the_row(crew, folder):
    records = [
        record(record_id="1", media=[medium(uri="a.jpg")]),
        record(record_id="2", media=[medium(uri="a.jpg"), medium(uri="a.jpg", sha256="0" * 64)]),
        record(record_id="3", media=[medium(uri="missing.jpg", sha256="0" * 64)]),
    ]
    rows, _ = filled(crew, folder, records, positions=[7, 8, 9])
    nothing = dict.fromkeys(RECORDS.names)
    assert rows[1] == nothing | {"defect": {"file": "posts.jsonl", "position": 8, "field": "media.sha256"}}
    assert [rows[0]["media"][0]["sha256"], rows[2]["media"][0]["sha256"]] == [SHA256, "0" * 64]


UNREAD = {
    "text.jpg": ("unread no_image", [unread("no_image", block=None)]),
    "missing.jpg": ("missing", []),
    "../a.jpg": ("outside", [unread("not_opened", block=None)]),
    "https://e.org/a.jpg": ("elsewhere", []),
}


@pytest.mark.parametrize(("uri", "what", "added"), [(uri, *rest) for uri, rest in UNREAD.items()])
def test_where_no_file_is_read_everything_stays_and_is_counted(crew, folder, uri, what, added):
    said = medium(
        uri=uri,
        sha256="0" * 64,
        mime="image/png",
        metadata=[OTHER],
        taken_at=datetime(2020, 1, 1, tzinfo=UTC),
    )
    rows, counts = filled(crew, folder, [record(media=[said])])
    assert rows == [record(media=[said | {"metadata": [OTHER, *added]}])]
    assert counts == {what: 1}


def test_a_file_that_is_too_large_is_not_taken_for_one_that_says_nothing(folder):
    with crew_of(1, Limits(file_bytes=len(PICTURE) - 1), sha256=True) as workers:
        [row], counts = filled(workers, folder, [record(media=[medium(uri="a.jpg", sha256=SHA256)])])
    assert row["media"] == [medium(uri="a.jpg", sha256=SHA256, metadata=[unread("too_large", block=None)])]
    assert counts == {"unread too_large": 1}


XMP = b"http://ns.adobe.com/xap/1.0/\0"
BROKEN_XMP = jpeg()[:2] + segment(0xE1, XMP + packet("sea").replace(b"sea", b"salt & sea")) + jpeg()[2:]
LATIN = jpeg()[:2] + segment(0xFE, "Zoë".encode("latin-1")) + jpeg()[2:]
DAMAGED = {
    "an ampersand in XMP": (BROKEN_XMP, None, [unread("broken", block="xmp")]),
    "an ampersand in the sidecar": (PICTURE, packet("a & b"), [unread("broken", block="sidecar")]),
    "a file that ends early": (PICTURE[: PICTURE.index(b"\xff\xc0") + 6], None, [unread("truncated", block=None)]),
    "two blocks": (BROKEN_XMP, b"none", [unread("broken", block="xmp"), unread("broken", block="sidecar")]),
    "too many values, and broken after": (
        BROKEN_XMP.replace(segment(0xE1, XMP + packet("sea").replace(b"sea", b"salt & sea")),
                           segment(0xE1, XMP + packet(*["x"] * 1025)) + segment(0xE1, XMP + b"<")),
        None, [unread("broken", "limit", block="xmp")]),
    "a character set that nobody declared": (LATIN, None, []),
}  # fmt: skip


@pytest.mark.parametrize(("data", "sidecar", "expected"), DAMAGED.values(), ids=DAMAGED)
def test_what_could_not_be_read_of_a_file_stands_in_its_record(crew, folder, data, sidecar, expected):
    (folder / "b.jpg").write_bytes(data)
    if sidecar is not None:
        (folder / "b.xmp").write_bytes(sidecar)
    [row], counts = filled(crew, folder, [record(media=[medium(uri="b.jpg", metadata=[OTHER])])])
    metadata = row["media"][0]["metadata"]
    assert metadata[0] == OTHER
    assert [one for one in metadata if one["property"] == "optout:Unread"] == expected
    assert counts == {"read": 1, "doubtful": 1}


def test_rows_stay_in_their_order_whatever_media_they_have(crew, folder):
    defect = dict.fromkeys(RECORDS.names) | {"defect": {"file": "f", "position": 1, "field": "row:json"}}
    records = [
        record(record_id="0", media=None), record(record_id="1", media=[]), defect,
        record(record_id="3", media=[medium(uri="missing"), medium(uri="a.jpg"), medium(), medium(uri="cut.jpg")]),
        record(record_id="4", media=None), record(record_id="5", media=[medium(uri="a.jpg")]), record(record_id="6", media=[]),
    ]  # fmt: skip
    rows, counts = filled(crew, folder, records)
    assert [row["record_id"] for row in rows] == ["0", "1", None, "3", "4", "5", "6"]
    assert [None if row["media"] is None else [one["mime"] for one in row["media"]] for row in rows] == [
        None, [], None, [None, "image/jpeg", None, "image/jpeg"], None, ["image/jpeg"], [],
    ]  # fmt: skip
    assert rows[2] == defect
    assert counts == {"missing": 1, "read": 3, "doubtful": 1}


def test_files_that_declare_very_much_are_not_held_together(crew, folder, monkeypatch):
    monkeypatch.setattr(filling, "_CHARACTERS", 10)
    records = [record(record_id=str(n), media=[medium(uri="a.jpg")]) for n in range(5)]
    rows = pa.RecordBatch.from_pylist(records, schema=RECORDS)
    batches = list(Pictures(os.fsencode(folder), crew).fill(rows, range(5), "f"))
    assert [len(batch) for batch in batches] == [2, 2, 1]
    assert len("sea" + "child") * 2 > 10
    assert [row["record_id"] for batch in batches for row in batch.to_pylist()] == [*"01234"]
