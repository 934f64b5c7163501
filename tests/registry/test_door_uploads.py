"""Forms with a file: what is read of them, how much, how long, and in how much memory."""

import asyncio
import hashlib
import tracemalloc

import pytest
from registry.test_door_pages import heading
from starlette.exceptions import HTTPException
from starlette.requests import Request

from optout_registry.door.limits import BODY
from optout_registry.door.texts import texts
from optout_registry.door.uploads import LargeFile, SlowFile, carries_file, read_file_form

BOUNDARY = "limit"
AT = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}


def part(name, content, file_name=None):
    told = f'; filename="{file_name}"' if file_name is not None else ""
    return (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{told}\r\n\r\n'.encode()
        + content
        + b"\r\n"
    )


END = f"--{BOUNDARY}--\r\n".encode()


def read(pieces, *, most=1 << 20, seconds=60, take=lambda _: None):
    """What is read of a body that comes in pieces; None stands for a pause that does not end."""
    coming = iter(pieces)

    async def receive():
        piece = next(coming, b"")
        if piece is None:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": piece, "more_body": piece != b""}

    headers = [(name.encode(), value.encode()) for name, value in AT.items()]
    request = Request({"type": "http", "method": "POST", "path": "/en/picture", "headers": headers}, receive)
    return asyncio.run(read_file_form(request, "picture", take, most=most, seconds=seconds))


def test_fields_and_file_are_told_apart_however_the_body_is_cut():
    content = bytes(range(256)) + b"\r\n--" + BOUNDARY.encode()[:3] + b"\r\n\r\n"
    body = part("value", "é".encode()) + part("picture", content, "a.jpg") + part("purposes", b"x") + part("purposes", b"y") + END  # fmt: skip
    for size in (1, 7, 64, len(body)):
        taken = bytearray()
        sent = read([body[at : at + size] for at in range(0, len(body), size)], take=taken.extend)
        assert bytes(taken) == content
        assert (sent.fields["value"], sent.fields.getlist("purposes")) == ("é", ["x", "y"])
        assert (sent.file_name, sent.size) == ("a.jpg", len(content))


def test_memory_does_not_grow_with_the_file():
    def pieces():
        yield part("picture", b"", "a.jpg")[:-2]
        for number in range(512):
            yield bytes([number % 256]) * 65_536
        yield b"\r\n" + END

    digest = hashlib.sha256()
    tracemalloc.start()
    try:
        sent = read(pieces(), most=64 << 20, take=digest.update)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sent.size == 512 * 65_536
    expected = hashlib.sha256(b"".join(bytes([number % 256]) * 65_536 for number in range(512)))
    assert digest.digest() == expected.digest()
    assert peak < 1 << 20


BAD = {
    "cut off": [part("picture", b"x", "a.jpg")],
    "no form": [b"value=r1"],
    "a second file": [part("picture", b"x", "a.jpg"), part("picture", b"y", "b.jpg"), END],
    "a file in another field": [part("value", b"x", "a.jpg"), END],
    "many parts": [part("value", b"x") * 65, END],
    "long fields": [part("value", b"x" * 9_000) * 2, END],
    "long headers": [part("v" * 17_000, b"x"), END],
    "no text": [part("value", b"\xff"), END],
    "no name in UTF-8": [part("value", b"").replace(b"value", b"\xff"), END],
}


@pytest.mark.parametrize("bad", BAD)
def test_what_is_no_form_of_ours_is_refused(bad):
    with pytest.raises(HTTPException) as refused:
        read(BAD[bad])
    assert refused.value.status_code == 400


def test_what_is_too_large_is_read_to_its_end_and_not_for_ever():
    taken = []

    def pieces(number):
        yield part("picture", b"", "a.jpg")[:-2]
        for at in range(number):
            taken.append(at)
            yield bytes(1000)
        yield b"\r\n" + END

    with pytest.raises(LargeFile):
        read(pieces(20), most=10_000)
    assert len(taken) == 20  # a browser shows the answer
    taken.clear()
    with pytest.raises(LargeFile):
        read(pieces(10_000), most=10_000)
    assert len(taken) <= 41


def test_what_stops_coming_is_given_up():
    with pytest.raises(SlowFile):
        read([part("picture", b"x", "a.jpg"), None], seconds=0.01)


@pytest.mark.parametrize(
    ("path", "content_type", "is_left"),
    [
        ("/en/picture", AT["content-type"], True),
        ("/de/withdrawal", AT["content-type"].replace("multipart", "Multipart"), True),
        ("/officer/preview", AT["content-type"], True),
        ("/en/picture", "application/x-www-form-urlencoded", False),
        ("/en/picture", "multipart/form-data", False),
        ("/en/record", AT["content-type"], False),
        ("/en/picture/", AT["content-type"], False),
        ("/api/v1/takedowns", AT["content-type"], False),
    ],
)
def test_only_forms_that_take_a_file_may_be_large(door, registry, path, content_type, is_left):
    headers = [(b"content-type", content_type.encode())]
    assert carries_file({"type": "http", "method": "POST", "path": path, "headers": headers}) is is_left
    answer = door.at.post(path, content=b"x" * (BODY + 1), headers={"content-type": content_type})
    assert (answer.status_code == 413) is not is_left
    assert registry.head().event == 0


@pytest.mark.parametrize(("failure", "status"), [("large_file", 413), ("bad_request", 400)])
def test_somebody_is_told_why_their_file_was_not_taken(door, registry, monkeypatch, failure, status):
    monkeypatch.setattr("optout_registry.door.takedown_pages.PICTURE", 1 << 20)
    monkeypatch.setattr("optout_registry.door.uploads.PICTURE", 1 << 20)
    body = part("picture", bytes(1 << 20), "a.jpg") + (END if failure == "large_file" else b"")
    if failure == "bad_request":
        body = body[: 1 << 19]
    answer = door.at.post("/fr/picture", content=body, headers=AT)
    assert (answer.status_code, heading(answer)) == (status, texts("fr")["failure"][failure][0])
    assert registry.head().event == 0
    assert '"error"' not in "".join(door.lines)  # nothing went wrong here
