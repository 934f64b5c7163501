"""Which splits need not be read again, because nothing they depend on has changed."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.corpus.computed import Computed, Conditions
from pipelines.corpus.source_files import Observation
from pipelines.corpus.staging import PLANNED
from pipelines.corpus.store import Store
from schemas.splits import Split


def planned_splits(
    store: Store,
    before: Computed | None,
    splits: list[Split],
    observed: dict[str, Observation],
    states: pa.Table,
    records: frozenset[bytes],
    conditions: Conditions,
) -> pa.Table:
    """A PLANNED table: every split, with the result of ``before`` where there is one to compare with.

    ``before``: the parent, or what an earlier plan of the same build has come to.

    ``reused`` is set where that is the result that computing it would give. ``states`` is the new
    ELIGIBILITY, ``records`` are the new :func:`~pipelines.corpus.computed.sealed_records`. Where those
    changed, nothing is reused unread: a worker digests every split and reads its ids, and takes the earlier
    result where no record that came or went is in it.
    """
    if before is not None and before.conditions != conditions:
        before = None
    changed = np.zeros(0, np.uint64) if before is None else changed_subjects(before.states, states)
    rows = []
    for number, split in enumerate(splits):
        held = result = None
        if before is not None:
            held = before.results.get((split.path, split.ordinal))
            if before.records == records:
                result = before.unchanged(store, split, observed[split.path], changed)
        rows.append({
            "split": number,
            **split.model_dump(),
            "reused": result is not None,
            "previous": None if held is None else held[1].to_canonical_json().decode(),
        })  # fmt: skip
    return pa.Table.from_pylist(rows, schema=PLANNED)


def changed_subjects(before: pa.Table, after: pa.Table) -> npt.NDArray[np.uint64]:
    """Subjects that came, went, or changed state between two ELIGIBILITY tables; sorted."""
    pairs = pa.concat_tables([before, after])
    subject = pairs.column("subject").to_numpy()
    state = pairs.column("state").to_numpy()
    order = np.lexsort((state, subject))
    subject, state = subject[order], state[order]
    same = (subject[1:] == subject[:-1]) & (state[1:] == state[:-1])
    unchanged = np.append(same, False) | np.append(False, same)
    return np.unique(subject[~unchanged])
