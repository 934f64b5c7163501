"""Builds and verifies versions in this process: real store, keys, worker and gates, no runner."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pyarrow as pa

from builders import AS_OF, TARGET_KEY, reviews_table, snapshot_of, write_canonical
from pipelines.build import Steps, build
from pipelines.corpus.source_files import SourceFiles
from pipelines.corpus.store import open_store
from pipelines.eligibility import EligibilityKeys
from pipelines.finishing import Finishing
from pipelines.jobs.screening import open_worker, splits_to_compute
from pipelines.keys import create_key_file, resolve
from pipelines.lineage.verify.version import Evidence, verify
from pipelines.planning import BuildInputs
from schemas.plans import KeyRef
from schemas.policy import Policy
from schemas.pseudonyms import Keychain
from schemas.snapshots import REACHING, Links, RegistryHead
from schemas.vocabulary import IdentifierType


def run_splits(corpus, plan_id, splits, order=lambda planned: planned):
    """The job of a plan, split by split, in an order of the test's choice."""
    worker = open_worker(corpus, plan_id)
    for planned in order(list(splits_to_compute(corpus, plan_id, 0, splits))):
        worker.run(planned)


def withdrawal(value, until=None):
    """An event of a Place's registry that lifts the objections of one value.

    ``until``: its instant, where what was published before stays out; None: that is released, too.
    """
    return {"withdraws": value, "until": until}


@dataclass
class Place:
    """A source, a registry and a corpus in a folder."""

    folder: Path
    objections: list
    policy: Policy = field(default_factory=Policy)
    plans: list = field(default_factory=list)
    decisions: list = field(default_factory=list)
    """What persons decided about pictures: rows of REVIEWS."""
    corpus: str = "corpus"
    registry_id: str = "registry-1"
    log_key: str = "who signs"
    past: str = ""
    """What the log says besides: another past has another root, though the same objections hold."""
    recorded_at: datetime = AS_OF
    """When the registry's last event was recorded."""
    accepted_by: str | None = "tests"
    ticks: Iterator = field(default_factory=count)
    """Seconds of a clock that never says the same twice."""

    def __post_init__(self):
        for purpose in ("registry", "lineage"):
            if not (self.folder / f"{purpose}.key").exists():
                create_key_file(self.folder / f"{purpose}.key", purpose)
        self.keys = {p: resolve(f"file:{self.folder / p}.key", p) for p in ("registry", "lineage")}
        self.store = open_store(str(self.folder / self.corpus))

    def write(self, accounts, records, **options):
        """Write the canonical tables."""
        write_canonical(self.folder, accounts, records, **options)

    def snapshot(self, event=None):
        """The registry as it stood at an event: as many events as objections."""
        events = self.objections[:event]
        held = snapshot_of(
            list(self.live(event).values()), key=self.keys["registry"].secret, event=len(events)
        )
        root = hashlib.sha256(f"{held.root} {self.past}".encode()).hexdigest()
        return replace(
            held,
            key_ids=(self.keys["registry"].id,),
            registry_id=self.registry_id,
            root=root,
            log_key=self.log_key,
            recorded_at=self.recorded_at,
        )

    def live(self, event=None):
        """Number and content of each objection that holds at an event; those by link end with their origin."""
        events = list(enumerate(self.objections[:event], 1))
        # The last word counts: a later withdrawal of the same value releases what an earlier one kept.
        until = {given["withdraws"]: given.get("until") for _, given in events if "withdraws" in given}
        made = {
            n: {**given, "until": until.get(given["value"], given["until"])}
            for n, given in events
            if "value" in given and until.get(given["value"], True) is not None
        }
        linked = {n: given for n, given in events if given.get("origin") in made}
        return {
            **made,
            **{n: {**made[given["origin"]], "type": "account", **given} for n, given in linked.items()},
        }

    def reaching(self, since=0):
        """What the registry hands to a build: where linked objections reach from, to which something came."""
        live = self.live()
        lately = {given.get("origin", n) for n, given in live.items() if n > since}
        rows = [
            {"origin": given.get("origin", n), "type": row["type"], "pseudonym": row["pseudonym"]}
            for n, given in live.items()
            if given["linked"] and given["type"] in set(IdentifierType) and given.get("origin", n) in lately
            for row in snapshot_of([given], key=self.keys["registry"].secret).objections.to_pylist()
        ]
        return pa.Table.from_pylist(rows, schema=REACHING)

    def record_reached(self, reached, _platform):
        """What a build hands back."""
        self.objections += reached.to_pylist()

    def head(self):
        """Where the registry stands."""
        snapshot = self.snapshot()
        return RegistryHead(snapshot.registry_id, snapshot.event, snapshot.root)

    def inputs(self, *, from_scratch=False, as_of=AS_OF):
        """What a build takes."""
        return BuildInputs(
            store=self.store,
            source=SourceFiles(str(self.folder / "canonical")),
            policy=self.policy,
            registry=self.snapshot,
            as_of=as_of,
            keys=EligibilityKeys((self.keys["registry"].secret,), self.keys["lineage"].secret),
            lineage_key=KeyRef(id=self.keys["lineage"].id, reference=f"file:{self.folder}/lineage.key"),
            target_key=lambda: TARGET_KEY,
            reviews=lambda: reviews_table(self.decisions),
            links=Links(read=self.reaching, record=self.record_reached),
            from_scratch=from_scratch,
        )

    def build(self, job=run_splits, *, from_scratch=False, as_of=AS_OF):
        """Publish a version."""
        return build(self.inputs(from_scratch=from_scratch, as_of=as_of), self.steps(job))

    def steps(self, job=run_splits):
        """What a build takes from outside."""
        ticks = self.ticks
        return Steps(
            job=job,
            finishing=Finishing(
                head=self.head,
                reviews=lambda: reviews_table(self.decisions),
                now=lambda: AS_OF + timedelta(days=1, seconds=next(ticks)),
                runner="test",
                accepted_by=self.accepted_by,
            ),
            planned=lambda _id, plan: self.plans.append(plan),
        )

    def verify(self, number=None, reviews=None):
        """The findings of a full verification; ``reviews``: a ReviewLog, None: none is compared."""
        evidence = Evidence(
            root=self.folder / "canonical",
            registry_keys=Keychain((self.keys["registry"].id,), (self.keys["registry"].secret,)),
            lineage_key=self.keys["lineage"],
            registry=self.snapshot,
            target_key=lambda: TARGET_KEY,
            reviews=reviews,
        )
        return verify(self.store, number, evidence).report.findings
