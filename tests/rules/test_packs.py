"""The packs that ship: complete, of bounded cost, and not mistaken for one another."""

import pytest

from pipelines.rules.completeness import gaps
from pipelines.rules.packs import load_packs

PACKS = load_packs()
MOST_FOLLOWERS = 100
"""States that may follow one: for each of them a word is looked at. With 3 on average a caption takes some
microseconds."""


@pytest.mark.parametrize("place", range(len(PACKS.packs)), ids=[pack.pack for pack in PACKS.packs])
def test_a_pack_that_ships(place):
    pack, lexicon = PACKS.packs[place], PACKS.lexicon(place)
    assert list(gaps(pack)) == []
    prefix = pack.language or pack.pack
    assert [rule.id for rule in pack.words if not rule.id.startswith(f"{prefix}.")] == []
    assert max(lexicon.automaton.each) <= MOST_FOLLOWERS


def test_every_rule_has_an_id_of_its_own_and_every_language_one_pack():
    assert len(set(PACKS.rules)) == len(PACKS.rules)
    languages = [pack.language for pack in PACKS.packs if pack.language]
    assert len(set(languages)) == len(languages)
