"""Pictures of which not all could be read, by the commands: from their files to what a trainer gets."""

import json
import re

import pytest
from commands import AS_OF, Workspace
from ingest.scanning.pictures import jpeg, packet, segment

XMP = b"http://ns.adobe.com/xap/1.0/\0"
PLUS = ' xmlns:p="http://ns.useplus.org/ldf/xmp/1.0/" p:MinorModelAgeDisclosure="AG-A15"'
HILL, TODDLER = "A hill in the fog", "A toddler on a swing"
SOURCE = {
    "platform": "sample",
    "media_root": "pictures",
    "accounts": [{"files": "in/accounts.jsonl", "format": "jsonl", "fields": {
        "account_id": {"from": "id"}, "birth_date": {"constant": "1990-05-17"}, "birth_precision": {"constant": "day"},
        "kind": {"constant": "person"}, "region": {"constant": "DE"}, "visibility": {"constant": "public"},
        "status": {"constant": "active"}, "notified_at": {"constant": "2020-01-01T00:00:00Z"},
    }}],
    "records": [{"files": "in/posts.jsonl", "format": "jsonl", "fields": {
        "record_id": {"from": "id"}, "account_id": {"constant": "a1"}, "surface": {"constant": "post"},
        "created_at": {"constant": "2024-03-05T00:00:00Z"}, "visibility": {"constant": "public"},
        "container_visibility": {"constant": "none"}, "language": {"constant": "en"},
        "media": {"each": "photos", "fields": {"uri": {"from": "file"}, "caption": {"from": "caption"}}},
    }}],
}  # fmt: skip


def picture(xmp):
    return jpeg()[:2] + segment(0xE1, XMP + xmp) + jpeg()[2:]


def declaring(packet_):
    return packet_.replace(b' rdf:about=""', b' rdf:about=""' + PLUS.encode())


FILES = {
    "whole": (picture(packet("sea")), HILL, "kept"),
    "ampersand": (picture(packet("salt & sea")), HILL, "no_own_content"),
    "doctype": (picture(b"<!DOCTYPE x>" + declaring(packet("sea"))), HILL, "no_own_content"),
    "sidecar": (picture(packet("sea")), HILL, "no_own_content"),
    "cut": (picture(packet("sea"))[:-30], HILL, "no_own_content"),
    "no picture": (b"hello", HILL, "no_own_content"),
    "link": (None, HILL, "no_own_content"),
    "declared before": (picture(declaring(packet("salt & sea"))), HILL, "minor_image_declared"),
    "suspected": (picture(packet("salt & sea")), TODDLER, "minor_image_suspected"),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    made = Workspace(tmp_path_factory.mktemp("unread"))
    made.run("init").done()
    for folder in ("in", "pictures"):
        (made.folder / folder).mkdir()
    (made.folder / "source.yaml").write_text(json.dumps(SOURCE), "utf-8")
    (made.folder / "in/accounts.jsonl").write_text('{"id": "a1"}\n', "utf-8")
    rows = []
    for name, (data, caption, _) in FILES.items():
        path = made.folder / f"pictures/{name}.jpg"
        if data is None:
            path.symlink_to(made.folder / "in/accounts.jsonl")
        else:
            path.write_bytes(data)
        rows.append({"id": name, "photos": [{"file": f"{name}.jpg", "caption": caption}]})
    (made.folder / "pictures/sidecar.xmp").write_bytes(packet("a <unclosed"))
    (made.folder / "in/posts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    (made.folder / "objections.jsonl").write_text('{"type": "account", "value": "nobody"}\n', "utf-8")
    made.run("registry", "import", made.folder / "objections.jsonl").done()
    made.run("ingest").done()
    made.run("build", "--as-of", AS_OF).done()
    return made


@pytest.mark.parametrize("name", FILES)
def test_a_picture_that_was_not_read_whole_is_not_released(place, name):
    [explained] = place.run("explain", name, "--json").done().json
    assert explained["reason"] == FILES[name][2]


def test_it_is_counted_as_unassessed_and_verify_agrees(place):
    [release] = place.rows_released()
    assert len(release) == 1
    shown = place.run("funnel").done().out
    counted = dict(re.findall(r"(declared|suspected|no sign|unassessed|released) +(\d+)", shown))
    assert counted == {"declared": "1", "suspected": "1", "no sign": "1", "unassessed": "6", "released": "1"}
    place.run("verify").done()
