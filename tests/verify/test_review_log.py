"""Decisions that a version used, next to the log of reviews: forged, edited, cut or taken away, it is found."""

import hashlib
import json
from datetime import timedelta

import pytest
from review.versions import built

from builders import AS_OF
from pipelines.corpus.chain import load_version
from pipelines.lineage.verify.review_log import ReviewLog
from pipelines.review.queue import read_queue
from schemas.reviews import Decision

BEFORE, AFTER = AS_OF + timedelta(hours=1), AS_OF + timedelta(days=9)
KNOWN = {"anna", "bert", "cleo"}


@pytest.fixture(scope="module")
def decided(tmp_path_factory):
    """A version that refuses one picture and releases another, and both as they waited."""
    place = built(tmp_path_factory.mktemp("log"))
    refused, released = read_queue(place.store, load_version(place.store), ())
    common = {"copies": True, "words": None, "rules": None}
    place.decisions = [
        {**common, "picture": int(refused.picture, 16), "decision": Decision.REFUSED.value},
        {**common, "picture": int(released.picture, 16), "decision": Decision.RELEASED.value,
         "words": bytes.fromhex(released.words), "rules": list(released.rules)},
    ]  # fmt: skip
    place.build()
    return place, refused, released


def said(what, item, actor, at=BEFORE, **overrides):
    """What a line says of a picture, but its place in the log."""
    return {
        "at": at.isoformat().replace("+00:00", "Z"), "actor": actor, "what": what, "version": 1,
        "picture": item.picture, "copies": item.copies, "words": item.words, "rules": list(item.rules),
        "first_queued": item.since.isoformat().replace("+00:00", "Z"), "draw": None, "check": None,
    } | overrides  # fmt: skip


def lines(*groups):
    """The bytes of a log: chained as docs/reviews.md says; what stands in a list was appended together."""
    written, number, previous = [], 0, None
    for group in groups:
        entries = group if isinstance(group, list) else [group]
        through = number + len(entries)
        for entry in entries:
            number += 1
            line = {**entry, "number": number, "previous": previous, "through": through}
            data = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            previous = hashlib.sha256(data).hexdigest()
            written.append(data + b"\n")
    return b"".join(written)


def true(refused, released, by=("cleo", "anna", "bert"), **confirmed):
    """The decisions that were made."""
    return [
        said("refused", refused, by[0]),
        said("proposed", released, by[1]),
        said("released", released, by[2], **confirmed),
    ]


def found(place, path, known=KNOWN):
    findings = place.verify(2, ReviewLog(path, lambda: known))
    assert {finding.law for finding in findings} <= {3}
    return sorted((finding.expected, finding.found) for finding in findings)


def other_words(released):
    return {"words": "33" * 32, "rules": list(released.rules)}


PASSES = {
    "as it was": lambda a, b: lines(*true(a, b)),
    "appended together": lambda a, b: lines(true(a, b)),
    "gone on since": lambda a, b: lines(
        *true(a, b), said("viewed", b, "cleo"), said("proposed", b, "bert", rules=["en.toy"]),
        said("released", b, "anna", rules=["en.toy"]), said("refused", b, "bert", AFTER),
    ),
    "released again by somebody who is not known": lambda a, b: lines(
        *true(a, b), said("proposed", b, "ghost"), said("released", b, "anna"),
    ),
    "a proposal of which nothing came": lambda a, b: lines(
        said("proposed", b, "bert"), said("dropped", b, "cleo"), *true(a, b), said("proposed", b, "cleo"),
    ),
    "a torn line": lambda a, b: lines(*true(a, b)) + b'{"at":"2026',
    "the first of several lines": lambda a, b: (
        lines(*true(a, b), [said("proposed", b, "bert"), said("refused", b, "bert")]).rpartition(b"\n")[0]
        .rpartition(b"\n")[0] + b"\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PASSES)
def test_a_log_that_holds_what_was_decided_passes(decided, tmp_path, case):
    place, *items = decided
    path = tmp_path / "reviews.jsonl"
    path.write_bytes(PASSES[case](*items))
    assert found(place, path) == []


NO_REFUSAL = ("a refusal that the log of reviews holds", "none there")
NO_RELEASE = ("a release by two people that the log of reviews holds", "none there")
STRANGE_REFUSAL = "a refusal, by actors of the registry"
STRANGE_RELEASE = "a release by two people, by actors of the registry"


def broken(line):
    return (
        "lines chained as they were written, releases by two people",
        f"line {line} is none of them: no decision was compared",
    )


def edited(data, line, old, new):
    parts = data.split(b"\n")
    assert old in parts[line - 1]
    parts[line - 1] = parts[line - 1].replace(old, new)
    return b"\n".join(parts)


FORGED = {
    "empty": (lambda _a, _b: b"", [NO_REFUSAL, NO_RELEASE]),
    "without the refusal": (lambda a, b: lines(*true(a, b)[1:]), [NO_REFUSAL]),
    "without the release": (lambda a, b: lines(*true(a, b)[:2]), [NO_RELEASE]),
    "without the first": (lambda a, b: lines(*true(a, b)).partition(b"\n")[2], [broken(1)]),
    "a release of other words": (
        lambda a, b: lines(true(a, b)[0], *(one | other_words(b) for one in true(a, b)[1:])), [NO_RELEASE],
    ),
    "a release that saw other rules": (
        lambda a, b: lines(true(a, b)[0], *(one | {"rules": ["en.toy"]} for one in true(a, b)[1:])), [NO_RELEASE],
    ),
    "a release of a record": (
        lambda a, b: lines(true(a, b)[0], *(one | {"copies": False} for one in true(a, b)[1:])), [NO_RELEASE],
    ),
    "a refusal of a record": (
        lambda a, b: lines(true(a, b)[0] | {"copies": False}, *true(a, b)[1:]), [NO_REFUSAL],
    ),
    "a release that was not written to its end": (
        lambda a, b: lines(true(a, b)[0], [*true(a, b)[1:], said("viewed", b, "anna")]).rpartition(b"\n")[0]
        .rpartition(b"\n")[0] + b"\n",
        [NO_RELEASE],
    ),
    "two ghosts": (
        lambda a, b: lines(*true(a, b, ("cleo", "ghost1", "ghost2"))),
        [(STRANGE_RELEASE, "ghost1, ghost2, of whom it does not know")],
    ),
    "one ghost": (
        lambda a, b: lines(*true(a, b, ("cleo", "anna", "ghost"))),
        [(STRANGE_RELEASE, "ghost, of whom it does not know")],
    ),
    "a refusal by a ghost": (
        lambda a, b: lines(*true(a, b, ("ghost", "anna", "bert"))),
        [(STRANGE_REFUSAL, "ghost, of whom it does not know")],
    ),
    "the last line edited": (
        lambda a, b: edited(lines(*true(a, b)), 3, b'"bert"', b'"ghost"'),
        [(STRANGE_RELEASE, "ghost, of whom it does not know")],
    ),
    "a release by one": (lambda a, b: lines(*true(a, b, ("cleo", "bert", "bert"))), [broken(3)]),
    "a release that nobody proposed": (
        lambda a, b: lines(true(a, b)[0], true(a, b)[2]), [broken(2)],
    ),
    "a release of other rules than proposed": (
        lambda a, b: lines(*true(a, b, rules=["en.toy"])), [broken(3)],
    ),
    "a release of what was dropped": (
        lambda a, b: lines(*true(a, b)[:2], said("dropped", b, "cleo"), true(a, b)[2]), [broken(4)],
    ),
    "a line before edited": (lambda a, b: edited(lines(*true(a, b)), 1, b'"cleo"', b'"anna"'), [broken(2)]),
    "a number edited": (lambda a, b: edited(lines(*true(a, b)), 3, b'"number":3', b'"number":4'), [broken(3)]),
    "written in another way": (lambda a, b: edited(lines(*true(a, b)), 3, b'":', b'": '), [broken(3)]),
    "another end of an append": (
        lambda a, b: edited(lines(true(a, b)), 3, b'"through":3', b'"through":4'), [broken(3)],
    ),
    "no lines of ours": (lambda _a, _b: b"refused\n", [broken(1)]),
    "a refusal more, before the build": (
        lambda a, b: lines(*true(a, b), said("refused", b, "anna")),
        [("every refusal that the log of reviews holds from before its build", "1 that are missing")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FORGED)
def test_a_log_that_does_not_is_found(decided, tmp_path, case):
    place, *items = decided
    make, expected = FORGED[case]
    path = tmp_path / "reviews.jsonl"
    path.write_bytes(make(*items))
    assert found(place, path) == sorted(expected)


def test_no_log_is_found_where_there_were_decisions(decided, tmp_path):
    place = decided[0]
    words = "the log of reviews, which 2 decisions of the version come from"
    path = tmp_path / "reviews.jsonl"
    assert found(place, path) == [(words, "no file of that name: no decision was compared")]
    path.mkdir()
    assert found(place, path) == [(words, "something else than a file: no decision was compared")]
    assert place.verify(1, ReviewLog(tmp_path / "none", lambda: KNOWN)) == ()
