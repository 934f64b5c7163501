"""A withdrawal by whoever holds the receipt: the one proof that the registry can check by itself."""

from datetime import datetime

from sqlalchemy import select

from optout_registry import held
from optout_registry.objections import Answer, WithdrawalProof
from optout_registry.receipts import Receipt, secret_digest
from optout_registry.registry import Registry
from optout_registry.storage.tables import RECEIPT
from schemas.errors import Refused


def withdraw_by_receipt(
    registry: Registry,
    request_id: str,
    receipt: Receipt,
    *,
    received_at: datetime,
    recorded_at: datetime,
    releases_older: bool,
) -> Answer:
    """Lift the objection that a receipt was given for, and no other.

    Raises:
        BadInput: no such request. Refused: the secret is not that of this request's receipt.
    """
    with registry.reading() as connection:
        event = held.find_one(connection, request_id).event
        digest = secret_digest(receipt.secret)
        given_for = connection.scalar(select(RECEIPT.c.event).where(RECEIPT.c.secret_digest == digest))
    if given_for != event:
        raise Refused(
            f"request {request_id}",
            expected="the receipt that was given for it",
            found="another one",
            remedy="ask for the right receipt, or for another proof; nothing was recorded",
        )
    return registry.withdraw(
        request_id,
        proof=WithdrawalProof.RECEIPT_SECRET,
        received_at=received_at,
        recorded_at=recorded_at,
        releases_older=releases_older,
    )
