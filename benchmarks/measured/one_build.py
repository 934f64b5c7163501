"""One build of a version, as `optout build` makes it: plan, job and finish on the direct runner."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from measured.spent import Steps
from network.files import objections

from pipelines import build
from pipelines.corpus.chain import load_version, read_object_table
from pipelines.corpus.source_files import SourceFiles
from pipelines.corpus.store import open_store
from pipelines.eligibility import EligibilityKeys
from pipelines.finishing import Finishing
from pipelines.jobs.build import run_build_job
from pipelines.jobs.screening import open_worker
from pipelines.keys import create_key_file, resolve
from pipelines.planning import BuildInputs
from pipelines.quality.gates import release_gate, source_gate
from schemas.plans import KeyRef
from schemas.policy import Policy
from schemas.profile import PROFILE
from schemas.reviews import REVIEWS
from schemas.snapshots import RegistryHead

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
WORKERS = 2
GATES = ("source gate", "release gate")


@dataclass(frozen=True)
class Workspace:
    """A source and the folder of its keys. Objections and policy are the same for every build."""

    source: Path
    keys: Path
    accounts: int

    def inputs(self, corpus: Path) -> BuildInputs:
        """What a build of the first version of ``corpus`` takes."""
        held = {}
        for purpose in ("registry", "lineage"):
            if not (path := self.keys / f"{purpose}.key").exists():
                create_key_file(path, purpose)
            held[purpose] = resolve(f"file:{path}", purpose)
        registry, lineage = held["registry"], held["lineage"]
        snapshot = objections(self.accounts, registry.secret, registry.id)
        return BuildInputs(
            store=open_store(str(corpus)),
            source=SourceFiles(str(self.source)),
            policy=Policy(),
            registry=lambda _event: snapshot,
            as_of=AS_OF,
            keys=EligibilityKeys(registry=(registry.secret,), lineage=lineage.secret),
            lineage_key=KeyRef(id=lineage.id, reference=f"file:{self.keys / 'lineage.key'}"),
            target_key=no_takedowns,
            reviews=REVIEWS.empty_table,
            links=None,
        )


def no_takedowns() -> bytes:
    """The registry of the measurement holds none."""
    raise NotImplementedError


def build_version(inputs: BuildInputs, head: Callable[[], RegistryHead] | None = None) -> Steps:
    """Publish a version: what plan, job and finish took, and beside them a worker's start and the gates.

    The gates run inside of plan and finish; they are run once more, on the same numbers, to be measured.
    ``head``: of the registry; without one it stands still.
    """
    steps, store, policy = Steps(), inputs.store, inputs.policy

    def standing() -> RegistryHead:
        snapshot = inputs.registry(None)
        return RegistryHead(snapshot.registry_id, snapshot.event, snapshot.root)

    finishing = Finishing(head=head or standing, now=lambda: datetime.now(UTC), runner="direct")
    with steps.measure("plan"):
        plan_id, _ = build.plan(inputs, datetime.now(UTC))
    with steps.measure("worker start"):
        open_worker(store.url, plan_id)
    with steps.measure("job"):
        build.job(
            store, plan_id, lambda url, plan, splits: run_build_job(url, plan, splits, "direct", WORKERS)
        )
    with steps.measure("finish"):
        build.finish(store, plan_id, finishing)
    with steps.measure("source gate"):
        source_gate(inputs.source.manifest().numbers.model_dump(), policy.quality.source)
    profile = read_object_table(store, load_version(store).content.profile, PROFILE)
    with steps.measure("release gate"):
        release_gate(profile, policy.quality.release)
    return steps
