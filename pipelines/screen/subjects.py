"""Who appears in the rows of a split, and how: the footprint part."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.rules.columns import NO_ROLE, NamedColumns
from pipelines.screen.lookup import FoundAccounts, Lookup
from schemas.fields import RECORDS
from schemas.identifier_columns import media_forms, subjects
from schemas.identifiers import media_message
from schemas.outcomes import REASON_OF_CODE, Outcome
from schemas.pseudonyms import pseudonyms
from schemas.tables import FOOTPRINT
from schemas.vocabulary import OTHER_ROLES, Role

OTHER = RECORDS.field("others").type.value_type
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
class Named:
    """Whom rows name besides their authors: one entry per element of ``others``, in the order of the rows."""

    row: Codes
    role: npt.NDArray[np.int8]
    """Stored value of Role, or NO_ROLE."""
    codes: Codes
    """Index into ``found``; -1: no id, or no role."""
    found: FoundAccounts

    def of(self, rows: npt.NDArray[np.int64], total: int) -> "Named":
        """Whom some of ``total`` rows name; ``rows`` go up."""
        if len(rows) == total:
            return self
        place = np.full(total, -1, np.int64)
        place[rows] = np.arange(len(rows))
        row = place[self.row]
        chosen = row >= 0
        return Named(row[chosen], self.role[chosen], self.codes[chosen], self.found)

    def columns(self) -> NamedColumns:
        """What the rules see of them."""
        known, clear = self.found.in_roles(self.codes, self.role)
        return NamedColumns(self.row, self.role, self.codes >= 0, known, clear)


def find_named(others: pa.ListArray, lookup: Lookup) -> Named:
    """Look up everybody once whom rows name in a role that we know, in the order in which they first appear.

    Nobody else: what nobody can be told apart by must be no part of a split key, as it is of no footprint.
    """
    account, role = (others.flatten().flatten()[OTHER.get_field_index(name)] for name in ("account", "role"))
    numbers = pc.index_in(role, value_set=pa.array(OTHER_ROLES, pa.string())).fill_null(-1).to_numpy()
    roles = _ROLES[numbers]
    in_role = pc.if_else(pa.array(roles != NO_ROLE), account, pa.scalar(None, pa.string()))
    encoded = in_role.dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy().astype(np.int64)
    rows = pc.list_parent_indices(others).to_numpy().astype(np.int64)
    return Named(rows, roles, codes, lookup.find(encoded.dictionary))


_ROLES = np.array([*(Role[label.upper()] for label in OTHER_ROLES), NO_ROLE], np.int8)


@dataclass(frozen=True)
class Footprint:
    """A FOOTPRINT table, and the row in it of each record's author (-1: none)."""

    table: pa.Table
    author_row: npt.NDArray[np.int64]


def footprint(
    records: pa.Table, authors: Authors, named: Named, reason: npt.NDArray[np.uint8], lineage_key: bytes
) -> Footprint:
    """One row per (subject, role): in how many rows, kept, removed, quarantined.

    Authors, others and pictures that have a digest; a person named twice by a record counts once.
    """
    outcome = _OUTCOMES[reason]
    has_author = np.flatnonzero(authors.codes >= 0)
    appearing = [
        (Role.AUTHOR, has_author, *_distinct(authors.found.subjects, authors.codes[has_author])),
        *_in_roles(named),
        (Role.MEDIA, *_pictures(records, lineage_key)),
    ]
    counted = pa.concat_tables([_count(*part, outcome) for part in appearing])
    # Stable, and the parts come in order of their role, each sorted: a merge.
    order = np.argsort(counted.column("subject").to_numpy(), kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    _, _, names, author = appearing[0]
    author_row = np.full(len(records), -1, np.int64)
    author_row[has_author] = place[(np.cumsum(_present(names, author)) - 1)[author]]
    return Footprint(counted.take(pa.array(order)), author_row)


_NUMBER = {outcome: number for number, outcome in enumerate(Outcome)}
_OUTCOMES = np.zeros(256, np.uint8)
for _code, _reason in REASON_OF_CODE.items():
    _OUTCOMES[_code] = _NUMBER[_reason.outcome]


def _distinct(subjects: Subjects, codes: Codes) -> tuple[Subjects, Codes]:
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


def _in_roles(named: Named) -> Iterator[tuple[Role, Codes, Subjects, Codes]]:
    has_account = named.codes >= 0
    names, name = _distinct(named.found.subjects, named.codes[has_account])
    rows, roles = named.row[has_account], named.role[has_account]
    for label in OTHER_ROLES:
        role = Role[label.upper()]
        chosen = roles == role
        yield role, rows[chosen], names, name[chosen]


def _pictures(records: pa.Table, lineage_key: bytes) -> tuple[Codes, Subjects, Codes]:
    column = records.column("media").combine_chunks()
    rows = pc.list_parent_indices(column).to_numpy().astype(np.int64)
    encoded = column.flatten().field("sha256").dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy().astype(np.int64)
    chosen = codes >= 0
    found = subjects(pseudonyms((lineage_key,), media_message(""), media_forms(encoded.dictionary)))
    return rows[chosen], *_distinct(found, codes[chosen])
