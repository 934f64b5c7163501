"""Receipts: what a person holds against a registry that would rather not have heard of them."""

import hashlib
import secrets

from pydantic import Field

from optout_registry.events import Received, blinded, read_body
from optout_registry.transparency.merkle import check_inclusion, leaf_hash
from optout_registry.transparency.notes import Verifier, open_note, parse_checkpoint
from schemas.documents import Digest
from schemas.errors import BadInput
from schemas.model import Model

SECRET_BYTES = 16
_DAMAGED = "ask whoever gave it for the file again"


class Receipt(Model):
    """Proof that an objection stands in the log, and the secret with which to ask about it.

    Whoever has the registry's verifier key can check it without the registry; nobody learns from it whom
    the objection names.
    """

    registry_id: str
    """Of the registry whose log it is."""
    request_id: str
    """Names the request for good."""
    event: int = Field(ge=1)
    """Number of the event."""
    body: str
    """The event, canonical JSON."""
    nonce: Digest
    """Random: SHA-256 of it and the event is the leaf of the tree."""
    proof: tuple[Digest, ...]
    """Inclusion in the tree of the checkpoint, RFC 6962, section 2.1.1; deepest hash first."""
    checkpoint: str
    """The log's size and root, signed (C2SP tlog-checkpoint)."""
    secret: str = Field(repr=False, pattern=r"^[0-9a-f]{32}$")
    """Asks for the status of the objection, and takes part in its withdrawal."""


def new_secret() -> str:
    """128 random bits."""
    return secrets.token_hex(SECRET_BYTES)


def secret_digest(secret: str) -> bytes:
    """What the registry keeps of a secret: as random as it is, so a plain digest cannot be turned round."""
    return hashlib.sha256(secret.strip().lower().encode()).digest()


def check_receipt(receipt: Receipt, verifier: Verifier) -> None:
    """Check that the registry signed a log that holds the receipt's event.

    Raises:
        Refused: signature or proof do not hold. BadInput: the receipt contradicts itself.
    """
    event = read_body(receipt.body.encode(), receipt.event)
    if not isinstance(event, Received) or (event.number, event.request_id) != (
        receipt.event,
        receipt.request_id,
    ):
        raise BadInput(
            "receipt",
            expected=f"event {receipt.event} of its request",
            found="another event",
            remedy=_DAMAGED,
        )
    checkpoint = parse_checkpoint(open_note(receipt.checkpoint.encode(), [verifier]))
    leaf = leaf_hash(blinded(bytes.fromhex(receipt.nonce), receipt.body.encode()))
    proof = [bytes.fromhex(digest) for digest in receipt.proof]
    check_inclusion(receipt.event - 1, checkpoint.size, leaf, proof, checkpoint.root)
