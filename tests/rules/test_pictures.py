"""What metadata and words about a picture do to its record, and to the picture.

The expectations follow from DESIGN's words: declared removes, suspected quarantines, and a picture about
which nothing can be read is withheld and never called safe.
"""

import re
from datetime import date
from typing import NamedTuple

import pyarrow as pa
import pytest
from declared_values import ADULT, AGE, MINOR, PLUS, UNKNOWN, UNREAD, pairs
from screened import screened, shard_of, table_of, verdicts

from builders import account, at, declared, medium, record
from pipelines.rules.circumstances import Circumstances
from pipelines.rules.packs import load_packs
from pipelines.rules.pictures import Sign, picture_signs
from schemas.fields import RECORDS
from schemas.policy import PicturePolicy, Policy

DECLARED, SUSPECTED, NOTHING_LEFT = "minor_image_declared", "minor_image_suspected", "no_own_content"

HILL = {"alt_text": "A hill in fog"}


class Case(NamedTuple):
    name: str
    record: dict
    reason: str
    released: int
    """Pictures that a trainer gets of a kept record."""


def case(name, reason, released=0, *, pictures, **fields):
    return Case(name, record(media=pictures, **fields), reason, released)


def damaged(block, *said, **fields):
    """A picture of whose file something could not be read; ``said``: what else is declared."""
    return medium(metadata=[*said, declared("optout:Unread", "broken", block=block)], **fields)


def says(*values, prop=PLUS, **fields):
    return medium(metadata=[declared(prop, *values)], **fields)


CASES = [
    case("no picture", "kept", pictures=[]),
    case("no list of pictures", "kept", pictures=None),
    # declared by metadata
    *(case(f"{name} {value!r} is a minor", DECLARED, pictures=[says(value, prop=name, **HILL)]) for name, value in pairs(MINOR)),
    *(case(f"{name} {value!r} is adult", "kept", 1, pictures=[says(value, prop=name)]) for name, value in pairs(ADULT)),
    *(case(f"{name} {value!r} withholds", "kept", 0, pictures=[says(value, prop=name, **HILL)]) for name, value in pairs(UNREAD)),
    *(case(f"{name} {value!r} proves nothing", "kept", 0, pictures=[says(value, prop=name)]) for name, value in pairs(UNKNOWN)),
    *(case(f"{name} {value!r} leaves it to words", "kept", 1, pictures=[says(value, prop=name, **HILL)]) for name, value in pairs(UNKNOWN)),
    case("a property of another namespace proves nothing", "kept", 0, pictures=[says("AG-A25", prop="x:MinorModelAgeDisclosure")]),
    case("a property without values says nothing", "kept", 1, pictures=[says(**HILL)]),
    case("a property whose values are null withholds", "kept", 0, pictures=[
        medium(metadata=[{"property": PLUS, "values": None, "block": "xmp"}], **HILL)]),
    case("adults and a value that nobody can read", "kept", 0, pictures=[says("AG-A25", "AG-X")]),
    case("one property read, the other not", "kept", 0, pictures=[
        medium(metadata=[declared(PLUS, "AG-A25"), declared(AGE, "grown up")])]),
    case("the picture beside one that nobody can read", "kept", 1, pictures=[says("AG-X", **HILL), medium(**HILL)]),
    case("children written, and a value that nobody can read", SUSPECTED, pictures=[says("AG-X", alt_text="Two children")]),
    case("a declared child, and a value that nobody can read", DECLARED, pictures=[says("AG-X", "AG-U14")]),
    case("IPTC ages of two people, one a child", DECLARED, pictures=[says("41", "9", prop=AGE)]),
    case("a declared child in the second picture", DECLARED, pictures=[says("AG-A25"), says("AG-A15")]),
    case("two blocks that disagree", DECLARED, pictures=[
        medium(metadata=[declared(PLUS, "AG-A25"), declared(PLUS, "AG-A16", block="sidecar")])]),
    case("an age in words", DECLARED, pictures=[says("nine years old", prop=AGE, **HILL)]),
    case("an age in words of an adult withholds", "kept", 0, pictures=[says("ninety years old", prop=AGE, **HILL)]),
    *(case(f"a child among the people of {prop}", SUSPECTED, pictures=[says("child", prop=prop, **HILL)]) for prop in (
        "Iptc4xmpExt:AddlModelInfo", "Iptc4xmpExt:PersonInImageWDetails/PersonDescription", "mwg-rs:RegionList/FaceDescription")),
    case("a girl among the people may be an adult", SUSPECTED, pictures=[
        says("girl", prop="Iptc4xmpExt:PersonInImageWDetails/PersonDescription", **HILL)]),
    *(case(f"children in {prop}", SUSPECTED, pictures=[says("Two children", prop=prop, **HILL)]) for prop in (
        "dc:subject", "iim:Keywords", "dc:description", "exif:ImageDescription", "exif:XPKeywords",
        "mwg-coll:Collections/CollectionName", "Iptc4xmpCore:AltTextAccessibility", "comment:Description")),
    case("children in a property that is not about the picture", "kept", 1, pictures=[
        says("Two children", prop="dc:rights", **HILL)]),
    case("keywords are apart", "kept", 1, pictures=[says("little", "girlfriend", prop="dc:subject", **HILL)]),
    case("the structure of keywords is called Children", "kept", 1, pictures=[
        says("Anna", prop="mwg-kw:Children", **HILL)]),
    case("nothing clears what is declared", DECLARED, pictures=[says("AG-A16", alt_text="An old man on a bench")]),
    # not all was read
    *(case(f"words, and a {block or 'file'} that could not be read", "kept", 0, pictures=[damaged(block, **HILL)])
      for block in ("exif", "iim", "xmp", "comment", "sidecar", None)),
    case("what nobody could read, of a doubt nobody knows", "kept", 0, pictures=[
        medium(metadata=[{"property": "optout:Unread", "values": None, "block": None}], **HILL)]),
    case("a machine's words do not clear it", "kept", 0, pictures=[damaged("xmp", auto_alt_text="May be an image of mountain")]),
    case("adults declared do not clear it", "kept", 0, pictures=[damaged("xmp", declared(PLUS, "AG-A25"), **HILL)]),
    case("a child declared in what was read", DECLARED, pictures=[damaged("xmp", declared(PLUS, "AG-A15"))]),
    case("children written, and a block that could not be read", SUSPECTED, pictures=[damaged("xmp", alt_text="Two children")]),
    case("the picture beside a damaged one", "kept", 1, pictures=[damaged("xmp", **HILL), medium(**HILL)]),
    # suspected by words
    case("children in the alternative text", SUSPECTED, pictures=[medium(alt_text="Two children on a swing")]),
    case("children in the caption", SUSPECTED, pictures=[medium(caption="THE KIDS IN THE GARDEN")]),
    case("children in the machine's words", SUSPECTED, pictures=[
        medium(auto_alt_text="May be an image of child, dancing")]),
    case("a child in the text of the record", SUSPECTED, text="My daughter at the lake", pictures=[medium()]),
    case("a child in a text without picture", "kept", text="My daughter at the lake", pictures=[]),
    case("English words in a German record", SUSPECTED, language="de", pictures=[medium(caption="Our kids")]),
    case("adults declared, children written", SUSPECTED, pictures=[says("AG-A25", alt_text="Two children")]),
    case("words that a machine read in the picture", "kept", 1, pictures=[
        medium(auto_alt_text="May be an image of text that says 'kids eat free'")]),
    case("declared wins over suspected", DECLARED, pictures=[says("AG-U14", alt_text="Two children")]),
    # assessed
    case("words in which no rule finds a child", "kept", 1, pictures=[medium(alt_text="A hill in fog")]),
    case("an English dialect", "kept", 1, language="en-GB", pictures=[medium(alt_text="A hill in fog")]),
    case("a machine's words about no person", "kept", 1, language="de", pictures=[
        medium(auto_alt_text="May be an image of mountain")]),
    # unassessed
    case("a picture that says nothing", "kept", 0, pictures=[medium()]),
    case("words in a language without rules", "kept", 0, language="tr", pictures=[medium(alt_text="Sisli bir tepe")]),
    case("words in German", "kept", 1, language="de", pictures=[medium(alt_text="Ein Berg im Nebel")]),
    case("words in a language nobody named", "kept", 0, language=None, pictures=[medium(alt_text="A hill in fog")]),
    *(case(f"a caption of one word: {one}", "kept", 0, pictures=[medium(caption=one)]) for one in (
        "Sunday", "IMG_2034.jpg", "photo-of-a-hill.png", " Sunday! ", "2024 fog", "fog ...", "#hillinfog")),
    *(case(f"a caption of two: {two}", "kept", 1, pictures=[medium(caption=two)]) for two in (
        "Sunday fog", "fog\u00a0again", "the\n2nd")),
    case("an English sentence in a German record", SUSPECTED, language="de", pictures=[
        medium(caption="This is one of the nippers at the lake")]),
    case("one English word in a German record", "kept", 1, language="de", pictures=[medium(caption="Die Nippers am See")]),
    case("an English tag in a German record", SUSPECTED, language="de", pictures=[says("nippers", prop="dc:subject", **HILL)]),
    case("an English word in a language nobody named", SUSPECTED, language=None, pictures=[medium(caption="Nippers!")]),
    case("born when it was published", SUSPECTED, created_at=at("2024-03-05"), pictures=[medium(caption="born 2015", **HILL)]),
    case("of age when it was published", "kept", 1, created_at=at("2024-03-05"), pictures=[
        medium(caption="born 2001", **HILL)]),
    case("a minor when it was taken", SUSPECTED, created_at=at("2024-03-05"), pictures=[
        medium(caption="born 2001", taken_at=at("2012-01-01"), **HILL)]),
    case("a word in each of two fields", "kept", 0, pictures=[medium(caption="fog", alt_text="Sunday")]),
    case("a caption of punctuation", "kept", 0, pictures=[medium(caption="... !")]),
    case("a machine's words of a form nobody knows", "kept", 0, pictures=[medium(auto_alt_text="Bild: Berg")]),
    case("one of two assessed", "kept", 1, pictures=[medium(), medium(alt_text="A hill in fog")]),
    # what is left
    case("only a picture that says nothing", NOTHING_LEFT, text=None, pictures=[medium()]),
    case("only a picture that was assessed", "kept", 1, text=None, pictures=[medium(alt_text="A hill in fog")]),
    case("white space and such a picture", NOTHING_LEFT, text=" \u200b\n", pictures=[medium()]),
    case("nothing at all", NOTHING_LEFT, text="", pictures=[]),
    case("only a suspected picture", SUSPECTED, text=None, pictures=[medium(alt_text="Two children")]),
]  # fmt: skip


PEOPLE = [
    account(),  # 1990-05-17: adult from 2008-05-17
    account(account_id="young", birth_date=date(2007, 6, 1)),  # adult from 2025-06-01
    account(account_id="child", birth_date=date(2012, 6, 1)),
    account(account_id="ageless", birth_date=None, birth_precision=None),
]


def shows(account_id, role="tag"):
    return [{"role": role, "account": account_id}]


AROUND = [
    case("a tagged child", SUSPECTED, others=shows("child"), pictures=[medium(**HILL)]),
    case("a child said to be depicted", SUSPECTED, others=shows("child", "depicted"), pictures=[medium()]),
    case("a child among those tagged", SUSPECTED, others=[*shows("a1"), *shows("child"), *shows("young")], pictures=[medium()]),
    case("a mentioned child", "kept", 1, others=shows("child", "mention"), pictures=[medium(**HILL)]),
    case("a child that is answered", "kept", 1, others=shows("child", "reply_to"), pictures=[medium(**HILL)]),
    case("a tagged adult", "kept", 1, others=shows("a1"), pictures=[medium(**HILL)]),
    case("a tagged account of no known age", "kept", 1, others=shows("ageless"), pictures=[medium(**HILL)]),
    case("of age when it was published", "kept", 1, others=shows("young"), created_at=at("2025-06-02"), pictures=[medium(**HILL)]),
    case("under age when it was published", SUSPECTED, others=shows("young"), created_at=at("2025-05-30"), pictures=[medium(**HILL)]),
    case("under age when it was taken", SUSPECTED, others=shows("young"), created_at=at("2025-06-02"), pictures=[
        medium(taken_at=at("2020-01-01"), **HILL)]),
    case("its file says it was taken after it was published", SUSPECTED, others=shows("young"), created_at=at("2025-05-30"),
         pictures=[medium(taken_at=at("2025-07-01"), **HILL)]),
    case("a tagged child without a picture", "kept", others=shows("child"), pictures=[]),
    case("taken before its author was of age", SUSPECTED, pictures=[medium(taken_at=at("2008-05-01"), **HILL)]),
    case("taken when its author was of age", "kept", 1, pictures=[medium(taken_at=at("2008-06-01"), **HILL)]),
    case("one of two taken before", SUSPECTED, pictures=[medium(**HILL), medium(taken_at=at("2000-01-01"), **HILL)]),
    case("a face with a name shows a person, not a child", "kept", 1, pictures=[
        says("Ana", prop="mwg-rs:RegionList/Face", **HILL)]),
    case("a face with a name at a christening", SUSPECTED, pictures=[
        says("Ana", prop="mwg-rs:RegionList/Face", alt_text="The christening dress")]),
    case("a face without a name at a christening", "kept", 1, pictures=[
        says("", prop="mwg-rs:RegionList/Face", alt_text="The christening dress")]),
    case("a christening alone", "kept", 1, pictures=[medium(alt_text="The christening dress")]),
    case("two signs of one kind count once", "kept", 1, pictures=[medium(alt_text="The christening dress in a pram")]),
    case("weak signs in caption and text", SUSPECTED, text="The school again", pictures=[medium(alt_text="The christening dress")]),
]  # fmt: skip


@pytest.mark.parametrize("case", AROUND, ids=[case.name for case in AROUND])
def test_who_is_around_and_when_it_was_taken(case):
    result = screened([case.record], PEOPLE, policy=Policy.model_validate({"preset": "strict"}))
    assert (verdicts(result)[0][0], released(result)) == (case.reason, case.released)


def test_automatic_text_is_known_by_how_it_begins_in_any_language():
    """In letters of either size, and where an opening begins with another one."""
    openings = [opening for pack in load_packs().packs for opening in pack.machine_openings]
    written = [
        form for opening in openings for form in (opening, opening.swapcase(), opening[:-1], f"x {opening}")
    ]
    # Greek writes a small sigma in two ways, and a capital one in one.
    written = [form for form in written if "\u03c2" not in form.lower() and "\u03a3" not in form]
    rows = pa.Table.from_pylist([{"media": [{"auto_alt_text": form}]} for form in written], RECORDS)
    signs = picture_signs(rows, Circumstances.unknown(len(rows)), load_packs(), PicturePolicy())
    begins = re.compile("|".join(map(re.escape, openings)), re.IGNORECASE)
    known = [bool(begins.match(form)) for form in written]
    # Some openings hold a word that is a sign, whether they are known or not.
    without_sign = [sign != Sign.SUSPECTED for sign in signs.sign]
    assert [sign == Sign.NO_SIGN for sign in signs.sign] == [
        one and free for one, free in zip(known, without_sign, strict=True)
    ]
    assert sum(without_sign) > len(written) / 2


def test_letters_of_every_script_are_words():
    texts = [
        "\u03ad\u03bd\u03b1 \u03bb\u03cc\u03c6\u03bf\u03c2",
        "\u03bb\u03cc\u03c6\u03bf\u03c2",
        "\u00e9 \u00e0",
        "\u00e9 1",
        None,
        "a b",
    ]
    rows = pa.Table.from_pylist([{"language": "el", "media": [{"caption": text}]} for text in texts], RECORDS)
    signs = picture_signs(rows, Circumstances.unknown(len(rows)), load_packs(), PicturePolicy())
    assert [sign != Sign.UNASSESSED for sign in signs.sign] == [True, False, True, False, False, True]


def test_the_policy_weighs_weak_signs():
    christening = medium(alt_text="The christening dress")
    for pictures, reason in (
        ({"weak": {"occasion": 2}}, SUSPECTED),
        ({"suspected_from": 1}, SUSPECTED),
        ({"weak": {"occasion": 0}, "suspected_from": 1}, "kept"),
        ({}, "kept"),
    ):
        policy = Policy.model_validate({"pictures": pictures})
        assert verdicts(screened([record(media=[christening])], policy=policy))[0][0] == reason


def released(result):
    return sum(len(row["media"] or []) for row in shard_of(result))


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_record_and_pictures(case):
    result = screened([case.record])
    assert (verdicts(result)[0][0], released(result)) == (case.reason, case.released)
    counted = {one.name: one.count for one in result.result.pictures}
    assert counted["released"] == case.released
    pictures = len(case.record["media"] or [])
    assert sum(counted[sign] for sign in ("declared", "suspected", "no_sign", "unassessed")) == pictures
    if case.reason == "kept":
        assert counted["withheld"] == pictures - case.released


UNASSESSED = {
    "withhold": ("kept", 0),
    "remove": (NOTHING_LEFT, 0),
    "keep": ("kept", 1),
}


@pytest.mark.parametrize(("choice", "expected"), UNASSESSED.items(), ids=UNASSESSED)
def test_the_policy_decides_about_pictures_that_say_nothing(choice, expected):
    policy = Policy.model_validate({"pictures": {"unassessed": choice}})
    result = screened([record(media=[medium()])], policy=policy)
    assert (verdicts(result)[0][0], released(result)) == expected


@pytest.mark.parametrize("choice", UNASSESSED)
@pytest.mark.parametrize(
    ("picture", "reason"), [(says("AG-U14"), DECLARED), (medium(caption="our kids"), SUSPECTED)]
)
def test_no_policy_lets_a_sign_of_a_minor_through(choice, picture, reason):
    policy = Policy.model_validate({"pictures": {"unassessed": choice}})
    result = screened([record(media=[picture, medium()])], policy=policy)
    # `remove` lets the picture that says nothing take its record along, before anybody looks at the other.
    taken_along = choice == "remove" and reason == SUSPECTED
    assert verdicts(result)[0][0] == (NOTHING_LEFT if taken_along else reason)
    assert result.shard is None


def test_a_ledger_names_the_rules_that_gave_evidence():
    rows = [
        record(record_id="r1", media=[says("AG-U14", alt_text="Two children"), medium(caption="a boy")]),
        record(record_id="r2", media=[medium(alt_text="A hill in fog")]),
    ]
    rules = load_packs().rules
    held = [[rules[n] for n in row["rules"] or []] for row in table_of(screened(rows).ledger).to_pylist()]
    assert held == [["plus.minor-model-age", "en.child", "en.girl-boy"], []]


def test_a_picture_is_released_without_what_leads_back_to_it():
    told = medium(
        alt_text="A hill, see @ana",
        caption="Mail me: ana@example.org",
        uri="https://cdn.example/1.jpg",
        media_id="m9",
    )
    (row,) = shard_of(screened([record(media=[told])]))
    assert row["media"] == [{
        "sha256": told["sha256"], "mime": "image/jpeg",
        "alt_text": "A hill, see ⟦handle⟧", "caption": "Mail me: ⟦email⟧",
    }]  # fmt: skip


def test_the_text_of_a_record_speaks_of_each_of_its_pictures_and_of_no_other():
    rows = [
        record(record_id="r1", text="My daughter", media=[]),
        record(record_id="r2", text="A hill", media=[medium(**HILL), medium(**HILL)]),
        record(record_id="r3", text="My daughter", media=[medium(**HILL)] * 3),
        record(record_id="r4", text=None, media=[medium(**HILL)]),
    ]
    result = screened(rows)
    assert [reason for reason, _ in verdicts(result)] == ["kept", "kept", SUSPECTED, "kept"]
    counted = {one.name: one.count for one in result.result.pictures}
    assert (counted["suspected"], counted["no_sign"]) == (3, 3)
