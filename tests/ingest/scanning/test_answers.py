"""What a worker says comes through unchanged, and nothing else comes through."""

import json
from datetime import UTC, datetime

import pytest

from pipelines.ingest.scanning import answers
from pipelines.ingest.scanning.answers import Answer, encode, shortened
from pipelines.ingest.scanning.checked import decode
from schemas.media import Block, Declared, Doubt, Doubted, MediaFile, Unread

SHA256 = "0123456789abcdef" * 4
MEDIA = MediaFile(
    mime="image/jpeg",
    width=2**32 - 1,
    height=None,
    taken_at=datetime(1999, 12, 31, 23, 59, 59, 1, tzinfo=UTC),
    declared=(Declared("dc:subject", ("é\0\u2028", ""), Block.XMP), Declared("iim:Keywords", (), Block.IIM)),
    blocks=(Block.XMP, Block.C2PA),
    doubts=(Doubted(Doubt.TRUNCATED, None), Doubted(Doubt.LIMIT, Block.XMP)),
)
ANSWERS = {
    "read": Answer(2**40, MEDIA),
    "with its digest": Answer(1, MEDIA, sha256=SHA256),
    "first moment": Answer(1, MediaFile("image/gif", 0, 0, datetime(1, 1, 1, tzinfo=UTC), (), (), ())),
    "last moment": Answer(
        1, MediaFile("image/gif", 1, 1, datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), (), (), ())
    ),
    **{reason.value: Answer(7, unread=reason) for reason in Unread},
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_comes_through(answer):
    assert decode(encode(answer), sha256=answer.sha256 is not None) == answer


def changed(**fields):
    return json.dumps(json.loads(encode(Answer(1, MEDIA))) | fields).encode()


HOSTILE = {
    "nothing": b"",
    "other bytes than UTF-8": b"\xff\xfe\xfd",
    "no object": b"[]",
    "a number": b"1",
    "no field": b"{}",
    "deep": b"[" * 100_000,
    "a number of many digits": b'{"bytes":' + b"9" * 10_000 + b"}",
    "a negative size": changed(bytes=-1),
    "a size that is true": changed(bytes=True),
    "a size that is a fraction": changed(bytes=1.0),
    "a size that no column takes": changed(bytes=2**63),
    "a side that no column takes": changed(width=2**32),
    "a mime that is none": changed(mime="image"),
    "a mime of two lines": changed(mime="image/png\n"),
    "no mime": changed(mime=None),
    "half a character": changed(declared=[["dc:subject", ["\ud800"], "xmp"]]),
    "a value that is no text": changed(declared=[["dc:subject", [1], "xmp"]]),
    "text where a list is due": changed(declared=[["dc:subject", "ab", "xmp"]]),
    "text of the right length": changed(declared=["abc"]),
    "null among properties": changed(declared=[None]),
    "a block that is none": changed(blocks=["pixels"]),
    "a block that is a list": changed(blocks=[[]]),
    "a doubt that is none": changed(doubts=[["sure", None]]),
    "a moment before all": changed(taken_at=-(10**17)),
    "a moment after all": changed(taken_at=10**18),
    "a moment that is NaN": changed(taken_at=float("nan")),
    "a digest that nobody asked for": changed(sha256=SHA256),
    "a reason that is none": b'{"bytes":1,"unread":"tired","sha256":null}',
    "a reason and a digest": b'{"bytes":1,"unread":"died","sha256":"' + SHA256.encode() + b'"}',
    "a reason and what was read": changed(unread="died"),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_answer_is_refused_without_a_word_of_it(data):
    with pytest.raises(ValueError, match=r"^no answer of a worker$") as refused:
        decode(data, sha256=False)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("digest", [None, "", "0" * 63, "g" * 64, 1])
def test_a_digest_that_was_asked_for_has_to_be_one(digest):
    with pytest.raises(ValueError, match="no answer"):
        decode(changed(sha256=digest), sha256=True)


def test_a_file_that_declares_more_than_an_answer_holds_says_so(monkeypatch):
    monkeypatch.setattr(answers, "DECLARED_BYTES", 60)
    fits = Declared("dc:subject", ("a",), Block.XMP)
    media = MediaFile("image/png", 1, 1, None, (fits, fits, fits), (Block.XMP,), ())
    short = shortened(media)
    assert short.declared == (fits, fits)
    assert short.doubts == (Doubted(Doubt.LIMIT, Block.XMP),)
    assert len(json.dumps(["dc:subject", ["a"], "xmp"], separators=(",", ":"))) * 2 <= 60
    monkeypatch.undo()
    assert shortened(media) == media
