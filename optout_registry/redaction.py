"""Redaction: what was said about a request that has ended is erased, and the log still verifies.

The leaves of the erased events stay, so every proof and checkpoint holds; without content and nonce they say
nothing. The request id stays in the objection's row, so that a file that is imported again does not bring
the request back.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, select, update

from optout_registry import held, log
from optout_registry.cases.case_file import Status, find_case
from optout_registry.cases.retention import delete_messages
from optout_registry.events import ENDING, Redacted
from optout_registry.held import Held
from optout_registry.history import history, is_about
from optout_registry.older import in_iso
from optout_registry.registry import Registry
from optout_registry.storage.database import erase_remains
from optout_registry.storage.tables import CASE_FILE, CORRESPONDENCE, EVENT, INHERITED, OBJECTION, RECEIPT
from schemas.errors import Refused


class Redaction(NamedTuple):
    """What a redaction came to."""

    event: int | None
    """Number of the event that records it; None: the request was redacted before."""
    erased: tuple[int, ...]
    """Numbers of the events whose content was erased."""


def redact(registry: Registry, request_id: str, *, recorded_at: datetime) -> Redaction:
    """Erase what the log, the objection and the case say about a request that has ended.

    Another objection on the same target has events and a pseudonym of its own, and stays.

    Raises:
        BadInput: no such request. Refused: it holds, it keeps older content out, or whoever made it waits for
            an answer.
    """
    with registry.appending() as (connection, size, signer):
        objection = held.find_one(connection, request_id)
        event: int | None = None
        erased: tuple[int, ...] = ()
        if not objection.is_redacted:
            _check_ended(connection, request_id, objection)
            erased = tuple(
                entry.event.number
                for entry in history(connection, request_id, objection)
                if is_about(entry.event, request_id, objection.event)
            )
            event = size + 1
            log.append(
                connection, size, [Redacted(events=erased, number=event, recorded_at=recorded_at)], signer
            )
            _erase(connection, objection.event, erased)
    return Redaction(event, erased)


def forget(registry: Registry) -> None:
    """Leave no byte of what was erased, here or by retention, in the database's own files.

    It writes them anew, because secure_delete leaves copies where pages of an SQLite file were split (of
    1,200 values erased among 1,500 rows one): call it once after many redactions.

    Raises:
        BadInput: another process uses the registry for longer than this waits; what was erased stays erased.
    """
    with registry.reading() as connection:
        engine = connection.engine
    erase_remains(
        engine, [table.name for table in (EVENT, OBJECTION, INHERITED, RECEIPT, CASE_FILE, CORRESPONDENCE)]
    )


def _check_ended(connection: Connection, request_id: str, objection: Held) -> None:
    kind = connection.scalar(select(EVENT.c.kind).where(EVENT.c.number == objection.ended))
    if kind not in ENDING:
        raise Refused(
            f"request {request_id}",
            expected="an objection that has ended: withdrawn, or refused as an impersonation",
            found="one that holds",
            remedy="keep it: without whom it names nobody would be left out any more",
        )
    if objection.until is not None:
        raise Refused(
            f"request {request_id}",
            expected="an objection that covers nothing any more",
            found=f"a withdrawn one that keeps out what was published before {in_iso(objection.until)}",
            remedy="the person can release that (`registry withdraw` with --release-older), and then have it"
            " redacted; or have both stay: without whom it names nothing would be left out any more",
        )
    status = find_case(connection, request_id).status
    if status in {Status.OPEN, Status.EXTENDED}:
        raise Refused(
            f"request {request_id}",
            expected="a person who was told that it was refused (GDPR art. 12(4))",
            found="nobody answered them yet",
            remedy="answer, record it with `registry answer`, then redact",
        )


def _erase(connection: Connection, event: int, erased: tuple[int, ...]) -> None:
    connection.execute(update(EVENT).where(EVENT.c.number.in_(erased)).values(nonce=None, body=None))
    connection.execute(
        update(OBJECTION).where(OBJECTION.c.event == event).values(pseudonym=None, nonce=None, sealed=None)
    )
    connection.execute(
        update(INHERITED).where(INHERITED.c.origin == event).values(pseudonym=None, nonce=None)
    )
    connection.execute(delete(RECEIPT).where(RECEIPT.c.event == event))
    delete_messages(connection, event)
    connection.execute(delete(CASE_FILE).where(CASE_FILE.c.event == event))
