"""docs/policy.md: its tables are the presets, the ages and the thresholds of the code."""

import re
from datetime import UTC, date, datetime

import pytest
from docs.pages import DOCS, blocks_of
from pydantic import ValidationError
from screened import eligibility

from builders import account
from pipelines.strict_yaml import parse
from schemas.errors import ConfigurationError
from schemas.flags import Flag
from schemas.policy import PRESETS, Policy, Quality, SurfaceRule
from schemas.vocabulary import OTHER_ROLES

PAGE = (DOCS / "policy.md").read_text(encoding="utf-8")
POLICIES = [text for kind, text in blocks_of(PAGE) if kind == "yaml"]
AS_OF = datetime(2026, 6, 1, tzinfo=UTC)


def rows(heading):
    """The cells of the first table behind a line that starts with ``heading``, its head left out."""
    lines = PAGE[PAGE.index(f"\n{heading}") + 1 :].splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("|")) + 2
    end = next(n for n, line in enumerate(lines[start:], start) if not line.startswith("|"))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[start:end]]


def needs(rule):
    asked = [name for name in SurfaceRule.model_fields if name != "use" and getattr(rule, name)]
    return ", ".join(asked) if rule.use else "off"


def test_the_presets():
    expected = [
        [surface, needs(PRESETS["strict"][surface]), needs(PRESETS["meta-2025"][surface])]
        for surface in PRESETS["strict"]
    ]
    assert rows("## Two presets") == expected


def test_every_need_is_explained_with_reasons_that_exist(repository):
    explained = rows("| need |")
    assert [row[0].strip("`") for row in explained] == [n for n in SurfaceRule.model_fields if n != "use"]
    outcomes = (repository / "docs/reference/outcomes.md").read_text(encoding="utf-8")
    reasons = re.findall(r"`(\w+)`", " ".join(row[2] for row in explained))
    assert {reason for reason in reasons if f"| {reason} |" not in outcomes} == set()


@pytest.mark.parametrize(("born", "precision", "from_when"), rows("| birth date |"))
def test_ages(born, precision, from_when):
    """Of age from the very instant the table gives; `never` from none."""
    min_age = int(found[1]) if (found := re.search(r"min_age: (\d+)", from_when)) else 18
    known = re.match(r"\d{4}-\d\d-\d\d", born)
    row = account(
        birth_date=date.fromisoformat(known[0]) if known else None,
        birth_precision=None if precision == "unknown" else precision,
    )
    [held] = eligibility([row], policy=Policy(min_age=min_age), as_of=AS_OF).lookup.to_pylist()
    if from_when.startswith("never"):
        assert (held["adult_from"], held["flags"] & Flag.ADULT_NOW) == (None, 0)
        return
    instant = datetime.fromisoformat(re.search(r"\d{4}-\S+Z", from_when)[0])
    assert held["adult_from"] == round(instant.timestamp() * 1_000_000)
    assert bool(held["flags"] & Flag.ADULT_NOW) == (instant <= AS_OF)


def test_the_thresholds():
    quality = Quality()
    expected = [
        [f"`quality.{part}.{name}`", f"{getattr(getattr(quality, part), name):g}"]
        for part in Quality.model_fields
        for name in type(getattr(quality, part)).model_fields
    ]
    assert [row[:2] for row in rows("| threshold |")] == expected


def test_what_becomes_of_records_that_name_people():
    """The defaults, and whatever of the three actions can be said of the roles; keep of nobody unknown."""

    def offered(table, role, action):
        try:
            Policy.model_validate({"third_party": {table: {role: action}}})
        except ValidationError:
            return False
        return True

    defaults = Policy().third_party
    expected = [
        [
            role,
            getattr(defaults.objected, role),
            getattr(defaults.unknown, role),
            ", ".join(action for action in ("drop", "mask", "keep") if offered("objected", role, action)),
        ]
        for role in OTHER_ROLES
    ]
    assert rows("| role | objected | unknown |") == expected
    assert all(
        offered("unknown", role, action) == (action in may_be and action != "keep")
        for role, _, _, may_be in expected
        for action in ("drop", "mask", "keep")
    )


@pytest.mark.parametrize("text", POLICIES)
def test_policies_on_the_page_are_read(text):
    assert Policy.of(parse(text, "policy.yaml"), "policy.yaml", ConfigurationError)


def test_what_changing_it_costs():
    """What the last section says is read by every split is what the split key takes of the policy."""
    [sentence] = re.findall(r"## What changing it costs\n(.*?) are read by every split", PAGE, re.DOTALL)
    changed = {
        "surfaces": {"surfaces": {"story": {"use": False}}},
        "third_party": {"third_party": {"objected": {"tag": "keep"}}},
        "pictures": {"pictures": {"unassessed": "keep"}},
        "release": {"release": {"columns": ["text"]}},
    }
    assert set(re.findall(r"`(\w+)`", sentence)) == set(changed)
    digest = Policy().screening_digest()
    assert all(Policy.model_validate(given).screening_digest() != digest for given in changed.values())
    unread = ({"min_age": 21}, {"regions": ["FR"]}, {"notice_days": 60}, {"kinds": ["business"]},
              {"quality": {"release": {"min_kept_rows": 7}}})  # fmt: skip
    assert {Policy.model_validate(given).screening_digest() for given in unread} == {digest}
