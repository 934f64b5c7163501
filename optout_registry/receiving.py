"""What objections become on arrival: events, rows beside the log, and receipts."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, insert

from optout_registry import log
from optout_registry.events import NONCE, Received, commitment
from optout_registry.held import Content, Held, content_of
from optout_registry.objections import Answer, Objection, State
from optout_registry.receipts import Receipt, new_secret, secret_digest
from optout_registry.storage.tables import RECEIPT


class New(NamedTuple):
    """An objection that the registry does not know yet: its event, and what is kept beside the log."""

    event: Received
    content: Content
    nonce: bytes
    """With it the event commits to the pseudonym."""


def sort_out(
    objections: Sequence[Objection],
    known: Mapping[str, Held],
    size: int,
    recorded_at: datetime,
    batch: str | None,
) -> tuple[list[Answer], list[New]]:
    """An answer to each objection, and those that are new, numbered on from ``size``."""
    seen = dict(known)
    answers: list[Answer] = []
    new: list[New] = []
    for objection in objections:
        content = content_of(objection)
        earlier = seen.get(objection.request_id)
        if earlier is None:
            number = size + len(new) + 1
            new.append(_received(objection, content, number, recorded_at, batch))
            seen[objection.request_id] = Held(number, batch, content, None)
            answers.append(Answer(number, objection.request_id, State.ADDED))
        else:
            claimed = objection.received_at if objection.received_at < recorded_at else None
            answers.append(Answer(earlier.event, objection.request_id, earlier.state(content, claimed)))
    return answers, new


def issue(
    connection: Connection, registry_id: str, events: Sequence[Received], appended: log.Appended
) -> list[Receipt]:
    """Receipts for events that were appended in this transaction; their secrets' digests are kept."""
    proofs = log.proofs(connection, [event.number for event in events], appended.size)
    receipts = [
        Receipt(
            registry_id=registry_id,
            request_id=event.request_id,
            event=event.number,
            body=body.decode(),
            nonce=nonce.hex(),
            proof=tuple(digest.hex() for digest in proof),
            checkpoint=appended.note,
            secret=new_secret(),
        )
        for event, (nonce, body), proof in zip(events, appended.contents, proofs, strict=True)
    ]
    connection.execute(
        insert(RECEIPT),
        [{"secret_digest": secret_digest(receipt.secret), "event": receipt.event} for receipt in receipts],
    )
    return receipts


def _received(
    objection: Objection, content: Content, number: int, recorded_at: datetime, batch: str | None
) -> New:
    nonce = secrets.token_bytes(NONCE)
    target = objection.target
    event = Received(
        basis=objection.basis,
        batch=batch,
        key_id=target.key_ids[-1],
        linked=objection.linked,
        number=number,
        platform=target.platform,
        purposes=objection.purposes,
        received_at=objection.received_at,
        recorded_at=recorded_at,
        request_id=objection.request_id,
        roles=objection.roles,
        surfaces=objection.surfaces,
        target=commitment(nonce, target.pseudonym, target.sealed).hex(),
        type=target.type,
    )
    return New(event, content, nonce)
