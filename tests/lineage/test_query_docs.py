"""The page of queries: every block runs on a real version, and says what the page says it does."""

import re
from pathlib import Path

import pytest

from pipelines.corpus.chain import load_version
from pipelines.lineage.session import open_session
from pipelines.lineage.views import RELATIONS

PAGE = (Path(__file__).resolve().parents[2] / "docs/lineage-queries.md").read_text(encoding="utf-8")
SECTIONS = re.findall(r"^#{2,3} ([^\n]+)\n([^#]*?)```sql\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)
EMPTY = "Must return nothing"


@pytest.fixture(scope="module")
def session(corpus):
    with open_session(corpus.store, load_version(corpus.store, 1)) as opened:
        yield opened


def test_the_page_is_read_as_a_whole():
    assert len(SECTIONS) == PAGE.count("```sql") >= 12
    assert sum(text.startswith(EMPTY) for _, text, _ in SECTIONS) == PAGE.count(f"\n{EMPTY}") == 6


@pytest.mark.parametrize(("text", "sql"), [s[1:] for s in SECTIONS], ids=[s[0] for s in SECTIONS])
def test_a_query_returns_what_its_sentence_says(session, text, sql):
    rows = list(session.ask(sql).rows)
    assert bool(rows) != text.startswith(EMPTY)


@pytest.mark.parametrize("relation", RELATIONS, ids=lambda relation: relation.name)
def test_the_page_lists_every_relation_with_its_columns(relation):
    [line] = [line for line in PAGE.splitlines() if line.startswith(f"| `{relation.name}` |")]
    _, _, meaning, columns, _ = (cell.strip() for cell in line.split("|"))
    assert meaning == relation.meaning
    named = re.findall(r"`(\w+)`", columns)
    others = {name for name in relation.schema.names if name not in named}
    if relation.name == "profile":
        others -= {"kept", "removed", "quarantined", "rejected"}
        others = {name for name in others if not name.startswith("reason_")}
    assert not others
    assert set(named) <= set(relation.schema.names)


def _answer(session, title):
    [sql] = [sql for name, _, sql in SECTIONS if name == title]
    return session.ask(sql).as_dicts()


def test_overlap_by_hand(session):
    # r3 and r4 are not public beside their primary reason; r9 has two reasons, r8 one of them
    found = {
        row["reason"]: (row["held"], row["alone"]) for row in _answer(session, "Which reasons come together")
    }
    assert found == {
        "not_public": (2, 0),
        "account_unknown": (2, 1),
        "objection": (1, 0),
        "minor_account": (1, 0),
        "minor_at_posting": (1, 0),
        "surface_excluded": (1, 0),
        "malformed": (1, 1),
        "minor_image_suspected": (1, 1),
    }


def test_quarantine_by_rule_by_hand(session):
    rows = _answer(session, "What a person has to look at, by rule")
    assert sorted((row["rule"], row["n"], row["percent"]) for row in rows) == [
        ("alt_text.child", 1, 100.0),
        ("alt_text.school", 1, 100.0),
    ]


def test_surfaces_by_hand(session):
    rows = {row["surface"]: row for row in _answer(session, "How much of each surface is left")}
    assert (rows["photo"]["n"], rows["photo"]["kept"], rows["photo"]["percent"]) == (2, 1, 50.0)
    assert rows["story"]["percent"] == 0.0
