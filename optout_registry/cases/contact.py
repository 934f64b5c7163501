"""Whom to answer, in which language, and what was written: sealed, apart from the log."""

import re
from datetime import datetime
from enum import StrEnum

import idna
from sqlalchemy import Connection, func, insert, select

from optout_registry.cases.case_file import find_case, put, written
from optout_registry.cases.sealing import CaseKey, Place, seal, unseal
from optout_registry.registry import Beside, Registry
from optout_registry.storage.tables import CASE_FILE, CORRESPONDENCE
from schemas.errors import BadInput, Refused
from schemas.model import Model

MAX_CONTACT = 500
"""Characters of an address."""
MAX_MESSAGE = 1 << 16
"""Bytes of a message in UTF-8."""
MAX_MESSAGES = 1_000
"""Messages of a case."""
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_LONGEST_TAG = 35
"""Characters of a language tag (RFC 5646, section 4.4.1)."""


class Direction(StrEnum):
    """Who wrote."""

    FROM_PERSON = "from_person"
    TO_PERSON = "to_person"


class Message(Model):
    """Something that was written."""

    direction: Direction
    recorded_at: datetime
    text: str


class Contact(Model):
    """Whom to answer."""

    address: str | None = None
    language: str | None = None


def read_contact(address: str | None, language: str | None) -> Contact:
    """An address and a language as somebody gave them.

    An address is one line: of mail, a telephone number, or a postal one. With an @ it has to be one that
    mail could reach: a slip is noticed now and not when the answer comes back.

    Raises:
        BadInput: its subject is the field's name; no value is repeated.
    """
    if address is not None:
        address = address.strip()
        if not 0 < len(address) <= MAX_CONTACT or not address.isprintable():
            raise _bad("contact", f"one line of 1 to {MAX_CONTACT} characters")
        if "@" in address and not _is_mail(address):
            raise _bad("contact", "an address of mail, name@domain, or one without an @")
    if language is not None and (len(language) > _LONGEST_TAG or not _LANGUAGE.fullmatch(language)):
        raise _bad("language", "a language tag of BCP 47, such as fr or pt-BR")
    return Contact(address=address, language=language)


def set_contact(registry: Registry, request_id: str, contact: Contact, key: CaseKey) -> None:
    """Keep whom to answer; what is None stays as it was.

    Raises:
        BadInput: no such request. Refused: it was redacted. ConfigurationError: sealed under another key.
    """
    with registry.appending() as (connection, *_):
        event = find_case(connection, request_id).received.number
        keeping(registry, contact, key)(connection, event)


def keeping(registry: Registry, contact: Contact, key: CaseKey) -> Beside:
    """What keeps whom to answer, in the transaction that records the request or later; None stays as it was.

    Raises, when it is called:
        ConfigurationError: sealed under another key.
    """
    given = {"contact": contact.address, "language": contact.language}

    def write(connection: Connection, event: int) -> None:
        kept = contact_of(connection, registry.identity.id, event, key)
        texts = {"contact": kept.address, "language": kept.language}
        texts |= {kind: text for kind, text in given.items() if text is not None}
        sealed = {
            kind: text and seal(key, Place(registry.identity.id, event, kind), text)
            for kind, text in texts.items()
        }
        put(connection, event, key_id=key.id if any(sealed.values()) else None, **sealed)

    return write


def contact_of(connection: Connection, registry_id: str, event: int, key: CaseKey) -> Contact:
    """Whom to answer about the request that an event received.

    Raises:
        ConfigurationError: sealed under another key. BadInput: changed.
    """
    row = connection.execute(select(CASE_FILE).where(CASE_FILE.c.event == event)).mappings().one_or_none()

    def opened(kind: str) -> str | None:
        if row is None or row[kind] is None:
            return None
        return unseal(key, row["key_id"], Place(registry_id, event, kind), row[kind])

    return Contact(address=opened("contact"), language=opened("language"))


def read_message(text: str) -> str:
    """A message as somebody typed it.

    Raises:
        BadInput: empty, too long, or no UTF-8.
    """
    is_utf8 = not any("\ud800" <= character <= "\udfff" for character in text)
    if not text.strip() or not is_utf8 or len(text.encode()) > MAX_MESSAGE:
        raise _bad("message", f"1 to {MAX_MESSAGE:,} bytes of text in UTF-8")
    return text


def add_message(
    registry: Registry,
    request_id: str,
    direction: Direction,
    text: str,
    *,
    recorded_at: datetime,
    key: CaseKey,
) -> int:
    """Keep what was written, a text that :func:`read_message` let pass; its number, from 1.

    Raises:
        BadInput: no such request. Refused: it was redacted, or has too many.
    """
    with registry.appending() as (connection, *_):
        event = find_case(connection, request_id).received.number
        last = connection.scalar(
            select(func.max(CORRESPONDENCE.c.position)).where(CORRESPONDENCE.c.event == event)
        )
        position = (last or 0) + 1
        if position > MAX_MESSAGES:
            raise Refused(
                f"request {request_id}",
                expected=f"at most {MAX_MESSAGES:,} messages",
                found="one more",
                remedy="keep further ones where your mail is kept",
            )
        place = Place(registry.identity.id, event, direction.value, position)
        connection.execute(
            insert(CORRESPONDENCE).values(
                event=event,
                position=position,
                recorded_at=written(recorded_at),
                direction=direction.value,
                key_id=key.id,
                message=seal(key, place, text),
            )
        )
        return position


def messages_of(connection: Connection, registry_id: str, event: int, key: CaseKey) -> tuple[Message, ...]:
    """What was written about the request that an event received, in order.

    Raises:
        ConfigurationError: sealed under another key. BadInput: changed.
    """
    rows = connection.execute(
        select(CORRESPONDENCE).where(CORRESPONDENCE.c.event == event).order_by(CORRESPONDENCE.c.position)
    )
    return tuple(
        Message(
            direction=Direction(row.direction),
            recorded_at=datetime.fromisoformat(row.recorded_at),
            text=unseal(key, row.key_id, Place(registry_id, event, row.direction, row.position), row.message),
        )
        for row in rows
    )


def _is_mail(address: str) -> bool:
    name, _, domain = address.rpartition("@")
    try:
        return bool(name) and not re.search(r"\s", address) and "." in domain and bool(idna.encode(domain))
    except idna.IDNAError:
        return False


def _bad(name: str, expected: str) -> BadInput:
    return BadInput(name, expected=expected, found="something else", remedy=f"correct {name}")
