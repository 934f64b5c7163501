"""What dead builds leave behind, and when it may go: nothing published names it, nobody works on it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, get_args

from pipelines.corpus import staging
from pipelines.corpus.chain import Version, load_entry, read_chain, read_splits
from pipelines.corpus.objects import Zone, parse_object_name
from schemas.errors import OptoutError

if TYPE_CHECKING:
    from pipelines.corpus.store import Store
    from schemas.documents import ObjectRef

DETACHED_FOR = timedelta(days=7)
"""How long a plan waits for its job; its look-up table holds raw ids, so not for ever."""


@dataclass(frozen=True)
class Swept:
    """How much a sweep removed, and why it left results and objects alone if it did."""

    plans: int = 0
    temporary: int = 0
    results: int = 0
    objects: int = 0
    kept: str | None = None


def sweep_staging(store: "Store", now: datetime, *, keep_results: bool = False) -> Swept:
    """Remove plans nobody holds and temporary files nobody writes; then results and objects.

    Results, and objects that no published version names, go only if nobody is building and no
    detached plan waits, and never with ``keep_results``: a build that begins resumes from them.
    Call it outside of :func:`pipelines.corpus.staging.building`.
    """
    with staging.alone(store) as free:
        plans, waiting = _sweep_plans(store, now)
        temporary = store.clean()
        if keep_results:
            return Swept(plans, temporary, kept="the next build resumes from them")
        if not free or waiting:
            return Swept(plans, temporary, kept=waiting or "another build is running")
        try:
            named = references(store)
        except OptoutError as error:
            # What a damaged version names cannot be known, so nothing can be called garbage.
            return Swept(plans, temporary, kept=f"the corpus is damaged: {error.subject}")
        results = store.delete_prefix(staging.RESULTS)
        return Swept(plans, temporary, results, _sweep_objects(store, named))


def references(store: "Store") -> set[tuple[Zone, str]]:
    """Zone and digest of every object that an entry of the chain names, directly or through another.

    Raises:
        BadInput: the chain, a content document or a table of splits is damaged or missing.
    """
    named: set[tuple[Zone, str]] = set()
    for entry in read_chain(store):
        named |= _named("lineage", entry.content, entry.observed, entry.queued) | _named("data", entry.shards)
        if entry.kind == "publish":
            named |= _named_by_version(store, load_entry(store, entry))
    return named


def _named_by_version(store: "Store", version: Version) -> set[tuple[Zone, str]]:
    content, splits = version.content, read_splits(store, version)
    named = _named("data", content.shards) | _named(
        "lineage",
        content.policy,
        content.packs,
        content.snapshot.object,
        content.eligibility,
        content.reviews,
        content.splits,
        content.profile,
    )
    named |= {("data", shard) for shard in splits.column("shard").to_pylist() if shard is not None}
    for part in ("ledger", "footprint", "queue"):
        named |= {("lineage", digest) for digest in splits.column(part).drop_null().to_pylist()}
    return named


def _named(zone: Zone, *refs: "ObjectRef | None") -> set[tuple[Zone, str]]:
    return {(zone, ref.digest) for ref in refs if ref is not None}


def _sweep_plans(store: "Store", now: datetime) -> tuple[int, str | None]:
    """Plans removed, and why others had to stay if some did."""
    removed, kept = 0, None
    for plan_id in staging.plan_ids(store):
        with store.exclusively(staging.plan_file(plan_id, "lease")) as free:
            if not free:
                kept = "another build is running"
            elif _waits(store, plan_id, now):
                kept = kept or "a plan waits for its job"
            else:
                staging.drop_plan(store, plan_id)
                removed += 1
    return removed, kept


def _waits(store: "Store", plan_id: str, now: datetime) -> bool:
    marker = staging.plan_file(plan_id, "detached")
    if not store.exists(marker) or not store.exists(staging.plan_file(plan_id, "plan.json")):
        return False
    return now - datetime.fromisoformat(store.read(marker).decode()) < DETACHED_FOR


def _sweep_objects(store: "Store", named: set[tuple[Zone, str]]) -> int:
    removed = 0
    for zone in get_args(Zone):
        for entry in store.list(zone):
            found = parse_object_name(entry.name)
            if found is not None and (found.zone, found.digest) not in named:
                store.delete(entry.name)
                removed += 1
    return removed
