"""The documents of a version: the content document, and the envelope that makes it exist."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    ModelWrapValidatorHandler,
    StringConstraints,
    computed_field,
    model_validator,
)

from schemas.canonical import canonical_json, sha256
from schemas.model import Model

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


def _whole_utc(value: datetime) -> datetime:
    if value.tzinfo is None or value.utcoffset():
        msg = "an instant is written in UTC"
        raise ValueError(msg)
    return value


ACTOR = r"^[^\W\d][\w .'-]{0,62}\w$"
Instant = Annotated[datetime, AfterValidator(_whole_utc)]
"""An instant in UTC, with a zone: serialised as 2026-05-27T00:00:00Z."""

Actor = Annotated[str, StringConstraints(pattern=ACTOR)]
"""Who did something, by name or role. It stands where trainers read: no address, no number."""

Kind = Literal["publish", "withdraw", "purge_begun", "purge_done", "use", "use_end", "model_retired", "hold"]


class ObjectRef(Model):
    """An immutable object: its SHA-256, its size in bytes and, of a table, its rows."""

    digest: Digest
    """SHA-256 of its bytes, which is its name."""
    bytes: int = Field(ge=0)
    """Its size."""
    rows: int | None = Field(default=None, ge=0)
    """Its rows; null: no table."""


class Finding(Model):
    """One assertion of a gate: what was asked, what was observed. No clock, no machine."""

    expectation: str
    """Name of the Great Expectations expectation."""
    arguments: dict[str, str | int | float | bool | None]
    """What was asked, and of which rows."""
    threshold: str | None = None
    """Key of policy.yaml that sets what is asked; null: it holds whatever the policy says."""
    observed: str | int | float | bool | None
    """A value, or how many rows fail."""
    rows: int | None = None
    """Rows that the observed value counts, where it is a share or a number of rows under a threshold."""
    of_rows: int | None = None
    """Of how many."""
    success: bool
    """Whether the expectation was met."""


class SourceDigests(Model):
    """What was filtered."""

    platform: str
    """The platform, which scopes account ids and handles."""
    description: Digest
    """Of source.json, the manifest of the canonical tables."""
    accounts: Digest
    """Of the accounts files' digests, in order of path."""
    splits: Digest
    """Of the splits' digests, in order."""


class AccountCounts(Model):
    """Accounts as eligibility saw them."""

    rows: int
    """Rows of the accounts table."""
    accounts: int
    """Distinct account ids."""
    duplicate_rows: int
    """Rows beyond the first of an account; the most restrictive value won, field by field."""
    defective_rows: int
    """Rows that did not conform; those with an id that could be read are counted above, too."""
    objected: int
    """Accounts that an objection covers on at least one surface, if only older content; links included."""


class SnapshotRef(Model):
    """The registry a version was built with."""

    registry_id: str
    """Which registry: an id drawn when it was created."""
    event: int
    """Events up to and including this number count."""
    root: Digest
    """Of the Merkle tree over those events: whatever is changed in them changes it."""
    log_key: str
    """Verifier key of the registry's log, as text (C2SP signed-note)."""
    object: ObjectRef
    """The snapshot, a table."""
    key_ids: tuple[str, ...]
    """Of the registry keys the pseudonyms were made with, in the order they were applied."""
    scheme: str
    """Version of the normal form of identifiers."""


class EngineRef(Model):
    """What computed the bytes: law 3."""

    digest: Digest
    """SHA-256 over the parts."""
    parts: dict[str, str]
    """Name of a part -> its version or digest."""


class Counts(Model):
    """Rows by outcome and by primary reason: they add up (law 1)."""

    rows: int
    """All rows of the source."""
    outcomes: dict[str, int]
    """Outcome -> rows."""
    reasons: dict[str, int]
    """Primary reason -> rows."""
    surfaces: dict[str, dict[str, int]]
    """Surface -> primary reason -> rows."""
    masked: dict[str, int]
    """Kind of mask -> masks set in released text."""
    pictures: dict[str, int]
    """What became of pictures -> pictures."""


class ContentDocument(Model):
    """Everything deterministic about a version. A reissue and a build from nothing agree (law 5)."""

    format: Literal[1] = 1
    """Version of this form."""
    as_of: Instant
    """The instant at which accounts are judged."""
    source: SourceDigests
    """Digests of what was filtered."""
    accounts: AccountCounts
    """Accounts as eligibility saw them."""
    policy: ObjectRef
    """The policy, in full, as canonical JSON."""
    snapshot: SnapshotRef
    """The registry it was built with."""
    packs: ObjectRef
    """The rule packs."""
    rules: tuple[str, ...]
    """Rule ids; a ledger's ``rules`` are indices into this list."""
    engine: EngineRef
    """What computed the bytes."""
    keys: dict[str, str]
    """Purpose -> key id."""
    eligibility: ObjectRef
    """State of every account, a table."""
    reviews: ObjectRef
    """What was decided about suspected pictures, a table."""
    splits: ObjectRef
    """The splits with their results, a table."""
    profile: ObjectRef
    """One row per split, a table: what the gate asserted on."""
    shards: ObjectRef
    """The list of shards; the one object here that lies under data/."""
    counts: Counts
    """Rows by outcome, reason and surface."""
    quality: tuple[Finding, ...]
    """What the source gate and the absolute part of the release gate found."""


class Parent(Model):
    """The entry a version follows: number, and digest of its envelope's bytes."""

    number: int = Field(ge=1)
    """Its number in the chain."""
    envelope: Digest
    """SHA-256 of its file."""


class Runner(Model):
    """Where and how it ran: never part of what it means."""

    name: str
    """The Beam runner."""
    started_at: Instant
    """When the plan was made."""
    finished_at: Instant
    """When the last split was done."""
    splits_computed: int
    """Splits this build computed."""
    splits_reused: int
    """Splits taken from the parent."""


class Envelope(Model):
    """One entry of the chain. It exists when its file exists; nothing published is edited (law 4)."""

    format: Literal[1] = 1
    """Version of this form."""
    number: int = Field(ge=1)
    """Its number in the chain, from 1, without gaps."""
    kind: Kind
    """What the entry does."""
    parent: Parent | None
    """The entry before; null: the first."""
    published_at: Instant
    """When it was created."""
    content: ObjectRef | None = None
    """The content document, for kind ``publish``."""
    shards: ObjectRef | None = None
    """The list of shards under data/: where a trainer starts."""
    observed: ObjectRef | None = None
    """What was observed of the source's files."""
    queued: ObjectRef | None = None
    """Since when pictures wait for a person, a table; null: none ever did."""
    runner: Runner | None = None
    """Where and how it ran; null for entries that ran nothing."""
    relative: tuple[Finding, ...] = ()
    """What the gate says about this version next to the one before; empty: it is the first."""
    newly_usable: int | None = Field(default=None, ge=0)
    """Rows that the version before did not keep and this one does, in splits with the same bytes."""
    accepted_by: Actor | None = None
    """Who accepted what failed in ``relative``: a name given on the command line; null: nothing failed."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def seal(self) -> Digest:
        """SHA-256 of the envelope without its seal.

        Every other object is named by its digest; the last envelope of a chain has no child that
        holds its digest, so it carries its own. It finds a damaged byte, not a forger.
        """
        return sha256(canonical_json(self.model_dump(mode="json", exclude={"seal"})))

    @model_validator(mode="wrap")
    @classmethod
    def _check_seal(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:  # noqa: ANN401
        if not isinstance(value, dict) or "seal" not in value:
            return handler(value)
        envelope = handler({name: part for name, part in value.items() if name != "seal"})
        if value["seal"] != envelope.seal:
            msg = "the seal does not match the envelope: a byte of it was changed"
            raise ValueError(msg)
        return envelope
