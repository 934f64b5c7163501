"""Which accounts an objection hits: by account id, by identifier, and through linked accounts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.fields import ACCOUNTS
from schemas.identifier_columns import digest_array, normal_forms
from schemas.identifiers import target_message
from schemas.snapshots import RegistrySnapshot
from schemas.vocabulary import PERSON_ROLES, IdentifierType

Codes = npt.NDArray[np.int64]
Said = TypeVar("Said", npt.NDArray[np.uint16], npt.NDArray[np.int64])
Covered = npt.NDArray[np.uint16]
"""Of each account a row: by stored value of Role, surfaces (bits) on which an objection covers it so."""


class Coverage(NamedTuple):
    """What objections cover of each account."""

    live: Covered
    """By those that hold."""
    older: Covered
    """By withdrawn ones that keep older content out: what was published before ``until``."""
    until: npt.NDArray[np.int64]
    """The latest instant of any of those, in microseconds since 1970 UTC; 0: there is none.

    One for each account, not for each scope: who withdrew twice keeps out what either keeps out, up to the
    later withdrawal."""


Pseudonyms = Callable[[bytes, Sequence[bytes]], bytes]
"""Digests, under keys it holds, of forms that a prefix goes before: schemas.pseudonyms."""


@dataclass
class Hashed:
    """What was hashed of the accounts of one build: once, however often it is asked for."""

    carried: dict[IdentifierType, tuple[Codes, pa.FixedSizeBinaryArray]] = field(default_factory=dict)
    """What :func:`carried_pseudonyms` gave of each kind."""
    subjects: npt.NDArray[np.uint64] | None = None
    """Of each account id."""

    def left(self, messages: int) -> int:
        """How many messages to expect out of so many: few where all accounts were hashed before."""
        return messages if self.subjects is None else 0


def identified_rows(accounts: Iterable[pa.RecordBatch]) -> pa.Table:
    """The ACCOUNTS rows that have an account id: nobody can say whose the others are."""
    rows = pa.Table.from_batches(accounts, ACCOUNTS)
    return rows.filter(pc.is_valid(rows.column("account_id"))).combine_chunks()


def account_codes(rows: pa.Table) -> tuple[Codes, pa.StringArray]:
    """The account of each row, as an index into the ids of all accounts; both in order of appearance."""
    encoded = rows.column("account_id").combine_chunks().dictionary_encode()
    return encoded.indices.to_numpy().astype(np.int64), encoded.dictionary


def coverage(
    rows: pa.Table,
    codes: Codes,
    ids: pa.StringArray,
    snapshot: RegistrySnapshot,
    platform: str,
    pseudonyms: Pseudonyms,
    hashed: Hashed | None = None,
) -> Coverage:
    """What objections cover of each account, role by role.

    Several objections of one account cover what each does, its roles x its surfaces, and no more.
    ``rows`` are account rows, ``codes`` the index into ``ids`` of each. An identifier that any row of
    an account carries counts. A linked objection spreads over shared person ids, transitively.
    """
    own, spreading = _nothing(len(ids)), _nothing(len(ids))
    for kind in IdentifierType:
        of_kind = pc.equal(snapshot.objections.column("type"), kind.value)
        if pc.any(of_kind).as_py():
            accounts, hashes = carried_pseudonyms(kind, rows, codes, ids, platform, pseudonyms, hashed)
            # Of the two, the accounts are what is looked up in: there may be far more objections.
            met = pc.and_(of_kind, pc.is_in(snapshot.objections.column("pseudonym"), value_set=hashes))
            _hit(accounts, hashes, snapshot.objections.filter(met), own, spreading)
    return Coverage(
        own.live | _spread(spreading.live, np.bitwise_or, rows, codes),
        own.older | _spread(spreading.older, np.bitwise_or, rows, codes),
        np.maximum(own.until, _spread(spreading.until, np.maximum, rows, codes)),
    )


def _nothing(accounts: int) -> Coverage:
    of_roles = (accounts, len(PERSON_ROLES))
    return Coverage(
        np.zeros(of_roles, np.uint16), np.zeros(of_roles, np.uint16), np.zeros(accounts, np.int64)
    )


def carried_pseudonyms(
    kind: IdentifierType,
    rows: pa.Table,
    codes: Codes,
    ids: pa.StringArray,
    platform: str,
    pseudonyms: Pseudonyms,
    hashed: Hashed | None = None,
) -> tuple[Codes, pa.FixedSizeBinaryArray]:
    """Account codes and the pseudonyms of their identifiers of one kind, pair by pair."""
    if hashed is None:
        return _carried_pseudonyms(kind, rows, codes, ids, platform, pseudonyms)
    if kind not in hashed.carried:
        hashed.carried[kind] = _carried_pseudonyms(kind, rows, codes, ids, platform, pseudonyms)
    return hashed.carried[kind]


def _carried_pseudonyms(
    kind: IdentifierType,
    rows: pa.Table,
    codes: Codes,
    ids: pa.StringArray,
    platform: str,
    pseudonyms: Pseudonyms,
) -> tuple[Codes, pa.FixedSizeBinaryArray]:
    accounts, values, regions = _carried(kind, rows, codes)
    if kind is IdentifierType.ACCOUNT:
        accounts = np.concatenate([np.arange(len(ids)), accounts])
        values = pa.concat_arrays([ids, values])
        regions = pa.concat_arrays([pa.nulls(len(ids), pa.string()), regions])
    if kind is IdentifierType.PHONE:
        # An objection may come without a country: it meets the number as the account writes it, too.
        accounts = np.concatenate([accounts, accounts])
        regions = pa.concat_arrays([regions, pa.nulls(len(values), pa.string())])
        values = pa.concat_arrays([values, values])
    digests = pseudonyms(target_message(kind, platform, ""), normal_forms(kind, values, regions))
    return accounts, digest_array(digests)


def _carried(
    kind: IdentifierType, rows: pa.Table, codes: Codes
) -> tuple[Codes, pa.StringArray, pa.StringArray]:
    column = rows.column("identifiers").combine_chunks()
    parents = pc.list_parent_indices(column)
    elements = column.flatten()
    of_kind = pc.equal(elements.field("type"), kind.value)
    chosen = pc.and_kleene(of_kind, pc.is_valid(elements.field("value")))
    parents = parents.filter(chosen)
    regions = rows.column("region").combine_chunks().take(parents)
    accounts = codes[parents.to_numpy().astype(np.int64)]
    return accounts, elements.field("value").filter(chosen), regions


def _hit(accounts: Codes, hashes: pa.Array, met: pa.Table, own: Coverage, spreading: Coverage) -> None:
    objections: dict[bytes, list[tuple[bool, Covered, int | None]]] = defaultdict(list)
    hit = pc.is_in(hashes, value_set=met.column("pseudonym").combine_chunks())
    place = met.schema.get_field_index("until")
    for row in met.set_column(place, "until", met.column("until").cast(pa.int64())).to_pylist():
        scope = _scope(row["roles"], row["surfaces"])
        objections[row["pseudonym"]].append((row["linked"], scope, row["until"]))
    places = np.flatnonzero(hit.to_numpy(zero_copy_only=False))
    for place, digest in zip(places, hashes.filter(hit).to_pylist(), strict=True):
        account = accounts[place]
        for linked, scope, until in objections[digest]:
            for covered in (own, spreading) if linked else (own,):
                if until is None:
                    covered.live[account] |= scope
                else:
                    covered.older[account] |= scope
                    covered.until[account] = max(covered.until[account], until)


@cache
def _scope(roles: int, surfaces: int) -> Covered:
    """What one objection covers: its surfaces in each of its roles."""
    return np.array([surfaces if roles >> role & 1 else 0 for role in PERSON_ROLES], np.uint16)


def _spread(covered: Said, join: np.ufunc, rows: pa.Table, codes: Codes) -> Said:
    """What is said of accounts, said of whoever shares a person with them, too; ``join`` joins two."""
    if not covered.any():
        return covered
    linked = rows.column("person_id").combine_chunks().dictionary_encode()
    valid = linked.is_valid().to_numpy(zero_copy_only=False)
    persons = linked.indices.fill_null(0).to_numpy().astype(np.int64)[valid]
    accounts = codes[valid]
    reached = covered.copy()
    while True:
        of_person = np.zeros((len(linked.dictionary), *covered.shape[1:]), covered.dtype)
        join.at(of_person, persons, reached[accounts])
        wider = reached.copy()
        join.at(wider, accounts, of_person[persons])
        if np.array_equal(wider, reached):
            return reached
        reached = wider
