"""The look-up table of a build: account id to eligibility, memory-mapped, found vectorised."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.rules.columns import AccountColumns, ClearColumns, Mask
from schemas.id_hash import hash_ids
from schemas.identifier_columns import normal_forms, subjects
from schemas.identifiers import target_message
from schemas.pseudonyms import pseudonyms
from schemas.tables import LOOKUP
from schemas.vocabulary import PERSON_ROLES, IdentifierType, Role


@dataclass(frozen=True)
class Lookup:
    """A LOOKUP table sorted by hash, and what it takes to name accounts that are not in it."""

    table: pa.Table
    platform: str
    lineage_key: bytes = field(repr=False)

    def find(self, ids: pa.StringArray) -> "FoundAccounts":
        """Eligibility of each of these non-null account ids."""
        place = _places(self.table, ids)
        return _found(self.table, place, self._subjects(ids, place))

    def _subjects(self, ids: pa.StringArray, place: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
        known = place >= 0
        named = np.zeros(len(ids), np.uint64)
        named[known] = _column(self.table, "subject")[place[known]]
        unknown = ids.filter(pa.array(~known))
        normal = normal_forms(IdentifierType.ACCOUNT, unknown, pa.nulls(len(unknown), pa.string()))
        prefix = target_message(IdentifierType.ACCOUNT, self.platform, "")
        named[~known] = subjects(pseudonyms((self.lineage_key,), prefix, normal))
        return named


@dataclass(frozen=True)
class FoundAccounts:
    """Subjects and eligibility of distinct account ids, in the order they were asked for."""

    subjects: npt.NDArray[np.uint64]
    known: Mask
    flags: npt.NDArray[np.uint16]
    clear: npt.NDArray[np.uint16]
    """A row for each id: by stored value of Role, surfaces on which no objection that holds covers it so."""
    clear_older: npt.NDArray[np.uint16]
    """The same of withdrawn objections that keep older content out."""
    until: npt.NDArray[np.int64]
    """Older is what was published before."""
    adult_from: npt.NDArray[np.int64]
    age_known: Mask

    def digest(self) -> str:
        """SHA-256 over all that eligibility says of these accounts, in the order they were asked for."""
        digest = hashlib.sha256()
        for values in (
            self.subjects, self.known, self.flags, self.clear, self.clear_older, self.until, self.adult_from,
            self.age_known,
        ):  # fmt: skip
            digest.update(values.tobytes())
        return digest.hexdigest()

    def authors(self, codes: npt.NDArray[np.int64]) -> AccountColumns:
        """Eligibility of the author of each row; code -1 is a row without one."""
        found, codes = self._or_nobody(codes)
        author = codes >= 0
        return AccountColumns(
            known=found.known[codes] & author,
            flags=found.flags[codes],
            clear=found.clear_in(codes, Role.AUTHOR, author),
            adult_from=found.adult_from[codes],
            age_known=found.age_known[codes] & author,
        )

    def in_roles(
        self, codes: npt.NDArray[np.int64], roles: npt.NDArray[np.int8]
    ) -> tuple[Mask, ClearColumns]:
        """Whether each is known, and where no objection covers it in its role; -1: nobody."""
        found, codes = self._or_nobody(codes)
        known = found.known[codes] & (codes >= 0)
        return known, found.clear_in(codes, roles, known)

    def ages(self, codes: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], Mask]:
        """When each comes of age, in microseconds since 1970 UTC, and whether that is known; -1: nobody."""
        found, codes = self._or_nobody(codes)
        return found.adult_from[codes], found.age_known[codes] & (codes >= 0)

    def clear_in(
        self, codes: npt.NDArray[np.int64], roles: npt.NDArray[np.int8] | Role, known: Mask
    ) -> ClearColumns:
        """Where no objection covers each in its role: nowhere where it is not known."""
        now, older = (
            np.where(known, clear[codes, roles], np.uint16(0)) for clear in (self.clear, self.clear_older)
        )
        return ClearColumns(now, older, self.until[codes])

    def _or_nobody(self, codes: npt.NDArray[np.int64]) -> "tuple[FoundAccounts, npt.NDArray[np.int64]]":
        """Accounts that every code can be an index into: of none at all, one that nobody has."""
        if len(self.subjects):
            return self, codes
        return _found(LOOKUP.empty_table(), np.full(1, -1), np.zeros(1, np.uint64)), codes


def _places(table: pa.Table, ids: pa.StringArray) -> npt.NDArray[np.int64]:
    """Row of each id in the table, or -1. Equal hashes are told apart by comparing the ids."""
    place = np.full(len(ids), -1, np.int64)
    if not len(table) or not len(ids):
        return place
    hashes = _column(table, "hash")
    # In order of the hash, so that neighbours in the table are found one after the other.
    wanted = hash_ids(ids)
    open_rows = np.argsort(wanted)
    candidate = np.searchsorted(hashes, wanted[open_rows])
    held = table.column("account_id").combine_chunks()
    while len(open_rows):
        inside = candidate < len(hashes)
        inside[inside] = hashes[candidate[inside]] == wanted[open_rows[inside]]
        open_rows, candidate = open_rows[inside], candidate[inside]
        same = np.asarray(pc.equal(held.take(pa.array(candidate)), ids.take(pa.array(open_rows))))
        place[open_rows[same]] = candidate[same]
        open_rows, candidate = open_rows[~same], candidate[~same] + 1
    return place


def _found(table: pa.Table, place: npt.NDArray[np.int64], subjects: npt.NDArray[np.uint64]) -> FoundAccounts:
    known = place >= 0
    size = len(place)
    nowhere, never = np.zeros((size, len(PERSON_ROLES)), np.uint16), np.zeros(size, np.int64)
    if not len(table):
        return FoundAccounts(subjects, known, np.zeros(size, np.uint16), nowhere, nowhere, never, never,
                             np.zeros(size, bool))  # fmt: skip
    rows = np.where(known, place, 0)
    adult_from = table.column("adult_from").combine_chunks().take(pa.array(rows))

    def by_role(name: str) -> npt.NDArray[np.uint16]:
        surfaces = np.asarray(table.column(name).combine_chunks().flatten()).reshape(-1, len(PERSON_ROLES))
        return np.where(known[:, None], surfaces[rows], np.uint16(0))

    return FoundAccounts(
        subjects,
        known=known,
        flags=np.where(known, _column(table, "flags")[rows], np.uint16(0)),
        clear=by_role("clear"),
        clear_older=by_role("clear_older"),
        until=np.where(known, _column(table, "until")[rows], 0),
        adult_from=np.where(known, adult_from.fill_null(0).to_numpy(), 0),
        age_known=known & np.asarray(adult_from.is_valid()),
    )


def _column(table: pa.Table, name: str) -> npt.NDArray[Any]:
    return np.asarray(table.column(name).combine_chunks())
