"""Which packs read a text."""

import numpy as np
import pyarrow as pa
import pytest

from pipelines.rules.explaining import explain_text
from pipelines.rules.packs import Packs
from pipelines.rules.reading import reading
from pipelines.rules.words import words_of
from schemas.errors import ConfigurationError
from schemas.pack import Pack

STOP = {
    "en": ["the", "of", "is", "so", "in"],
    "de": ["der", "und", "ist", "so", "in"],
    "fr": ["le", "et", "est"],
}


@pytest.fixture(scope="module")
def packs():
    some = [{"pack": language, "language": language, "stop": stop} for language, stop in STOP.items()]
    some.append({"pack": "symbols"})
    return Packs(packs=tuple(Pack.of(one, "pack", ConfigurationError) for one in some))


def readers(packs, text, language=None, *, from_file=False):
    """Of a text that stands between others."""
    words = words_of(pa.array(["the est of", text, None, "der und"], pa.string()))
    languages = pa.array([None, language, "fr", None], pa.string())
    read = reading(packs, words, languages, np.array([False, from_file, False, False]))
    return {pack.pack for pack, mask in zip(packs.packs, read, strict=True) if mask[1]} - {"symbols"}


ALL = {"en", "de", "fr"}


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("the top of it", None, {"en"}),
        ("the top of it", "fr", {"en", "fr"}),
        ("le chat et le chien", "xx", {"fr"}),
        ("kind", "de", {"de"}),
        # one frequent word tells nothing
        ("the kind", None, ALL),
        ("the kind", "xx", ALL),
        # as many of both
        ("the und of der", None, {"en", "de"}),
        ("so in", None, {"en", "de"}),
        ("the und of der und", None, {"de"}),
        # each sentence for itself
        ("le chat et le chien! The top of the hill is so so high", None, {"en", "fr"}),
        ("The top of the hill is so high: der Berg und", "en", {"en", "de"}),
        ("The top of the hill is so high, der Berg und", "en", {"en"}),
        ("le. et. The top of it", None, {"en", "fr"}),
        ("der. The top of it", None, {"en"}),
        # where a sentence looks like several languages, the text decides
        ("The top of the hill; so in", None, {"en"}),
        ("le chat et le chien; so in", None, {"fr"}),
        ("", None, set()),
        (" . ", None, ALL),
    ],
)
def test_a_text_is_read_by_its_language_and_by_what_it_looks_like(packs, text, language, expected):
    assert readers(packs, text, language) == expected


def test_english_reads_what_files_declare(packs):
    assert readers(packs, "toddler ; park", "de", from_file=True) == {"de", "en"}
    assert readers(packs, "le chat et", None, from_file=True) == {"fr", "en"}
    assert readers(packs, "toddler ; park", None, from_file=True) == ALL
    assert readers(packs, "toddler ; park", "de") == {"de"}


def test_texts_without_any_frequent_word_are_read(packs):
    words = words_of(pa.array(["toddler", "park"]))
    read = reading(packs, words, pa.array(["de", None], pa.string()), np.zeros(2, bool))
    assert [mask.tolist() for mask in read] == [[False, True], [True, True], [False, True], [True, True]]


def test_a_text_is_explained_by_the_rules_that_read_where_it_stands():
    rule = {"id": "xx.child", "level": "strong", "kind": "life_stage", "reads": ["caption", "people"]}
    given = {
        "pack": "xx",
        "language": "xx",
        "words": [rule | {"patterns": ["child"], "matches": ["child"], "passes": ["x"]}],
    }
    packs = Packs(packs=(Pack.of(given, "pack", ConfigurationError),))
    seen = {
        field: len(explain_text("a child", packs, "xx", 0, field)) for field in ("caption", "text", "people")
    }
    assert seen == {"caption": 1, "text": 0, "people": 1}
