"""The verifier knows of a picture of which not all was read that it is not assessed, unless persons saw it."""

from itertools import count

import numpy as np
import pytest
from builds import Place

from builders import account, declared, medium, objection, record
from pipelines.corpus.chain import load_version, read_object_table, read_splits
from pipelines.rules import pictures
from schemas.documents import ObjectRef
from schemas.policy import Policy
from schemas.reviews import QUEUE, Decision

WORDS = {"alt_text": "A hill in the fog"}
UNREAD = declared("optout:Unread", "broken")
ADULT = declared("plus:MinorModelAgeDisclosure", "AG-A25")
ROWS = {
    "words": [medium(metadata=[UNREAD], **WORDS)],
    "adults": [medium(metadata=[ADULT, declared("optout:Unread", "too_large", block=None)])],
    "nothing else": [medium(metadata=[UNREAD])],
    "beside another": [medium(sha256="bb" * 32, **WORDS), medium(metadata=[UNREAD], **WORDS)],
    "whole": [medium(metadata=[ADULT], **WORDS)],
}
KEPT_BY_RULES = "no picture of which nothing is written or declared, or not all was read"


def placed(folder, rows, **options):
    place = Place(folder, [objection(value="nobody")], **options)
    records = [record(record_id=f"r{n}", media=media) for n, media in enumerate(rows)]
    place.write([account()], records, row_group_rows=len(rows))
    return place


@pytest.mark.parametrize("unassessed", ["withhold", "remove", "keep"])
def test_the_verifier_agrees_with_the_rules(tmp_path, unassessed):
    place = placed(
        tmp_path, ROWS.values(), policy=Policy.model_validate({"pictures": {"unassessed": unassessed}})
    )
    place.build()
    assert list(place.verify()) == []


def test_each_that_is_let_through_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "unread_pictures", lambda shown: np.zeros(len(shown), bool))
    place = placed(tmp_path, ROWS.values())
    place.build()
    # Of the third nothing is written either, so that the rules let nobody have it.
    assert {finding.object for finding in place.verify() if finding.expected == KEPT_BY_RULES} == {
        f"split 0 row {list(ROWS).index(name)}" for name in ("words", "adults", "beside another")
    }


SUSPECTED = {
    "words about the picture": record(media=[medium(metadata=[UNREAD], alt_text="A toddler on a swing")]),
    "words of the record": record(media=[medium(metadata=[UNREAD])], text="My daughter at the lake"),
    "nothing declared": record(media=[medium()], text="My daughter at the lake"),
}


@pytest.mark.parametrize("name", SUSPECTED)
def test_what_persons_released_is_accepted(tmp_path, name):
    place = Place(tmp_path, [objection(value="nobody")])
    other = record(record_id="other", media=[medium(sha256="bb" * 32, metadata=[UNREAD], **WORDS)])
    place.write([account()], [SUSPECTED[name], other], row_group_rows=2)
    place.build()
    version = load_version(place.store, None)
    [split] = read_splits(place.store, version).to_pylist()
    ref = ObjectRef(digest=split["queue"], bytes=split["queue_bytes"], rows=split["queue_rows"])
    [entry] = read_object_table(place.store, ref, QUEUE).to_pylist()
    place.decisions.append({
        "picture": entry["picture"], "copies": entry["copies"], "decision": Decision.RELEASED.value,
        "words": entry["words"], "rules": sorted(version.content.rules[n] for n in entry["rules"]),
    })  # fmt: skip
    place.ticks = count(100)
    place.build()
    assert load_version(place.store, None).content.counts.pictures["released"] == 1
    assert list(place.verify()) == []
