"""What files say of the people shown in words, in fields made for it: a minor is declared, an adult never."""

from typing import NamedTuple

import pyarrow as pa
import pytest
from declared_values import AGE
from screened import packs, screened, table_of, verdicts

from builders import declared, medium, record
from pipelines.rules.circumstances import Circumstances
from pipelines.rules.packs import Packs
from pipelines.rules.pictures import Sign, picture_signs
from schemas.errors import ConfigurationError
from schemas.fields import RECORDS
from schemas.pack import Pack
from schemas.policy import PicturePolicy

PERSON = "Iptc4xmpExt:PersonInImageWDetails/PersonCharacteristic/"
TERM, TERM_ID, VOCABULARY = f"{PERSON}CvTermName", f"{PERSON}CvTermId", f"{PERSON}CvId"
DECLARED, SUSPECTED, KEPT = "minor_image_declared", "minor_image_suspected", "kept"


class Case(NamedTuple):
    property: str
    value: str | None
    reason: str
    language: str | None = "en"


CASES = [
    # ages, in any language, whatever the record's
    *(Case(AGE, value, DECLARED) for value in (
        "nine", "Nine", " nine ", "NINE YEARS", "nine years old", "nine-year-old", "zero", "seventeen", "neun",
        "neun Jahre", "neun Jahre alt", "neuf ans", "nueve años", "tres años", "nove anni", "dziewięć lat", "devět let",
        "девет години", "εννέα ετών", "kilenc éves", "yhdeksän vuotta", "nio år", "infant", "eighteen; nine")),
    *(Case(AGE, value, DECLARED, language) for value in ("nine", "neun Jahre") for language in ("de", "tr", None)),
    Case(AGE, "Kleinkind", DECLARED, "de"),
    *(Case(AGE, value, DECLARED) for value in ("dix-sept ans", "dix-sept", "cúig déag", "seacht déag")),
    # ages of adults, however much of a minor's there is in them; what holds no age
    *(Case(AGE, value, KEPT, language) for language in ("en", "fr", None) for value in (
        "eighteen", "eighteen years old", "forty-one", "forty-one years", "ninety", "ninety years old", "one hundred",
        "soixante-dix-sept ans", "quatre-vingt-dix ans", "dix-huit ans", "dix-huit", "ocht déag", "cuarenta y un años", "czterdzieści jeden lat",
        "četrdeset pet godina", "тридесет и пет години", "σαράντα πέντε ετών", "patruzeci și cinci de ani",
        "keturiasdešimt penki metai", "einundvierzig Jahre", "tres", "tres år", "adult", "grown up", "n/a", "-9", "",
        None)),
    Case(AGE, "forty-one years old", SUSPECTED),
    Case(AGE, "thirty-nine", KEPT),
    Case(AGE, "thirty-nine", SUSPECTED, None),  # *niñe* is a child in Spanish
    # terms for a person
    *(Case(TERM, value, DECLARED, language) for language in ("en", "de", "tr") for value in (
        "child", "Children", "infant", "toddler", "teenager", "adult; child")),
    *(Case(TERM, value, DECLARED) for value in ("little one", "twelve years old", "12 years old")),
    *(Case(TERM, value, DECLARED, "de") for value in ("Kind", "Kleinkind", "Jugendlicher")),
    Case(TERM, "enfant", DECLARED, "fr"),
    Case(TERM, "enfant", DECLARED, None),
    Case(TERM, "kind", DECLARED, None),
    *(Case(prop, value, DECLARED) for prop in (TERM_ID, VOCABULARY) for value in (
        "http://cv.example/child", "https://cv.example/terms#infant", "http://cv.example/child/", "urn:cv:child",
        "http://cv.example/newborn_baby", "child")),
    # an adult, and what only looks like a minor
    *(Case(TERM, value, KEPT) for value in (
        "adult", "adult woman", "middle-aged", "senior", "adult child", "grown-up child", "child's drawing",
        "Children's author", "mother of two children", "no children", "childless", "kind", "nine", "elf", "sex", "9",
        "baby boomer", "Person Characteristic Name 1")),
    *(Case(TERM_ID, value, KEPT) for value in (
        "http://child.example/adult", "http://cv.example/child/adult", "http://cv.example/childs-drawing",
        "http://cv.example/", "http://cv.example/childfree")),
    # words for a minor among others, or for who may be an adult: a person looks
    *(Case(TERM, value, SUSPECTED) for value in (
        "parent of a child", "child bride", "girl", "boy", "kindergarten teacher")),
    # properties in which anybody writes anything
    *(Case(prop, "child", SUSPECTED) for prop in (
        "dc:subject", "iim:Keywords", "Iptc4xmpExt:AddlModelInfo", "mwg-rs:RegionList/FaceDescription",
        "Iptc4xmpExt:PersonInImageWDetails/PersonDescription")),
    Case("Iptc4xmpExt:AddlModelInfo", "nine years old", SUSPECTED),
    Case("x:ModelAge", "nine", KEPT),
]  # fmt: skip


@pytest.fixture(scope="module")
def found():
    rows = [
        record(record_id=f"r{n}", language=case.language, media=[medium(metadata=[declared(*case[:2])])])
        for n, case in enumerate(CASES)
    ]
    return dict(zip(CASES, verdicts(screened(rows)), strict=True))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_value(found, case):
    assert found[case][0] == case.reason


def test_a_ledger_says_that_it_was_words():
    rows = [
        record(record_id="r1", media=[medium(metadata=[declared(AGE, "nine years old")])]),
        record(
            record_id="r2", media=[medium(metadata=[declared(TERM, "adult", "infant"), declared(AGE, "9")])]
        ),
        record(record_id="r3", media=[medium(metadata=[declared(AGE, "9")])]),
        record(
            record_id="r4", media=[medium(), medium(metadata=[declared(TERM_ID, "http://cv.example/child")])]
        ),
    ]
    rules = packs().rules
    held = [[rules[n] for n in row["rules"] or []] for row in table_of(screened(rows).ledger).to_pylist()]
    assert held == [
        ["iptc.model-age-in-words", "en.age"],
        ["iptc.model-age", "iptc.person-characteristic", "en.child"],
        ["iptc.model-age"],
        ["iptc.person-characteristic"],
    ]


def pack_of(name, **fields):
    return Pack.of({"pack": name, **fields}, name, ConfigurationError)


def small_packs(patterns, **changed):
    """A made-up language, with what declares in words."""
    rule = {"id": "x.in-words", "properties": [AGE], "matches": ["tic"], "passes": ["toc"], **changed}
    words = [
        {"id": "xx.toy", "level": "none", "kind": "lookalike", "patterns": ["toy tic"], "matches": ["toy tic"], "passes": ["tic"]},
        {"id": "xx.tic", "level": "strong", "kind": "life_stage", "patterns": ["tac", "toy? tic", "tac ~ tuc"], "matches": ["tac"],
         "passes": ["toc"]},
        {"id": "xx.old", "level": "strong", "kind": "age", "reads": ["caption"], "patterns": ["old"], "matches": ["old"],
         "passes": ["toc"]},
        {"id": "xx.school", "level": "strong", "kind": "school", "patterns": ["class"], "matches": ["class"], "passes": ["toc"]},
    ]  # fmt: skip
    return Packs(packs=(
        pack_of("declared", declared_words=[{**rule, "patterns": patterns}], lists={"tics": ["tic", "tic tic"]}),
        pack_of("xxish", language="xx", numbers={"uno": 1, "twin": 2}, words=words),
        pack_of("yyish", language="yy", numbers={"duo": 2, "twin": 40, "cent": 100}),
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("tic", Sign.DECLARED),
        ("tic-tic", Sign.DECLARED),
        ("tac", Sign.DECLARED),
        ("uno", Sign.DECLARED),
        ("duo", Sign.DECLARED),
        ("toy tic", Sign.DECLARED),  # what only looks like a sign takes nothing out of a value
        ("tic toc", Sign.SUSPECTED),
        ("twin", Sign.UNASSESSED),
        ("cent", Sign.UNASSESSED),
        ("cent uno", Sign.UNASSESSED),
        ("tac a b tuc", Sign.SUSPECTED),
        ("class", Sign.SUSPECTED),
        ("old", Sign.UNASSESSED),
    ],
)
def test_what_a_language_declares(value, expected):
    row = record(language="xx", media=[medium(metadata=[declared(AGE, value)])])
    table = pa.Table.from_pylist([row], RECORDS)
    chosen = small_packs(["{tics}", "{1-17}"])
    assert picture_signs(table, Circumstances.unknown(1), chosen, PicturePolicy()).sign.tolist() == [expected]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"matches": ["tic", "tic toc"]}, "a match in its example «tic toc»"),
        ({"passes": ["toc", "duo"]}, "no match in its example «duo»"),
    ],
)
def test_an_example_that_does_not_hold_is_named(changed, expected):
    row = record(language="xx", media=[medium(metadata=[declared(AGE, "tic")])])
    table = pa.Table.from_pylist([row], RECORDS)
    chosen = small_packs(["{tics}", "{1-17}"], **changed)
    with pytest.raises(ConfigurationError, match=r"rule x\.in-words of pack xxish") as refused:
        picture_signs(table, Circumstances.unknown(1), chosen, PicturePolicy())
    assert refused.value.expected == expected


def test_lists_of_every_language_have_names_of_their_own():
    every = [pack for pack in packs().packs if pack.declared_words]
    shared = {name for pack in every for name in pack.lists}
    assert shared
    assert {name for pack in packs().packs if pack not in every for name in pack.lists} & shared == set()
