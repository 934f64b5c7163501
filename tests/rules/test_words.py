"""What looks the same to a reader is the same to a rule."""

import unicodedata

import pyarrow as pa
import pytest

from pipelines.rules.spelling import plain
from pipelines.rules.words import words_of


def read(*texts):
    words = words_of(pa.array(texts, pa.string()))
    spans = zip(words.starts, words.starts[1:], strict=False)
    return [[words.distinct[one].as_py() for one in words.word[start:end]] for start, end in spans]


@pytest.mark.parametrize(
    ("written", "plainly"),
    [
        (None, None),
        ("", ""),
        ("kids", "kids"),
        ("\uff4b\uff49\uff44\uff53", "kids"),
        ("chil\u00addren", "children"),
        ("k\u200bi\u200cd\u200d\u2060s\ufeff", "kids"),
        ("ki\U000e0064ds", "kids"),
        ("two\u3164kids\u115f\uffa0play", "two kids  play"),
        ("two\u180ekids", "two kids"),
        ("e\u0301le\u0300ve", "eleve"),
        ("\u00e9l\u00e8ve", "eleve"),
        ("\U0001d4d4\U0001d4ed", "Ed"),
        ("\ufb01rst", "first"),
        ("\u2466", "7"),
        ("\u0440\u0435\u0431\u0451\u043d\u043e\u043a", "\u0440\u0435\u0431\u0435\u043d\u043e\u043a"),
        ("\u0928\u093f", "\u0928\u093f"),  # the marks of other scripts are letters of theirs
        ("\U0001f467\u200d\U0001f466", "\U0001f467\U0001f466"),
    ],
)
def test_plain(written, plainly):
    assert plain(pa.array(["a", written, "é"], pa.string())).to_pylist() == ["a", plainly, "e"]


def test_what_nobody_sees_is_dropped_wherever_unicode_says_so():
    # Cf but for signs that are seen: before numbers, over words, in notation
    seen = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, *range(0xFFF9, 0xFFFC), 0x110BD, 0x110CD}
    seen |= {*range(0x13430, 0x13440)}
    seen |= {0x180E}  # a narrow space
    unseen = [chr(point) for point in range(0x110000) if point not in seen
              and unicodedata.category(chr(point)) == "Cf"]  # fmt: skip
    assert len(unseen) > 100
    assert set(plain(pa.array(unseen)).to_pylist()) == {""}


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (None, []),
        ("", []),
        (" \n", []),
        ("A kid", ["a", "kid"]),
        ("a\u00a0b \n\t c", ["a", "b", "c"]),
        ("kids2023", ["kids", "2023"]),
        ("2kids", ["2", "kids"]),
        ("a 7-year-old", ["a", "7", "year", "old"]),
        ("l'été, l\u2019enfant", ["l", "ete", ",", "l", "enfant"]),
        ("child's", ["child", "s"]),
        ("STRASSE Straße strasse", ["strasse", "strasse", "strasse"]),
        ("ΠΑΊΣ παῖς", ["παισ", "παισ"]),
        ("Łódź, søster", ["lodz", ",", "soester"]),
        ("7. Geburtstag", ["7", ".", "geburtstag"]),
        ("10,000 years, 1.500.000 m", ["10000", "years", ",", "1500000", "m"]),
        ("7.5 years", ["7", "years"]),
        ("27,5", ["27"]),
        ("won 3:1!", ["won", "3", ":", "1", "!"]),
        ("(Ana,7)", ["(", "ana", ",", "7", ")"]),
        ("\u0667 \uff17", ["7", "7"]),
        ("mail @kid.s or see https://kids.example/baby?x=1 www.baby.example", ["mail", "@", "or", "see", "@", "@"]),
        ("#OurKids #2kids", ["#ourkids", "#", "2", "kids"]),
        ("«two» “girls”", ["two", "girls"]),
        ("a 👧🏽👦!", ["a", "👧", "🏽", "👦", "!"]),
        ("snake_case", ["snake", "case"]),
    ],
)  # fmt: skip
def test_words(written, words):
    assert read("x y", written, "z") == [["x", "y"], words, ["z"]]


def test_of_a_long_text_the_beginning_is_read():
    texts = ["x " * 5, "a b " * 4_999 + "c d e f", "y"]
    (first, long, last) = read(*texts)
    assert (first, last) == (["x"] * 5, ["y"])
    assert long == ["a", "b"] * 4_999 + ["c", "d"]


def test_words_of_a_slice_and_of_nothing():
    texts = pa.array(["a b", None, "c", "d e"])
    words = words_of(texts.slice(1, 2))
    assert (words.distinct.take(pa.array(words.word)).to_pylist(), words.starts.tolist(), len(words)) == (
        ["c"],
        [0, 0, 1],
        2,
    )
    empty = words_of(texts.slice(0, 0))
    assert (empty.distinct.to_pylist(), empty.starts.tolist(), len(empty)) == ([], [0], 0)
