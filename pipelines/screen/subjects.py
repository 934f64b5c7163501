"""Who appears in the rows of a split, and how: the footprint part."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.screen.lookup import FoundAccounts, Lookup
from schemas.identifier_columns import media_forms, subjects
from schemas.identifiers import media_message
from schemas.outcomes import REASON_OF_CODE, Outcome
from schemas.pseudonyms import pseudonyms
from schemas.tables import FOOTPRINT
from schemas.vocabulary import OTHER_ROLES, Role

Codes = npt.NDArray[np.int64]
Subjects = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Authors:
    """The authors of rows: a code per row (-1: none), and the eligibility of each code."""

    codes: Codes
    found: FoundAccounts

    def of(self, rows: npt.NDArray[np.int64]) -> "Authors":
        """The authors of some of the rows."""
        return Authors(self.codes[rows], self.found)


def find_authors(account_id: pa.DictionaryArray, lookup: Lookup) -> Authors:
    """Look up every author once, and nobody else: a dictionary may hold entries that no row uses."""
    codes = account_id.indices.fill_null(-1).to_numpy().astype(np.int64)
    entries = account_id.dictionary
    used = np.bincount(codes[codes >= 0], minlength=len(entries)) > 0
    used &= np.asarray(entries.is_valid())
    dense = np.append(np.where(used, np.cumsum(used) - 1, -1), -1)
    return Authors(dense[codes], lookup.find(entries.filter(pa.array(used)).cast(pa.string())))


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
    outcome = _OUTCOMES[reason]
    has_author = np.flatnonzero(authors.codes >= 0)
    appearing = [
        (Role.AUTHOR, has_author, *_named(authors.found.subjects, authors.codes[has_author])),
        *_others(records, lookup),
        (Role.MEDIA, *_pictures(records, lookup.lineage_key)),
    ]
    counted = pa.concat_tables([_count(*part, outcome) for part in appearing])
    # Stable, and the parts come in order of their role, each sorted: a merge.
    order = np.argsort(counted.column("subject").to_numpy(), kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    _, _, names, named = appearing[0]
    author_row = np.full(len(records), -1, np.int64)
    author_row[has_author] = place[(np.cumsum(_present(names, named)) - 1)[named]]
    return Footprint(counted.take(pa.array(order)), author_row)


_NUMBER = {outcome: number for number, outcome in enumerate(Outcome)}
_OUTCOMES = np.zeros(256, np.uint8)
for _code, _reason in REASON_OF_CODE.items():
    _OUTCOMES[_code] = _NUMBER[_reason.outcome]


def _named(subjects: Subjects, codes: Codes) -> tuple[Subjects, Codes]:
    """The distinct subjects, sorted, and the index among them of each code: two ids may have one."""
    names, rank = np.unique(subjects, return_inverse=True)
    return names, rank[codes]


def _present(names: Subjects, named: Codes) -> npt.NDArray[np.bool_]:
    return np.bincount(named, minlength=len(names)) > 0


def _count(
    role: Role, rows: Codes, names: Subjects, named: Codes, outcome: npt.NDArray[np.uint8]
) -> pa.Table:
    """FOOTPRINT rows of one role: ``names[named[n]]`` appears in row ``rows[n]``."""
    pairs = rows * len(names) + named
    if (pairs[1:] <= pairs[:-1]).any():
        rows, named = np.divmod(np.unique(pairs), len(names))
    present = _present(names, named)

    def count(chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint32]:
        return np.bincount(named[chosen], minlength=len(names))[present].astype(np.uint32)

    became = outcome[rows]
    return pa.table(
        {
            "subject": names[present],
            "role": np.full(int(present.sum()), role, np.uint8),
            "rows": count(np.ones(len(rows), bool)),
            "kept": count(became == _NUMBER[Outcome.KEPT]),
            "removed": count(became == _NUMBER[Outcome.REMOVED]),
            "quarantined": count(became == _NUMBER[Outcome.QUARANTINED]),
        },
        FOOTPRINT,
    )


def _others(records: pa.Table, lookup: Lookup) -> Iterator[tuple[Role, Codes, Subjects, Codes]]:
    column = records.column("others").combine_chunks()
    rows = pc.list_parent_indices(column).to_numpy().astype(np.int64)
    elements = column.flatten()
    account, role = elements.field("account"), elements.field("role")
    encoded = account.dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy().astype(np.int64)
    has_account = codes >= 0
    names, named = _named(lookup.subjects(encoded.dictionary), codes[has_account])
    numbers = pc.index_in(role, value_set=pa.array(OTHER_ROLES, pa.string())).fill_null(-1).to_numpy()
    rows, numbers = rows[has_account], numbers[has_account]
    for number, name in enumerate(OTHER_ROLES):
        chosen = numbers == number
        yield Role[name.upper()], rows[chosen], names, named[chosen]


def _pictures(records: pa.Table, lineage_key: bytes) -> tuple[Codes, Subjects, Codes]:
    column = records.column("media").combine_chunks()
    rows = pc.list_parent_indices(column).to_numpy().astype(np.int64)
    encoded = column.flatten().field("sha256").dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy().astype(np.int64)
    chosen = codes >= 0
    found = subjects(pseudonyms(lineage_key, media_message(""), media_forms(encoded.dictionary)))
    return rows[chosen], *_named(found, codes[chosen])
