"""What happened to one request: the events of the log that are about it."""

from typing import NamedTuple

from sqlalchemy import Connection, and_, or_, select

from optout_registry.events import EXPORTED, LINKED, Event, Exported, Linked, read_body
from optout_registry.held import Held
from optout_registry.storage.search import place_in
from optout_registry.storage.tables import EVENT, INHERITED, OTHER_KINDS
from schemas.canonical import canonical_json

_ROWS = 16_384


class Entry(NamedTuple):
    """An event of the log, with what its leaf is made of."""

    event: Event
    nonce: bytes
    body: bytes


def history(connection: Connection, request_id: str, held: Held) -> list[Entry]:
    """The events about a request that was not redacted, in order: those about it alone, and extracts of it.

    The reversal of an import is about many, and names actors: it is left out.

    Raises:
        BadInput: an event is not what it should be.
    """
    named = b'"request_id":' + canonical_json(request_id)
    statement = (
        select(EVENT.c.number, EVENT.c.nonce, EVENT.c.body)
        .where(
            EVENT.c.body.is_not(None),
            or_(
                EVENT.c.number == held.event,
                # There may be millions, of links more: the database looks for those that can be about it, and
                # of links the table beside the log says which are.
                and_(
                    OTHER_KINDS,
                    EVENT.c.kind != LINKED,
                    or_(place_in(EVENT.c.body, named) > 0, EVENT.c.kind == EXPORTED),
                ),
                EVENT.c.number.in_(select(INHERITED.c.event).where(INHERITED.c.origin == held.event)),
            ),
        )
        .order_by(EVENT.c.number)
        # Of the statement: set on the connection, it would hold for what is written after it as well.
        .execution_options(yield_per=_ROWS)
    )
    with connection.execute(statement) as rows:
        entries = (Entry(read_body(row.body, row.number), row.nonce, row.body) for row in rows)
        return [
            entry
            for entry in entries
            if is_about(entry.event, request_id, held.event)
            or (isinstance(entry.event, Exported) and held.event in entry.event.requests)
        ]


def is_about(event: Event, request_id: str, received: int) -> bool:
    """Whether an event is about the request that the event ``received`` brought, and about no other."""
    if isinstance(event, Linked):
        return event.origin == received
    return getattr(event, "request_id", None) == request_id
