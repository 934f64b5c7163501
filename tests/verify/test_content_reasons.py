"""A content reason that verify can refute, or misses, is found: on which row, and what was expected there."""

from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa
import pytest
from builds import Place

from builders import account, declared, medium, objection, record
from pipelines.screen import screen
from schemas.outcomes import Reason
from schemas.policy import Policy

SEEN, UNSEEN = medium(alt_text="a hill"), medium(sha256="bb" * 32)
CHILD = medium(alt_text="a hill", metadata=[declared("plus:MinorModelAgeDisclosure", "AG-A15")])
UNDECIDED = "no reason that no rule decides yet"
WAITS = "an entry in the queue: a picture of the row waits"
TEXT_LEFT = "another reason than no_own_content: text is left to release"

CASES = {
    "text": ({}, Reason.NO_OWN_CONTENT, TEXT_LEFT),
    "text of one sign": ({"text": "\u200b\u2764"}, Reason.NO_OWN_CONTENT, TEXT_LEFT),
    "text beside a picture": ({"media": [UNSEEN]}, Reason.NO_OWN_CONTENT, TEXT_LEFT),
    "refused": ({}, Reason.REVIEW_REFUSED, "no refusal by a person: none of its pictures was refused"),
    "expired": ({"media": [SEEN]}, Reason.REVIEW_EXPIRED, "no expiry: none of its pictures waited in vain"),
    "reserved": ({"media": [SEEN]}, Reason.RIGHTS_RESERVED, UNDECIDED),
    "nothing declared": ({"media": [SEEN]}, Reason.MINOR_IMAGE_DECLARED, "no declared minor: no picture declares one"),
    "no picture, suspected": ({}, Reason.MINOR_IMAGE_SUSPECTED, "no reason about pictures: the record has none", WAITS),
    "no picture, declared": ({}, Reason.MINOR_IMAGE_DECLARED, "no reason about pictures: the record has none"),
    "a child passed over": ({"media": [CHILD]}, Reason.KEPT, "removed: minor_image_declared"),
    "a child suspected": (
        {"media": [CHILD]}, Reason.MINOR_IMAGE_SUSPECTED, "removed: minor_image_declared", WAITS
    ),
    "no text": ({"text": None}, Reason.KEPT, "removed: no_own_content"),
    "a space": ({"text": "\u3000\n"}, Reason.KEPT, "removed: no_own_content"),
    "nothing that shows": ({"text": "\u200b\u2060"}, Reason.KEPT, "removed: no_own_content"),
    "nobody knows the account": (
        {}, Reason.ACCOUNT_UNKNOWN, "no reason of eligibility: kept, or a reason of its content"
    ),
}  # fmt: skip


def deciding(verdicts, records, *rest):
    """``content_verdicts``, row n getting the reason of case n and, if it is kept, its assessed pictures."""
    found = verdicts(records, *rest)
    reasons = pa.array([reason.bit for _, reason, *_ in CASES.values()], pa.uint32())
    return replace(found, reasons=np.asarray(reasons)) if len(records) == len(CASES) else found


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("content_reasons"), [objection(value="somebody else")])
    place.write([account()], rows(), row_group_rows=100)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(screen, "content_verdicts", partial(deciding, screen.content_verdicts))
        place.build()
    return place.verify()


def rows():
    return [record(record_id=f"r{n}", **row) for n, (row, *_) in enumerate(CASES.values())]


@pytest.mark.parametrize("name", CASES)
def test_a_reason_that_cannot_be_is_found(findings, name):
    row = f"split 0 row {list(CASES).index(name)}"
    expected = {finding.expected for finding in findings if finding.object == row}
    assert expected == set(CASES[name][2:])


def test_nothing_else_is_found(findings):
    assert {finding.object for finding in findings} == {f"split 0 row {n}" for n in range(len(CASES))}


@pytest.mark.parametrize("columns", [("text", "media"), ("text",), ("media",)], ids=" ".join)
@pytest.mark.parametrize("unassessed", ["withhold", "remove", "keep"])
def test_what_screening_decides_is_accepted(tmp_path, unassessed, columns):
    policy = Policy.model_validate({"pictures": {"unassessed": unassessed}, "release": {"columns": columns}})
    place = Place(tmp_path, [objection(value="somebody else")], policy=policy)
    more = [
        record(record_id="more", text=None, media=[SEEN, UNSEEN]),
        record(record_id="bare", media=[UNSEEN]),
    ]
    place.write([account()], [*rows(), *more])
    place.build()
    assert place.verify() == ()
