"""Receipts: proof without the registry, and only for what stands in it."""

import pytest
from registry.constants import NOW

from optout_registry.receipts import Receipt, check_receipt, secret_digest
from optout_registry.transparency.notes import Signer, parse_verifier
from schemas.errors import BadInput, OptoutError, Refused


@pytest.fixture
def verifier(registry):
    return parse_verifier(registry.identity.log_key)


def test_every_receipt_verifies_then_and_later(registry, objection, verifier):
    given = [registry.add(objection(f"a{n}"), recorded_at=NOW).receipt for n in range(20)]
    given += [
        answer.receipt
        for answer in registry.add_all(
            [objection(f"b{n}") for n in range(300)], recorded_at=NOW, receipts=True
        )
    ]
    assert [receipt.event for receipt in given] == list(range(1, 321))
    for receipt in given:
        check_receipt(receipt, verifier)
    assert registry.verify({receipt.checkpoint for receipt in given}).ok


def test_secrets_are_all_different_and_only_their_digests_are_kept(registry, objection, sql):
    answers = registry.add_all([objection(f"a{n}") for n in range(50)], recorded_at=NOW, receipts=True)
    secrets = {answer.receipt.secret for answer in answers}
    assert len(secrets) == 50
    held = {bytes(digest): event for digest, event in sql("SELECT secret_digest, event FROM receipt")}
    assert held == {secret_digest(answer.receipt.secret): answer.event for answer in answers}


def test_a_secret_is_shown_nowhere_but_in_the_file(registry, objection):
    receipt = registry.add(objection(), recorded_at=NOW).receipt
    assert receipt.secret not in repr(receipt)
    assert receipt.secret in receipt.model_dump_json()


def test_a_file_has_no_receipts_unless_asked(registry, objection, sql):
    answers = registry.add_all([objection("a1")], recorded_at=NOW)
    assert [answer.receipt for answer in answers] == [None]
    assert sql("SELECT * FROM receipt") == []


_FORGED = {
    "another event": lambda _, other: {
        "body": other.body,
        "event": other.event,
        "request_id": other.request_id,
    },
    "another number": lambda one, _: {"event": one.event + 1},
    "another request": lambda _, other: {"request_id": other.request_id},
    "another nonce": lambda _, other: {"nonce": other.nonce},
    "another proof": lambda _, other: {"proof": other.proof},
    "no proof": lambda *_: {"proof": ()},
    "another checkpoint": lambda _, other: {"checkpoint": other.checkpoint},
    "a changed checkpoint": lambda one, _: {"checkpoint": one.checkpoint.replace("\n4\n", "\n3\n")},
    "no signature": lambda one, _: {"checkpoint": one.checkpoint[: one.checkpoint.index("\n\n") + 2]},
    "a narrower scope": lambda one, _: {"body": one.body.replace('"surfaces":65535', '"surfaces":1')},
    "no event": lambda *_: {"body": "{}"},
}


@pytest.mark.parametrize("forge", _FORGED.values(), ids=_FORGED)
def test_a_forged_receipt_is_refused(registry, objection, verifier, forge):
    one, _, other = (registry.add(objection(f"a{n}"), recorded_at=NOW).receipt for n in range(3))
    one = registry.add(objection("a3"), recorded_at=NOW).receipt
    with pytest.raises((Refused, BadInput)):
        check_receipt(one.model_copy(update=forge(one, other)), verifier)


def test_another_registrys_receipt_is_refused(registry, objection):
    receipt = registry.add(objection(), recorded_at=NOW).receipt
    stranger = Signer("optout-registry/other", bytes(32)).verifier
    with pytest.raises(Refused):
        check_receipt(receipt, stranger)


def test_a_receipt_survives_its_file(registry, objection, verifier):
    receipt = registry.add(objection(), recorded_at=NOW).receipt
    read = Receipt.parse(receipt.model_dump_json(indent=2).encode(), "receipt.json")
    assert read == receipt
    check_receipt(read, verifier)
    with pytest.raises(OptoutError, match=r"receipt.json"):
        Receipt.parse(b"{}", "receipt.json")
