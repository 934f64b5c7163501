"""A plan with what lies beside it, and what it leaves to the next plan of the same build."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.corpus.computed import Computed, Conditions
from pipelines.source_read import SourceRead
from schemas.plans import Plan, SplitResult
from schemas.snapshots import RegistrySnapshot


@dataclass(frozen=True)
class PlanTables:
    """A plan, the tables beside it, and what the next plan of the same build need not find out again."""

    plan: Plan
    splits: bytes
    """PLANNED, as Parquet."""
    lookup: bytes
    takedown: bytes
    """Look-ups, as Arrow IPC."""
    source: SourceRead
    snapshot: RegistrySnapshot
    conditions: Conditions
    states: pa.Table
    records: frozenset[bytes]
    reviews: pa.Table
    linked: int
    """The registry was told of accounts that objections up to this event reach."""
    computed: npt.NDArray[np.bool_]
    """Of each split, whether an earlier plan of the same build has computed it."""


@dataclass(frozen=True)
class Before:
    """A plan of the same build whose job is done, and that could not be published."""

    tables: PlanTables
    results: list[SplitResult]

    def computed(self) -> Computed:
        """What the build has computed itself, or taken over."""
        tables = self.tables
        splits = zip(tables.source.splits, self.results, strict=True)
        return Computed(
            tables.conditions,
            {(split.path, split.ordinal): (split, result) for split, result in splits},
            frozenset(tables.source.observed.values()),
            tables.states,
            tables.records,
            tables.reviews,
        )
