"""`optout review serve`: on this machine alone, for actors of the registry, with the version's own key."""

import re

import httpx2
import pytest
from commands import workspace
from review.desks import fields_of, kept, look, picture_file, png, suspected
from served import Served

from builders import PLATFORM, account
from pipelines.keys import create_key_file
from pipelines.review.log import read_log


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A workspace with one version, and anna."""
    folder = tmp_path_factory.mktemp("serving") / "workspace"
    files = [picture_file(folder, f"{n}.png", png(n)) for n in (1, 2)]
    made = workspace(folder, [account()], [suspected(1, **files[0]), *(kept(n, files[1]) for n in range(6))])
    (folder / "source.yaml").write_text(f"platform: {PLATFORM}\nmedia_root: media\n", "utf-8")
    made.run("actor", "add", "anna", "--out", folder / "anna.token").done()
    made.build().done()
    return made


def test_a_picture_is_refused_and_the_next_version_follows(place):
    with Served(place.folder, server=("review", "serve")) as page:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", page.url)
        with httpx2.Client(base_url=page.url, headers={"Origin": page.url}, follow_redirects=True) as browser:
            token = (place.folder / "anna.token").read_text("utf-8")
            shown = browser.post("/sign-in", data={"token": token})
            assert shown.status_code == 200
            assert look(browser, shown).content == png(1)
            done = browser.post(shown.url.path, data={**fields_of(shown), "decision": "refuse"})
            assert "Nothing waits for you" in done.text
            place.run("actor", "revoke", "anna").done()
            assert browser.get("/").url.path == "/sign-in"
    assert page.wait() == 0
    said = "".join(page.lines)
    assert "version 1, pictures that wait: 1" in said
    assert "ended: what was decided is on disk" in said
    assert token.strip() not in said + (place.folder / "reviews.jsonl").read_text("utf-8")
    assert [event.what for event in read_log(place.folder / "reviews.jsonl")] == [
        "viewed",
        "looked",
        "refused",
    ]
    place.build().done()
    assert place.run("funnel", "--json").done().json["reasons"]["review_refused"] == 1


REFUSED = {
    "every address": (["--host", "0.0.0.0"], "127.0.0.1 or ::1"),  # noqa: S104 - it must be refused
    "a name": (["--host", "localhost"], "127.0.0.1 or ::1"),
    "no such version": (["--version", "9"], "none of that number"),
}


@pytest.mark.parametrize(("options", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_served_is_said(place, options, expected):
    ended = place.run("review", "serve", *options)
    assert ended.code == 2
    assert expected in ended.err


def test_another_lineage_key_is_refused(place, tmp_path):
    settings = place.folder / "optout.yaml"
    before = settings.read_text("utf-8")
    create_key_file(tmp_path / "another.key", "lineage")
    try:
        settings.write_text(before.replace("file:keys/lineage.key", f"file:{tmp_path}/another.key"), "utf-8")
        ended = place.run("review", "serve")
    finally:
        settings.write_text(before, "utf-8")
    assert ended.code == 2
    assert "which its pictures are written down with" in ended.err
