from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.screen.mask import PATTERNS, mask, token
from pipelines.screen.order import shard_order

ALL = ("handle", "email", "phone", "number")
MASKED = [
    ("write to ana.b+x@example.org now", "write to ⟦email⟧ now"),
    ("write to jürgen@bücher.example", "write to ⟦email⟧"),
    ("hi @ana_b, you", "hi ⟦handle⟧, you"),
    ("call +44 7700 900123 today", "call ⟦phone⟧ today"),
    ("call 0044 7700 900123", "call ⟦phone⟧"),
    ("06 12 34 56 78 is mine", "⟦phone⟧ is mine"),
    ("call 212-555-0142", "call ⟦phone⟧"),
    ("pay to GB29 NWBK 6016 1331 9268 19", "pay to ⟦number⟧"),
    ("customer 12345678", "customer ⟦number⟧"),
    ("@ana and bo@example.org", "⟦handle⟧ and ⟦email⟧"),
]
UNTOUCHED = [
    "born on 2024-05-12",
    "05.12.2024 at 18:30",
    "we are 12 of 300",
    "it costs 1,299.00",
    "a @ b",
    "",
]
PIECES = [*"0017A@.- +(⟦é", "AB", "abc", "0", "00", "234", "5678", "⟦email⟧"]


@pytest.mark.parametrize(("text", "expected"), MASKED)
def test_masked(text, expected):
    masked, counts = mask(pa.array([text, None]), ALL)
    assert masked.to_pylist() == [expected, None]
    assert sum(counts.values()) == expected.count("⟦")


@pytest.mark.parametrize("text", UNTOUCHED)
def test_untouched(text):
    masked, counts = mask(pa.array([text]), ALL)
    assert masked.to_pylist() == [text]
    assert not sum(counts.values())


def test_a_whole_column_is_masked_as_its_texts_are():
    texts = [text for text, _ in MASKED] + UNTOUCHED + [None, "⟦phone⟧", "@⟦x⟧ 12345678 @b"]
    texts *= 2
    whole, counts = mask(pa.array(texts), ALL)
    alone = [mask(pa.array([text], pa.string()), ALL) for text in texts]
    assert whole.to_pylist() == [found.to_pylist()[0] for found, _ in alone]
    assert +counts == +sum((of_one for _, of_one in alone), Counter())


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), max_size=4))
@example(["+1234567", "0012345678", "012345678", "(012)345-6789", "123 456 7890", "1234567"])
@example(["AB12ABCDABCD", "AB12 ABCD ABCD ABC", "a@b.c", "@b", "1 2-3 4567 8 9", "⟦phone⟧@1234567"])
def test_texts_that_are_not_searched_hold_nothing_to_mask(texts):
    expected = pa.array(texts, pa.string())
    for pattern in PATTERNS:
        expected = pc.replace_substring_regex(expected, pattern.pattern, token(pattern.name))
    masked, _ = mask(pa.array(texts, pa.string()), ALL)
    assert masked.to_pylist() == expected.to_pylist()


def test_only_what_the_policy_names_is_masked():
    masked, _ = mask(pa.array(["@ana bo@example.org"]), ("email",))
    assert masked.to_pylist() == ["@ana ⟦email⟧"]


def test_marks_the_author_wrote_are_not_counted():
    _, counts = mask(pa.array(["⟦email⟧ bo@example.org"]), ALL)
    assert counts["email"] == 1


ROWS = np.arange(200, dtype=np.int64)


@pytest.mark.parametrize(
    ("key", "digest"), [(b"k" * 32, "1" * 64), (b"j" * 32, "0" * 64)], ids=["other split", "other key"]
)
def test_the_order_depends_on_key_and_split(key, digest):
    here = shard_order(b"k" * 32, "0" * 64, ROWS)
    assert sorted(here) == ROWS.tolist()
    assert not np.array_equal(here, ROWS)
    assert not np.array_equal(here, shard_order(key, digest, ROWS))


def test_leaving_rows_out_moves_no_other():
    here = shard_order(b"k" * 32, "0" * 64, ROWS).tolist()
    fewer = shard_order(b"k" * 32, "0" * 64, ROWS[ROWS % 3 == 0]).tolist()
    assert fewer == [row for row in here if row % 3 == 0]
