"""What the registry is told and what it answers. No raw identifier in any of it."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from schemas.errors import BadInput
from schemas.model import Model
from schemas.vocabulary import ALL_PURPOSES, ALL_ROLES, ALL_SURFACES, TargetType

if TYPE_CHECKING:
    from optout_registry.receipts import Receipt

REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
"""What may name a request. No @ and no space: a request id is kept in clear."""


class Basis(StrEnum):
    """On whose behalf an objection is made. It decides who may withdraw it, never whether it counts."""

    SELF = "self"
    GUARDIAN = "guardian"
    """Of a minor, or of an adult under guardianship."""
    HEIR = "heir"
    REPRESENTATIVE = "representative"
    """With a power of attorney, or a body under GDPR art. 80."""
    AUTHORITY = "authority"
    """A supervisory authority or a court."""


class Impersonation(StrEnum):
    """Why a request is refused: whoever made it is not whom it is about. Nothing else is a reason (law 6)."""

    NOT_THE_PERSON = "not_the_person"
    """The person whom it names says that it is not theirs."""
    NO_AUTHORITY = "no_authority"
    """Whoever made it for another could not show that they may."""


class WithdrawalProof(StrEnum):
    """How whoever withdraws has shown who they are: an objection needs none, lifting one does."""

    RECEIPT_SECRET = "receipt_secret"  # noqa: S105 - a label
    """They hold the receipt that was given for it."""
    ACCOUNT_LOGIN = "account_login"
    """They were logged in to the account it names, or read mail at the address it names."""
    IDENTITY_DOCUMENT = "identity_document"
    """An identity document was seen; for a minor or a represented person, the authority to act, too."""


@dataclass(frozen=True)
class Target:
    """Whom or what an objection names: a type and the pseudonym of a normalised value."""

    type: TargetType
    pseudonym: bytes
    """HMAC-SHA-256, 32 bytes."""
    key_ids: tuple[str, ...]
    """Ids of the keys it was made with, in the order they were applied."""
    platform: str | None = None
    """Of an account id, a handle or a record; other types mean the same everywhere."""
    sealed: bytes | None = None
    """Of a record or picture: the normalised value, which a build opens (schemas.takedowns)."""


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
    roles: int = ALL_ROLES
    """Bits: 1 << stored value of schemas.vocabulary.Role."""
    purposes: int = ALL_PURPOSES
    """Bits of schemas.vocabulary.Purpose."""
    basis: Basis = Basis.SELF


class State(StrEnum):
    """What an objection met in the registry."""

    ADDED = "added"
    KNOWN = "known"
    """The same request was received before, and it holds."""
    ENDED = "ended"
    """The same request was received before and does not hold any more; that stays so."""
    ANEW = "anew"
    """The same, but it is claimed to have been received after that end; nothing was recorded."""
    REVERSED = "reversed"
    """The same request was received before, and ended with the batch it came with; that stays so."""
    OLDER_RELEASED = "older_released"
    """The same request was withdrawn before, and what was published until then is released now."""
    CONFLICT = "conflict"
    """The request id belongs to another objection; nothing was recorded."""


@dataclass(frozen=True)
class Answer:
    """What became of a request: durable once returned."""

    event: int
    """Number of the event; of the earlier one unless ``state`` is ADDED."""
    request_id: str
    state: State
    receipt: "Receipt | None" = None
    """For whoever made the request, and for nobody else: it holds a secret. Given once."""


class RegistryStatus(Model):
    """Counts, without a pseudonym."""

    registry_id: str
    key_id: str
    scheme: str
    head: int
    """Number of the last event; events are numbered from 1 without a gap."""
    root: str
    """Of the tree over all events: who wrote it down notices every change to them."""
    received: int
    ended: int
    """Objections that hold no more."""
    keep_older: int
    """Of those, withdrawn ones that keep out what was published before."""
    live: int
    """Objections that hold."""
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
