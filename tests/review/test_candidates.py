"""Which picture of a record it is that was drawn out of a shard."""

import pytest
from review.written import described

from builders import LINEAGE_KEY
from pipelines.review.candidates import find_candidates
from pipelines.review.drawing import Pick
from schemas.errors import BadInput
from schemas.identifiers import media_message, subject
from schemas.reviews import record_message

A, B = "aa" * 32, "bb" * 32


def seen(**overrides):
    """A picture as a shard has it."""
    return {"sha256": None, "mime": "image/jpeg", "alt_text": None, "caption": None, **overrides}


SIX_DIGITS = "Call me: 0612345678"
CASES = {
    "the only one": ([described()], [seen()], 0, [0]),
    "the second of two": ([described(), described()], [seen(), seen()], 1, [1]),
    "one withheld before it": ([described(), described(alt_text="A lake")], [seen(alt_text="A lake")], 0, [1]),
    "one withheld after it": ([described(alt_text="A lake"), described()], [seen(alt_text="A lake")], 0, [0]),
    "one withheld, told by its digest": ([described(sha256=A), described(sha256=B)], [seen(sha256=B)], 0, [1]),
    "one withheld, told by its type": (
        [described(mime="image/png"), described()], [seen()], 0, [1],
    ),
    "one withheld, and nothing tells which": ([described(), described()], [seen()], 0, [0, 1]),
    "the second of three alike, one withheld": ([described()] * 3, [seen(), seen()], 1, [1, 2]),
    "alike, between others": (
        [described(alt_text="x"), described(), described(), described(alt_text="y")],
        [seen(alt_text="x"), seen(), seen(alt_text="y")], 1, [1, 2],
    ),
    "order tells": (
        [described(), described(alt_text="x"), described()], [seen(alt_text="x"), seen()], 1, [2],
    ),
    "the same bytes twice": ([described(sha256=A), described(sha256=A)], [seen(sha256=A)], 0, [0]),
    "words that were masked": (
        [described(caption="A lake"), described(caption=SIX_DIGITS)], [seen(caption="Call me: ⟦phone⟧")], 0, [0, 1],
    ),
    "a digest of another form was left out": (
        [described(sha256="not a digest"), described(sha256=A)], [seen()], 0, [0],
    ),
    "a picture of which nothing is known": ([None, described()], [seen(mime=None)], 0, [0]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_picture_is_found_in_its_record(source, case):
    media, released, position, expected = CASES[case]
    root, where = source(media)
    found = find_candidates(root, Pick(0, where, tuple(released), position), LINEAGE_KEY)
    assert [one.place.medium for one in found] == expected
    assert {(one.place.path, one.place.row) for one in found} == {(where.path, 1)}


def test_a_candidate_has_the_digest_that_screen_gives_it(source):
    root, where = source([described(), described(sha256=A.upper())])
    pick = Pick(0, where, (seen(), seen(sha256=A.upper())), 0)
    (placed,) = find_candidates(root, pick, LINEAGE_KEY)
    assert (placed.picture, placed.copies) == (f"{subject(LINEAGE_KEY, record_message('r1')):016x}", False)
    (digested,) = find_candidates(root, Pick(0, where, pick.released, 1), LINEAGE_KEY)
    assert (digested.picture, digested.copies) == (f"{subject(LINEAGE_KEY, media_message(A)):016x}", True)


CHANGED = {
    "a shard of another record": ([described()], [seen(alt_text="another")]),
    "more pictures than the record has": ([described()], [seen(), seen()]),
}


@pytest.mark.parametrize("case", CHANGED)
def test_a_record_without_the_picture_is_no_input(source, case):
    media, released = CHANGED[case]
    root, where = source(media)
    with pytest.raises(BadInput, match="without the picture"):
        find_candidates(root, Pick(0, where, tuple(released), 0), LINEAGE_KEY)


def test_a_changed_source_is_no_input(source):
    root, where = source([described()])
    source([described(alt_text="changed")])
    with pytest.raises(BadInput, match="other bytes"):
        find_candidates(root, Pick(0, where, (seen(),), 0), LINEAGE_KEY)
    (root / where.path).unlink()
    with pytest.raises(BadInput, match="no file"):
        find_candidates(root, Pick(0, where, (seen(),), 0), LINEAGE_KEY)
