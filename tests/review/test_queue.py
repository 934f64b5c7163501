"""The queue of a version: which pictures wait, and in which order."""

from datetime import timedelta

import pytest
from review.test_decisions import after, released
from review.waits import NOW, WORDS, at, entry, part, place, queued, waiting

from pipelines.review.decisions import Decided
from pipelines.review.queue import waiting_of
from schemas.errors import BadInput

IDS = ("en.child", "en.school", "en.toy")
TEXT = bytes.fromhex(WORDS)
OTHER = bytes.fromhex("33" * 32)


def split(number=0):
    """What a queue reads of a row of SPLITS."""
    return {
        "split": number, "path": f"records/{number}.parquet", "ordinal": 0, "first_row_group": number,
        "row_groups": 1, "split_digest": f"{number:02x}" * 32,
    }  # fmt: skip


def placed(number, row, medium=0):
    fields = split(number)
    return place(**fields, row=row, medium=medium)


def queue(*parts, since=None, now=None):
    """The queue of parts, one of each split; all wait since NOW unless ``since`` says otherwise."""
    pairs = {(row["picture"], row["words"]) for one in parts for row in one.to_pylist()}
    rows = [{"picture": p, "words": w, "since": (since or {}).get((p, w), NOW)} for p, w in sorted(pairs)]
    splits = [(split(number), one) for number, one in enumerate(parts)]
    return waiting_of(7, splits, IDS, queued(*rows), now or Decided())


def test_a_waiting_picture_is_a_pointer():
    (item,) = queue(part({}), part({"row": 5, "medium": 2, "points": 3, "rules": [2, 1], "strong": True}))
    assert item == waiting(
        version=7, rules=IDS, strong=True, points=3, since=NOW, expires=NOW + timedelta(days=30),
        places=(placed(0, 0), placed(1, 5, 2)),
    )  # fmt: skip


def test_one_record_with_a_picture_twice_is_one_record():
    (item,) = queue(part({"medium": 0}, {"medium": 1}, {"row": 1}))
    assert (len(item.places), item.records) == (3, 2)


def test_nothing_waits_in_a_version_without_parts():
    assert queue() == ()


def test_copies_stand_together_and_worst_evidence_comes_first():
    items = queue(
        part({"picture": 1, "points": 4, "rules": [0, 1]}, {"picture": 2, "points": 9},
             {"picture": 3, "strong": True, "points": 0}, {"picture": 4, "points": 4, "rules": [0, 1, 2]}),
        part({"picture": 1, "points": 0, "words": OTHER}, {"picture": 2, "words": OTHER, "strong": True}),
    )  # fmt: skip
    assert [(item.picture[-1], item.words[:2]) for item in items] == [
        ("2", "33"), ("2", "11"), ("3", "11"), ("4", "11"), ("1", "11"), ("1", "33"),
    ]  # fmt: skip


def test_of_equal_evidence_what_waits_longest_comes_first_then_the_smaller_digest():
    pictures = part(*({"picture": number} for number in (4, 3, 2, 1)))
    items = queue(pictures, since={(3, TEXT): at(-9), (2, TEXT): at(-9)})
    assert [int(item.picture, 16) for item in items] == [2, 3, 1, 4]


DECIDED = {
    "nothing": ((), ["11", "33"]),
    "a proposal": ((entry("proposed", rules=("en.child",)),), ["11", "33"]),
    "a refusal, of every text": ((entry("refused", words="44" * 32),), []),
    "a release of one text": (released(rules=("en.child",)), ["33"]),
    "a release of more evidence": (released(rules=("en.child", "en.toy")), ["33"]),
    "a release of other evidence": (released(rules=("en.toy",)), ["11", "33"]),
    "a decision on another picture": ((entry("refused", 2),), ["11", "33"]),
}


@pytest.mark.parametrize("case", DECIDED)
def test_what_was_decided_since_waits_no_more(case):
    entries, words = DECIDED[case]
    items = queue(part({"points": 3}, {"words": OTHER}), now=after(*entries))
    assert [item.words[:2] for item in items] == words


def test_a_copy_with_more_evidence_keeps_the_picture_waiting():
    items = queue(part({}), part({"rules": [0, 2]}), now=after(*released(rules=("en.child",))))
    assert [(item.rules, len(item.places)) for item in items] == [(("en.child", "en.toy"), 2)]


def test_what_was_released_once_does_not_expire():
    first, second = queue(part({"rules": [2]}, {"words": OTHER}), now=after(*released(rules=("en.child",))))
    assert (first.words, first.expires) == (WORDS, None)
    assert second.expires == NOW + timedelta(days=30)


def test_what_was_released_and_never_digested_expires():
    (item,) = queue(part({"copies": False}), now=after(*released(copies=False)))
    assert item.expires == NOW + timedelta(days=30)


def test_pictures_beyond_signed_numbers_wait_too():
    (item,) = queue(part({"picture": 2**64 - 1}))
    assert item.picture == "f" * 16


INCONSISTENT = {
    "a rule the version has not": ([(split(), part({"rules": [3]}))], queued({})),
    "a picture that waits since never": ([(split(), part({}))], queued({"picture": 2})),
    "words that wait since never": ([(split(), part({}))], queued({"words": OTHER})),
}


@pytest.mark.parametrize("case", INCONSISTENT)
def test_parts_that_do_not_fit_are_no_input(case):
    parts, since = INCONSISTENT[case]
    with pytest.raises(BadInput, match="queue of version 7"):
        waiting_of(7, parts, IDS, since, Decided())
