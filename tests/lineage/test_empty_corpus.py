"""Questions to a corpus that has no version yet: nothing is an answer, so all of them end alike."""

import pytest
from commands import Workspace


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = Workspace(tmp_path_factory.mktemp("empty"))
    place.run("init").done()
    return place


QUESTIONS = {
    "funnel": ["funnel"],
    "explain by id": ["explain", "r1"],
    "explain by place": ["explain", "0:0"],
    "where": ["where", "account", "ana"],
    "where in JSON": ["where", "account", "ana", "--json"],
    "lineage": ["lineage", "--sql", "SELECT 1"],
    "files": ["files", "1"],
    "diff": ["diff", "1", "2"],
    "verify": ["verify"],
    "verify the structure": ["verify", "--structure-only"],
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_a_corpus_without_versions_answers_no_question(place, question):
    ended = place.run(*question)
    assert (ended.code, ended.out) == (2, "")
    assert "found:    an empty corpus" in ended.err
    assert "run `optout build`" in ended.err
