"""Plan a version: source, policy, registry snapshot and parent to eligibility and a list of splits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipelines.corpus.chain import latest_version, parent_of, read_chain
from pipelines.corpus.computed import Conditions, of_version, sealed_records
from pipelines.corpus.refusals import record_refusal, refused
from pipelines.corpus.reuse import planned_splits
from pipelines.corpus.waiting import waiting_since
from pipelines.eligibility import EligibilityKeys, compute_eligibility
from pipelines.expiry import reviews_at
from pipelines.linking import newly_reached
from pipelines.plan_tables import Before, PlanTables
from pipelines.preconditions import (
    check_accounts,
    check_parent,
    check_platforms,
    check_registry,
    check_reviews,
)
from pipelines.rules.packs import load_packs
from pipelines.screen.encode import encode
from pipelines.screen.engine import engine
from pipelines.source_read import SourceRead, read_source
from pipelines.takedown import open_takedowns
from schemas.canonical import sha256
from schemas.documents import Finding, ObjectRef, SnapshotRef
from schemas.errors import ConfigurationError
from schemas.plans import KeyRef, Plan, Refusal
from schemas.snapshots import Links, RegistrySnapshot, snapshot_parquet
from schemas.tables import OBSERVED

if TYPE_CHECKING:
    from pipelines.corpus.source_files import SourceFiles
    from pipelines.corpus.store import Store
    from schemas.policy import Policy


@dataclass(frozen=True)
class BuildInputs:
    """What a version is made of, and the keys it takes."""

    store: "Store"
    source: "SourceFiles"
    policy: "Policy"
    registry: Callable[[int | None], RegistrySnapshot]
    """The registry as it stood at an event; None: as it stands now."""
    as_of: datetime
    keys: EligibilityKeys
    lineage_key: KeyRef
    target_key: Callable[[], bytes]
    """The key that opens takedowns; asked for where there are some."""
    reviews: Callable[[], pa.Table]
    """What persons decided about suspected pictures, as it stands: a REVIEWS table."""
    links: Links | None
    """Where accounts that objections reach are recorded before the snapshot is taken; None: nothing is."""
    from_scratch: bool = False
    """Compute every split, whatever the parent has."""
    later: Callable[[RegistrySnapshot], RegistrySnapshot] | None = None
    """The registry as it stands now, by one of its earlier snapshots: what ``registry`` gives, only sooner.

    It must refuse a log that does not go on from there."""


def make_plan(inputs: BuildInputs, now: datetime, before: Before | None = None) -> PlanTables:
    """Plan the next version. Nothing is read of the records but footers.

    First the registry is told of accounts that linked objections reach; so it may have moved on by events of
    the plan's own. After ``before`` only what has come to the registry since is looked at; the source is
    taken as it was read then.

    Raises:
        Refused: the source gate found something wanting.
        BadInput: the source cannot be used, or the registry is empty or older than one already used.
        ConfigurationError: an as-of instant in the future.
    """
    store = inputs.store
    if inputs.as_of > now:
        raise ConfigurationError(
            "--as-of",
            expected="an instant that has come",
            found=inputs.as_of.isoformat(),
            remedy="nobody knows yet who will have objected by then: name an earlier one",
        )
    entries = read_chain(store)
    parent_entry = parent_of(entries[-1]) if entries else None
    parent = latest_version(store)
    since = before.tables.snapshot if before else None
    snapshot = _snapshot(inputs, since)
    manifest = before.tables.source.manifest if before else inputs.source.manifest()
    is_known = before is not None and inputs.later is not None and before.tables.plan.parent == parent_entry

    def check(snapshot: RegistrySnapshot) -> None:
        policy = inputs.policy.registry
        check_registry(snapshot, parent, policy, now)
        if parent is not None and not is_known:
            check_parent(store, snapshot, inputs.registry, parent, inputs.keys.registry)
        check_platforms(snapshot, manifest.platform, policy)

    check(snapshot)
    source = before.tables.source if before else read_source(inputs.source, manifest, inputs.policy)
    linked = snapshot.event
    # Of a source that is refused the registry learns nothing.
    if _passed(source.quality) and _record_reached(inputs, source, before.tables.linked if before else 0):
        snapshot = _snapshot(inputs, snapshot)
        check(snapshot)
    takedowns = open_takedowns(
        snapshot.against(inputs.policy.purpose_set()),
        manifest.platform,
        inputs.policy.registry.other_platforms,
        inputs.target_key,
        inputs.keys.lineage,
        source.unsealed,
    )
    eligibility = compute_eligibility(
        source.accounts,
        snapshot,
        inputs.policy,
        inputs.as_of,
        manifest.platform,
        inputs.keys,
        takedowns,
        source.hashed,
    )
    check_accounts(eligibility.counts)
    if not _passed(source.quality):
        refusal = Refusal(plan=None, refused_at=now, parent=parent_entry, findings=source.quality)
        record_refusal(store, refusal)
        raise refused(refusal)
    packs, current = load_packs(), engine()
    conditions = Conditions(
        screening=inputs.policy.screening_digest(),
        packs=packs.content_digest(),
        lineage_key=inputs.lineage_key.id,
        platform=manifest.platform,
        engine=current,
    )
    records = sealed_records(snapshot.objections, inputs.policy)
    decided = inputs.reviews()
    check_reviews(store, decided, parent, inputs.lineage_key.id)
    reviews = reviews_at(decided, waiting_since(store, parent), inputs.as_of)
    reusable = before.computed() if before else None
    if before is None and parent is not None and not inputs.from_scratch:
        reusable = of_version(store, parent)
    planned = planned_splits(
        store, reusable, source.splits, source.observed, eligibility.states, records, reviews, conditions
    )
    reused = np.asarray(planned.column("reused"))
    computed = np.zeros(len(planned), bool) if before is None else before.tables.computed
    splits_table, lookup, takedown = encode(planned), _ipc(eligibility.lookup), _ipc(takedowns)
    plan = Plan(
        as_of=inputs.as_of,
        started_at=now,
        corpus=store.url,
        source=inputs.source.url,
        platform=manifest.platform,
        description=manifest.content_digest(),
        accounts_digest=source.accounts_digest,
        accounts=eligibility.counts,
        policy=inputs.policy,
        policy_object=store.put("lineage", inputs.policy.to_canonical_json(), "json"),
        packs=store.put("lineage", packs.to_canonical_json(), "json"),
        rules=packs.rules,
        snapshot=SnapshotRef(
            registry_id=snapshot.registry_id,
            event=snapshot.event,
            root=snapshot.root,
            log_key=snapshot.log_key,
            object=store.put(
                "lineage",
                snapshot_parquet(snapshot.objections),
                "parquet",
                len(snapshot.objections),
            ),
            key_ids=snapshot.key_ids,
            scheme=snapshot.scheme,
        ),
        lineage_key=inputs.lineage_key,
        engine=current,
        eligibility=put_table(store, eligibility.states),
        lookup=sha256(lookup),
        takedown=sha256(takedown),
        reviews=put_table(store, reviews),
        splits=len(planned),
        planned=sha256(splits_table),
        reused=int(np.count_nonzero(reused)),
        carried=int(np.count_nonzero(reused & computed)),
        observed=put_table(
            store, pa.Table.from_pylist([vars(o) for o in source.observed.values()], schema=OBSERVED)
        ),
        parent=parent_entry,
        quality=source.quality,
    )
    return PlanTables(
        plan, splits_table, lookup, takedown, source, snapshot, conditions, eligibility.states, records,
        reviews, linked, computed | ~reused,
    )  # fmt: skip


def _snapshot(inputs: BuildInputs, since: RegistrySnapshot | None) -> RegistrySnapshot:
    return inputs.registry(None) if since is None or inputs.later is None else inputs.later(since)


def put_table(store: "Store", table: pa.Table) -> ObjectRef:
    """Write a table as an object under lineage/."""
    return store.put("lineage", encode(table), "parquet", len(table))


def _passed(findings: tuple[Finding, ...]) -> bool:
    return all(finding.success for finding in findings)


def _record_reached(inputs: BuildInputs, source: SourceRead, since: int) -> bool:
    """Tell the registry of accounts that objections reach and it does not know; whether there were some.

    ``since``: of objections up to this event it was told, as far as nothing has come to them.
    """
    if inputs.links is None:
        return False
    platform = source.manifest.platform
    reached = newly_reached(
        source.accounts,
        inputs.links.read(since),
        platform,
        inputs.keys.registry,
        inputs.policy.registry,
        source.hashed,
    )
    if len(reached):
        inputs.links.record(reached, platform)
    return len(reached) > 0


def _ipc(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks(), max_chunksize=max(len(table), 1))
    return bytes(sink.getvalue())
