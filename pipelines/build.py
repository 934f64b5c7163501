"""A build: plan, job, finish. Each can be run alone and repeated."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

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
from pipelines.finishing import Finishing, Measured, finish_plan, prepare_version, publish_version
from pipelines.plan_tables import Before, PlanTables
from pipelines.planning import BuildInputs, make_plan
from schemas.documents import Envelope
from schemas.errors import LateObjections
from schemas.plans import Plan

Job = Callable[[str, str, int], None]
"""Runs the job of a plan: corpus URL, plan id, number of splits."""
_ROUNDS = 10
"""How often a build takes in what has come to the registry while it ran."""
_SHORT = timedelta(seconds=20)
"""A round like one that took no longer is made while the registry stands still."""
_LONGEST = timedelta(seconds=40)
"""The registry stands still for no step that begins later than this; its writers wait for a minute."""
_FEW = 8
"""So many splits are no sign that a round will take longer than the one before."""


@dataclass(frozen=True)
class Steps:
    """What a build takes from outside: the job's runner, what finishing takes, and whom to tell."""

    job: Job
    finishing: Finishing
    planned: Callable[[str, Plan], None]
    """Told of every plan, before its job starts."""


@dataclass(frozen=True)
class _Late:
    """A round after which the registry had moved on: what it leaves to the next, and how much it was."""

    before: Before
    took: timedelta
    computed: int
    """Splits."""


def build(inputs: BuildInputs, steps: Steps) -> Envelope:
    """Plan, job and finish, in rounds, each for what has come since the one before; then sweep.

    A round repeats little: see docs/adr/0013-standstill.md. After a short one the registry stands still for
    the next, so that nothing can come in between.

    Raises:
        LateObjections: something came in every round, and none was short.
    """
    store, now = inputs.store, steps.finishing.now
    sweep_staging(store, now(), keep_results=True)
    late: _Late | None = None
    measured: Measured = {}
    with building(store):
        for _ in range(_ROUNDS):
            with ExitStack() as standstill:
                made = _round(inputs, steps, late, measured, standstill)
            if isinstance(made, Envelope):
                break
            late = made
        else:
            raise _never_still(late)
    sweep_staging(store, now())
    return made


def plan(inputs: BuildInputs, now: datetime) -> tuple[str, Plan]:
    """Make and keep a plan for a job that is started later; returns its id."""
    with ExitStack() as held:
        held.enter_context(building(inputs.store))
        plan_id, tables = _saved(inputs, now, held)
        detach_plan(inputs.store, plan_id, now)
    return plan_id, tables.plan


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


def _round(
    inputs: BuildInputs, steps: Steps, late: _Late | None, measured: Measured, standstill: ExitStack
) -> Envelope | _Late:
    """One plan, from the registry as it stands to the envelope, or to the news that it stands elsewhere."""
    store, finishing = inputs.store, steps.finishing
    stands = late is not None and late.took <= _SHORT
    if stands:
        standstill.enter_context(finishing.standstill())
    began = finishing.now()

    def goes_on(*, stands: bool, too_much: bool = False) -> bool:
        """Whether the registry still stands; it is let go before people at the door are sent away."""
        if stands and (too_much or finishing.now() - began > _LONGEST):
            standstill.close()
            return False
        return stands

    with _planned(inputs, began, late.before if late else None) as (plan_id, tables):
        made = tables.plan
        left = made.splits - made.reused
        steps.planned(plan_id, made)
        stands = goes_on(stands=stands, too_much=late is not None and left > 2 * late.computed + _FEW)
        if made.reused + done_count(store, plan_id) < made.splits:
            steps.job(store.url, plan_id, made.splits)
        stands = goes_on(stands=stands)
        prepared = prepare_version(store, plan_id, made, finishing, measured)
        took = finishing.now() - began
        try:
            with nullcontext() if stands else finishing.standstill():
                return publish_version(store, prepared, finishing)
        except LateObjections:
            return _Late(Before(tables, prepared.results), took, left)


@contextmanager
def _planned(inputs: BuildInputs, now: datetime, before: Before | None) -> Iterator[tuple[str, PlanTables]]:
    """A plan that ends with the block."""
    with ExitStack() as held:
        plan_id, tables = _saved(inputs, now, held, before)
        try:
            yield plan_id, tables
        finally:
            drop_plan(inputs.store, plan_id)


def _never_still(late: _Late | None) -> LateObjections:
    took = late.took.total_seconds() if late else 0
    return LateObjections(
        "registry",
        expected=f"a round of the build in which nothing comes, or one of at most {_SHORT.seconds} seconds: "
        "for the next the registry then stands still",
        found=f"{_ROUNDS} rounds in each of which something came; the last one took {took:.0f} seconds",
        remedy="run `optout build` when less comes in and nothing else uses the machine, no import while "
        "it runs; what was computed is used again",
    )


def _saved(
    inputs: BuildInputs, now: datetime, held: ExitStack, before: Before | None = None
) -> tuple[str, PlanTables]:
    tables = make_plan(inputs, now, before)
    held.enter_context(hold_plan(inputs.store, tables.plan.content_digest()))
    saved = save_plan(inputs.store, tables.plan, tables.splits, tables.lookup, tables.takedown)
    return saved, tables
