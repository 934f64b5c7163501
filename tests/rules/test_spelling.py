"""What looks the same to a reader is the same to a rule."""

import unicodedata

import pyarrow as pa
import pytest
from screened import screened, verdicts

from builders import medium, record
from pipelines.rules import captions
from pipelines.rules.captions import caption_hits, expression, matches
from pipelines.rules.packs import CaptionRule
from pipelines.rules.spelling import plain, read_twice


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (None, None),
        ("", ""),
        ("kids", "kids"),
        ("\uff4b\uff49\uff44\uff53", "kids"),
        ("chil\u00addren", "children"),
        ("k\u200bi\u200cd\u200d\u2060s\ufeff", "kids"),
        ("ki\U000e0064ds", "kids"),
        ("e\u0301le\u0300ve", "eleve"),
        ("\u00e9l\u00e8ve", "eleve"),
        ("my\u00a0son", "my son"),
        ("\U0001d4d4\U0001d4ed", "Ed"),
        ("\ufb01rst", "first"),
        ("\u2466", "7"),
        ("\u0440\u0435\u0431\u0451\u043d\u043e\u043a", "\u0440\u0435\u0431\u0435\u043d\u043e\u043a"),
        ("\u0928\u093f", "\u0928\u093f"),  # the marks of other scripts are letters of theirs
        ("\U0001f467\u200d\U0001f466", "\U0001f467\U0001f466"),
    ],
)
def test_plain(written, read):
    assert plain(pa.array(["a", written, "é"], pa.string())).to_pylist() == ["a", read, "e"]


def test_what_nobody_sees_is_dropped_wherever_unicode_says_so():
    # Cf but for signs that are seen: before numbers, over words, in notation
    seen = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, *range(0xFFF9, 0xFFFC), 0x110BD, 0x110CD}
    seen |= {*range(0x13430, 0x13440)}
    unseen = [chr(point) for point in range(0x110000) if point not in seen
              and unicodedata.category(chr(point)) == "Cf"]  # fmt: skip
    assert len(unseen) > 100
    assert set(plain(pa.array(unseen)).to_pylist()) == {""}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (None, None),
        ("no number", "no number"),
        ("kids2023", "kids 2023 | kids "),
        ("2kids", "2kids |  kids"),
        ("turned7", "turned 7 | turned "),
        ("7 kids, 2 dogs", "7 kids, 2 dogs"),
        ("the 3rd", "the 3rd | the  rd"),
        ("élève7", "élève 7 | élève "),
        ("#7_9", "#7_9"),
    ],
)
def test_digits_end_a_word(written, read):
    assert read_twice(pa.array(["a", written], pa.string())).to_pylist() == ["a", read]


def test_a_pattern_is_put_into_the_form_of_the_words():
    rule = CaptionRule(
        id="xx.pupil", patterns=("[éè]lève [aà][ -]l", "mi hijo"), matches=("x",), passes=("y",)
    )
    words = ["Un élève à l'école", "e\u0301le\u0300ve\n a\tl", "mi \u00a0 hijo", "mi+hijo", "mishijo"]
    (hits,) = caption_hits([rule], pa.array(words))
    assert hits.tolist() == [True, True, True, False, False]
    assert matches(pa.array(["eleve a-l"]), expression(rule)).tolist() == [True]


@pytest.mark.parametrize("size", [1, 7, 1 << 25])
def test_words_in_pieces_are_found_in_their_places(monkeypatch, size):
    monkeypatch.setattr(captions, "_PIECE_BYTES", size)
    rule = CaptionRule(id="xx.kid", patterns=("kid",), matches=("x",), passes=("y",))
    words = pa.array(["kid", None, "", "k\u200bid", "a hill", "kid7", "", "a kid"])
    assert [hit.tolist() for hit in caption_hits([rule], words)] == [
        [True, False, False, True, False, True, False, True]
    ]
    assert caption_hits([rule], words.slice(0, 0))[0].tolist() == []


def test_the_text_of_a_record_speaks_of_each_of_its_pictures_and_of_no_other():
    rows = [
        record(record_id="r1", text="My daughter", media=[]),
        record(record_id="r2", text="A hill", media=[medium(alt_text="fog"), medium(alt_text="fog")]),
        record(record_id="r3", text="My daughter", media=[medium(alt_text="fog")] * 3),
        record(record_id="r4", text=None, media=[medium(alt_text="fog")]),
    ]
    result = screened(rows)
    assert [reason for reason, _ in verdicts(result)] == ["kept", "kept", "minor_image_suspected", "kept"]
    counted = {one.name: one.count for one in result.result.pictures}
    assert (counted["suspected"], counted["no_sign"]) == (3, 3)
