"""The look-up table of a build: account id to eligibility, memory-mapped, found vectorised."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.rules.columns import AccountColumns
from schemas.id_hash import hash_ids
from schemas.identifier_columns import normal_forms, subjects
from schemas.identifiers import target_message
from schemas.pseudonyms import pseudonyms
from schemas.tables import LOOKUP
from schemas.vocabulary import IdentifierType


@dataclass(frozen=True)
class Lookup:
    """A LOOKUP table sorted by hash, and what it takes to name accounts that are not in it."""

    table: pa.Table
    platform: str
    lineage_key: bytes = field(repr=False)

    def find(self, ids: pa.StringArray) -> "FoundAccounts":
        """Eligibility of each of these non-null account ids."""
        place = _places(self.table, ids)
        return FoundAccounts(self._subjects(ids, place), _account_columns(self.table, place))

    def subjects(self, ids: pa.StringArray) -> npt.NDArray[np.uint64]:
        """Who is behind each of these non-null account ids."""
        return self._subjects(ids, _places(self.table, ids))

    def _subjects(self, ids: pa.StringArray, place: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
        known = place >= 0
        named = np.zeros(len(ids), np.uint64)
        named[known] = _column(self.table, "subject")[place[known]]
        unknown = ids.filter(pa.array(~known))
        normal = normal_forms(IdentifierType.ACCOUNT, unknown, pa.nulls(len(unknown), pa.string()))
        prefix = target_message(IdentifierType.ACCOUNT, self.platform, "")
        named[~known] = subjects(pseudonyms(self.lineage_key, prefix, normal))
        return named


@dataclass(frozen=True)
class FoundAccounts:
    """Subjects and eligibility of distinct account ids, in the order they were asked for."""

    subjects: npt.NDArray[np.uint64]
    columns: AccountColumns

    def digest(self) -> str:
        """SHA-256 over all that eligibility says of these accounts, in the order they were asked for."""
        columns = self.columns
        digest = hashlib.sha256()
        for values in (
            self.subjects, columns.known, columns.flags, columns.clear, columns.adult_from, columns.age_known,
        ):  # fmt: skip
            digest.update(values.tobytes())
        return digest.hexdigest()

    def rows(self, codes: npt.NDArray[np.int64]) -> AccountColumns:
        """Eligibility of each row; code -1 is a row without an author."""
        author = codes >= 0
        columns = self.columns
        if not len(self.subjects):
            return _account_columns(LOOKUP.empty_table(), np.full(len(codes), -1))
        return AccountColumns(
            known=columns.known[codes] & author,
            flags=columns.flags[codes],
            clear=columns.clear[codes],
            adult_from=columns.adult_from[codes],
            age_known=columns.age_known[codes] & author,
        )


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


def _account_columns(table: pa.Table, place: npt.NDArray[np.int64]) -> AccountColumns:
    known = place >= 0
    if not len(table):
        size = len(place)
        return AccountColumns(known, np.zeros(size, np.uint16), np.zeros(size, np.uint16),
                              np.zeros(size, np.int64), np.zeros(size, bool))  # fmt: skip
    rows = np.where(known, place, 0)
    adult_from = table.column("adult_from").combine_chunks().take(pa.array(rows))
    return AccountColumns(
        known=known,
        flags=np.where(known, _column(table, "flags")[rows], np.uint16(0)),
        clear=np.where(known, _column(table, "clear")[rows], np.uint16(0)),
        adult_from=np.where(known, adult_from.fill_null(0).to_numpy(), 0),
        age_known=known & np.asarray(adult_from.is_valid()),
    )


def _column(table: pa.Table, name: str) -> npt.NDArray[Any]:
    return np.asarray(table.column(name).combine_chunks())
