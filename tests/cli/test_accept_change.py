"""A leap in what is removed: refused, accepted by somebody with a name, recorded."""

import pytest
from commands import workspace

CALM = {"quality": {"relative": {"max_removed_share_rise": 0.05}}}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A version, and an objection that takes a twelfth of its rows."""
    place = workspace(tmp_path_factory.mktemp("leap") / "w", policy=CALM, files=3)
    place.build().done()
    place.run("registry", "add", "account", "a3").done()
    return place


def test_a_leap_is_refused_until_somebody_accepts_it(place):
    refused = place.build()
    assert (refused.code, len(place.versions())) == (1, 1)
    said = "quality.relative.max_removed_share_rise: at most 0.05, found rise of share of removed 0.0833333"
    assert f"{said} (8 of 48 rows now)" in refused.err
    assert "--accept-change NAME" in refused.err
    accepted = place.build("--accept-change", "the privacy officer")
    assert (accepted.code, place.run("verify").code) == (0, 0)
    assert [row["accepted_by"] for row in place.versions()] == [None, "the privacy officer"]
    assert [row["newly_usable"] for row in place.versions()] == [None, 0]


@pytest.mark.parametrize("name", ["", " ", "maite@example.org", "x" * 65, "two\nlines"])
def test_whoever_accepts_needs_a_name_and_not_an_address(place, name):
    ended = place.build("--accept-change", name)
    assert (ended.code, ended.out) == (2, "")
    assert "--accept-change" in ended.err
    assert "Traceback" not in ended.err
    assert "example.org" not in ended.err
