"""`optout build`, and its three steps `plan`, `job` and `finish`."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipelines.cli.doubts import say_doubts
from pipelines.cli.opened import OpenedWorkspace, WorkspaceOption, open_workspace
from pipelines.cli.progress import run_with_progress
from pipelines.cli.reviewing import decisions
from pipelines.cli.tables import counted
from schemas.errors import ConfigurationError

if TYPE_CHECKING:
    import pyarrow as pa

    from optout_registry.registry import Registry
    from pipelines.corpus.store import Store
    from pipelines.finishing import Finishing
    from pipelines.planning import BuildInputs
    from schemas.documents import Envelope
    from schemas.plans import Plan
    from schemas.snapshots import Links

AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="Instant accounts are judged at: a date or ISO 8601, UTC. Now.")
]
ScratchOption = Annotated[bool, typer.Option("--from-scratch", help="Compute every split anew.")]
RunnerOption = Annotated[Literal["direct"], typer.Option("--runner", help="Engine that runs the job.")]
WorkersOption = Annotated[int, typer.Option("--workers", min=1, help="Splits screened at once.")]
AcceptOption = Annotated[
    str | None,
    typer.Option(
        "--accept-change",
        metavar="NAME",
        help="Publish although much more is removed than before; NAME is who accepts that, and is recorded.",
    ),
]
_WORKERS = 2
PlanArgument = Annotated[str, typer.Argument(metavar="PLAN", help="Id that `optout plan` printed.")]


def register(app: typer.Typer) -> None:
    """Add the commands of a build."""
    app.command()(build)
    app.command()(plan)
    app.command()(job)
    app.command()(finish)


def build(
    workspace: WorkspaceOption = Path(),
    as_of: AsOfOption = None,
    runner: RunnerOption = "direct",
    workers: WorkersOption = _WORKERS,
    *,
    from_scratch: ScratchOption = False,
    accept_change: AcceptOption = None,
) -> None:
    """Publish the next version: plan, job, finish."""
    from pipelines import build as builds

    opened = open_workspace(workspace)
    registry = _open_registry(opened)
    inputs = _inputs(opened, registry, as_of, from_scratch=from_scratch)
    steps = builds.Steps(
        job=_job(inputs.store, runner, workers),
        finishing=_finishing(opened, registry, runner, accept_change=accept_change),
        planned=_announce,
    )
    _published(inputs.store, builds.build(inputs, steps))


def plan(
    workspace: WorkspaceOption = Path(), as_of: AsOfOption = None, *, from_scratch: ScratchOption = False
) -> None:
    """Plan the next version; print the plan's id.

    `optout job` and `optout finish` take the id.
    """
    from pipelines import build as builds

    opened = open_workspace(workspace)
    registry = _open_registry(opened)
    plan_id, made = builds.plan(_inputs(opened, registry, as_of, from_scratch=from_scratch), _now())
    _announce(plan_id, made)
    typer.echo(plan_id)


def job(
    plan_id: PlanArgument,
    workspace: WorkspaceOption = Path(),
    runner: RunnerOption = "direct",
    workers: WorkersOption = _WORKERS,
) -> None:
    """Compute the splits of a plan.

    Run it again to go on where it stopped.
    """
    from pipelines import build as builds

    store = open_workspace(workspace).store()
    builds.job(store, plan_id, _job(store, runner, workers))


def finish(
    plan_id: PlanArgument,
    workspace: WorkspaceOption = Path(),
    runner: RunnerOption = "direct",
    *,
    accept_change: AcceptOption = None,
) -> None:
    """Judge and publish a plan whose job is done."""
    from pipelines import build as builds

    opened = open_workspace(workspace)
    store = opened.store()
    finishing = _finishing(opened, _open_registry(opened), runner, accept_change=accept_change)
    _published(store, builds.finish(store, plan_id, finishing))


def _inputs(
    opened: OpenedWorkspace, registry: "Registry", as_of: str | None, *, from_scratch: bool
) -> "BuildInputs":
    from optout_registry.identity import check_chain
    from pipelines.corpus.source_files import SourceFiles
    from pipelines.eligibility import EligibilityKeys
    from pipelines.keys import absolute_reference
    from pipelines.planning import BuildInputs
    from schemas.plans import KeyRef

    keychain, lineage_key = opened.keychain(), opened.key("lineage")
    check_chain(registry.identity, keychain.ids)
    inputs = BuildInputs(
        store=opened.store(),
        source=SourceFiles(opened.url(opened.settings.canonical)),
        policy=opened.policy(),
        registry=registry.snapshot,
        as_of=_instant(as_of),
        keys=EligibilityKeys(registry=keychain.secrets, lineage=lineage_key.secret),
        lineage_key=KeyRef(
            id=lineage_key.id, reference=absolute_reference(opened.settings.keys.lineage, opened.root)
        ),
        target_key=lambda: opened.key("target").secret,
        reviews=partial(decisions, opened, registry),
        links=_links(opened, registry, keychain.ids),
        from_scratch=from_scratch,
        later=registry.later_snapshot,
    )
    say_doubts(opened, inputs)
    return inputs


def _links(opened: OpenedWorkspace, registry: "Registry", key_ids: tuple[str, ...]) -> "Links":
    """How the registry learns of accounts that objections reach: the log key is asked for where it does."""
    from optout_registry.identity import check_chain
    from optout_registry.inherited import read_reaching, record_reached
    from optout_registry.opening import to_write
    from schemas.snapshots import Links

    def record(reached: "pa.Table", platform: str) -> None:
        with to_write(registry, opened.key("log").secret) as writable:
            check_chain(writable.identity, key_ids)
            record_reached(writable, reached, platform, recorded_at=_now())
        typer.echo(f"recorded {counted(len(reached), 'account')} that objections newly reach", err=True)

    return Links(read=lambda since: read_reaching(registry, since), record=record)


def _finishing(
    opened: OpenedWorkspace, registry: "Registry", runner: str, *, accept_change: str | None
) -> "Finishing":
    from pipelines.finishing import Finishing
    from schemas.documents import ACTOR

    if accept_change is not None and not re.fullmatch(ACTOR, accept_change):
        raise ConfigurationError(
            "--accept-change",
            expected="the name or role of whoever accepts the change: 2 to 64 letters, digits and spaces",
            found="something else",
            remedy="say who looked at it, as in --accept-change 'data protection officer'",
        )
    return Finishing(
        head=registry.head,
        now=_now,
        runner=runner,
        reviews=partial(decisions, opened, registry),
        standstill=registry.standstill,
        accepted_by=accept_change,
    )


def _job(store: "Store", runner: str, workers: int) -> Callable[[str, str, int], None]:
    """The job of a plan with a progress bar over its finished results."""

    def run(corpus: str, plan_id: str, splits: int) -> None:
        from pipelines.corpus.staging import done_count, load_plan
        from pipelines.jobs.build import run_build_job

        run_with_progress(
            lambda: run_build_job(corpus, plan_id, splits, runner, workers),
            "screening splits",
            total=splits - load_plan(store, plan_id).reused,
            done=lambda: done_count(store, plan_id),
        )

    return run


def _announce(plan_id: str, made: "Plan") -> None:
    typer.echo(
        f"plan {plan_id[:12]}: {counted(made.splits, 'split')}, {made.reused:,} reused unread; "
        f"{counted(made.accounts.accounts, 'account')} "
        f"({counted(made.accounts.duplicate_rows, 'duplicate row')} merged), "
        f"{made.accounts.objected:,} covered by an objection",
        err=True,
    )


def _published(store: "Store", envelope: "Envelope") -> None:
    from pipelines.cli.lineage import print_funnel
    from pipelines.corpus.chain import load_version

    print_funnel(load_version(store, envelope.number))
    typer.echo(f"published version {envelope.number}", err=True)


def _open_registry(opened: OpenedWorkspace) -> "Registry":
    from optout_registry.opening import open_registry

    return open_registry(opened.registry_url)


def _instant(text: str | None) -> datetime:
    """An instant in UTC; a bare date is its first moment."""
    if text is None:
        return _now()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(
            "--as-of",
            expected="a date or an instant, as in 2026-06-01 or 2026-06-01T12:00:00Z",
            found=text,
            remedy="write it in ISO 8601",
        ) from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _now() -> datetime:
    return datetime.now(UTC)
