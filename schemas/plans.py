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
    reference: str
    """``file:/path`` or ``env:NAME``; resolved by pipelines.keys."""


class TallyEntry(Model):
    """Rows of a split with one surface and one primary reason."""

    surface: str
    reason: int = Field(ge=0, le=31)
    rows: int = Field(ge=1)


class Counted(Model):
    """A name and how often."""

    name: str
    count: int = Field(ge=0)


class SplitResult(Model):
    """What ``screen`` made of one split. Written last; found again by its split key."""

    split_key: Digest
    split_digest: Digest
    rows: int = Field(ge=0)
    shard: ObjectRef | None
    """Null: nothing kept."""
    ledger: ObjectRef
    footprint: ObjectRef
    tally: tuple[TallyEntry, ...]
    """Sorted by surface, then code."""
    masked: tuple[Counted, ...]
    """Masks set in released text by kind, sorted by name."""
    pictures: tuple[Counted, ...]
    """Pictures by what became of them, sorted by name."""


class Plan(Model):
    """All a job needs, except keys. Lies in staging under its own digest, beside its tables."""

    format: Literal[1] = 1
    as_of: Instant
    started_at: Instant
    corpus: str
    """URL of the store."""
    source: str
    """URL of the source root."""
    platform: str
    description: Digest
    accounts_digest: Digest
    accounts: AccountCounts
    policy: Policy
    policy_object: ObjectRef
    packs: ObjectRef
    rules: tuple[str, ...]
    snapshot: SnapshotRef
    lineage_key: KeyRef
    engine: EngineRef
    eligibility: ObjectRef
    lookup: Digest
    """SHA-256 of the staged look-up table ``lookup.arrow``."""
    splits: int
    """How many; the table ``splits.parquet`` beside the plan has them."""
    reused: int
    """How many of them were taken from the parent unread."""
    observed: ObjectRef
    parent: Parent | None


class Refusal(Model):
    """A build that a gate refused: what it would have followed, what it counted, what was found."""

    format: Literal[1] = 1
    plan: Digest
    refused_at: Instant
    parent: Parent | None
    counts: Counts | None = None
    findings: tuple[Finding, ...]
    """Of every gate that was asked, those that passed included."""
