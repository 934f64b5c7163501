"""The verifier reads no words: what a field made for it says of people in words may declare a minor, or not.

Only there: where a record has no such field its removal is found, and a number below 18 stays demanded.
"""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from builds import Place
from declared_values import AGE, PLUS

from builders import account, declared, medium, objection, record
from pipelines.corpus.chain import load_version
from pipelines.screen import screen
from schemas.outcomes import Reason

PERSON = "Iptc4xmpExt:PersonInImageWDetails/PersonCharacteristic/"
TERM, TERM_ID, VOCABULARY = f"{PERSON}CvTermName", f"{PERSON}CvTermId", f"{PERSON}CvId"
REMOVED, SUSPECTED, KEPT = Reason.MINOR_IMAGE_DECLARED, Reason.MINOR_IMAGE_SUSPECTED, Reason.KEPT
NOTHING_SAYS_SO = "no declared minor: no picture declares one"
DEMANDED = "removed: minor_image_declared"

CASES = {
    # words where they belong: open, whatever they are
    "an age in words": ([(AGE, "nine")], REMOVED, None),
    "an age in other letters": ([(AGE, "девет години")], REMOVED, None),
    "an age in words of an adult": ([(AGE, "ninety")], REMOVED, None),
    "an age in words, kept": ([(AGE, "nine")], KEPT, None),
    "an age in words, suspected": ([(AGE, "nine")], SUSPECTED, None),
    "a number with a word": ([(AGE, "41 years")], REMOVED, None),
    "words beside an age": ([(AGE, "41"), (TERM, "child")], REMOVED, None),
    "one value of several": ([(AGE, "41", "nine")], REMOVED, None),
    "a term": ([(TERM, "child")], REMOVED, None),
    "the address of a term": ([(TERM_ID, "http://cv.example/child")], REMOVED, None),
    "the address of a vocabulary": ([(VOCABULARY, "http://cv.example/child")], REMOVED, None),
    # nothing there that words could declare
    "no metadata": ([], REMOVED, NOTHING_SAYS_SO),
    "an adult by number": ([(AGE, "41")], REMOVED, NOTHING_SAYS_SO),
    "a number that is no age": ([(AGE, "-9", " ", "", "?")], REMOVED, NOTHING_SAYS_SO),
    "an age that is null": ([(AGE, None)], REMOVED, NOTHING_SAYS_SO),
    "a term that is a number": ([(TERM, "9")], REMOVED, NOTHING_SAYS_SO),
    "an adult of PLUS": ([(PLUS, "AG-A25")], REMOVED, NOTHING_SAYS_SO),
    "words in PLUS": ([(PLUS, "child")], REMOVED, NOTHING_SAYS_SO),
    "a keyword": ([("dc:subject", "child")], REMOVED, NOTHING_SAYS_SO),
    "a description of a person": (
        [("Iptc4xmpExt:PersonInImageWDetails/PersonDescription", "child")], REMOVED, NOTHING_SAYS_SO
    ),
    "the property of another namespace": ([("x:ModelAge", "nine")], REMOVED, NOTHING_SAYS_SO),
    # numbers stay demanded
    "an age": ([(AGE, "9")], KEPT, DEMANDED),
    "an age with a word": ([(AGE, "9 years")], SUSPECTED, DEMANDED),
    "an age beside words": ([(TERM, "adult"), (AGE, "grown up", "9")], KEPT, DEMANDED),
}  # fmt: skip


def deciding(verdicts, records, *rest):
    """``content_verdicts``, row n getting the reason of case n."""
    found = verdicts(records, *rest)
    reasons = np.array([reason.bit for _, reason, _ in CASES.values()], np.uint32)
    # A picture each, and it waits where its record is suspected.
    return replace(found, reasons=reasons, waiting=reasons == SUSPECTED.bit)


def rows():
    return [
        record(
            record_id=f"r{n}",
            media=[medium(alt_text="A hill", metadata=[declared(*one) for one in metadata])],
        )
        for n, (metadata, _, _) in enumerate(CASES.values())
    ]


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("declared_in_words"), [objection(value="somebody else")])
    place.write([account()], rows(), row_group_rows=len(CASES))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(screen, "content_verdicts", partial(deciding, screen.content_verdicts))
        place.build()
    return place.verify()


@pytest.mark.parametrize("name", CASES)
def test_a_removal_for_words_is_left_open_and_no_other(findings, name):
    row = f"split 0 row {list(CASES).index(name)}"
    expected = [] if CASES[name][2] is None else [CASES[name][2]]
    assert [finding.expected for finding in findings if finding.object == row] == expected


def test_what_the_rules_remove_for_words_is_accepted(tmp_path):
    place = Place(tmp_path, [objection(value="somebody else")])
    place.write([account()], rows(), row_group_rows=len(CASES))
    place.build()
    in_words, in_numbers = 9, 3
    assert load_version(place.store).content.counts.reasons["minor_image_declared"] == in_words + in_numbers
    assert place.verify() == ()
