"""Which bytes are sent to a browser: pictures below media_root, as they were judged, and nothing that can run."""

import os
import re
from pathlib import Path

import pytest
from review.desks import Reviewed, asked, decide, look, picture_file, png, publish, suspected, words

from pipelines.ingest.pictures.content import picture_bytes
from pipelines.review.content import type_shown, why_not_shown
from pipelines.review.image import LARGEST, REASONS

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
TYPES = {
    "image/jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "image/png": png(1),
    "image/gif": b"GIF89a\1\0\1\0",
    "image/webp": b"RIFF\x1a\0\0\0WEBPVP8L",
    "image/avif": b"\0\0\0\x1cftypavif\0\0\0\0",
}
OTHERS = {
    "svg": (SVG, "text"),
    "svg with a mark and a declaration": (b"\xef\xbb\xbf\n<?xml version='1.0'?>" + SVG, "text"),
    "html": (b"<!doctype html><script>alert(1)</script>", "text"),
    "heic": (b"\0\0\0\x1cftypheic\0\0\0\0", "heic"),
    "heif": (b"\0\0\0\x1cftypmif1\0\0\0\0", "heic"),
    "mp4": (b"\0\0\0\x1cftypisom\0\0\0\0", "unknown"),
    "wave": (b"RIFF\x1a\0\0\0WAVEfmt ", "unknown"),
    "pdf": (b"%PDF-1.7", "unknown"),
    "a script after a picture's name": (b"GIF88a=1;alert(1)", "unknown"),
    "nothing": (b"", "unknown"),
}


@pytest.mark.parametrize("kind", TYPES)
def test_a_picture_is_what_its_first_bytes_say(kind):
    assert type_shown(TYPES[kind]) == kind


@pytest.mark.parametrize(("data", "why"), OTHERS.values(), ids=OTHERS)
def test_nothing_else_is_shown(data, why):
    assert type_shown(data) is None
    assert why_not_shown(data) == why
    assert why in REASONS


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A version whose records name pictures that are none, elsewhere, or not what they were."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "secret.png").write_bytes(png(66))
    media = folder / "media"
    named = {
        "svg named jpg": picture_file(folder, "a.jpg", SVG),
        "html named png": picture_file(folder, "b.png", b"<script>alert(1)</script>"),
        "dots": {"uri": "../secret.png"},
        "dots in escapes": {"uri": "%2e%2e/secret.png"},
        "absolute": {"uri": "/etc/passwd"},
        "password file": {"uri": "../../../../../../../../etc/passwd"},
        "address": {"uri": "http://127.0.0.1:1/a.png"},
        "data": {"uri": "data:image/png;base64,iVBORw0KGgo="},
        "script": {"uri": "javascript:alert(1)"},
        "link out": {"uri": "link.png"},
        "folder linked out": {"uri": "out/secret.png"},
        "pipe": {"uri": "pipe.png"},
        "folder": {"uri": "folder.png"},
        "large": {"uri": "large.png"},
        "missing": {"uri": "missing.png"},
        "nothing": {"uri": None},
        "changed": {**picture_file(folder, "c.png", png(9)), "sha256": "ab" * 32},
        "heic": picture_file(folder, "d.heic", OTHERS["heic"][0]),
    }
    (media / "link.png").symlink_to(folder / "secret.png")
    (media / "out").symlink_to(folder)
    os.mkfifo(media / "pipe.png")
    (media / "folder.png").mkdir()
    with (media / "large.png").open("wb") as file:
        file.write(png(5))
        file.truncate(1 << 30)
    records = [
        suspected(n, text=f"About {name}.", **fields) for n, (name, fields) in enumerate(named.items())
    ]
    return publish(folder, records)


@pytest.fixture
def page(hostile, tmp_path):
    return Reviewed(hostile, tmp_path / "reviews.jsonl")


WHY = {
    "svg named jpg": "text", "html named png": "text", "dots": "outside", "dots in escapes": "outside",
    "absolute": "elsewhere", "password file": "outside", "address": "elsewhere", "data": "elsewhere",
    "script": "elsewhere", "link out": "outside", "folder linked out": "outside", "pipe": "missing",
    "folder": "missing", "large": "too_large", "missing": "missing", "nothing": "no_uri",
    "changed": "other_bytes", "heic": "heic",
}  # fmt: skip


def test_what_is_no_picture_here_is_not_sent_and_not_released(page):
    browser = page.browser("anna")
    found, answer = {}, browser.get("/")
    for _ in WHY:
        (name,) = (name for name in WHY if f">About {name}.<" in answer.text)
        (found[name],) = (why for why, text in REASONS.items() if text in answer.text)
        assert "<img" not in answer.text
        assert 'value="propose"' not in answer.text
        assert browser.get(f"{answer.url.path}/picture").status_code == 404
        refused = decide(browser, answer, "propose")
        assert refused.status_code == 409
        assert "nobody releases what nobody has seen" in refused.text
        answer = decide(browser, answer, "skip")
    assert found == WHY
    assert {what for what, _ in page.events()} == {"viewed"}


def test_no_address_is_fetched_or_linked(page):
    browser = page.browser("anna")
    answer = browser.get("/")
    for _ in WHY:
        assert re.findall(r"127\.0\.0\.1:1/|javascript:|data:image|etc/passwd|secret\.png", answer.text) == []
        answer = decide(browser, answer, "skip")


def test_a_picture_that_cannot_be_seen_can_be_refused(page):
    browser = page.browser("anna")
    assert "Refused:" in words(decide(browser, browser.get("/"), "refuse"))


def test_a_picture_that_nobody_digested_is_shown_and_not_released(tmp_path):
    named = {**picture_file(tmp_path, "1.png", png(1)), "sha256": None}
    page = Reviewed(publish(tmp_path, [suspected(1, **named)]), tmp_path / "reviews.jsonl")
    browser = page.browser("anna")
    shown = browser.get("/")
    assert look(browser, shown).content == png(1)
    assert 'value="propose"' not in shown.text
    assert "nobody can tell whether its bytes are those that are seen here" in words(shown)
    answer = decide(browser, shown, "propose")
    assert (answer.status_code, "bytes were digested" in words(answer)) == (409, True)
    assert "Refused:" in words(decide(browser, answer, "refuse"))
    assert [what for what, _ in page.events() if what != "viewed"] == ["looked", "refused"]


def test_a_picture_that_was_exchanged_is_not_sent(reviewed, published):
    browser = reviewed.browser("anna")
    shown = browser.get("/")
    file = published.folder / "media/3.png"
    before = file.read_bytes()
    try:
        asked(browser, shown)
        file.write_bytes(png(44))
        assert browser.get(f"{shown.url.path}/picture").status_code == 404
        file.write_bytes(before)  # it was not sent, and counts as not seen
        assert decide(browser, shown, "propose", looks=False).status_code == 409
        file.write_bytes(png(44))
        assert decide(browser, shown, "propose").status_code == 409
    finally:
        file.write_bytes(before)
    assert look(browser, browser.get(shown.url)).status_code == 200


def test_what_a_file_holds_is_read_up_to_a_bound(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    root = bytes(tmp_path.resolve())
    assert picture_bytes("a", root, 5) == b"12345"
    assert picture_bytes("a", root, 4) == "too_large"
    assert LARGEST == 32 * 1024 * 1024


def test_what_may_not_be_opened_is_said_to_be(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"1")
    monkeypatch.setattr("os.open", lambda *_: (_ for _ in ()).throw(PermissionError(13, "denied")))
    assert picture_bytes("a", bytes(Path(tmp_path).resolve()), 5) == "not_opened"
