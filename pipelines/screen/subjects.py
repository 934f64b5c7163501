"""Who appears in the rows of a split, and how: the footprint part."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.screen.lookup import FoundAccounts, Lookup
from schemas.identifiers import media_message, subject
from schemas.outcomes import REASON_OF_CODE, Outcome
from schemas.tables import FOOTPRINT
from schemas.vocabulary import OTHER_ROLES, Role


@dataclass(frozen=True)
class Authors:
    """The authors of the readable rows: a code per row (-1: none), and their eligibility."""

    codes: npt.NDArray[np.int64]
    found: FoundAccounts


def find_authors(records: pa.Table, lookup: Lookup) -> Authors:
    """Look up every distinct author once."""
    encoded = records.column("account_id").combine_chunks()
    codes = encoded.indices.fill_null(-1).to_numpy().astype(np.int64)
    # A file's dictionary may hold an entry twice, null, or one that no row uses.
    used, first = np.unique(codes[codes >= 0], return_inverse=True)
    entries = encoded.dictionary.take(pa.array(used)).dictionary_encode()
    valid = entries.indices.fill_null(-1).to_numpy().astype(np.int64)
    dense = np.full(len(codes), -1, np.int64)
    dense[codes >= 0] = valid[first]
    return Authors(dense, lookup.find(entries.dictionary.cast(pa.string())))


@dataclass(frozen=True)
class Footprint:
    """A FOOTPRINT table, and the row in it of each record's author (-1: none)."""

    table: pa.Table
    author_row: npt.NDArray[np.int64]


def footprint(
    records: pa.Table, authors: Authors, reason: npt.NDArray[np.uint8], lookup: Lookup
) -> Footprint:
    """One row per (subject, role): in how many rows, kept, removed, quarantined.

    Authors, others and pictures that have a digest; a person named twice by a record counts once.
    """
    has_author = np.flatnonzero(authors.codes >= 0)
    parts = [
        (has_author, Role.AUTHOR, authors.found.subjects[authors.codes[has_author]]),
        *_others(records, lookup),
        _media(records, lookup.lineage_key),
    ]
    rows = np.concatenate([rows for rows, _, _ in parts])
    roles = np.concatenate([np.full(len(rows), role, np.uint64) for rows, role, _ in parts])
    subjects = np.concatenate([subjects for _, _, subjects in parts])
    order = np.lexsort((rows, roles, subjects))
    rows, roles, subjects = rows[order], roles[order], subjects[order]
    group_starts = _changes(subjects, roles)
    group = np.cumsum(group_starts) - 1
    once = group_starts | _changes(rows)
    outcome = _outcomes()[reason[rows]]
    size = int(group_starts.sum())

    def count(chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint32]:
        return np.bincount(group[once & chosen], minlength=size).astype(np.uint32)

    table = pa.table(
        {
            "subject": subjects[group_starts],
            "role": roles[group_starts].astype(np.uint8),
            "rows": count(np.ones(len(rows), bool)),
            "kept": count(outcome == _NUMBER[Outcome.KEPT]),
            "removed": count(outcome == _NUMBER[Outcome.REMOVED]),
            "quarantined": count(outcome == _NUMBER[Outcome.QUARANTINED]),
        },
        FOOTPRINT,
    )
    author_row = np.full(len(records), -1, np.int64)
    is_author = roles == Role.AUTHOR
    author_row[rows[is_author]] = group[is_author]
    return Footprint(table, author_row)


_NUMBER = {outcome: number for number, outcome in enumerate(Outcome)}


def _outcomes() -> npt.NDArray[np.uint8]:
    table = np.zeros(256, np.uint8)
    for code, reason in REASON_OF_CODE.items():
        table[code] = _NUMBER[reason.outcome]
    return table


def _changes(*columns: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    """True where any of the sorted columns differs from the row before; the first row does."""
    starts = np.ones(len(columns[0]), bool)
    if len(starts) > 1:
        starts[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return starts


def _others(
    records: pa.Table, lookup: Lookup
) -> Sequence[tuple[npt.NDArray[np.int64], Role, npt.NDArray[np.uint64]]]:
    column = records.column("others").combine_chunks()
    rows = pc.list_parent_indices(column).to_numpy().astype(np.int64)
    elements = column.flatten()
    account, role = elements.field("account"), elements.field("role")
    encoded = account.dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy().astype(np.int64)
    subjects = lookup.find(encoded.dictionary).subjects
    parts = []
    for name in OTHER_ROLES:
        chosen = (codes >= 0) & np.asarray(pc.equal(role, name).fill_null(False))
        parts.append((rows[chosen], Role[name.upper()], subjects[codes[chosen]]))
    return parts


def _media(
    records: pa.Table, lineage_key: bytes
) -> tuple[npt.NDArray[np.int64], Role, npt.NDArray[np.uint64]]:
    column = records.column("media").combine_chunks()
    rows = pc.list_parent_indices(column).to_numpy().astype(np.int64)
    encoded = column.flatten().field("sha256").dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy().astype(np.int64)
    subjects = np.fromiter(
        (subject(lineage_key, media_message(digest)) for digest in encoded.dictionary.to_pylist()),
        np.uint64,
        len(encoded.dictionary),
    )
    chosen = codes >= 0
    return rows[chosen], Role.MEDIA, subjects[codes[chosen]]
