"""Laws of the words about pictures: what does not change what is written changes no verdict."""

import unicodedata
from functools import cache
from itertools import pairwise

import pyarrow as pa
import pytest
from enumerations import few_of
from hypothesis import given, settings
from hypothesis import strategies as st
from screened import packs, screened, verdicts

from builders import declared, medium, record
from pipelines.rules.circumstances import Circumstances
from pipelines.rules.compiling import compile_pack
from pipelines.rules.packs import Packs
from pipelines.rules.pictures import Sign, picture_signs
from schemas.errors import ConfigurationError
from schemas.fields import RECORDS
from schemas.pack import Pack, WordRule
from schemas.policy import PicturePolicy

EXAMPLES = [
    (pack.language, example)
    for pack in packs().packs
    for rule in pack.words
    for example in (*rule.matches, *rule.passes)
]
SIGNS_AND_SPACE = {ord(" "): "\u00a0 \n"}
VARIANTS = {
    "capitals": str.upper,
    "small letters": str.lower,
    "composed": lambda text: unicodedata.normalize("NFC", text),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "other white space": lambda text: "\n\t" + text.translate(SIGNS_AND_SPACE) + "  ",
    "full width": lambda text: text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}),
    "soft hyphens": "\u00ad".join,
}


def signs(rows, chosen=None):
    """Of each (language, alternative text): its sign and its evidence."""
    table = pa.Table.from_pylist(
        [{"language": language, "media": [medium(alt_text=text)]} for language, text in rows], RECORDS
    )
    found = picture_signs(table, Circumstances.unknown(len(rows)), chosen or packs(), PicturePolicy())
    evidence = [[] for _ in rows]
    for row, rule in zip(*found.evidence_of_rows(), strict=True):
        evidence[row].append(int(rule))
    return list(zip(found.sign.tolist(), evidence, strict=True))


SOME = EXAMPLES[::10]


@pytest.fixture(scope="module")
def as_written():
    """What is found in the examples as they are."""
    return signs(EXAMPLES)


@pytest.mark.parametrize("variant", few_of(VARIANTS, "capitals", "decomposed", "soft hyphens"))
def test_what_looks_the_same_is_judged_the_same(variant, as_written):
    changed = signs([(language, variant(text)) for language, text in EXAMPLES])
    different = [
        text for (_, text), one, other in zip(EXAMPLES, as_written, changed, strict=True) if one != other
    ]
    assert different == []
    assert len({sign for sign, _ in as_written}) > 1


@settings(max_examples=8)
@given(st.lists(st.integers(0, len(SOME)), max_size=4))
def test_a_batch_may_be_cut_anywhere(as_written, cuts):
    edges = sorted({0, *cuts, len(SOME)})
    parts = [signs(SOME[start:end]) for start, end in pairwise(edges)]
    assert [one for part in parts for one in part] == as_written[::10]


@cache
def few():
    """Declared metadata and English: to make all packs ready for each example would take minutes."""
    return Packs(packs=tuple(pack for pack in packs().packs if pack.pack in {"declared", "english"}))


WORDS = [
    "child",
    "boy",
    "hill",
    "fog",
    "play",
    "school",
    "7",
    "year",
    "old",
    "no",
    "the",
    "toddler",
    "twelve",
]
CHARACTERISTIC = "Iptc4xmpExt:PersonInImageWDetails/PersonCharacteristic/CvTermName"


@pytest.mark.parametrize("level", ["none", "weak", "strong"])
@pytest.mark.parametrize(
    ("patterns", "text"),
    [
        (["child", "toddler", "7", "twelve"], "a child"),
        (["7 year old", "year", "old"], "no child"),
        (["child ;", "; child", "; toddler ;", "; 7 year old ;", "; twelve ;"], "fog on the hill"),
        (["no ~ child", "the? child", "toddler"], ""),
    ],
)
def test_one_more_rule_never_keeps_what_was_removed(level, patterns, text):
    """Wherever it reads: as the first of the language's own pack it sees everything."""
    added = WordRule.of({
        "id": "en.added", "level": level, "kind": "lookalike" if level == "none" else "age",
        "patterns": patterns, "matches": ["y"], "passes": ["y"],
    }, "rule", ConfigurationError)  # fmt: skip
    declaring = [
        declared("Iptc4xmpExt:ModelAge", "9"), declared("Iptc4xmpExt:ModelAge", "twelve"),
        declared(CHARACTERISTIC, "child"), declared(CHARACTERISTIC, "7 year old"), declared(CHARACTERISTIC, "toddler"),
    ]  # fmt: skip
    rows = [record(language="en", media=[medium(alt_text=text, metadata=[one])]) for one in declaring]
    table = pa.Table.from_pylist(rows, RECORDS)
    place = [pack.pack for pack in packs().packs].index("english")
    english = packs().packs[place]
    english = english.model_copy(update={"words": (added, *english.words)})
    more = Packs(packs=(*packs().packs[:place], english, *packs().packs[place + 1 :]))
    # The added rule has no regard for the examples of others.
    more.__dict__["_ready"] = {place: compile_pack(english)}
    for chosen in (packs(), more):
        found = picture_signs(table, Circumstances.unknown(len(rows)), chosen, PicturePolicy())
        assert found.sign.tolist() == [Sign.DECLARED] * len(rows)
    assert verdicts(screened(rows[:1]))[0][0] == "minor_image_declared"


def test_a_rule_of_one_pack_takes_nothing_out_of_another():
    """Words that only look like a sign do so in their own language."""
    silent = Pack.of({
        "pack": "silent", "language": "xx",
        "words": [{"id": "silent.rule", "level": "none", "kind": "lookalike", "patterns": ["children"],
                   "matches": ["children"], "passes": ["y"]}],
    }, "pack", ConfigurationError)  # fmt: skip
    english = [pack for pack in packs().packs if pack.pack == "english"]
    (with_it,) = signs([(None, "Two children")], Packs(packs=(silent, *english)))
    assert with_it[0] == 2


@pytest.mark.parametrize("other", ["text", "caption", "keywords"])
def test_what_one_text_is_about_clears_nothing_that_another_says(other):
    said = "Girls' tops, worn once, for sale"
    fields = {"caption": said} if other == "caption" else {}
    if other == "keywords":
        fields = {"metadata": [declared("dc:subject", said)]}
    rows = [
        record(
            language="en",
            media=[medium(alt_text=alt, **fields)],
            **({"text": said} if other == "text" else {}),
        )
        for alt in ("A girl on a swing", "A heap of clothes")
    ]
    table = pa.Table.from_pylist(rows, RECORDS)
    found = picture_signs(table, Circumstances.unknown(2), few(), PicturePolicy())
    assert found.sign.tolist() == [Sign.SUSPECTED, Sign.NO_SIGN]
