"""The verifier finds minors that files declare by its own reading, however they are written."""

import numpy as np
import pytest
from builds import Place
from declared_values import ADULT, MINOR, UNKNOWN, UNREAD, pairs

from builders import account, declared, medium, objection, record
from pipelines.rules import pictures
from schemas.outcomes import Reason

MINORS = pairs(MINOR)
OTHERS = [*pairs(ADULT), *pairs(UNREAD), *pairs(UNKNOWN)]
ALL = [*MINORS, *OTHERS]


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path, [objection(value="nobody")])
    rows = [
        record(record_id=f"r{n}", media=[medium(alt_text="A hill", metadata=[declared(name, value)])])
        for n, (name, value) in enumerate(ALL)
    ]
    place.write([account()], rows, row_group_rows=len(rows))
    return place


def test_the_verifier_agrees_with_the_rules(place):
    place.build()
    assert list(place.verify()) == []


def test_each_minor_that_is_let_through_is_found(place, monkeypatch):
    def lenient(_rule, values):
        no, yes = np.zeros(len(values), bool), np.ones(len(values), bool)
        return no, yes, no

    monkeypatch.setattr(pictures, "_declares", lenient)
    # "12 years" is an age in words as well.
    monkeypatch.setattr(pictures, "declared_in_words", lambda _, shown, *__: np.zeros(len(shown), bool))
    place.build()
    found = {
        f.object for f in place.verify() if f.expected == f"removed: {Reason.MINOR_IMAGE_DECLARED.label}"
    }
    assert found == {f"split 0 row {n}" for n in range(len(MINORS))}
