"""A build: plan, job, finish. Each can be run alone and repeated."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime

from pipelines.corpus.computed import Computed, of_plan
from pipelines.corpus.reuse import carry_over
from pipelines.corpus.staging import (
    building,
    detach_plan,
    done_count,
    drop_plan,
    end_plan,
    hold_plan,
    open_plan,
    save_plan,
)
from pipelines.corpus.store import Store
from pipelines.corpus.sweep import sweep_staging
from pipelines.finishing import Finishing, finish_plan
from pipelines.planning import BuildInputs, make_plan
from schemas.documents import Envelope
from schemas.errors import LateObjections
from schemas.plans import Plan

Job = Callable[[str, str, int], None]
"""Runs the job of a plan: corpus URL, plan id, number of splits."""
_ATTEMPTS = 5
"""How often a build starts over because objections arrived while it ran."""


@dataclass(frozen=True)
class Steps:
    """What a build takes from outside: the job's runner, what finishing takes, and whom to tell."""

    job: Job
    finishing: Finishing
    planned: Callable[[str, Plan], None]
    """Told of every plan, before its job starts."""


def build(inputs: BuildInputs, steps: Steps) -> Envelope:
    """Plan, job and finish, again if objections arrive in between; then sweep."""
    store, now = inputs.store, steps.finishing.now
    sweep_staging(store, now(), keep_results=True)
    before: Computed | None = None
    with building(store):
        for attempt in range(1, _ATTEMPTS + 1):
            with _planned(inputs, now()) as (plan_id, made):
                steps.planned(plan_id, made)
                try:
                    envelope = _carry_out(store, plan_id, made, steps, before)
                    break
                except LateObjections:
                    if attempt == _ATTEMPTS:
                        raise
                    before = of_plan(store, plan_id, made)
    sweep_staging(store, now())
    return envelope


def plan(inputs: BuildInputs, now: datetime) -> tuple[str, Plan]:
    """Make and keep a plan for a job that is started later; returns its id."""
    with ExitStack() as held:
        held.enter_context(building(inputs.store))
        plan_id, made = _saved(inputs, now, held)
        detach_plan(inputs.store, plan_id, now)
    return plan_id, made


def job(store: Store, plan_id: str, run: Job) -> None:
    """Compute what is missing of a plan."""
    with building(store), open_plan(store, plan_id) as made:
        run(store.url, plan_id, made.splits)


def finish(store: Store, plan_id: str, finishing: Finishing) -> Envelope:
    """Publish the version of a plan, and drop the plan once nobody holds it."""
    with building(store), open_plan(store, plan_id) as made:
        envelope = finish_plan(store, plan_id, made, finishing)
    end_plan(store, plan_id)
    sweep_staging(store, finishing.now())
    return envelope


@contextmanager
def _planned(inputs: BuildInputs, now: datetime) -> Iterator[tuple[str, Plan]]:
    """A plan that ends with the block."""
    with ExitStack() as held:
        plan_id, made = _saved(inputs, now, held)
        try:
            yield plan_id, made
        finally:
            drop_plan(inputs.store, plan_id)


def _carry_out(store: Store, plan_id: str, made: Plan, steps: Steps, before: Computed | None) -> Envelope:
    """Job and finish; what an earlier attempt has computed need not be read again."""
    if before is not None:
        carry_over(store, plan_id, made, before)
    if made.reused + done_count(store, plan_id) < made.splits:
        steps.job(store.url, plan_id, made.splits)
    return finish_plan(store, plan_id, made, steps.finishing)


def _saved(inputs: BuildInputs, now: datetime, held: ExitStack) -> tuple[str, Plan]:
    tables = make_plan(inputs, now)
    held.enter_context(hold_plan(inputs.store, tables.plan.content_digest()))
    saved = save_plan(inputs.store, tables.plan, tables.splits, tables.lookup, tables.takedown)
    return saved, tables.plan
