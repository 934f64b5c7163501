"""No look-alike and no context takes a child out of an everyday scene."""

from itertools import product

import pytest
from rules.scenes import AGED, DOING, WHO

from pipelines.evaluation import judge
from pipelines.rules.packs import load_packs
from schemas.labelled import LabelledCaption
from schemas.policy import PicturePolicy
from schemas.signs import Level


def missed(language, captions):
    lines = [
        LabelledCaption(id=str(number), language=language, label="minor", caption=caption)
        for number, caption in enumerate(captions)
    ]
    judged = judge(lines, load_packs(), PicturePolicy())
    return [one.line.caption for one in judged if one.level == Level.NONE]


@pytest.mark.parametrize("language", sorted(WHO))
def test_a_child_in_plain_words(language):
    scenes = [f"{who} {doing}" for who, doing in product(WHO[language], DOING[language])]
    assert len(scenes) >= 200
    assert missed(language, scenes) == []
    assert missed(language, [f"{scene}." for scene in scenes]) == []


@pytest.mark.parametrize("language", sorted(AGED))
def test_a_child_of_an_age(language):
    sentences, ages = AGED[language]
    scenes = [
        sentence.format(age=age, doing=doing)
        for sentence, age, doing in product(sentences, ages, DOING[language])
    ]
    assert len(scenes) >= 200
    assert missed(language, scenes) == []
