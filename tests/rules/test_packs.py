"""The packs that ship: complete, of bounded cost, and not mistaken for one another."""

import pytest

from pipelines.rules.completeness import gaps
from pipelines.rules.packs import load_packs

PACKS = load_packs()
LARGEST = 16_000
"""Characters of the largest expression. At 9,200 RE2 reads a million captions a second; at some hundred
thousand its automaton would no longer fit, and it would be forty times as slow."""


@pytest.mark.parametrize("place", range(len(PACKS.packs)), ids=[pack.pack for pack in PACKS.packs])
def test_a_pack_that_ships(place):
    pack, lexicon = PACKS.packs[place], PACKS.lexicon(place)
    assert list(gaps(pack)) == []
    prefix = pack.language or pack.pack
    assert [rule.id for rule in pack.words if not rule.id.startswith(f"{prefix}.")] == []
    expressions = [lexicon.expression(lexicon.alphabet, number, 2024) for number in range(len(pack.words))]
    assert [
        rule.id for rule, expression in zip(pack.words, expressions, strict=True) if len(expression) > LARGEST
    ] == []


def test_every_rule_has_an_id_of_its_own_and_every_language_one_pack():
    assert len(set(PACKS.rules)) == len(PACKS.rules)
    languages = [pack.language for pack in PACKS.packs if pack.language]
    assert len(set(languages)) == len(languages)
