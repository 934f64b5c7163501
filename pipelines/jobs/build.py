"""The build job: index ranges, plan rows, reshuffle, screen. Map-only; no table crosses a PCollection."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
from apache_beam.pvalue import PCollection

from pipelines.corpus.staging import done_count, load_plan, plan_file
from pipelines.corpus.store import Store, open_store
from pipelines.jobs import failures
from pipelines.jobs.options import beam_options
from pipelines.jobs.screening import PlannedSplit, Worker, open_worker, splits_to_compute
from schemas.errors import OptoutError

RANGE = 256
"""Plan rows per element of ``Create``, which serialises every element into the job's graph."""


@dataclass
class ReadPlan(beam.PTransform[Any, Any]):
    """Index ranges to the plan rows that must be computed."""

    corpus: str
    plan_id: str

    def expand(self, ranges: PCollection[tuple[int, int]]) -> PCollection[PlannedSplit]:
        """Read the rows in the workers."""
        rows: PCollection[PlannedSplit] = ranges | "Read" >> beam.ParDo(_ReadRows(self.corpus, self.plan_id))
        return rows


@dataclass
class ScreenSplits(beam.PTransform[Any, Any]):
    """Plan rows to split keys; results and objects go straight to the store."""

    corpus: str
    plan_id: str

    def expand(self, splits: PCollection[PlannedSplit]) -> PCollection[str]:
        """Screen each split on its own."""
        keys: PCollection[str] = splits | "Screen" >> beam.ParDo(_ScreenSplit(self.corpus, self.plan_id))
        return keys


class _ReadRows(beam.DoFn):
    def __init__(self, corpus: str, plan_id: str) -> None:
        self._corpus, self._plan_id = corpus, plan_id

    def process(self, element: tuple[int, int]) -> Iterator[PlannedSplit]:
        yield from splits_to_compute(self._corpus, self._plan_id, *element)


class _ScreenSplit(beam.DoFn):
    def __init__(self, corpus: str, plan_id: str) -> None:
        self._corpus, self._plan_id = corpus, plan_id
        self._worker: Worker | None = None

    def process(self, element: PlannedSplit) -> Iterator[str]:
        try:
            if self._worker is None:
                self._worker = open_worker(self._corpus, self._plan_id)
            yield self._worker.run(element)
        except OptoutError as error:
            with suppress(OptoutError):  # a store that takes nothing more: the launcher will meet it, too
                _record_failure(open_store(self._corpus), self._plan_id, element.number, error)


def run_build_job(corpus: str, plan_id: str, splits: int, runner: str, workers: int) -> None:
    """Compute what is missing of a plan; returns when it is done.

    Raises:
        OptoutError: what the first failing split met.
    """
    store = open_store(corpus)
    store.delete_prefix(plan_file(plan_id, "failed"))
    ranges = [(start, min(start + RANGE, splits)) for start in range(0, splits, RANGE)]
    with beam.Pipeline(options=beam_options(runner, workers)) as pipeline:
        _ = (
            pipeline
            | "Ranges" >> beam.Create(ranges)
            | "Plan" >> ReadPlan(corpus, plan_id)
            | "Spread" >> beam.Reshuffle()
            | "Splits" >> ScreenSplits(corpus, plan_id)
        )
    _raise_failure(store, plan_id)
    _check_done(store, plan_id)


def _record_failure(store: Store, plan_id: str, split: int, error: OptoutError) -> None:
    store.replace(plan_file(plan_id, f"failed/{split:08d}"), failures.to_bytes(error))


def _raise_failure(store: Store, plan_id: str) -> None:
    for entry in store.list(plan_file(plan_id, "failed")):
        raise failures.from_bytes(store.read(entry.name))


def _check_done(store: Store, plan_id: str) -> None:
    """Every split is done, or has left its failure; if not even that, the store says what ails it."""
    plan = load_plan(store, plan_id)
    missing = plan.splits - plan.reused - done_count(store, plan_id)
    if missing:
        store.replace(plan_file(plan_id, "failed/probe"), bytes(failures.PROBE))
        raise failures.unexplained(missing)
