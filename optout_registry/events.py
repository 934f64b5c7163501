"""What an event says: one frozen model per kind, and its bytes.

Fields stand in the order of their names, so that pydantic writes RFC 8785 by itself, ten times as fast as
a serialiser that sorts; tests/registry/test_events.py compares both.
"""

from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    SerializerFunctionWrapHandler,
    TypeAdapter,
    ValidationError,
    model_serializer,
)

from optout_registry.objections import Basis, Impersonation, WithdrawalProof
from schemas.documents import Digest, Instant
from schemas.errors import BadInput
from schemas.model import Model
from schemas.vocabulary import TargetType

RECEIVED = "received"
NONCE = 32
"""Random bytes before whatever is hashed: without them a short text could be guessed from its digest."""

_Bits = Annotated[int, Field(ge=1, le=0xFFFF)]


def _ascending(numbers: tuple[int, ...]) -> tuple[int, ...]:
    if list(numbers) != sorted(set(numbers)) or numbers[0] < 1:
        msg = "numbers of events, each once, in ascending order"
        raise ValueError(msg)
    return numbers


_Numbers = Annotated[tuple[int, ...], Field(min_length=1), AfterValidator(_ascending)]


class Received(Model):
    """An objection reached us. It counts from here on, without a reason and before anybody checks it."""

    basis: Basis
    batch: str | None
    """The import it came with."""
    key_id: str
    """Id of the key applied last to the pseudonym that ``target`` commits to."""
    kind: Literal["received"] = "received"
    linked: bool
    number: int = Field(ge=1)
    platform: str | None
    purposes: _Bits
    received_at: Instant
    """As claimed."""
    recorded_at: Instant
    """Ours."""
    request_id: str
    roles: _Bits
    surfaces: _Bits
    target: Digest
    """SHA-256 of a nonce, the pseudonym and what is sealed. It stays when they are made anew, and then says
    nothing."""
    type: TargetType


class Withdrawn(Model):
    """Whoever made a request takes it back.

    Events of before table revision 0004 say neither proof nor what is released, and keep their bytes.
    """

    kind: Literal["withdrawn"] = "withdrawn"
    number: int = Field(ge=1)
    proof: WithdrawalProof | None = None
    received_at: Instant
    recorded_at: Instant
    releases_older: bool | None = None
    """Whether what was published before ``recorded_at`` may be used again, too. Unsaid it may not (law 2)."""
    request_id: str

    @model_serializer(mode="wrap")
    def _as_recorded(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in written(self).items() if value is not None}


class OlderReleased(Model):
    """Whoever withdrew a request, and kept older content out, releases that as well."""

    kind: Literal["older_released"] = "older_released"
    number: int = Field(ge=1)
    proof: WithdrawalProof
    received_at: Instant
    recorded_at: Instant
    request_id: str


class IdentityConfirmed(Model):
    """Whoever made a request has shown who they are. It counted before, and counts on."""

    kind: Literal["identity_confirmed"] = "identity_confirmed"
    number: int = Field(ge=1)
    recorded_at: Instant
    request_id: str


class RefusedAsImpersonation(Model):
    """A request is not of whom it is about, and ends."""

    kind: Literal["refused_as_impersonation"] = "refused_as_impersonation"
    number: int = Field(ge=1)
    reason: Impersonation
    recorded_at: Instant
    request_id: str


class BatchReversed(Model):
    """A faulty import is taken back by two actors: what it alone brought, and nothing else."""

    accepted_by: str
    """Name of the second actor."""
    batch: str
    kind: Literal["batch_reversed"] = "batch_reversed"
    number: int = Field(ge=1)
    objections: int = Field(ge=1)
    """That it ends."""
    proposed_by: str
    recorded_at: Instant


class Rotated(Model):
    """A further key was applied to every pseudonym: the keys before it match none of them by themselves."""

    count: int = Field(ge=0)
    """Objections and inherited targets before it, those that have ended included."""
    digest_after: Digest
    """Of what they commit to since, in the order of the log: optout_registry/commitments.py."""
    digest_before: Digest
    """Of what they committed to. After another rotation it begins with that one's ``digest_after``."""
    key_ids_after: tuple[str, ...]
    key_ids_before: tuple[str, ...]
    kind: Literal["rotated"] = "rotated"
    number: int = Field(ge=1)
    recorded_at: Instant


class Exported(Model):
    """An extract of requests was given to the person they are of (GDPR art. 15)."""

    kind: Literal["exported"] = "exported"
    number: int = Field(ge=1)
    recorded_at: Instant
    requests: _Numbers
    """Numbers of the events that received them."""


class Redacted(Model):
    """The content of every event about one request was erased, and whom the request named."""

    events: _Numbers
    """Numbers of the erased events; the first received the request."""
    kind: Literal["redacted"] = "redacted"
    number: int = Field(ge=1)
    recorded_at: Instant


class Linked(Model):
    """A build found an account that an objection reaches: it is covered until the objection ends."""

    key_id: str
    """Id of the key of the pseudonym that ``target`` commits to."""
    kind: Literal["linked"] = "linked"
    number: int = Field(ge=1)
    origin: int = Field(ge=1)
    """Number of the event that received the objection."""
    platform: str
    recorded_at: Instant
    target: Digest
    """SHA-256 of a nonce and the account's pseudonym; blind once both are made anew, as that of Received."""


Event = (
    BatchReversed
    | Received
    | Withdrawn
    | OlderReleased
    | IdentityConfirmed
    | RefusedAsImpersonation
    | Rotated
    | Exported
    | Redacted
    | Linked
)
EXPORTED = "exported"
LINKED = "linked"
REVERSED = "batch_reversed"
ROTATED = "rotated"
ENDING = ("withdrawn", "refused_as_impersonation", REVERSED)
"""Kinds of event after which an objection does not hold."""
_EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])


def body_of(event: Event) -> bytes:
    """The canonical JSON (RFC 8785) of an event."""
    return event.model_dump_json().encode()


def read_body(body: bytes, number: int) -> Event:
    """The event that a body holds.

    Raises:
        BadInput: it is none, or not in its canonical form.
    """
    try:
        event = _EVENT.validate_json(body)
    except ValidationError:
        event = None
    if event is None or body_of(event) != body:
        raise BadInput(
            f"event {number}",
            expected="an event in its canonical form",
            found="something else",
            remedy="restore the registry from its backup: somebody changed an event",
        ) from None
    return event


def commitment(nonce: bytes, pseudonym: bytes, sealed: bytes | None) -> bytes:
    """What binds a row: its pseudonym and, of a record or picture, that target sealed."""
    return blinded(nonce, pseudonym + (sealed or b""))


def blinded(nonce: bytes, content: bytes) -> bytes:
    """SHA-256 of a nonce and what it hides: it binds, and says nothing to who has no nonce."""
    return sha256(nonce + content).digest()
