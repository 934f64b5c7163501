"""The extract: all that is held about a person's requests, in one document that proves itself.

GDPR art. 15.
"""

from collections.abc import Sequence
from datetime import date, datetime

from pydantic import Field
from sqlalchemy import Connection, select

from optout_registry import held, log
from optout_registry.cases.calendar import Calendar
from optout_registry.cases.case_file import AnswerKind, Case, ExtensionReason, Status, deadline, find_case
from optout_registry.cases.contact import Contact, Message, contact_of, messages_of
from optout_registry.cases.sealing import CaseKey
from optout_registry.events import Exported, blinded, read_body
from optout_registry.history import Entry, history
from optout_registry.identity import check_chain
from optout_registry.objections import Basis, Target
from optout_registry.older import at_micros
from optout_registry.plain_words import in_words, scope_in_words
from optout_registry.registry import Registry
from optout_registry.storage.tables import OBJECTION
from optout_registry.transparency.merkle import check_inclusion, leaf_hash
from optout_registry.transparency.notes import Verifier, open_note, parse_checkpoint
from schemas.documents import Digest
from schemas.errors import BadInput
from schemas.model import Model
from schemas.vocabulary import TargetType

ABOUT = (
    "This is what the registry of objections holds about these requests. Whom a request names is held only as"
    " a keyed pseudonym, from which nobody without the key can tell the identifier; it is not repeated here."
    " Each event stands with its number and proof in a log that only grows, and the checkpoint is signed:"
    " `optout registry verify --extract` checks both."
)


class ProvenEvent(Model):
    """An event of the log about a request, and the proof that it stands there."""

    body: str
    """The event as it is recorded, canonical JSON."""
    in_words: str
    """What happened, for people."""
    nonce: Digest
    """Random: SHA-256 of it and the event is the leaf of the tree."""
    number: int = Field(ge=1)
    proof: tuple[Digest, ...]
    """Inclusion in the tree of the checkpoint, RFC 6962, section 2.1.1; deepest hash first."""


class Deadline(Model):
    """By when the person was to be answered, and what they were told when."""

    answer: AnswerKind | None
    answered_on: date | None
    extended_on: date | None
    extension_reason: ExtensionReason | None
    last_day: date
    """On which an answer is, or was, in time."""
    received_on: date


class RequestExtract(Model):
    """What is held about one request."""

    basis: Basis
    contact: Contact
    """Whom to answer; null where nothing was given, or it was deleted."""
    correspondence: tuple[Message, ...]
    covers: str
    deadline: Deadline
    event: int
    """Number of the event that received it."""
    events: tuple[ProvenEvent, ...]
    ended_by: str | None
    """Kind of the event that ended it; null: it counts."""
    older_until: datetime | None
    """It was withdrawn then, and what was published before stays out; null: nothing does, or it counts."""
    target_type: TargetType
    """Kind of the identifier, the record or the picture that it names."""
    platform: str | None
    received_at: datetime
    """As claimed."""
    recorded_at: datetime
    """Ours."""
    request_id: str
    status: Status


class Extract(Model):
    """One person's extract. It names no other person, and holds no key."""

    about: str = ABOUT
    checkpoint: str
    """The log's size and root, signed (C2SP tlog-checkpoint); all events below stand in it."""
    log_key: str
    """Verifier key of whoever signs the log: compare it with the one that is published elsewhere."""
    made_at: datetime
    registry_id: str
    requests: tuple[RequestExtract, ...]


def requests_on(registry: Registry, target: Target) -> list[str]:
    """The ids of all requests on one target, in order of receipt, ended ones too; not those redacted.

    Raises:
        ConfigurationError: the target was made with other keys. BadInput: there is none.
    """
    check_chain(registry.identity, target.key_ids)
    with registry.reading() as connection:
        found = connection.scalars(
            select(OBJECTION.c.request_id)
            .where(OBJECTION.c.type == target.type.value, OBJECTION.c.pseudonym == target.pseudonym)
            .order_by(OBJECTION.c.event)
        ).all()
    if not found:
        raise BadInput(
            "identifier",
            expected="one that a request in this registry names",
            found="one that none names",
            remedy="check it; if it is right, tell the person that nothing is held under it",
        )
    return list(found)


def export(
    registry: Registry, request_ids: Sequence[str], key: CaseKey, calendar: Calendar, *, recorded_at: datetime
) -> Extract:
    """All that is held about these requests, which are one person's; the log records that it was given.

    Raises:
        BadInput: no such request, or what is held was changed. Refused: one was redacted.
        ConfigurationError: case data is sealed under another key.
    """
    identity = registry.identity
    with registry.appending() as (connection, size, signer):
        cases = {request_id: find_case(connection, request_id) for request_id in request_ids}
        numbers = tuple(sorted(case.received.number for case in cases.values()))
        exported = Exported(number=size + 1, recorded_at=recorded_at, requests=numbers)
        appended = log.append(connection, size, [exported], signer)
        return Extract(
            checkpoint=appended.note,
            log_key=identity.log_key,
            made_at=recorded_at,
            registry_id=identity.id,
            requests=tuple(
                _request(connection, identity.id, case, appended.size, key, calendar)
                for case in cases.values()
            ),
        )


def check_extract(extract: Extract, verifier: Verifier) -> None:
    """Check that the registry signed a log that holds every event of the extract, and that the words fit.

    Raises:
        Refused: signature or a proof do not hold. BadInput: the extract contradicts itself.
    """
    checkpoint = parse_checkpoint(open_note(extract.checkpoint.encode(), [verifier]))
    for request in extract.requests:
        for proven in request.events:
            event = read_body(proven.body.encode(), proven.number)
            if event.number != proven.number or in_words(event) != proven.in_words:
                raise BadInput(
                    "extract",
                    expected=f"event {proven.number} and what happened in it",
                    found="another event, or other words",
                    remedy="ask for the extract again",
                )
            leaf = leaf_hash(blinded(bytes.fromhex(proven.nonce), proven.body.encode()))
            proof = [bytes.fromhex(digest) for digest in proven.proof]
            check_inclusion(proven.number - 1, checkpoint.size, leaf, proof, checkpoint.root)


def _request(
    connection: Connection, registry_id: str, case: Case, size: int, key: CaseKey, calendar: Calendar
) -> RequestExtract:
    received = case.received
    objection = held.find_one(connection, received.request_id)
    entries = history(connection, received.request_id, objection)
    return RequestExtract(
        basis=received.basis,
        contact=contact_of(connection, registry_id, received.number, key),
        correspondence=messages_of(connection, registry_id, received.number, key),
        covers=scope_in_words(received),
        ended_by=case.ending,
        older_until=None if objection.until is None else at_micros(objection.until),
        deadline=Deadline(
            last_day=deadline(case, calendar),
            received_on=calendar.day_of(received.received_at),
            **{name: case.row[name] for name in ("answer", "answered_on", "extended_on", "extension_reason")},
        ),
        event=received.number,
        events=_proven(connection, entries, size),
        target_type=received.type,
        platform=received.platform,
        received_at=received.received_at,
        recorded_at=received.recorded_at,
        request_id=received.request_id,
        status=case.status,
    )


def _proven(connection: Connection, entries: Sequence[Entry], size: int) -> tuple[ProvenEvent, ...]:
    proofs = log.proofs(connection, [entry.event.number for entry in entries], size)
    return tuple(
        ProvenEvent(
            body=entry.body.decode(),
            in_words=in_words(entry.event),
            nonce=entry.nonce.hex(),
            number=entry.event.number,
            proof=tuple(digest.hex() for digest in proof),
        )
        for entry, proof in zip(entries, proofs, strict=True)
    )
