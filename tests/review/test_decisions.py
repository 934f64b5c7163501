"""What events come to, and what may be decided next."""

from itertools import permutations

import pyarrow as pa
import pytest
from review.waits import NOW, RULES, WORDS, at, entry, waiting

from pipelines.review import decisions
from pipelines.review.decisions import (
    Decided,
    confirm_release,
    decided,
    drop,
    propose_release,
    refuse,
    reviews_of,
)
from pipelines.review.decisions import standing as standing_of
from schemas.errors import BadInput, Refused
from schemas.review_log import ReviewEvent
from schemas.reviews import REVIEWS, Decision

OTHER_WORDS = "33" * 32


def logged(*entries):
    """Entries as events, each appended alone."""
    return [
        ReviewEvent(**dict(entry), number=number, through=number, previous=None if number == 1 else "00" * 32)
        for number, entry in enumerate(entries, 1)
    ]


def after(*entries):
    return decided(logged(*entries))


def released(picture=1, *, first="anna", second="bert", **overrides):
    """A release by two people."""
    return (
        entry("proposed", picture, actor=first, **overrides),
        entry("released", picture, actor=second, **overrides),
    )


def table(*rows):
    return pa.Table.from_pylist(list(rows), schema=REVIEWS)


def refusal(picture=1, *, copies=True):
    return {"picture": picture, "copies": copies, "decision": Decision.REFUSED, "words": None, "rules": None}


def release(picture=1, words=WORDS, rules=RULES):
    return {
        "picture": picture, "copies": True, "decision": Decision.RELEASED, "words": bytes.fromhex(words),
        "rules": list(rules),
    }  # fmt: skip


REVIEWED = {
    "nothing": ((), ()),
    "what was only seen": ((entry(),), ()),
    "a proposal alone": ((entry("proposed"),), ()),
    "a proposal dropped": ((entry("proposed"), entry("dropped", actor="cleo")), ()),
    "a refusal": ((entry("refused"),), (refusal(),)),
    "a refusal out of a sample": (
        (entry("refused", copies=False, words=None, rules=None, first_queued=None),), (refusal(copies=False),),
    ),
    "a refusal by two people, of two texts": (
        (entry("refused"), entry("refused", actor="bert", words=OTHER_WORDS)), (refusal(),),
    ),
    "a release": (released(), (release(),)),
    "a release of what nobody digested": (released(copies=False), ()),
    "a release once it was digested": ((*released(2, copies=False), *released()), (release(),)),
    "a release of each text": (
        (*released(words=OTHER_WORDS), *released()), (release(), release(words=OTHER_WORDS)),
    ),
    "a release, and a later one with other rules": (
        (*released(rules=("a", "b")), *released(rules=("a", "c"))), (release(rules=("a", "c")),),
    ),
    "a release, and a later one with fewer rules": (
        (*released(rules=("a", "b")), *released(rules=("b",))), (release(rules=("b",)),),
    ),
    "a release after a refusal": ((entry("refused"), *released()), (refusal(),)),
    "a refusal after a release": ((*released(), entry("refused", words=OTHER_WORDS)), (refusal(),)),
    "a refusal of another picture": (
        (*released(), entry("refused", 2)), (release(), refusal(2)),
    ),
    "pictures beyond signed numbers": (
        (entry("refused", 2**64 - 1), entry("refused", 2**63)), (refusal(2**63), refusal(2**64 - 1)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REVIEWED)
def test_decisions_become_a_table(case):
    entries, rows = REVIEWED[case]
    assert reviews_of(logged(*entries)).equals(table(*rows))


def test_equal_decisions_make_equal_tables_whatever_their_order():
    groups = (
        (entry("refused", 3),), released(1, rules=("a", "b")), released(1, words=OTHER_WORDS, first="cleo"),
        released(2), (entry("refused", 2, actor="bert"),),
    )  # fmt: skip
    tables = [reviews_of(logged(*sum(order, ()))) for order in permutations(groups)]
    one_order = release(1, rules=("a", "b")), release(1, OTHER_WORDS), refusal(2), refusal(3)
    assert len(tables) == 120
    assert all(one.equals(tables[0]) for one in tables)
    assert tables[0].equals(table(*one_order))


FORGED = {
    "nobody proposed": (entry("released"),),
    "the same person proposed": released(first="anna", second="anna"),
    "proposed for other rules": (entry("proposed", rules=("a",)), entry("released", actor="bert")),
    "proposed for other words": (entry("proposed", words=OTHER_WORDS), entry("released", actor="bert")),
    "dropped before": (entry("proposed"), entry("dropped"), entry("released", actor="bert")),
    "confirmed twice": (*released(), entry("released", actor="cleo")),
}


@pytest.mark.parametrize("case", FORGED)
def test_a_release_that_two_people_did_not_make_is_no_input(case):
    with pytest.raises(BadInput, match=f"line {len(FORGED[case])} of the log of reviews"):
        decided(logged(*FORGED[case]))


STANDING = {
    "nothing was decided": ((), "open", None),
    "it was only seen": ((entry(),), "open", None),
    "another picture was refused": ((entry("refused", 2),), "open", None),
    "it was refused": ((entry("refused"),), "refused", "anna"),
    "it was refused with other words": ((entry("refused", words=OTHER_WORDS),), "refused", "anna"),
    "one proposed": ((entry("proposed"),), "proposed", "anna"),
    "one proposed, seeing other rules": ((entry("proposed", rules=("en.child",)),), "open", None),
    "one proposed, of other words": ((entry("proposed", words=OTHER_WORDS),), "open", None),
    "a proposal was dropped": ((entry("proposed"), entry("dropped")), "open", None),
    "it was released": (released(), "released", "bert"),
    "it was released with more evidence": (released(rules=(*RULES, "en.toy")), "released", "bert"),
    "it was released with less evidence": (released(rules=("en.child",)), "open", None),
    "it was released twice, each time with part of the evidence": (
        (*released(rules=("en.child",)), *released(rules=("en.school",))), "open", None,
    ),
    "it was released with more evidence, later with less": (
        (*released(rules=RULES), *released(rules=("en.child",))), "open", None,
    ),
    "it was released with other words": (released(words=OTHER_WORDS), "open", None),
    "it was released, then refused": ((*released(), entry("refused", actor="cleo")), "refused", "cleo"),
    "it was refused, then released": ((entry("refused", actor="cleo"), *released()), "refused", "cleo"),
}  # fmt: skip


@pytest.mark.parametrize("case", STANDING)
def test_how_a_picture_stands(case):
    entries, state, actor = STANDING[case]
    stands = standing_of(after(*entries), waiting())
    assert (stands.state, stands.event and stands.event.actor) == (state, actor)


def test_what_is_decided_says_what_was_shown():
    item = waiting()
    (made,) = refuse(Decided(), item, "anna", NOW)
    assert made == entry("refused")
    assert propose_release(Decided(), item, "anna", NOW) == entry("proposed")
    assert confirm_release(after(entry("proposed")), item, "bert", NOW) == entry("released", actor="bert")
    assert drop(after(entry("proposed")), item, "bert", NOW) == entry("dropped", actor="bert")
    assert decisions.view(item, "anna", at(1)) == entry(at=at(1))


def test_a_refusal_is_made_once():
    assert refuse(after(entry("refused", words=OTHER_WORDS)), waiting(), "bert", NOW) == ()


def test_what_two_people_do_is_a_release():
    item = waiting()
    first = propose_release(Decided(), item, "anna", NOW)
    second = confirm_release(after(first), item, "bert", at(1))
    assert reviews_of(logged(first, second)).equals(table(release()))
    assert standing_of(after(first, second), item).state == "released"


NOT_ALLOWED = {
    "propose what somebody proposed": (propose_release, (entry("proposed", actor="bert"),), "bert"),
    "propose what one proposed oneself": (propose_release, (entry("proposed"),), "anna"),
    "propose what was refused": (propose_release, (entry("refused", actor="bert"),), "bert"),
    "propose what was released": (propose_release, released(), "released by bert"),
    "confirm what nobody proposed": (confirm_release, (), "none"),
    "confirm one's own proposal": (confirm_release, (entry("proposed"),), "anna twice"),
    "confirm what was proposed for other rules": (
        confirm_release, (entry("proposed", actor="bert", rules=("en.child",)),), "none",
    ),
    "confirm what was proposed for other words": (
        confirm_release, (entry("proposed", actor="bert", words=OTHER_WORDS),), "none",
    ),
    "confirm what was refused meanwhile": (
        confirm_release, (entry("proposed", actor="bert"), entry("refused", actor="cleo")), "refused by cleo",
    ),
    "drop what nobody proposed": (drop, (), "none"),
    "drop what was released": (drop, released(), "none"),
}  # fmt: skip


@pytest.mark.parametrize("case", NOT_ALLOWED)
def test_what_is_not_allowed_is_refused(case):
    decide, entries, found = NOT_ALLOWED[case]
    with pytest.raises(Refused) as refused:
        decide(after(*entries), waiting(), "anna", NOW)
    assert found in (refused.value.found or "")


UNDIGESTED = {
    "propose": (propose_release, ()),
    "confirm": (confirm_release, (entry("proposed", actor="bert", copies=False),)),
}


@pytest.mark.parametrize("case", UNDIGESTED)
def test_what_nobody_digested_is_not_released(case):
    decide, entries = UNDIGESTED[case]
    with pytest.raises(Refused) as refused:
        decide(after(*entries), waiting(copies=False), "anna", NOW)
    assert refused.value.subject == "release"
    assert refused.value.expected == "a picture whose bytes were digested"
    assert "media_root" in (refused.value.remedy or "")


def test_what_nobody_digested_waits_whatever_was_released():
    now = after(*released(copies=False))
    assert standing_of(now, waiting(copies=False)).state == "open"
    (refusal_made,) = refuse(now, waiting(copies=False), "cleo", NOW)
    assert refusal_made == entry("refused", actor="cleo", copies=False)


def test_a_proposal_for_other_rules_may_be_replaced():
    before = after(entry("proposed", actor="bert", rules=("en.child",)))
    assert propose_release(before, waiting(), "anna", NOW) == entry("proposed")
