"""The labelled captions that ship, and what docs/pictures.md says of the packs by them."""

import hashlib
import re
from collections import Counter

import pytest

from pipelines.evaluation import judge, read_labelled, score
from pipelines.rules.packs import load_packs
from schemas.policy import PicturePolicy
from schemas.signs import Level

EIGHT = {"de", "en", "es", "fr", "it", "nl", "pl", "ro"}
SIXTEEN = {"bg", "cs", "da", "el", "et", "fi", "ga", "hr", "hu", "lt", "lv", "mt", "pt", "sk", "sl", "sv"}
NAMES = {
    "de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian", "nl": "Dutch", "pl": "Polish",
    "ro": "Romanian",
}  # fmt: skip


@pytest.fixture(scope="module")
def labelled(repository):
    folder = repository / "examples/labelled_captions"
    return {
        part: [line for file in sorted((folder / part).glob("*.jsonl")) for line in read_labelled(file)]
        for part in ("seen", "unseen")
    }


@pytest.fixture(scope="module")
def judged(labelled):
    return {part: judge(lines, load_packs(), PicturePolicy()) for part, lines in labelled.items()}


def test_there_are_enough_in_every_language(labelled):
    lines = [*labelled["seen"], *labelled["unseen"]]
    by_language = Counter(line.language for line in lines)
    assert set(by_language) == EIGHT | SIXTEEN
    assert sum(by_language[language] for language in EIGHT) >= 4000
    assert min(by_language[language] for language in SIXTEEN) >= 100
    assert len({line.id for line in lines}) == len(lines)
    labels = Counter(line.label for line in lines)
    assert 0.4 < labels["minor"] / len(lines) < 0.5
    assert labels["unclear"] / len(lines) < 0.04


def test_the_unseen_part_is_the_one_whose_digests_were_written_down(repository):
    folder = repository / "examples/labelled_captions"
    listed = [line.split() for line in (folder / "SHA256SUMS").read_text("ascii").splitlines()]
    assert [name for _, name in listed] == [
        file.relative_to(folder).as_posix() for file in sorted((folder / "unseen").glob("*.jsonl"))
    ]
    assert [hashlib.sha256((folder / name).read_bytes()).hexdigest() for _, name in listed] == [
        digest for digest, _ in listed
    ]


def test_the_page_says_how_good_the_packs_are(repository, judged):
    """The numbers of docs/pictures.md, to two places: who changes a pack measures anew."""
    page = (repository / "docs/pictures.md").read_text("utf-8")
    said = dict(
        re.findall(r"^\| ([^|]+) \| (\d\.\d\d / \d\.\d\d \| \d\.\d\d / \d\.\d\d) \|$", page, re.MULTILINE)
    )

    def shown(chosen):
        found = [
            score([one for one in judged[part] if chosen(one.line)], Level.WEAK)
            for part in ("seen", "unseen")
        ]
        return " | ".join(f"{one.precision:.2f} / {one.recall:.2f}" for one in found)

    measured = {"everything": shown(lambda _: True)}
    for kind in ("plain", "implied", "trap", "idiom"):
        measured[f"`{kind}`"] = shown(lambda line, kind=kind: line.kind == kind)
    for language, name in NAMES.items():
        measured[name] = shown(lambda line, language=language: line.language == language)
    measured["sixteen other languages"] = shown(lambda line: line.language in SIXTEEN)
    assert said == measured


def test_plain_descriptions_that_nobody_had_seen(judged):
    one = score([one for one in judged["unseen"] if one.line.kind == "plain"], Level.WEAK)
    assert one.lines > 900
    assert one.recall > 0.93
    assert one.precision > 0.97


def test_what_files_declare(repository):
    """Lines of the label minor whose metadata declares one, and no line that shows none."""
    lines = read_labelled(repository / "examples/labelled_captions/declared.jsonl")
    found = judge(lines, load_packs(), PicturePolicy())
    declared = [one for one in found if one.level == Level.DECLARED]
    assert {one.line.label for one in declared} == {"minor", "unclear"}
    # In three the metadata declares adults, and a minor is only in the words.
    others = [one for one in found if one.line.label == "minor" and one.level != Level.DECLARED]
    assert [one.level for one in others] == [Level.STRONG] * 3
    assert len(declared) > 50


def test_the_page_says_what_was_found_of_later_lines(repository):
    page = (repository / "docs/pictures.md").read_text("utf-8")
    said = {
        name: (int(alarms), int(minors))
        for name, alarms, minors in re.findall(
            r"^\| (\w+) \| (\d+) \| (\d+) \| \d+, \d+ \|$", page, re.MULTILINE
        )
    }
    measured = {}
    for language in ("en", "de", "fr", "es", "it"):
        lines = read_labelled(repository / f"examples/labelled_captions/later/{language}.jsonl")
        one = score(judge(lines, load_packs(), PicturePolicy()), Level.WEAK)
        assert (one.lines, one.minors) == (80, 20)
        measured[NAMES[language]] = (one.false_alarms, one.found)
    assert said == measured
