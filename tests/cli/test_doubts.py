"""What a build says of what is allowed and seldom meant; it publishes all the same."""

import pytest
import yaml
from commands import Workspace, workspace

DESCRIPTION = {
    "platform": "sample",
    "accounts": [{"files": "a.csv", "format": "csv", "fields": {"account_id": {"from": "id"}}}],
    "records": [{"files": "r.csv", "format": "csv", "fields": {"record_id": {"from": "id"}}}],
}
CHANGED = "source.yaml has changed since `optout ingest`"
LENIENT = {
    "registry": {"allow_empty": True},
    "quality": {
        "source": dict.fromkeys(
            ("max_unknown_birth_share", "max_unknown_visibility_share", "max_unmatched_author_share"), 1
        ),
        "release": {"min_kept_rows": 0},
    },
}


@pytest.fixture
def place(tmp_path):
    place = Workspace(tmp_path)
    place.run("init").done()
    describe(place, DESCRIPTION)
    (tmp_path / "policy.yaml").write_text(yaml.safe_dump(LENIENT), "utf-8")
    for name in ("a.csv", "r.csv"):
        (tmp_path / name).write_text("id,at\n1,2024-03-05T12:00:00Z\n", "utf-8")
    place.run("ingest").done()
    return place


def describe(place, description):
    (place.folder / "source.yaml").write_text(yaml.safe_dump(description), "utf-8")


def test_a_description_that_was_not_ingested_is_said_and_what_to_do(place):
    assert CHANGED not in place.build().done().err
    fields = {"record_id": {"from": "id"}, "created_at": {"from": "at"}}
    describe(place, {**DESCRIPTION, "records": [{**DESCRIPTION["records"][0], "fields": fields}]})
    for ended in (place.build(), place.run("plan")):
        assert f"{CHANGED}: this build reads the tables as they were ingested" in ended.done().err
        assert "Run `optout ingest` first" in ended.err
    place.run("ingest").done()
    assert CHANGED not in place.build().done().err


def test_a_description_that_is_none_was_not_ingested(place):
    describe(place, {"platform": "sample"})
    assert CHANGED in place.build().done().err


def test_a_description_written_otherwise_or_not_there_is_no_doubt(place):
    text = (place.folder / "source.yaml").read_text("utf-8")
    (place.folder / "source.yaml").write_text(f"# the export of May\n{text}row_group_rows: null\n", "utf-8")
    assert CHANGED not in place.build().done().err
    (place.folder / "source.yaml").unlink()
    assert CHANGED not in place.build().done().err


def test_an_as_of_before_that_of_the_last_version_is_said(tmp_path):
    place = workspace(tmp_path / "w")
    place.run("build", "--as-of", "2026-05-02").done()
    earlier = place.run("build", "--as-of", "2026-05-01").done()
    assert "as of 2026-05-01T00:00:00Z, earlier than version 1 (as of 2026-05-02T00:00:00Z)" in earlier.err
    for as_of in ("2026-05-01", "2026-05-02"):
        assert "earlier than version" not in place.run("build", "--as-of", as_of).done().err
