"""Plan a version: source, policy, registry snapshot and parent to eligibility and a list of splits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.corpus.chain import latest_version, parent_of, read_chain
from pipelines.corpus.computed import Conditions, sealed_records
from pipelines.corpus.refusals import record_refusal, refused
from pipelines.corpus.reuse import planned_splits
from pipelines.eligibility import EligibilityKeys, compute_eligibility
from pipelines.linking import newly_reached
from pipelines.preconditions import check_accounts, check_platforms, check_registry
from pipelines.quality.gates import source_gate
from pipelines.rules.packs import load_packs
from pipelines.screen.encode import encode
from pipelines.screen.engine import engine
from pipelines.takedown import open_takedowns
from schemas.canonical import sha256
from schemas.documents import Finding, ObjectRef, SnapshotRef
from schemas.errors import ConfigurationError
from schemas.plans import KeyRef, Plan, Refusal
from schemas.snapshots import Links, RegistrySnapshot, snapshot_parquet
from schemas.splits import cut
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
    links: Links | None
    """Where accounts that objections reach are recorded before the snapshot is taken; None: nothing is."""
    from_scratch: bool = False
    """Compute every split, whatever the parent has."""


@dataclass(frozen=True)
class PlanTables:
    """A plan, and the tables beside it: PLANNED splits as Parquet, the look-ups as Arrow IPC."""

    plan: Plan
    splits: bytes
    lookup: bytes
    takedown: bytes


def make_plan(inputs: BuildInputs, now: datetime) -> PlanTables:
    """Plan the next version. Nothing is read of the records but footers.

    First the registry is told of accounts that linked objections reach; so it may have moved on by events of
    the plan's own.

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
    snapshot = inputs.registry(None)
    manifest = inputs.source.manifest()

    def check(snapshot: RegistrySnapshot) -> None:
        policy = inputs.policy.registry
        check_registry(store, snapshot, inputs.registry, parent, policy, inputs.keys.registry, now)
        check_platforms(snapshot, manifest.platform, policy)

    check(snapshot)
    batches, accounts_digest = inputs.source.accounts(manifest.accounts)
    accounts = list(batches)
    quality = source_gate(manifest.numbers.model_dump(), inputs.policy.quality.source)
    # Of a source that is refused the registry learns nothing.
    if _passed(quality) and _record_reached(inputs, accounts, manifest.platform):
        snapshot = inputs.registry(None)
        check(snapshot)
    takedowns = open_takedowns(
        snapshot.against(inputs.policy.purpose_set()),
        manifest.platform,
        inputs.policy.registry.other_platforms,
        inputs.target_key,
        inputs.keys.lineage,
    )
    eligibility = compute_eligibility(
        accounts,
        snapshot,
        inputs.policy,
        inputs.as_of,
        manifest.platform,
        inputs.keys,
        takedowns,
    )
    check_accounts(eligibility.counts)
    if not _passed(quality):
        refusal = Refusal(plan=None, refused_at=now, parent=parent_entry, findings=quality)
        record_refusal(store, refusal)
        raise refused(refusal)
    packs, current = load_packs(), engine()
    observed = {path: inputs.source.observe(path) for path in sorted(manifest.records)}
    splits = [split for path in observed for split in cut(path, inputs.source.footer(path))]
    conditions = Conditions(
        screening=inputs.policy.screening_digest(),
        packs=packs.content_digest(),
        lineage_key=inputs.lineage_key.id,
        platform=manifest.platform,
        engine=current,
    )
    comparable = None if inputs.from_scratch else parent
    records = sealed_records(snapshot.objections, inputs.policy)
    planned = planned_splits(store, comparable, splits, observed, eligibility.states, records, conditions)
    splits_table, lookup, takedown = encode(planned), _ipc(eligibility.lookup), _ipc(takedowns)
    plan = Plan(
        as_of=inputs.as_of,
        started_at=now,
        corpus=store.url,
        source=inputs.source.url,
        platform=manifest.platform,
        description=manifest.content_digest(),
        accounts_digest=accounts_digest,
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
        splits=len(planned),
        planned=sha256(splits_table),
        reused=sum(planned.column("reused").to_pylist()),
        observed=put_table(
            store, pa.Table.from_pylist([vars(o) for o in observed.values()], schema=OBSERVED)
        ),
        parent=parent_entry,
        quality=quality,
    )
    return PlanTables(plan, splits_table, lookup, takedown)


def put_table(store: "Store", table: pa.Table) -> ObjectRef:
    """Write a table as an object under lineage/."""
    return store.put("lineage", encode(table), "parquet", len(table))


def _passed(findings: tuple[Finding, ...]) -> bool:
    return all(finding.success for finding in findings)


def _record_reached(inputs: BuildInputs, accounts: list[pa.RecordBatch], platform: str) -> bool:
    """Tell the registry of accounts that objections reach and it does not know; whether there were some."""
    if inputs.links is None:
        return False
    reached = newly_reached(
        accounts, inputs.links.read(), platform, inputs.keys.registry, inputs.policy.registry
    )
    if len(reached):
        inputs.links.record(reached, platform)
    return len(reached) > 0


def _ipc(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks(), max_chunksize=max(len(table), 1))
    return bytes(sink.getvalue())
