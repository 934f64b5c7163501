"""A released text is its source but for its masks, however long the text and however many the masks."""

import re
import sys

import pyarrow as pa
import pytest
from builds import Place
from hypothesis import example, given
from hypothesis import strategies as st

from builders import account, medium, objection, record
from pipelines.lineage.verify import judge, masked
from pipelines.lineage.verify.masked import differs_only_in_masks
from pipelines.screen.mask import mask
from schemas.policy import Policy, ReleasePolicy

ALL = ReleasePolicy().mask

CASES = {
    "an address": ("mail ⟦email⟧ now", "mail ana@example.org now", True),
    "a full-width @": ("mail ⟦email⟧", "mail ana\uff20example.org", True),
    "a handle": ("hi ⟦handle⟧!", "hi @ana!", True),
    "a phone number": ("call ⟦phone⟧", "call +33 (0)6-12.34/56 78", True),
    "an account number": ("pay ⟦number⟧.", "pay DE89 3704 0044 0532 0130 00.", True),
    "a list": ("⟦phone⟧, ⟦phone⟧ or ⟦email⟧", "06 12 34 56 78, 06 12 34 56 79 or a@b.cc", True),
    "masks of two kinds in a row": ("⟦phone⟧ ⟦email⟧ ⟦phone⟧", "06 12 34 56 78 1@2.33 06 12 34 56 78", True),
    "masks that touch": ("⟦email⟧⟦email⟧", "a@b.cc.+d@e.ff", True),
    "handles that touch": ("⟦handle⟧⟦handle⟧⟦handle⟧", "@ab@cd@ef", True),
    "a mark of the author's": ("⟦email⟧ or ⟦email⟧", "⟦email⟧ or a@b.cc", True),
    "a mark and a mask that touch": ("x⟦handle⟧⟦handle⟧", "x⟦handle⟧@example.org", True),
    "a mark of another kind is text": ("⟦street⟧ ⟦email⟧", "⟦street⟧ a@b.cc", True),
    "nothing masked": ("a hill", "a hill", True),
    "other words before": ("male ⟦email⟧ now", "mail ana@example.org now", False),
    "other words between": ("⟦email⟧ and ⟦email⟧", "a@b.cc or a@b.cc", False),
    "other words behind": ("mail ⟦email⟧ then", "mail ana@example.org now", False),
    "words lost before": ("⟦email⟧ now", "mail ana@example.org now", False),
    "words lost behind": ("mail ⟦email⟧", "mail ana@example.org now", False),
    "words added": ("mail ⟦email⟧ now and then", "mail ana@example.org now", False),
    "a mask over a word": ("mail ⟦email⟧ now", "mail ana now", False),
    "a mask over nothing": ("mail ⟦email⟧ now", "mail  now", False),
    "a mask over an @ alone": ("at ⟦handle⟧", "at @", False),
    "a handle that starts before its @": ("⟦handle⟧", "ana@example.org", False),
    "a number without a digit": ("⟦number⟧", "ABCD", False),
    "a number over small letters": ("⟦number⟧", "ab 1234567", False),
    "a phone number over a letter": ("call ⟦phone⟧", "call 06 12 34 x 56 78", False),
    "a phone number over two lines": ("⟦phone⟧", "06 12 34\n56 78", False),
    "one mask for two": ("⟦email⟧", "a@b.cc a@b.cc", False),
    "two masks for one": ("⟦email⟧ ⟦email⟧", "a@b.cc", False),
    "a mask lost": (" ⟦email⟧", "a@b.cc a@b.cc", False),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_text_is_its_source_but_for_its_masks(name):
    released, source, same = CASES[name]
    assert differs_only_in_masks(released, source, ALL) is same


def test_a_kind_that_the_policy_does_not_mask_stands_for_itself():
    assert differs_only_in_masks("⟦email⟧", "⟦email⟧", ["phone"])
    assert not differs_only_in_masks("⟦email⟧", "a@b.cc", ["phone"])


# The same as one regular expression, which takes forever on long texts.
PATTERNS = {
    "handle": r"@\S+",
    "email": r"\S+@\S+",
    "phone": r"(?:[\W\d_](?<!\n))*\d(?:[\W\d_](?<!\n))*",
    "number": r"(?:[\WA-Z\d_](?<![\t-\r\x1c-\x1f\x85]))*\d(?:[\WA-Z\d_](?<![\t-\r\x1c-\x1f\x85]))*",
}


def pattern_of(released, kinds):
    parts = re.split("⟦(handle|email|phone|number)⟧", released)
    for n in range(1, len(parts), 2):
        name = parts[n]
        parts[n] = f"(?:⟦{name}⟧|{PATTERNS[name]})" if name in kinds else f"⟦{name}⟧"
    return "".join(re.escape(part) if n % 2 == 0 else part for n, part in enumerate(parts))


marks = st.sampled_from([f"⟦{name}⟧" for name in ALL])
sources = st.lists(st.sampled_from([*"aA1@ \n.+", "⟦email⟧"]), max_size=9).map("".join)
releases = st.lists(st.sampled_from([*"aA1@ \n."]) | marks, min_size=1, max_size=6).map("".join)


@given(releases, sources, st.sets(st.sampled_from(ALL)))
@example("⟦phone⟧ ⟦email⟧", "1 1 1 1@1", set(ALL))
@example("⟦number⟧1⟦phone⟧.⟦handle⟧", "A11 .1.@1", set(ALL))
def test_it_is_the_regular_expression(released, source, kinds):
    expected = re.fullmatch(pattern_of(released, kinds), source) is not None
    assert differs_only_in_masks(released, source, kinds) is expected


@given(sources, st.data())
def test_whatever_is_laid_over_a_text_is_seen_through(source, data):
    """Texts in which what a kind stands for is masked, here and there."""
    released = source
    for name in data.draw(st.lists(st.sampled_from(ALL), max_size=3)):
        found = [match.span() for match in re.finditer(PATTERNS[name], released) if "⟦" not in match[0]]
        if found:
            start, end = data.draw(st.sampled_from(found))
            released = f"{released[:start]}⟦{name}⟧{released[end:]}"
    assert differs_only_in_masks(released, source, ALL)


words = st.sampled_from([
    "mail", "a.b@c.dd", "@ana_b", "@ana.b-c", "⟦email⟧", "06 12 34 56 78", "+33612345678", "(212) 555-0123",
    "DE89 3704 0044 0532 0130 00", "1234567", "x@y.zz.+d@e.ff", "00 49 30 123456", ".", "@", "é@ü.ñn", "12",
])  # fmt: skip


@given(st.lists(words | st.sampled_from([" ", ", ", "\n", "", "—", "/"]), max_size=12).map("".join))
def test_what_screening_masks_is_accepted(text):
    released, _ = mask(pa.array([text]), ALL)
    assert differs_only_in_masks(released[0].as_py(), text, ALL)


LONG = {
    "300 phone numbers": "call " + "06 12 34 56 78, " * 300,
    "a million characters and one mask": "word " * 200_000 + "mail ana@example.org",
    "150,000 addresses without a space": "a@b.cc," * 150_000,
    "handles that touch": "@ab" * 100_000,
    "addresses among phone numbers": "06 12 34 56 78 1@2.33 " * 30_000,
}


@pytest.mark.parametrize("name", LONG)
def test_long_texts_are_compared_to_their_end(name):
    text = LONG[name]
    released = mask(pa.array([text]), ALL)[0][0].as_py()
    assert released != text
    assert differs_only_in_masks(released, text, ALL)
    assert not differs_only_in_masks(released + ".", text, ALL)
    assert not differs_only_in_masks("." + released, text, ALL)


def test_a_text_written_to_mislead_is_not_called_the_source_s(monkeypatch):
    monkeypatch.setattr(masked, "MOST_STEPS", 10)
    text = "1 " * 20 + "x"
    assert not differs_only_in_masks("⟦phone⟧ " * 20 + "x", text, ALL)


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path, [objection(value="somebody else")])


def test_a_version_with_long_texts_is_verified(place):
    names = ("300 phone numbers", "a million characters and one mask")
    rows = [record(record_id=name, text=LONG[name]) for name in names]
    place.write([account()], rows)
    place.build()
    assert place.verify() == ()


MARKED = [
    record(record_id="r1", surface="photo", text="⟦email⟧", media=[medium(alt_text="⟦email⟧ on a bridge")]),
    record(record_id="r2", surface="photo", media=[medium(alt_text="⟦phone⟧ or x@example.org", caption="⟦email⟧")]),
    record(record_id="r3", surface="photo", text="a@example.org", media=[medium(), medium(alt_text="⟦email⟧: a hill")]),
]  # fmt: skip


@pytest.mark.parametrize("columns", [("text", "media"), ("media",)])
def test_marks_that_an_author_wrote_count_as_text(place, columns):
    place.policy = Policy.model_validate({"release": {"columns": columns}})
    place.write([account()], MARKED)
    place.build()
    assert place.verify() == ()


def test_verify_knows_every_digit():
    every = map(chr, range(0x80, sys.maxunicode + 1))
    assert judge._digits() == "".join(character for character in every if character.isdecimal())
