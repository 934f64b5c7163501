"""Law 9: what a version says as a whole, and does not follow from its source, is found and named."""

from dataclasses import replace

import pyarrow as pa
import pytest
from builds import Place
from split_changes import ACCOUNTS, LAST_SUBJECT, ROWS

from builders import PLATFORM, objection, record
from pipelines import eligibility, finishing
from pipelines.lineage.verify.parts import MIN_ROWS_WITH_ORDER
from pipelines.rules.pictures import Sign
from pipelines.screen import screen
from schemas.identifiers import account_message, subject
from schemas.policy import Policy
from schemas.tables import ELIGIBILITY


def verified(folder, monkeypatch, module, name, changed, *, rows=ROWS, policy=None):
    """What the verifier finds of a version built with one function replaced, and the subjects of its accounts."""
    place = Place(folder, [objection(value="somebody else")], policy=policy or Policy())
    place.write(ACCOUNTS, rows, row_group_rows=100)
    with monkeypatch.context() as patched:
        patched.setattr(module, name, changed(getattr(module, name)))
        place.build()
    key = place.keys["lineage"].secret
    who = sorted(subject(key, account_message(PLATFORM, row["account_id"])) for row in ACCOUNTS)
    return {(finding.object, finding.expected, finding.found) for finding in place.verify()}, who


def _another_state(states):
    states[-1]["state"] ^= 1


def _stranger(states):
    states.append({"subject": LAST_SUBJECT, "state": 1})


@pytest.mark.parametrize(
    ("change", "expected", "found"),
    [
        (_another_state, "the state that follows from source and registry", "another state"),
        (list.pop, "the state that follows from source and registry", "none"),
        (_stranger, "no such account, nor such a picture taken down", "a state"),
    ],
    ids=["another state", "no state", "a stranger's state"],
)
def test_an_eligibility_state_that_does_not_follow_is_found(tmp_path, monkeypatch, change, expected, found):
    def changed(with_pictures):
        def write(*said):
            rows = with_pictures(*said).to_pylist()
            change(rows)
            return pa.Table.from_pylist(rows, schema=ELIGIBILITY)

        return write

    findings, who = verified(tmp_path, monkeypatch, eligibility, "_with_pictures", changed)
    named = LAST_SUBJECT if change is _stranger else who[-1]
    assert findings == {(f"eligibility of subject {named:016x}", expected, found)}


@pytest.mark.parametrize("what", ["reasons", "outcomes", "masked", "pictures", "surfaces"])
def test_a_wrong_sum_in_the_content_document_is_found(tmp_path, monkeypatch, what):
    def more(counts):
        """One more of whatever comes first."""
        name, count = next(iter(counts.items()))
        return {**counts, name: more(count) if isinstance(count, dict) else count + 1}

    def changed(total):
        return lambda results: (counts := total(results)).model_copy(
            update={what: more(getattr(counts, what))}
        )

    findings, _ = verified(tmp_path, monkeypatch, finishing, "total", changed)
    assert findings
    assert {expected.partition(" ")[0] for _, expected, _ in findings} == {what}


def test_the_order_of_the_source_is_found(tmp_path, monkeypatch):
    rows = [record(record_id=f"r{n}", account_id="ana") for n in range(MIN_ROWS_WITH_ORDER)]
    in_order = verified(
        tmp_path, monkeypatch, screen, "shard_order", lambda _: lambda _key, _digest, rows: rows, rows=rows
    )
    assert in_order[0] == {("split 0", "an order of its own", "the order of the source")}


def test_a_picture_withheld_is_found_where_the_policy_withholds_none(tmp_path, monkeypatch):
    def changed(verdicts):
        def judge(*judged):
            _, signs, *_ = judged
            found = verdicts(*judged)
            return replace(found, releasable=found.releasable & (signs.sign != Sign.UNASSESSED))

        return judge

    keeping = Policy.model_validate({"pictures": {"unassessed": "keep"}})
    findings, _ = verified(tmp_path, monkeypatch, screen, "content_verdicts", changed, policy=keeping)
    assert {finding[:2] for finding in findings} == {
        ("split 0 row 3", "every picture of the row: the policy withholds none")
    }
