"""Where patterns match: by cases, and beside a matcher that tries every way."""

from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.rules.compiling import compile_pack
from pipelines.rules.lines import lines_of
from pipelines.rules.matching import reached, word_hits
from pipelines.rules.packs import Packs as Several
from pipelines.rules.words import words_of
from schemas.errors import ConfigurationError
from schemas.pack import Pack

LISTS = {
    "child": ["child", "children", "little one", "wee small one"],
    "size": ["small", "tiny"],
    "sign": [",", "("],
}
NUMBERS, ORDINALS = {"one": 1, "seven": 7, "eighteen": 18}, {"first": 1, "seventh": 7}


def rule(*patterns, level="strong", kind="life_stage", **fields):
    return {
        "id": fields.pop("id", "xx.rule"), "level": level, "kind": kind, "patterns": list(patterns),
        "matches": ["x"], "passes": ["y"], **fields,
    }  # fmt: skip


def pack(*rules, **fields):
    given = {"pack": "xx", "language": "xx", "lists": LISTS, "numbers": NUMBERS, "ordinals": ORDINALS}
    given |= {"stop": ["the", "a", "of"], "words": [*rules]} | fields
    return Pack.of(given, "pack", ConfigurationError)


def hits(given, *texts, years=None):
    words = words_of(pa.array(texts, pa.string()))
    chosen = np.arange(len(texts))
    found = word_hits(compile_pack(given), words, chosen, np.array(years or [0] * len(texts)))
    return [mask.tolist() for mask in found]


@pytest.mark.parametrize(
    ("pattern", "matching", "passing"),
    [
        ("child", ["a child", "CHILD!", "child's"], ["children", "a chi ld", "achild", ""]),
        ("{child}", ["children", "the little one.", "wee small one"], ["little", "one", "small one", "little. one"]),
        ("tiny|{child} toes", ["tiny toes", "little one toes"], ["toes", "tiny", "tiny big toes"]),
        ("pet_shop|beach boys", ["Pet Shop Boys", "beach boys"], ["pet boys", "shop boys", "pet shop"]),
        ("{size}? dog", ["dog", "small dog", "big dog"], ["small", "doggy"]),
        ("my {size}? {size} dog", ["my tiny dog", "my small tiny dog"], ["my dog", "my small tiny small dog"]),
        ("my ~ child", ["my child", "my very own child", "my a b c child"], ["my a b c d child", "my. child", "child"]),
        ("my ~ child", ["my, child", "my (x) child"], ["my: child", "my; a child", "my! child"]),
        ("turn* {1-17}", ["turned 7", "turns seven", "turning 017"], ["turn 7", "turned 18", "turned eighteen"]),
        ("{1-17} year", ["1 year", "17 years year"[:7], "one year"], ["0 year", "18 year", "117 year", "7000 year"]),
        ("{1-17.} day", ["seventh day", "first day"], ["seven day", "7 day"]),
        ("*kind", ["Schulkind", "enkelkind"], ["kind", "kinder", "kindheit"]),
        ("*kind*", ["schulkinder"], ["schulkind", "kinder"]),
        ("*kind|kind", ["Schulkind", "kind"], ["kinder"]),
        (", {1-17} ,", ["Ana, 7, in May"], ["Ana 7, in May", "Ana, 18, in May"]),
        ("( {1-17} )", ["Leo (4)"], ["Leo 4", "(44)"]),
        ("l'enfant", ["L\u2019enfant", "l enfant"], ["lenfant"]),
        ("élève|straße", ["ELEVE", "strasse", "e\u0301le\u0300ve"], ["el eve"]),
        ("our {child}", ["#ourchildren", "#our children", "#OurLittleOne"], ["#ourchildrens", "#our", "ourchildren"]),
        ("child", ["#child", "#thechild"], ["#childish", "#children"]),
        ("the a of", ["the a of"], ["the a", "a of the"]),
    ],
)  # fmt: skip
def test_patterns(pattern, matching, passing):
    # "our" is known where a pattern asks for it
    (found,) = hits(pack(rule(pattern)), *matching, *passing)
    assert found == [True] * len(matching) + [False] * len(passing)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("{children}", "no list of that name"),
        ("~ child", "begins or ends with ~"),
        ("child ~", "begins or ends with ~"),
        ("child?", "asks for no word"),
        ("a||b", "stand between |"),
        ("|b", "stand between |"),
        ("|b|", "stand between |"),
        ("a{size}b", "stand between |"),
        ("{size}{child}", "stand between |"),
        ("ch*ld", "* elsewhere"),
        ("*", "no word"),
        ("l'enf*", "* elsewhere"),
        ("---", "no word"),
    ],
)
def test_a_pattern_that_is_none_is_refused(pattern, found):
    with pytest.raises(ConfigurationError, match=r"rule xx\.rule of pack xx") as refused:
        compile_pack(pack(rule(pattern)))
    assert found in refused.value.found


@pytest.mark.parametrize(
    ("level", "kind", "found"),
    [
        ("declared", "age", "expected 'none', 'weak' or 'strong'"),
        ("weak", "life_stage", "no points in any policy"),
    ],
)
def test_a_rule_of_words_is_weighed_as_the_policy_can(level, kind, found):
    with pytest.raises(ConfigurationError, match=found):
        pack(rule("child", level=level, kind=kind))


@pytest.mark.parametrize("key", ["numbers", "ordinals"])
def test_a_number_of_two_words_is_refused(key):
    with pytest.raises(ConfigurationError, match="numbers and ordinals of pack xx") as refused:
        compile_pack(pack(rule("{1-17} years"), **{key: {"dix-sept": 17}}))
    assert "dix sept" in refused.value.found


def test_a_rule_of_level_none_takes_out_its_own_words_alone():
    given = pack(rule("child s play", level="none", kind="lookalike"), rule("child"), rule("child ~ toy"))
    texts = [
        "child's play",
        "a child at child's play",
        "child's play, a child",
        "child s play x toy",
        "child",
    ]
    assert hits(given, *texts) == [
        [True, True, True, True, False],
        [False, True, True, False, True],
        [False, False, False, False, False],
    ]


def test_what_is_uncertain_is_evidence_and_is_taken_out():
    given = pack(rule("no child", level="weak", kind="uncertain"), rule("child"))
    assert hits(given, "no child", "no child, a child", "child") == [[True, True, False], [False, True, True]]


SALE = rule("for sale", id="xx.sale", level="none", kind="context")
GROWN = rule("grown up", id="xx.grown", level="none", kind="context")


def test_a_rule_reads_where_its_context_is_found_anywhere_in_the_text():
    toy = rule("child s", level="none", kind="lookalike", where=["xx.sale", "xx.grown"])
    texts = [
        "a child's coat. It is for sale!",
        "a child's coat",
        "grown up, in a child's coat",
        "a child, for sale",
    ]
    sale, grown, taken, child = hits(pack(SALE, GROWN, toy, rule("child")), *texts)
    assert sale == [True, False, False, True]
    assert grown == [False, False, True, False]
    assert taken == [True, False, True, False]
    assert child == [False, True, False, True]


def test_a_rule_does_not_read_where_what_it_excludes_is_found():
    given = pack(rule("child", unless=["xx.grown"]), SALE, GROWN)
    found, *_ = hits(given, "a child", "a child, grown up", "Grown up; for sale; a child", "a child for sale")
    assert found == [True, False, False, True]


def test_of_two_conditions_both_are_asked():
    given = pack(SALE, GROWN, rule("child", where=["xx.sale"], unless=["xx.grown"]))
    *_, found = hits(given, "a child for sale", "a child", "child, for sale, grown up", "grown up child")
    assert found == [True, False, False, False]


def test_a_context_is_looked_for_before_anything_is_taken_out():
    """Also where the rule that takes it out reads first, and of texts that stand beside others."""
    given = pack(
        rule("not for sale", level="none", kind="lookalike"), SALE,
        rule("toy", level="none", kind="lookalike", where=["xx.sale"]), rule("toy|child"),
    )  # fmt: skip
    taken, _, toy, found = hits(given, "a toy, not for sale", "a toy", "not for sale: a child, a toy")
    assert (taken, toy, found) == ([True, False, True], [True, False, True], [False, True, True])


def test_a_condition_holds_when_something_was_taken_out():
    given = pack(rule("toy", level="none", kind="lookalike"), SALE, rule("child", where=["xx.sale"]))
    *_, found = hits(given, "a toy, a child", "a toy, a child, for sale", "a child")
    assert found == [False, True, False]


def test_a_context_alone_makes_no_text_worth_reading():
    assert hits(pack(SALE, rule("child")), "for sale", "a dog") == [[False, False], [False, False]]


def test_a_context_is_found_in_a_tag_and_hides_nothing_of_what_the_tag_is_made_of():
    ours = rule("our child")
    (alone,) = hits(pack(ours), "#ourchild", "#our child", "#ourchild dog")
    assert alone == [True, True, True]
    about = rule("ourchild", id="xx.about", level="none", kind="context")
    found, context = hits(pack(ours, about), "#ourchild", "#our child", "#ourchild dog")
    assert found == alone
    assert context == [True, False, True]


def test_a_word_that_a_rule_knows_as_a_whole_is_read_as_a_whole():
    whole = rule("ourchild", level="none", kind="lookalike")
    assert hits(pack(whole, rule("our child")), "#ourchild", "#our child") == [[True, False], [False, True]]


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ([rule("a", where=["xx.sale"])], "xx.sale is no rule of kind context"),
        ([rule("a", unless=["xx.rule"])], "xx.rule is no rule of kind context"),
        ([rule("a", level="strong", kind="context")], "a rule of kind context is of level none"),
        ([SALE, rule("a", level="none", kind="context", where=["xx.sale"])], "and reads every text"),
        ([rule("a", level="none", kind="context", reads=["people"])], "reads every field"),
        ([rule("a", level="none", kind="lookalike", reads=["caption", "text"])], "reads every field"),
        ([rule("a", level="weak", kind="uncertain", reads=["people"])], "reads every field"),
    ],
)
def test_contexts_that_are_none_are_refused(rules, found):
    with pytest.raises(ConfigurationError, match=found):
        pack(*rules)


@pytest.mark.parametrize(
    ("text", "year", "found"),
    [
        ("born 2015", 2024, True),
        ("born 2006", 2024, False),
        ("born 2007", 2024, True),
        ("born 2024", 2024, True),
        ("born 2025", 2024, False),
        ("born 1990", 2004, True),
        ("born 2015", 0, False),
        ("born 02015", 2024, False),
        ("born 15", 2024, False),
        ("a child", 0, True),
    ],
)
def test_who_is_born_in_a_year_is_a_minor_in_the_picture_or_not(text, year, found):
    given = pack(rule("born {birth-year}", "child"))
    beside = ["born 2015", "a dog", "a child"]
    assert hits(given, text, *beside, years=[year, 2024, 2024, 2024]) == [[found, True, False, True]]


def test_a_text_is_read_whichever_others_there_are():
    given = pack(rule("my ~ child"), rule("{1-17} year"))
    texts = ["my child", None, "7 years year", "", "7 year", "a dog"]
    words = words_of(pa.array(texts, pa.string()))
    chosen = np.array([4, 0, 5])
    found = word_hits(compile_pack(given), words, chosen, np.zeros(3, np.int64))
    assert [mask.tolist() for mask in found] == [[False, True, False], [True, False, False]]
    assert [len(mask) for mask in word_hits(compile_pack(given), words, chosen[:0], chosen[:0])] == [0, 0]


def test_examples_are_checked_and_the_first_that_fails_is_named():
    Several(packs=(pack(rule("child", matches=["a child"], passes=["a dog"])),)).lexicon(0)
    for fields, expected in (
        ({"matches": ["a child", "a dog"], "passes": ["a cat"]}, "a match in its example «a dog»"),
        ({"matches": ["a child"], "passes": ["a child's cat"]}, "no match in its example «a child's cat»"),
    ):
        with pytest.raises(ConfigurationError, match=r"rule xx\.rule of pack xx") as refused:
            Several(packs=(pack(rule("child", **fields)),)).lexicon(0)
        assert refused.value.expected == expected


def test_words_of_many_kinds_are_told_apart():
    """Any number of ``*`` may fit one word, so that words may be of more kinds than a pack has."""
    given = pack(rule("*a*|*b*|*c*|*d* child"))
    texts = [f"x{''.join(kind)}x child" for size in range(5) for kind in combinations("abcd", size)]
    (found,) = hits(given, *texts)
    assert found == [False, *[True] * 15]


@pytest.mark.parametrize(
    ("patterns", "text", "left"),
    [
        (["a b", "a b c"], "a b c", [False, True]),
        (["a b c", "a b"], "a b c", [False, False]),
        (["b c d", "a b"], "a b c d", [False, True]),
        (["a ~ b"], "a b c b", [False, False]),
        (["a b?"], "a b c", [False, True]),
    ],
)
def test_of_what_overlaps_the_first_is_taken_out(patterns, text, left):
    """The first to begin; of these the first that is written; of these the longest."""
    given = pack(rule(*patterns, level="none", kind="lookalike"), rule("b"), rule("c"))
    taken, *others = hits(given, text)
    assert (taken, [found for (found,) in others]) == ([True], left)


def test_what_is_taken_out_is_one_word_between_others():
    given = pack(rule("a b c", level="none", kind="lookalike"), rule("my ~ child"))
    assert hits(given, "my a b c x y child", "my a b c x y z child", "my a b x y child") == [
        [True, True, False],
        [True, False, False],
    ]


# A matcher that knows nothing of automata: it tries every way through a pattern, word by word.
ALPHABET = ["a", "b", "c", "ab", "7", "20", "seven", ".", ","]


def ways(elements, words):
    """How many words each way of matching a pattern at the start of words takes."""
    if not elements:
        return {0}
    head, *rest = elements
    taken = set()
    if head == "~":
        for gap in range(4):
            if gap > len(words) or any(word in ".!?;:" for word in words[:gap]):
                break
            taken.add(gap)
    else:
        core = head.removesuffix("?")
        if core != head:
            taken.add(0)
        if words and any(fits(one, words[0]) for one in core.split("|")):
            taken.add(1)
    return {first + then for first in taken for then in ways(rest, words[first:])}


def fits(one, word):
    if one == "{1-17}":
        return word in ("7", "seven")
    if one.startswith("*"):
        return word.endswith(one[1:]) and len(word) > len(one) - 1
    return word == one


ATOM = st.sampled_from(["a", "b", "c", "*b", "{1-17}", "a|c", "b|{1-17}", ".", "c?", "a|b?", "~"])


@settings(max_examples=200)
@given(
    st.lists(ATOM, min_size=1, max_size=4).filter(
        lambda one: one[0] != "~" and one[-1] != "~" and any(part[-1] not in "?~" for part in one)
    ),
    st.lists(st.lists(st.sampled_from(ALPHABET), max_size=7), min_size=1, max_size=5),
)
def test_patterns_match_what_trying_every_way_finds(elements, texts):
    expected = [any(ways(elements, text[start:]) for start in range(len(text) + 1)) for text in texts]
    (found,) = hits(pack(rule(" ".join(elements)), numbers={"seven": 7}), *map(" ".join, texts))
    assert found == expected


# 64 patterns that have as many ways through a text of one word as patterns can have.
ENDINGS = [f"b{first}{second}" for first in "abcdefgh" for second in "abcdefgh"]
MANY_WAYS = [" ".join(["a", *(["~", "a?"] * (1 + number % 3)), "a", ENDINGS[number]]) for number in range(64)]


@pytest.mark.parametrize("words", [1_000, 10_000])
def test_steps_grow_with_the_words_of_a_text_alone(words):
    """However many ways there are through patterns: a state is entered once from each word."""
    lexicon = compile_pack(pack(rule(*MANY_WAYS)))
    text = " ".join(["baa", *["a"] * (words - 1)])
    read = words_of(pa.array([text]))
    lines = lines_of(lexicon, read, np.arange(1), np.zeros(1, np.int64))
    automaton, steps, longest = lexicon.automaton, 0, 2 + 3 * 4 + 1
    for further, (first, state) in enumerate(reached(automaton, lines, np.arange(len(lines.letter)))):
        assert len(first) <= words * len(automaton.place)
        assert further < longest
        steps += len(state)
    assert words < steps <= words * len(automaton.place) * longest
    assert hits(pack(rule(*MANY_WAYS)), text, f"{text[:-1]} bah") == [[False, True]]
