"""`optout rules`: what a person asks of the packs."""

import json
from typing import get_args

import pytest
from commands import Workspace
from defusedxml.ElementTree import parse

from pipelines.cli.rules import Field
from schemas.pack import Written

PACK = """\
pack: mine
language: en
words:
  - id: mine.child
    level: strong
    kind: life_stage
    patterns: [child]
    matches: [a child]
    passes: [a dog]
"""
LINES = [
    {"id": "1", "language": "en", "label": "minor", "caption": "Two children on a swing"},
    {"id": "2", "language": "en", "label": "minor", "caption": "Sunday at the lake"},
    {"id": "3", "language": "en", "label": "none", "caption": "A hill in fog"},
    {"id": "4", "language": "en", "label": "none", "caption": "A small boy, in oil, gilt frame"},
]


@pytest.fixture
def place(tmp_path):
    return Workspace(tmp_path)


@pytest.fixture
def labelled(tmp_path):
    file = tmp_path / "lines.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in LINES), encoding="utf-8")
    return file


def test_rules_are_listed_with_their_levels(place):
    rules = {row["rule"]: row for row in place.run("rules", "list", "--json").done().json}
    assert rules["en.child"]["level"] == "strong"
    assert rules["plus.minor-model-age"]["level"] == "declared"
    assert rules["around.tagged-minor"]["level"] == "weak"
    assert {row["level"] for row in rules.values()} == {"none", "weak", "strong", "declared"}
    assert "en.child" in place.run("rules", "list").done().out


def test_it_is_explained_which_rule_saw_what_and_where(place):
    text = "Boys will be boys: our little girl turned 7!"
    rows = place.run("rules", "explain", text, "--language", "en", "--json").done().json
    seen = [(row["level"], row["words"], text[row["start"] : row["end"]]) for row in rows]
    assert ("none", "Boys will be boys:", "Boys will be boys:") in seen
    assert ("strong", "little girl", "little girl") in seen
    assert ("strong", "turned 7!", "turned 7!") in seen
    # what was taken out is seen by no later rule
    assert not any(row["level"] != "none" and row["start"] < 18 for row in rows)
    assert place.run("rules", "explain", "", "--json").done().json == []


def test_what_a_text_is_about_is_explained(place):
    text = "Girls' tops, washed and folded. Worn once!"
    rows = place.run("rules", "explain", text, "--language", "en", "--json").done().json
    seen = {(row["kind"], row["words"]) for row in rows}
    assert ("context", "Worn once!") in seen
    assert ("lookalike", "Girls'") in seen
    assert {row["level"] for row in rows} == {"none"}
    rows = place.run("rules", "explain", "Girls' washed tops", "--language", "en", "--json").done().json
    assert "young_person" in {row["kind"] for row in rows}


def test_a_text_is_explained_as_it_is_read_where_it_stands(place):
    text = "May be an image of text that says 'child'"
    explain = ("rules", "explain", text, "--language", "en", "--json", "--field")
    assert [row["rule"] for row in place.run(*explain, "caption").done().json if row["level"] == "strong"]
    assert place.run(*explain, "auto_alt_text").done().json == []


@pytest.mark.parametrize(
    ("option", "value"), [("--language", "???"), ("--year", "99999"), ("--field", "nowhere")]
)
def test_what_is_no_language_year_or_field_is_a_usage_error(place, option, value):
    ended = place.run("rules", "explain", "a child", option, value)
    assert (ended.code, ended.out) == (2, "")
    assert option in ended.err


def test_fields_are_those_that_rules_read():
    assert [field.value for field in Field] == list(get_args(Written))


@pytest.mark.parametrize("language", ["de", "de-AT", "DE_ch"])
def test_a_language_may_have_subtags(place, language):
    rows = place.run("rules", "explain", "Kind", "--language", language, "--json").done().json
    assert {row["rule"].partition(".")[0] for row in rows} == {"de"}


def test_a_picture_that_cannot_be_written_is_one_error(place, labelled, tmp_path):
    ended = place.run("rules", "evaluate", labelled, "--picture", tmp_path / "nowhere/picture.svg")
    assert (ended.code, ended.out) == (2, "")  # as for every file that a command is to write
    assert "nowhere/picture.svg" in ended.err
    assert "Traceback" not in ended.err


def test_a_picture_replaces_an_older_one_and_nothing_else(place, labelled, tmp_path):
    picture, other = tmp_path / "picture.svg", tmp_path / "other.svg"
    place.run("rules", "evaluate", labelled, "--picture", picture).done()
    first = picture.read_bytes()
    place.run("rules", "evaluate", labelled, "--picture", picture).done()
    assert picture.read_bytes() == first
    other.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 592 592"></svg>', encoding="utf-8")
    for file in (labelled, other):
        before = file.read_bytes()
        ended = place.run("rules", "evaluate", labelled, "--picture", file)
        assert (ended.code, ended.out) == (2, "")
        assert f"--picture {file}" in ended.err
        assert "nothing was replaced" in ended.err
        assert file.read_bytes() == before


@pytest.mark.parametrize(("year", "found"), [("2024", True), ("2040", False)])
def test_a_year_of_birth_is_seen_from_the_year_of_the_picture(place, year, found):
    rows = (
        place.run("rules", "explain", "born in 2015", "--language", "en", "--year", year, "--json")
        .done()
        .json
    )
    assert bool(rows) is found


def test_a_pack_is_tested_by_its_examples(place, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(PACK, encoding="utf-8")
    first, *missing = place.run("rules", "test", file).done().out.splitlines()
    assert first == "mine.yaml: 1 rules, 2 examples"
    assert any("no rule of kind age" in line for line in missing)
    assert any("mine.child: fewer than 3 examples" in line for line in missing)
    assert all(line.startswith("still missing: ") for line in missing)


def test_nothing_is_missing_in_a_pack_that_ships(place, repository):
    out = place.run("rules", "test", repository / "pipelines/rules/minor_image/english.yaml").done().out
    assert len(out.splitlines()) == 1, out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("[a dog]", "[a child's dog]"), "rule mine.child of pack mine"),
        (("[child]", "['{child}']"), "no list of that name"),
        (("strong", "declared"), "words[0].level: expected 'none', 'weak' or 'strong'"),
        (("strong", "certain"), "level"),
        (("patterns:", "pattern:"), "line 7, words[0].pattern: "),
        (("pack: mine", "pack: [mine"), "valid YAML"),
        (
            ("pack: mine", "pack: mine\nlists: {a: [b, '{c}'], c: [d]}"),
            "line 2, lists.a[1]: an entry that names",
        ),
        (("pack: mine", "pack: mine\nlists: {a: []}"), "line 2, lists.a: expected a word"),
        (("pack: mine", "pack: mine\nlists: {a: ['']}"), "line 2, lists.a[0]: expected a word"),
        (
            ("pack: mine", "pack: mine\nlists: {a: [b], a: [c]}"),
            "a key that occurs twice at line 2, column 17",
        ),
        (("pack: mine", "pack: mine\nwords:"), "a key that occurs twice at line 4, column 1"),
        (("pack: mine", "pack: " + "[" * 100_000), "nesting beyond 100 levels at line 1, column 106"),
        ((PACK, ""), "mine.yaml"),
    ],
    ids=[
        "an example",
        "a list",
        "a level of words",
        "a level",
        "a key",
        "no YAML",
        "a list in a list",
        "a list of nothing",
        "an empty entry",
        "a list twice",
        "a key twice",
        "depth",
        "nothing",
    ],
)
def test_what_is_wrong_with_a_pack_is_said(place, tmp_path, change, said):
    file = tmp_path / "mine.yaml"
    file.write_text(PACK.replace(*change), encoding="utf-8")
    ended = place.run("rules", "test", file)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("command", ["test", "evaluate"])
def test_a_file_that_is_not_there_is_a_usage_error(place, tmp_path, command):
    ended = place.run("rules", command, tmp_path / "nowhere")
    assert ended.code == 2
    assert "does not exist" in ended.err


def test_rules_are_measured(place, labelled, tmp_path):
    picture = tmp_path / "picture.svg"
    result = place.run("rules", "evaluate", labelled, "--json", "--picture", picture).done().json
    weak = result["levels"][-1]
    assert (weak["lines"], weak["minors"], weak["found"], weak["false_alarms"]) == (4, 2, 1, 1)
    assert (weak["precision"], weak["recall"]) == (0.5, 0.5)
    assert result["missed"] == ["2"]
    texts = [text.text for text in parse(picture).iter("{http://www.w3.org/2000/svg}text")]
    assert {"recall", "precision", "strong", "weak"} <= set(texts)


def test_lines_that_are_judged_wrongly_are_listed(place, labelled):
    out = place.run("rules", "evaluate", labelled, "--errors").done().out
    wrong = out.partition("lines judged wrongly")[2].split()
    assert {"2", "4"} <= set(wrong)
    assert "1" not in wrong
    assert "lines judged wrongly" not in place.run("rules", "evaluate", labelled).done().out


def test_a_labelled_line_that_is_none_is_named(place, labelled):
    labelled.write_text(labelled.read_text("utf-8") + '{"id": "5", "label": "maybe"}\n', encoding="utf-8")
    ended = place.run("rules", "evaluate", labelled)
    assert ended.code == 3
    assert "lines.jsonl, line 5" in ended.err
