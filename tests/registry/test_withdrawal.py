"""A withdrawal takes more than an objection: a proof of who asks, and a word on what was published before."""

import json

import pytest
from registry.constants import NOW

from optout_registry.objections import State, WithdrawalProof
from optout_registry.withdrawal import withdraw_by_receipt
from schemas.errors import Refused


def withdrawn(registry, request_id, receipt, *, releases_older=False):
    return withdraw_by_receipt(
        registry, request_id, receipt, received_at=NOW, recorded_at=NOW, releases_older=releases_older
    )


@pytest.mark.parametrize("proof", WithdrawalProof)
@pytest.mark.parametrize("releases_older", [True, False])
def test_the_log_says_by_which_proof_and_what_becomes_of_older_content(
    registry, objection, sql, proof, releases_older
):
    registry.add(objection("a1"), recorded_at=NOW)
    registry.withdraw(
        "request-a1", proof=proof, releases_older=releases_older, received_at=NOW, recorded_at=NOW
    )
    ((body,),) = sql("SELECT body FROM event WHERE number = 2")
    said = json.loads(bytes(body))
    assert (said["proof"], said["releases_older"]) == (proof.value, releases_older)
    assert registry.verify().ok


def test_older_content_stays_out_unless_it_is_released(registry, objection, sql):
    registry.add(objection("a1"), recorded_at=NOW)
    registry.withdraw("request-a1", proof=WithdrawalProof.ACCOUNT_LOGIN, received_at=NOW, recorded_at=NOW)
    ((body,),) = sql("SELECT body FROM event WHERE number = 2")
    assert json.loads(bytes(body))["releases_older"] is False
    assert registry.snapshot().objections.column("until").to_pylist() == [NOW]


def test_no_withdrawal_without_a_proof(registry, objection):
    registry.add(objection("a1"), recorded_at=NOW)
    with pytest.raises(TypeError, match="proof"):
        registry.withdraw("request-a1", received_at=NOW, recorded_at=NOW)


def test_a_receipt_lifts_its_own_objection_and_no_other(registry, objection):
    first, second = (
        registry.add(objection("a1", name), recorded_at=NOW).receipt for name in ("first", "second")
    )
    with pytest.raises(Refused, match="the receipt that was given for it"):
        withdrawn(registry, "first", second)
    # Its public parts can be copied from an extract; the secret cannot.
    forged = first.model_copy(update={"secret": "0" * 32})
    with pytest.raises(Refused):
        withdrawn(registry, "first", forged)
    assert registry.status().live == 2
    answer = withdrawn(registry, "first", first)
    assert (answer.event, answer.state) == (3, State.ADDED)
    assert registry.status().live == 1
    assert withdrawn(registry, "first", first).state is State.ENDED
