"""What a worker does with one split: read, screen, write the objects, write the result last."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from pipelines.corpus.chain import read_object_table
from pipelines.corpus.computed import read_observed, split_of
from pipelines.corpus.results import computed_result, find_result, is_whole, put_result
from pipelines.corpus.source_files import Observation, SourceFiles
from pipelines.corpus.staging import load_plan, lookup_table, mark_done, plan_splits, takedown_table
from pipelines.corpus.store import Store, open_store
from pipelines.keys import resolve
from pipelines.rules.packs import load_packs
from pipelines.screen.decode import SplitBytes
from pipelines.screen.engine import check_engine
from pipelines.screen.lookup import Lookup
from pipelines.screen.screen import Inputs, Opened, open_split, screen
from schemas.errors import BadInput, ConfigurationError, Refused
from schemas.plans import Plan, SplitResult
from schemas.reviews import REVIEWS
from schemas.splits import Split, byte_ranges


class PlannedSplit(NamedTuple):
    """One row of a plan: a split, its number, and the parent's result as JSON if there is one."""

    number: int
    split: Split
    previous: str | None


@dataclass(frozen=True)
class Worker:
    """A plan opened on a worker: everything ``screen`` takes besides the split."""

    store: Store
    plan_id: str
    plan: Plan
    source: SourceFiles
    observed: dict[str, Observation]
    inputs: Inputs

    def run(self, planned: PlannedSplit) -> str:
        """Make sure that the result of a split is in staging; returns its split key.

        A result that is there, or the parent's if its key agrees, is taken as it is, once all its objects
        have been digested: who wrote them may have died with the disk.
        """
        split = planned.split
        metadata = self.source.footer(split.path)
        if split.first_row_group + split.row_groups > metadata.num_row_groups:
            raise _changed(split.path)
        blocks = self.source.read_ranges(self.observed[split.path], byte_ranges(metadata, split))
        opened = open_split(SplitBytes(split, metadata, blocks), self.inputs)
        if find_result(self.store, opened.key) is None:
            previous = _parse(planned)
            if previous is None or previous.split_key != opened.key or not is_whole(self.store, previous):
                self._write(opened)
            else:
                put_result(self.store, previous)
        mark_done(self.store, self.plan_id, planned.number, opened.key)
        return opened.key

    def _write(self, opened: Opened) -> None:
        screened = screen(opened, self.inputs)
        if screened.shard is not None:
            self.store.put("data", screened.shard, "parquet")
        self.store.put("lineage", screened.ledger, "parquet")
        self.store.put("lineage", screened.footprint, "parquet")
        if screened.queue is not None:
            self.store.put("lineage", screened.queue, "parquet")
        put_result(self.store, screened.result)


def open_worker(corpus: str, plan_id: str) -> Worker:
    """Open a plan: key resolved, look-up table mapped; it, engine and packs compared with the plan's.

    Raises:
        Refused: another engine, other packs. ConfigurationError: not the plan's key.
        BadInput: not the plan's look-up table.
    """
    store = open_store(corpus)
    plan = load_plan(store, plan_id)
    check_engine(plan.engine)
    packs = load_packs()
    if packs.content_digest() != plan.packs.digest:
        raise Refused(
            "rule packs of this worker",
            expected=f"the packs of the plan ({plan.packs.digest[:12]})",
            found="others",
            remedy="install the same version of this project on every worker, or plan again",
        )
    key = resolve(plan.lineage_key.reference, "lineage")
    if key.id != plan.lineage_key.id:
        raise ConfigurationError(
            "lineage key",
            expected=plan.lineage_key.id,
            found=key.id,
            remedy="give the worker the key the plan was made with, or plan again",
        )
    return Worker(
        store,
        plan_id,
        plan,
        SourceFiles(plan.source),
        read_observed(store, plan.observed),
        Inputs(
            Lookup(lookup_table(store, plan_id, plan), plan.platform, key.secret),
            takedown_table(store, plan_id, plan),
            read_object_table(store, plan.reviews, REVIEWS),
            plan.policy,
            packs,
            key.id,
            plan.engine.digest,
        ),
    )


def splits_to_compute(corpus: str, plan_id: str, start: int, end: int) -> Iterator[PlannedSplit]:
    """The rows ``start`` to ``end`` of a plan that are neither taken from the parent unread nor done."""
    store = open_store(corpus)
    planned = plan_splits(store, plan_id, load_plan(store, plan_id))
    for row in planned.slice(start, end - start).to_pylist():
        if row["reused"]:
            continue
        done = computed_result(store, plan_id, row["split"])
        if done is None or not is_whole(store, done):
            yield PlannedSplit(row["split"], split_of(row), row["previous"])


def _parse(planned: PlannedSplit) -> SplitResult | None:
    if planned.previous is None:
        return None
    return SplitResult.parse(planned.previous.encode(), f"the parent's result of split {planned.number}")


def _changed(path: str) -> BadInput:
    return BadInput(
        path,
        expected="the file as it was when the build was planned",
        found="one with fewer row groups",
        remedy="run `optout build` again when nobody writes to the source",
    )
