"""How rules are measured: counts by hand, intervals from published tables."""

import json

import pytest

from pipelines.evaluation import evaluation, judge, read_labelled, score
from pipelines.rules.packs import Packs
from schemas.errors import BadInput, ConfigurationError
from schemas.labelled import LabelledCaption
from schemas.pack import DeclaredRule, Pack
from schemas.policy import PicturePolicy
from schemas.signs import Level

MODEL_AGE = DeclaredRule(id="xx.model-age", property="Iptc4xmpExt:ModelAge", minor_below=18, oldest=110)


def rule(rule_id, level, kind, *patterns):
    return {
        "id": rule_id,
        "level": level,
        "kind": kind,
        "patterns": patterns,
        "matches": patterns,
        "passes": ["y"],
    }


PACKS = Packs(packs=(
    Pack.of({
        "pack": "xx", "language": "xx", "declared": [MODEL_AGE.model_dump()],
        "words": [
            rule("xx.idiom", "none", "lookalike", "child s play"),
            rule("xx.child", "strong", "life_stage", "child"),
            rule("xx.girl", "weak", "young_person", "girl"),
            rule("xx.school", "weak", "school", "school"),
        ],
    }, "pack", ConfigurationError),
))  # fmt: skip

LINES = [
    ("a", "minor", "plain", {"caption": "a child"}, Level.STRONG, {"xx.child"}),
    ("b", "minor", "plain", {"text": "a girl at school"}, Level.WEAK, {"xx.girl", "xx.school"}),
    ("c", "minor", "plain", {"alt_text": "at school"}, Level.NONE, {"xx.school"}),
    ("d", "minor", "other", {"metadata": {"Iptc4xmpExt:ModelAge": ["9"]}, "caption": "a child"}, Level.DECLARED,
     {"xx.model-age", "xx.child"}),
    ("e", "none", "plain", {"caption": "a child, they said"}, Level.STRONG, {"xx.child"}),
    ("f", "none", "plain", {"caption": "child's play"}, Level.NONE, set()),
    ("g", "none", "other", {"metadata": {"dc:subject": ["girl"]}}, Level.WEAK, {"xx.girl"}),
    ("h", "unclear", "other", {"caption": "a child"}, Level.STRONG, {"xx.child"}),
]  # fmt: skip


def judged():
    lines = [LabelledCaption(id=name, language="xx", label=label, kind=kind, **words)
             for name, label, kind, words, _, _ in LINES]  # fmt: skip
    return judge(lines, PACKS, PicturePolicy())


@pytest.mark.parametrize("place", range(len(LINES)), ids=[line[0] for line in LINES])
def test_the_level_of_a_line(place):
    one, (name, _, _, _, level, rules) = judged()[place], LINES[place]
    assert (one.line.id, one.level, set(one.rules)) == (name, level, rules)


@pytest.mark.parametrize(
    ("upto", "found", "false_alarms", "precision", "recall"),
    [
        (Level.DECLARED, 1, 0, 1.0, 0.25),
        (Level.STRONG, 2, 1, 2 / 3, 0.5),
        (Level.WEAK, 3, 2, 0.6, 0.75),
    ],
)
def test_scores(upto, found, false_alarms, precision, recall):
    one = score(judged(), upto)
    assert (one.lines, one.minors, one.found, one.false_alarms) == (7, 4, found, false_alarms)
    assert (one.precision, one.recall) == (precision, recall)
    assert one.f1 == pytest.approx(2 * precision * recall / (precision + recall))


def test_nothing_found_has_no_precision():
    one = score([line for line in judged() if line.level == Level.NONE], Level.WEAK)
    assert (one.precision, one.recall, one.f1) == (None, 0.0, 0.0)
    empty = score([], Level.WEAK).as_json()
    assert (empty["recall"], empty["f1"], empty["f1_interval"]) == (None, None, None)


# Wilson's interval for 9 of 10, 0 of 10 and 1 of 1 at 95 %, as statistical tables have it.
@pytest.mark.parametrize(
    ("minors", "found", "low", "high"), [(10, 9, 0.5958, 0.9821), (10, 0, 0.0, 0.2775), (1, 1, 0.2065, 1.0)]
)
def test_intervals(minors, found, low, high):
    lines = [
        LabelledCaption(id=str(n), language="xx", label="minor", caption="child" if n < found else "dog")
        for n in range(minors)
    ]
    shown = score(judge(lines, PACKS, PicturePolicy()), Level.WEAK).as_json()
    assert shown["recall_interval"] == pytest.approx((low, high), abs=1e-4)
    f1_low, f1_high = shown["f1_interval"]
    assert f1_low <= shown["f1"] <= f1_high


def test_the_whole_result():
    result = json.loads(json.dumps(evaluation(judged(), PACKS)))
    assert (result["lines"], result["unclear"], result["missed"]) == (8, 1, ["c"])
    kinds = {(row["of"], row["level"]): (row["found"], row["false_alarms"]) for row in result["kinds"]}
    assert kinds["plain", "weak"] == (2, 1)
    assert kinds["other", "weak"] == (1, 1)
    assert [row["of"] for row in result["languages"]] == ["xx"] * 3
    rules = {
        row["rule"]: (row["level"], row["minor"], row["none"], row["unclear"], row["errors"])
        for row in result["rules"]
    }
    assert rules == {
        "xx.model-age": ("declared", 1, 0, 0, []),
        "xx.child": ("strong", 2, 1, 1, ["e"]),
        "xx.girl": ("weak", 1, 1, 0, ["g"]),
        "xx.school": ("weak", 2, 0, 0, []),
    }


@pytest.mark.parametrize(
    ("line", "subject", "found"),
    [
        ('{"id": "1", "label": "child"}', "line 2", "label"),
        ('{"id": "1", "label": "minor", "tags": []}', "line 2", "tags"),
        ('{"label": "minor"}', "line 2", "id"),
        ("no json", "line 2", ""),
        ('{"id": "\\ud83d", "label": "none"}', "line 2", "half of a surrogate pair"),
        ("[" * 100_000, "line 2", "nesting beyond 100 levels"),
    ],
)
def test_a_line_that_is_none_is_named(tmp_path, line, subject, found):
    file = tmp_path / "lines.jsonl"
    file.write_text('{"id": "0", "label": "none", "caption": "x"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        read_labelled(file)
    assert subject in refused.value.subject
    assert found in str(refused.value)


def test_a_file_without_lines_measures_nothing(tmp_path):
    (tmp_path / "empty.jsonl").write_bytes(b"\n")
    with pytest.raises(BadInput, match="no line"):
        read_labelled(tmp_path / "empty.jsonl")
