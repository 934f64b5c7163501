"""Decisions out and in: what an export says, and which lines change what was decided."""

import pytest
from review.test_decisions import after, released
from review.waits import NOW, RULES, WORDS, at, entry, place, waiting

from pipelines.review.exchange import Queued, export_lines, import_lines
from pipelines.review.waiting import Past
from schemas.errors import BadInput
from schemas.review_log import ReviewLine

OTHER_WORDS = "33" * 32
BOTH = (place(), place(row=3), place(row=3, medium=1))


def line(picture=1, decision=None, **overrides):
    """A line about a waiting picture."""
    item = waiting(picture)
    defaults = {
        "picture": item.picture, "copies": True, "words": WORDS, "rules": RULES, "since": item.since,
        "expires": item.expires, "records": 1, "by": (), "at": None,
    }  # fmt: skip
    return ReviewLine(**defaults | {"decision": decision} | overrides)


def gone(picture=1, decision="refused", **overrides):
    """A line about a picture that waits no more."""
    return line(
        picture, decision, **{"expires": None, "records": None, "by": ("anna",), "at": NOW} | overrides
    )


EXPORTS = {
    "nothing": ((), (), ()),
    "what waits, in its order": ((waiting(2), waiting(1)), (), (line(2), line(1))),
    "records, not places": ((waiting(places=BOTH),), (), (line(records=2),)),
    "what does not expire": ((waiting(expires=None),), (), (line(expires=None),)),
    "what one person proposed": (
        (waiting(),), (entry("proposed", at=at(5)),), (line(decision="proposed", by=("anna",), at=at(5)),),
    ),
    "what was proposed and dropped": ((waiting(),), (entry("proposed"), entry("dropped")), (line(),)),
    "a proposal for what does not wait": ((), (entry("proposed"),), ()),
    "decisions after what waits, by their time": (
        (waiting(9),), (*released(3, second="cleo", at=at(2)), entry("refused", 2, at=at(1))),
        (line(9), gone(2, at=at(1)), gone(3, "released", by=("anna", "cleo"), at=at(2))),
    ),
    "the first refusal of a picture": (
        (), (entry("refused", at=at(1)), entry("refused", actor="bert", at=at(2))), (gone(at=at(1)),),
    ),
    "a refusal alone, of what was released": (
        (), (*released(), entry("refused", at=at(2))), (gone(at=at(2)),),
    ),
    "a refusal out of a sample": (
        (), (entry("refused", words=None, rules=None, first_queued=None),),
        (gone(words=None, rules=None, since=None),),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", EXPORTS)
def test_what_an_export_says(case):
    items, entries, lines = EXPORTS[case]
    assert tuple(export_lines(items, after(*entries))) == lines


EVER = {waiting(n).picture: Past(n != 6, {WORDS: at(-9), OTHER_WORDS: at(-n)}) for n in (1, 2, 5, 6, 12)}
"""5, 6 and 12 waited once, of 12 other words first; nobody digested 6."""


def imported(lines, items, now):
    data = b"".join(one.to_canonical_json() + b"\n" for one in lines)
    return import_lines(data, "x.jsonl", Queued(1, items, EVER), now, "bert", at(9))


def without_rules(picture, **overrides):
    """The refusal of a picture of which nothing is shown any more."""
    said = {"actor": "bert", "at": at(9), "words": None, "rules": None, "first_queued": at(-9)}
    return entry("refused", picture, **said | overrides)


ITEMS = (waiting(1), waiting(1, words=OTHER_WORDS), waiting(2))
REFUSED = entry("refused", actor="bert", at=at(9))
IMPORTS = {
    "no line": ((), (), ()),
    "a refusal": ((line(decision="refused"),), (), (REFUSED,)),
    "a refusal of the words it names": (
        (line(decision="refused", words=OTHER_WORDS),), (), (entry("refused", actor="bert", at=at(9), words=OTHER_WORDS),),
    ),
    "a refusal of whatever words": ((line(decision="refused", words=None),), (), (REFUSED,)),
    "a refusal of words that are no more": ((line(decision="refused", words="44" * 32),), (), (REFUSED,)),
    "one picture twice": ((line(decision="refused"), line(decision="refused", words=OTHER_WORDS)), (), (REFUSED,)),
    "two pictures": (
        (line(2, "refused"), line(1, "refused")), (), (entry("refused", 2, actor="bert", at=at(9)), REFUSED),
    ),
    "what is not decided": ((line(), line(2)), (), ()),
    "what is not decided, of what was refused": ((line(),), (entry("refused"),), ()),
    "what was refused before, waiting or not": ((gone(), gone(7)), (entry("refused"), entry("refused", 7)), ()),
    "what was released before": ((gone(7, "released"),), released(7), ()),
    "what was proposed before": ((line(decision="proposed"),), (entry("proposed"),), ()),
    "a refusal of what was released": (
        (gone(7),), released(7, rules=("en.toy",)), (entry("refused", 7, actor="bert", at=at(9), rules=("en.toy",)),),
    ),
    "a refusal of what waited once": ((line(5, "refused"),), (), (without_rules(5),)),
    "a refusal of what waited once and has no digest": (
        (line(6, "refused"),), (), (without_rules(6, copies=False),),
    ),
    "a refusal of what waited once, with other words": (
        (line(5, "refused", words=OTHER_WORDS),), (), (without_rules(5, first_queued=at(-5)),),
    ),
    "a refusal of what waited once, whatever the words": (
        (line(5, "refused", words=None),), (), (without_rules(5),),
    ),
    "a refusal of what waited once, with words that nobody knows": (
        (line(12, "refused", words="44" * 32),), (), (without_rules(12, first_queued=at(-12)),),
    ),
    "a refusal of what waited once, and a time that somebody changed": (
        (line(5, "refused", since=at(-700)),), (), (without_rules(5),),
    ),
    "a refusal of what waited once, and was refused": ((line(5, "refused"),), (entry("refused", 5),), ()),
    "a refusal, and what the log says of other words": (
        (line(decision="refused"), gone(1, "released", words=OTHER_WORDS)), released(words=OTHER_WORDS), (REFUSED,),
    ),
    "a refusal, and other words undecided": ((line(decision="refused"), line(words=OTHER_WORDS)), (), (REFUSED,)),
    "a refusal of what was proposed": ((line(decision="refused"),), (entry("proposed"),), (REFUSED,)),
}  # fmt: skip


@pytest.mark.parametrize("case", IMPORTS)
def test_which_refusals_come_in(case):
    lines, before, entries = IMPORTS[case]
    assert imported(lines, ITEMS, after(*before)) == entries


def test_an_export_comes_in_again_and_changes_nothing():
    before = after(*released(7), entry("refused", 8), entry("proposed"))
    assert imported(tuple(export_lines(ITEMS, before)), ITEMS, before) == ()


CHANGES = {
    "a release": (line(decision="released"), ()),
    "a release that one person proposed": (line(decision="released"), (entry("proposed"),)),
    "a release of other words than those released": (gone(7, "released", words=OTHER_WORDS), released(7)),
    "a release of what was refused": (line(decision="released"), (entry("refused"),)),
    "a release that was refused later": (gone(7, "released"), (*released(7), entry("refused", 7))),
    "a proposal": (line(decision="proposed"), ()),
    "a proposal that was dropped": (line(decision="proposed"), (entry("proposed"), entry("dropped"))),
    "a proposal of what was refused": (line(decision="proposed"), (entry("refused"),)),
    "a proposal of what does not wait": (line(7, "proposed"), (entry("proposed", 7),)),
    "a refusal of what never waited": (line(7, "refused"), ()),
    "a release of what an earlier line refuses": (line(2, "released"), ()),
    "a proposal of what an earlier line refuses": (line(2, "proposed"), ()),
    "a proposal of other words of what an earlier line refuses": (line(2, "proposed", words=OTHER_WORDS), ()),
    "a refusal of what was proposed once": (line(7, "refused"), (entry("proposed", 7),)),
}


@pytest.mark.parametrize("case", CHANGES)
def test_what_else_would_change_something_is_no_input(case):
    wrong, before = CHANGES[case]
    with pytest.raises(BadInput, match=r"line 2 of x\.jsonl"):
        imported((line(2, "refused"), wrong), ITEMS, after(*before))
