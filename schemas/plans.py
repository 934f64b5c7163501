"""The plan of a build, and the result of one split."""

from typing import Literal

from pydantic import Field

from schemas.documents import (
    AccountCounts,
    Counts,
    Digest,
    EngineRef,
    Finding,
    Instant,
    ObjectRef,
    Parent,
    SnapshotRef,
)
from schemas.model import Model
from schemas.policy import Policy


class KeyRef(Model):
    """Where a worker finds a key, and which key it must find. Never the key."""

    id: str
    """Which key it must be."""
    reference: str
    """``file:/path`` or ``env:NAME``; resolved by pipelines.keys."""


class TallyEntry(Model):
    """Rows of a split with one surface and one primary reason."""

    surface: str
    """Label of the surface, or `unknown`."""
    reason: int = Field(ge=0, le=31)
    """Stored code of the primary reason."""
    rows: int = Field(ge=1)
    """How many."""


class Counted(Model):
    """A name and how often."""

    name: str
    """Of what."""
    count: int = Field(ge=0)
    """How many."""


class SplitResult(Model):
    """What ``screen`` made of one split. Written last; found again by its split key."""

    split_key: Digest
    """SHA-256 over the digests of all it depends on."""
    split_digest: Digest
    """SHA-256 over the split's schema, row counts and bytes."""
    rows: int = Field(ge=0)
    """Rows of the split."""
    shard: ObjectRef | None
    """Null: nothing kept."""
    ledger: ObjectRef
    """Its ledger part."""
    footprint: ObjectRef
    """Its footprint part."""
    queue: ObjectRef | None
    """Its pictures that wait for a person; null: none does."""
    tally: tuple[TallyEntry, ...]
    """Sorted by surface, then code."""
    masked: tuple[Counted, ...]
    """Masks set in released text by kind, sorted by name."""
    pictures: tuple[Counted, ...]
    """Pictures by what became of them, sorted by name."""


class Plan(Model):
    """All a job needs, except keys. Lies in staging under its own digest, beside its tables."""

    format: Literal[1] = 1
    """Version of this form."""
    as_of: Instant
    """The instant at which accounts are judged."""
    started_at: Instant
    """When the plan was made."""
    corpus: str
    """URL of the store."""
    source: str
    """URL of the source root."""
    platform: str
    """The platform, which scopes account ids and handles."""
    description: Digest
    """Of source.json, the manifest of the canonical tables."""
    accounts_digest: Digest
    """Of the accounts files' digests, in order of path."""
    accounts: AccountCounts
    """Accounts as eligibility saw them."""
    policy: Policy
    """The policy in full."""
    policy_object: ObjectRef
    """The same as an object."""
    packs: ObjectRef
    """The rule packs."""
    rules: tuple[str, ...]
    """Rule ids; a ledger's ``rules`` are indices into this list."""
    snapshot: SnapshotRef
    """The registry snapshot."""
    lineage_key: KeyRef
    """The key that makes subjects and the order of rows."""
    engine: EngineRef
    """What a worker's engine must be."""
    eligibility: ObjectRef
    """State of every account, a table."""
    lookup: Digest
    """SHA-256 of the staged look-up table ``lookup.arrow``."""
    takedown: Digest
    """SHA-256 of the staged look-up table ``takedown.arrow``."""
    reviews: ObjectRef
    """What was decided about suspected pictures, a table."""
    splits: int
    """How many."""
    planned: Digest
    """SHA-256 of the staged table of them, ``splits.parquet``."""
    reused: int
    """How many of them were taken over unread."""
    carried: int = 0
    """How many of these an earlier plan of the same build has computed; the parent has the others."""
    observed: ObjectRef
    """What was seen of the source's files, a table."""
    parent: Parent | None
    """The version it follows; null: the first."""
    quality: tuple[Finding, ...]
    """What the source gate found."""


class Refusal(Model):
    """A build that a gate refused: what it would have followed, what it counted, what was found."""

    format: Literal[1] = 1
    """Version of this form."""
    plan: Digest | None
    """Of the plan that was refused; null: the source was, before there was a plan."""
    refused_at: Instant
    """When."""
    parent: Parent | None
    """The version it would have followed."""
    counts: Counts | None = None
    """What it counted; null where it came to no counts."""
    findings: tuple[Finding, ...]
    """Of every gate that was asked, those that passed included."""
