"""Which accounts an objection hits: by account id, by identifier, and through linked accounts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache

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
Covered = npt.NDArray[np.uint16]
"""Of each account a row: by stored value of Role, surfaces (bits) on which an objection covers it so."""
Pseudonyms = Callable[[bytes, Sequence[bytes]], bytes]
"""Digests, under keys it holds, of forms that a prefix goes before: schemas.pseudonyms."""


def identified_rows(accounts: Iterable[pa.RecordBatch]) -> pa.Table:
    """The ACCOUNTS rows that have an account id: nobody can say whose the others are."""
    rows = pa.Table.from_batches(accounts, ACCOUNTS)
    return rows.filter(pc.is_valid(rows.column("account_id"))).combine_chunks()


def account_codes(rows: pa.Table) -> tuple[Codes, pa.StringArray]:
    """The account of each row, as an index into the ids of all accounts; both in order of appearance."""
    encoded = rows.column("account_id").combine_chunks().dictionary_encode()
    return encoded.indices.to_numpy().astype(np.int64), encoded.dictionary


def covered_surfaces(
    rows: pa.Table,
    codes: Codes,
    ids: pa.StringArray,
    snapshot: RegistrySnapshot,
    platform: str,
    pseudonyms: Pseudonyms,
) -> Covered:
    """Surfaces on which each account is covered by a live objection, role by role.

    Several objections of one account cover what each does, its roles x its surfaces, and no more.
    ``rows`` are account rows, ``codes`` the index into ``ids`` of each. An identifier that any row of
    an account carries counts. A linked objection spreads over shared person ids, transitively.
    """
    own = np.zeros((len(ids), len(PERSON_ROLES)), np.uint16)
    spreading = np.zeros_like(own)
    for kind in IdentifierType:
        of_kind = pc.equal(snapshot.objections.column("type"), kind.value)
        if pc.any(of_kind).as_py():
            accounts, hashes = carried_pseudonyms(kind, rows, codes, ids, platform, pseudonyms)
            # Of the two, the accounts are what is looked up in: there may be far more objections.
            met = pc.and_(of_kind, pc.is_in(snapshot.objections.column("pseudonym"), value_set=hashes))
            _hit(accounts, hashes, snapshot.objections.filter(met), own, spreading)
    return own | _spread(spreading, rows, codes)


def carried_pseudonyms(
    kind: IdentifierType,
    rows: pa.Table,
    codes: Codes,
    ids: pa.StringArray,
    platform: str,
    pseudonyms: Pseudonyms,
) -> tuple[Codes, pa.FixedSizeBinaryArray]:
    """Account codes and the pseudonyms of their identifiers of one kind, pair by pair."""
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


def _hit(accounts: Codes, hashes: pa.Array, met: pa.Table, own: Covered, spreading: Covered) -> None:
    live: dict[bytes, list[tuple[bool, Covered]]] = defaultdict(list)
    hit = pc.is_in(hashes, value_set=met.column("pseudonym").combine_chunks())
    for row in met.to_pylist():
        live[row["pseudonym"]].append((row["linked"], _scope(row["roles"], row["surfaces"])))
    places = np.flatnonzero(hit.to_numpy(zero_copy_only=False))
    for place, digest in zip(places, hashes.filter(hit).to_pylist(), strict=True):
        for linked, scope in live[digest]:
            own[accounts[place]] |= scope
            if linked:
                spreading[accounts[place]] |= scope


@cache
def _scope(roles: int, surfaces: int) -> Covered:
    """What one objection covers: its surfaces in each of its roles."""
    return np.array([surfaces if roles >> role & 1 else 0 for role in PERSON_ROLES], np.uint16)


def _spread(covered: Covered, rows: pa.Table, codes: Codes) -> Covered:
    if not covered.any():
        return covered
    linked = rows.column("person_id").combine_chunks().dictionary_encode()
    valid = linked.is_valid().to_numpy(zero_copy_only=False)
    persons = linked.indices.fill_null(0).to_numpy().astype(np.int64)[valid]
    accounts = codes[valid]
    reached = covered.copy()
    while True:
        of_person = np.zeros((len(linked.dictionary), len(PERSON_ROLES)), np.uint16)
        np.bitwise_or.at(of_person, persons, reached[accounts])
        wider = reached.copy()
        np.bitwise_or.at(wider, accounts, of_person[persons])
        if np.array_equal(wider, reached):
            return reached
        reached = wider
