"""What the log is told and what it answers. No raw identifier in any of it."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.errors import BadInput
from schemas.model import Model
from schemas.vocabulary import ALL_SURFACES, IdentifierType

REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
"""What may name a request. No @ and no space: a request id is kept in clear."""


@dataclass(frozen=True)
class Target:
    """Whom an objection names: a type and the pseudonym of a normalised value."""

    type: IdentifierType
    pseudonym: bytes
    """HMAC-SHA-256, 32 bytes."""
    key_id: str
    """Id of the key it was made with."""
    platform: str | None = None
    """Of an account id or a handle; other types mean the same everywhere."""


@dataclass(frozen=True)
class Objection:
    """A request not to be used."""

    target: Target
    request_id: str
    """Names this request for good; the same id again is the same request."""
    received_at: datetime
    """When it reached us, as claimed; UTC."""
    linked: bool = True
    """Whether it covers the other accounts of the same person."""
    surfaces: int = ALL_SURFACES
    """Bits of schemas.vocabulary.Surface; the default covers surfaces not yet invented."""


class State(StrEnum):
    """What an objection met in the log."""

    ADDED = "added"
    KNOWN = "known"
    """The same request was received before, and it holds."""
    WITHDRAWN = "withdrawn"
    """The same request was received before, and withdrawn since: it stays withdrawn."""
    CONFLICT = "conflict"
    """The request id belongs to another objection; nothing was recorded."""


@dataclass(frozen=True)
class Receipt:
    """The answer of the log: durable once returned."""

    event: int
    """Number of the event; of the earlier one unless ``state`` is ADDED."""
    request_id: str
    state: State


class RegistryStatus(Model):
    """Counts, without a pseudonym."""

    registry_id: str
    key_id: str
    scheme: str
    head: int
    """Number of the last event; events are numbered from 1 without a gap."""
    received: int
    withdrawn: int
    live: int
    """Objections that hold: received and not withdrawn."""
    live_by_type: dict[str, int]
    batches: int
    """Files that brought at least one objection."""


def check_request_id(request_id: str) -> None:
    """Refuse what cannot name a request (BadInput); the id itself is not repeated."""
    if REQUEST_ID.fullmatch(request_id) is None:
        raise BadInput(
            "request_id",
            expected="1 to 128 letters, digits, dots, colons, hyphens or underscores",
            found="something else",
            remedy="give the request a reference number: a name or an address is no request id",
        )
