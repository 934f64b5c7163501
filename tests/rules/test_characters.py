import string
import unicodedata

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.rules.characters import WORD, begins, count, holds, with_ascii_digits

TEXTS = st.lists(st.none() | st.text(st.sampled_from("@/059:aé\U0001f600 "), max_size=4), max_size=12)


@given(TEXTS, st.integers(0, 3), st.sampled_from([("@", "@"), ("0", "9")]))
def test_a_text_holds_what_it_holds(texts, start, span):
    first, last = span
    expected = [sum(first <= character <= last for character in text or "") for text in texts]
    words = pa.array(texts, pa.string()).slice(start)
    assert count(words, first, last).tolist() == expected[start:]
    assert holds(words, first, last).tolist() == [number > 0 for number in expected[start:]]
    expected = [bool(text) and first <= text[0] <= last for text in texts]
    assert begins(words, first, last).tolist() == expected[start:]


def test_what_lies_under_a_null_does_not_count():
    words = pa.StringArray.from_buffers(
        2, pa.py_buffer(b"\0\0\0\0\2\0\0\0\4\0\0\0"), pa.py_buffer(b"@@@@"), pa.py_buffer(b"\2"), 1
    )
    assert holds(words, "@", "@").tolist() == [False, True]
    assert begins(words, "@", "@").tolist() == [False, True]


@pytest.mark.parametrize("words", [[], [None], [""]])
def test_nothing_holds_nothing(words):
    assert not holds(pa.array(words, pa.string()), "0", "9").any()
    assert not begins(pa.array(words, pa.string()), "0", "9").any()


EVERY = [chr(point) for point in range(0x110000) if not 0xD800 <= point <= 0xDFFF]


def test_every_letter_number_and_mark_is_of_a_word():
    found = pc.match_substring_regex(pa.array(EVERY), f"[{WORD}]").to_pylist()
    missing = [c for c, is_word in zip(EVERY, found, strict=True)
               if not is_word and unicodedata.category(c)[0] in "LNM"]  # fmt: skip
    assert missing == []


@pytest.mark.parametrize(
    "signs",
    [
        *string.punctuation,
        *" \t\n\u00a0",
        *"\u00a1\u00a2\u00a3\u00a7\u00ab\u00bb\u00bf\u00b7\u00d7\u00f7",  # Latin-1
        *"\u2009\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u2028\u202f",  # general punctuation
        *"\u20ac\u2192\u2500\u25a0\u263a\u2764",  # currency, arrows, symbols
        *"\u037e\u0387\u060c\u061b\u061f\u06d4\u0964\u0965\u05be",  # Greek, Arabic, Devanagari, Hebrew
        *"\u3000\u3001\u3002\u300c\u300d\u301c\uff01\uff0c\uff0e\uff20\uff3b\uff5b\uff61",  # East Asian
        *"\U0001f600\U0001f469\U0001f3fd\U0001fa77\ufe30\ufffd\ue000",  # emoji, private use
    ],
)
def test_what_stands_between_words_is_of_none(signs):
    assert pc.match_substring_regex(pa.array([signs]), f"[{WORD}]").to_pylist() == [False]


def test_digits_of_every_script_become_ascii():
    digits = [character for character in EVERY if unicodedata.decimal(character, None) is not None]
    words = pa.array([None, "", "a1", *(f"<{digit}>" for digit in digits)], pa.string())
    expected = [None, "", "a1", *(f"<{unicodedata.decimal(digit)}>" for digit in digits)]
    assert with_ascii_digits(words).to_pylist() == expected
    assert len(digits) > 600


def test_nothing_else_becomes_a_digit():
    others = [character for character in EVERY if unicodedata.decimal(character, None) is None
              and unicodedata.category(character) != "Cn"]  # fmt: skip
    assert with_ascii_digits(pa.array(others)).to_pylist() == others


@pytest.mark.parametrize("words", [[], [None], ["7"]])
def test_words_without_such_digits_stay(words):
    assert with_ascii_digits(pa.array(words, pa.string())).to_pylist() == words
