"""Which splits need not be read again, because nothing they depend on has changed."""

from typing import Any

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
    reviews: pa.Table,
    conditions: Conditions,
) -> pa.Table:
    """A PLANNED table: every split, with the result of ``before`` where there is one to compare with.

    ``before``: the parent, or what an earlier plan of the same build has come to.

    ``reused`` is set where that is the result that computing it would give. ``states`` is the new
    ELIGIBILITY, ``records`` are the new :func:`~pipelines.corpus.computed.sealed_records`, ``reviews`` is the
    new REVIEWS. Where records changed, or decisions on pictures that no footprint names, nothing is reused
    unread: a worker digests every split and reads its ids, and takes the earlier result where nothing that
    came or went is in it.
    """
    if before is not None and before.conditions != conditions:
        before = None
    changed, is_named = np.zeros(0, np.uint64), True
    if before is not None:
        pictures, is_named = changed_decisions(before.reviews, reviews)
        changed = np.union1d(changed_subjects(before.states, states), pictures)
    rows = []
    for number, split in enumerate(splits):
        held = result = None
        if before is not None:
            held = before.results.get((split.path, split.ordinal))
            if before.records == records and is_named:
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


def changed_decisions(before: pa.Table, after: pa.Table) -> tuple[npt.NDArray[np.uint64], bool]:
    """Pictures on which a decision came or went between two REVIEWS tables; and whether footprints name all.

    They name those whose bytes somebody digested.
    """
    rows = [{_said(row) for row in table.to_pylist()} for table in (before, after)]
    changed = rows[0] ^ rows[1]
    pictures = np.array(sorted({row[0] for row in changed}), np.uint64)
    return pictures, all(row[1] for row in changed)


def _said(row: dict[str, Any]) -> tuple[Any, ...]:
    return (*(row[name] for name in ("picture", "copies", "decision", "words")), tuple(row["rules"] or ()))
