"""What happened to one request: the events of the log that are about it."""

from typing import NamedTuple

from sqlalchemy import Connection, or_, select

from optout_registry.events import Event, Exported, read_body
from optout_registry.held import Held
from optout_registry.storage.tables import EVENT, OTHER_KINDS

_ROWS = 16_384


class Entry(NamedTuple):
    """An event of the log, with what its leaf is made of."""

    event: Event
    nonce: bytes
    body: bytes


def history(connection: Connection, request_id: str, held: Held) -> list[Entry]:
    """The events about a request that was not redacted, in order: those that name it, and extracts of it.

    The reversal of an import is about many, and names actors: it is left out.

    Raises:
        BadInput: an event is not what it should be.
    """
    statement = (
        select(EVENT.c.number, EVENT.c.nonce, EVENT.c.body)
        .where(EVENT.c.body.is_not(None), or_(EVENT.c.number == held.event, OTHER_KINDS))
        .order_by(EVENT.c.number)
        # Of the statement: set on the connection, it would hold for what is written after it as well.
        .execution_options(yield_per=_ROWS)
    )
    entries = (
        Entry(read_body(row.body, row.number), row.nonce, row.body) for row in connection.execute(statement)
    )
    return [
        entry
        for entry in entries
        if names(entry.event, request_id)
        or (isinstance(entry.event, Exported) and held.event in entry.event.requests)
    ]


def names(event: Event, request_id: str) -> bool:
    """Whether an event is about this request and no other."""
    return getattr(event, "request_id", None) == request_id
