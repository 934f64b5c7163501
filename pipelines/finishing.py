"""Finish a version: results from the store, counts, gates, content document, envelope."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.corpus.assemble import shards_table, splits_table, total
from pipelines.corpus.chain import (
    Version,
    find_entry,
    load_version,
    publish,
    read_chain,
    read_object_table,
)
from pipelines.corpus.objects import Zone, object_name
from pipelines.corpus.refusals import record_refusal, refused
from pipelines.corpus.results import results_of
from pipelines.corpus.staging import lookup_table, plan_splits, takedown_table
from pipelines.corpus.store import Store
from pipelines.corpus.waiting import newly_waiting, waiting_since
from pipelines.expiry import queued_since
from pipelines.lineage.diff import newly_usable
from pipelines.planning import put_table
from pipelines.quality.gates import relative_gate, release_gate
from pipelines.quality.misjudged import Judge
from pipelines.quality.profile import profile_of
from pipelines.screen.encode import encode
from pipelines.since_plan import check_head, check_refusals
from schemas.canonical import canonical_json, sha256
from schemas.documents import ContentDocument, Counts, Envelope, Finding, ObjectRef, Runner, SourceDigests
from schemas.errors import BadInput
from schemas.plans import Plan, Refusal, SplitResult
from schemas.profile import MEASURED
from schemas.reviews import REVIEWS
from schemas.snapshots import RegistryHead
from schemas.tables import FOOTPRINT


@dataclass(frozen=True)
class Finishing:
    """What finishing takes besides the plan: who runs it, when, and where the registry stands."""

    head: Callable[[], RegistryHead]
    now: Callable[[], datetime]
    runner: str
    reviews: Callable[[], pa.Table] = REVIEWS.empty_table
    """What persons decided about suspected pictures, as it stands: a REVIEWS table."""
    standstill: Callable[[], AbstractContextManager[None]] = nullcontext
    """While it is entered, nothing comes to the registry but what this build tells it. Who cannot promise
    that leaves it out: the head is compared all the same."""
    accepted_by: str | None = None
    """Who accepts that the version differs from its parent more than the policy expects."""


@dataclass(frozen=True)
class _Change:
    """A version next to the one before it; of the first there is nothing to say."""

    findings: tuple[Finding, ...] = ()
    newly_usable: int | None = None


@dataclass(frozen=True)
class Prepared:
    """A version of which everything is written but its envelope."""

    plan: Plan
    document: ObjectRef
    content: ContentDocument
    change: _Change
    results: list[SplitResult]
    queued: ObjectRef | None
    """Since when pictures wait, a table."""


Measured = dict[str, dict[str, int]]
"""By split key, what was measured of a split's objects: names of schemas.profile.MEASURED."""


def finish_plan(store: Store, plan_id: str, plan: Plan, finishing: Finishing) -> Envelope:
    """Publish the version of a plan whose job is done.

    Raises:
        As :func:`prepare_version` and :func:`publish_version`.
    """
    prepared = prepare_version(store, plan_id, plan, finishing, {})
    with finishing.standstill():
        return publish_version(store, prepared, finishing)


def publish_version(store: Store, prepared: Prepared, finishing: Finishing) -> Envelope:
    """Read refusals and the registry's head once more, and publish: nothing else is done between (law 6).

    Raises:
        LateObjections: the registry moved on since the plan, or somebody refused a picture. LostRace: another
            build published first.
    """
    envelope = _envelope(prepared, finishing)
    check_refusals(store, prepared.plan, finishing.reviews())
    check_head(prepared.plan, finishing.head())
    return publish(store, envelope)


def prepare_version(
    store: Store, plan_id: str, plan: Plan, finishing: Finishing, measured: Measured
) -> Prepared:
    """Everything of a version but its envelope, of a plan whose job is done.

    ``measured``: of splits that an earlier plan of the same build had; what is missing in it is added.

    Raises:
        Refused: a gate found something wanting; the findings are kept in staging.
    """
    planned = plan_splits(store, plan_id, plan)
    results = results_of(store, plan_id, planned)
    splits = splits_table(planned, results)
    counts = total(results)
    profile = profile_of(splits, _measured(store, plan_id, plan, results, measured))
    quality = release_gate(profile, plan.policy.quality.release)
    before = _before(store, plan)
    change = _change(store, plan, counts, splits, before)
    must_pass = quality if finishing.accepted_by else (*quality, *change.findings)
    if not all(finding.success for finding in must_pass):
        refusal = Refusal(
            plan=plan_id,
            refused_at=finishing.now(),
            parent=plan.parent,
            counts=counts,
            findings=(*quality, *change.findings),
        )
        record_refusal(store, refusal)
        raise refused(refusal, acceptable=all(finding.success for finding in quality))
    shards = shards_table(results)
    content = ContentDocument(
        as_of=plan.as_of,
        source=SourceDigests(
            platform=plan.platform,
            description=plan.description,
            accounts=plan.accounts_digest,
            splits=sha256(canonical_json([result.split_digest for result in results])),
        ),
        accounts=plan.accounts,
        policy=plan.policy_object,
        snapshot=plan.snapshot,
        packs=plan.packs,
        rules=plan.rules,
        engine=plan.engine,
        keys={"registry": plan.snapshot.key_ids[-1], "lineage": plan.lineage_key.id},
        eligibility=plan.eligibility,
        reviews=plan.reviews,
        splits=put_table(store, splits),
        profile=put_table(store, profile),
        shards=store.put("data", encode(shards), "parquet", len(shards)),
        counts=counts,
        quality=(*plan.quality, *quality),
    )
    document = store.put("lineage", content.to_canonical_json(), "json")
    return Prepared(
        plan, document, content, change, results, _queued(store, results, before, finishing.now())
    )


def _envelope(prepared: Prepared, finishing: Finishing) -> Envelope:
    plan, content, change = prepared.plan, prepared.content, prepared.change
    finished = finishing.now()
    return Envelope(
        number=plan.parent.number + 1 if plan.parent else 1,
        kind="publish",
        parent=plan.parent,
        published_at=finished,
        content=prepared.document,
        shards=content.shards,
        observed=plan.observed,
        queued=prepared.queued,
        runner=Runner(
            name=finishing.runner,
            started_at=plan.started_at,
            finished_at=finished,
            splits_computed=plan.splits - plan.reused + plan.carried,
            splits_reused=plan.reused - plan.carried,
        ),
        relative=change.findings,
        newly_usable=change.newly_usable,
        accepted_by=None if all(finding.success for finding in change.findings) else finishing.accepted_by,
    )


def _measured(
    store: Store, plan_id: str, plan: Plan, results: list[SplitResult], known: Measured
) -> dict[str, list[int]]:
    """What the written objects say, to be compared with what ``screen`` reports of itself.

    Under one split key everybody whom a split names is judged alike, so that it need not be measured again.
    """
    new = [result for result in results if result.split_key not in known]
    if new:
        judge = Judge(lookup_table(store, plan_id, plan), takedown_table(store, plan_id, plan), plan.policy)
        for result in new:
            footprint = read_object_table(store, result.footprint, FOOTPRINT)
            known[result.split_key] = {
                "ledger_rows": _rows(store, "lineage", result.ledger),
                "shard_rows": _rows(store, "data", result.shard) if result.shard else 0,
                **judge.misjudged(footprint, result.tally),
            }
    return {name: [known[result.split_key][name] for result in results] for name in MEASURED}


def _rows(store: Store, zone: Zone, ref: ObjectRef) -> int:
    with _opened(store, zone, ref) as file:
        return int(file.metadata.num_rows)


@contextmanager
def _opened(store: Store, zone: Zone, ref: ObjectRef) -> Iterator[pq.ParquetFile]:
    name = object_name(zone, ref.digest, "parquet")
    try:
        with pq.ParquetFile(store.open(name)) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        raise BadInput(
            name,
            expected="the Parquet object that its name is the SHA-256 of",
            found=f"bytes that cannot be read ({type(error).__name__})",
            remedy="restore it from a backup; or delete it and run `optout build --from-scratch`",
        ) from error


def _queued(
    store: Store, results: list[SplitResult], before: Version | None, now: datetime
) -> ObjectRef | None:
    """Since when pictures wait: those that are new in the queue, since now."""
    parts = [result.queue for result in results if result.queue is not None]
    waiting = queued_since(waiting_since(store, before), newly_waiting(store, parts, before), now)
    return put_table(store, waiting) if len(waiting) else None


def _before(store: Store, plan: Plan) -> Version | None:
    """The version before; None: there is none."""
    entries = [entry for entry in read_chain(store) if plan.parent and entry.number <= plan.parent.number]
    if not any(entry.kind == "publish" for entry in entries):
        return None
    return load_version(store, find_entry(entries, None).number)


def _change(store: Store, plan: Plan, counts: Counts, splits: pa.Table, before: Version | None) -> _Change:
    if before is None:
        return _Change()
    return _Change(
        relative_gate(counts, before.content.counts, plan.policy.quality.relative),
        newly_usable(store, before, splits.to_pylist()),
    )
