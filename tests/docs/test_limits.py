"""docs/limits.md: what it says is missing is missing, and its numbers can be computed again."""

import inspect
import math
import re

import pyarrow as pa
import pytest
from docs.pages import DOCS

from pipelines.rules import content, standing
from pipelines.screen.mask import mask
from schemas.outcomes import Reason, Stage
from schemas.policy import ReleasePolicy

PAGE = (DOCS / "limits.md").read_text(encoding="utf-8")
MASKS = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|$", PAGE, re.MULTILINE)
COLLISIONS = re.findall(r"([\d.]+)\s% at\s+10\^(\d+)", PAGE)


def test_the_reasons_without_a_rule_are_those():
    listed = set(re.findall(r"^\| `(\w+)` \| [^`]+ \|$", PAGE, re.MULTILINE))
    decided = {reason for reason, _ in standing.STANDING_RULES}
    decided |= {Reason[name] for name in re.findall(r"Reason\.([A-Z_]+)", inspect.getsource(content))}
    decided |= {reason for reason in Reason if reason.stage is Stage.READ or reason is Reason.KEPT}
    assert listed == {reason.label for reason in Reason} - {reason.label for reason in decided}


@pytest.mark.parametrize(("given", "released"), MASKS)
def test_masks(given, released):
    assert mask(pa.array([given]), ReleasePolicy().mask)[0].to_pylist() == [released]


def test_the_table_of_masks_shows_both_sides():
    assert {given == released for given, released in MASKS} == {True, False}


def test_computed_numbers():
    for percent, exponent in COLLISIONS:
        accounts = 10 ** int(exponent)
        assert float(percent) == pytest.approx(100 * (1 - math.exp(-(accounts**2) / 2**65)), rel=0.15)
    assert len(COLLISIONS) == 2
    said = re.search(r"one objection redoes (\d+) %.*a\s+hundred redo (\d+) % of", PAGE, re.DOTALL)
    computed = [
        100 * (1 - (1 - changed / 400_000) ** authors) for changed, authors in ((1, 40_000), (100, 1500))
    ]
    assert [int(number) for number in said.groups()] == [round(number) for number in computed]
    assert 1 - (1 - 100 / 400_000) ** 40_000 > 0.9999
