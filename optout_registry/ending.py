"""The end of an objection by its withdrawal, and of what that left, in a transaction somebody else opened."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from optout_registry import held, log
from optout_registry.events import OlderReleased, Withdrawn
from optout_registry.objections import Answer, State, WithdrawalProof
from optout_registry.older import older_until
from optout_registry.transparency.notes import Signer


class Withdrawal(NamedTuple):
    """The wish of whoever made a request to take it back."""

    request_id: str
    proof: WithdrawalProof
    received_at: datetime
    recorded_at: datetime
    releases_older: bool
    """Whether what was published before ``recorded_at`` may be used again, too."""


def withdraw(connection: Connection, size: int, signer: Signer, asked: Withdrawal) -> Answer:
    """Append to a log of ``size`` what follows: a withdrawal, or the release of what one kept out.

    Raises:
        BadInput: no such request. Refused: a takedown, and older content would be kept out.
    """
    objection = held.find_one(connection, asked.request_id)
    number = size + 1
    if objection.ended is None:
        until = None if asked.releases_older else older_until(objection, asked.request_id, asked.recorded_at)
        log.append(connection, size, [Withdrawn(number=number, **asked._asdict())], signer)
        held.end(connection, objection.event, ended_by=number, until=until)
        return Answer(number, asked.request_id, State.ADDED)
    if asked.releases_older and objection.until is not None:
        released = OlderReleased(
            number=number,
            proof=asked.proof,
            received_at=asked.received_at,
            recorded_at=asked.recorded_at,
            request_id=asked.request_id,
        )
        log.append(connection, size, [released], signer)
        held.release_older(connection, objection.event, released_by=number)
        return Answer(number, asked.request_id, State.OLDER_RELEASED)
    return Answer(objection.ended, asked.request_id, State.ENDED)
