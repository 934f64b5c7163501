"""Which accounts linked objections reach that the registry does not know of yet."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.hashing.shares import shared_hashing
from pipelines.matching import Codes, Hashed, Pseudonyms, account_codes, carried_pseudonyms, identified_rows
from schemas.errors import BadInput
from schemas.identifier_columns import digest_array, normal_forms
from schemas.identifiers import target_message
from schemas.policy import RegistryPolicy
from schemas.snapshots import REACHED
from schemas.vocabulary import IdentifierType

FEW = 100
"""So many accounts are no sign of anything: in a small source a share of them says nothing."""


class _Pairs(NamedTuple):
    """Objections and accounts, pair by pair, as indices into the distinct origins and the account ids."""

    origin: Codes
    account: Codes


def newly_reached(
    accounts: Iterable[pa.RecordBatch],
    reaching: pa.Table,
    platform: str,
    registry_keys: Sequence[bytes],
    policy: RegistryPolicy,
    hashed: Hashed | None = None,
) -> pa.Table:
    """The REACHED table, by objection: who carries what it names now, and who shares a person with them.

    Or with an account it reached before, and so on from account to account. ``reaching`` is a REACHING
    table; the accounts that it has are left out. ``hashed``: of the same accounts, under the same keys.

    Raises:
        BadInput: so many that the source is more likely to be broken.
    """
    rows = identified_rows(accounts)
    if not len(rows) or not len(reaching):
        return REACHED.empty_table()
    codes, ids = account_codes(rows)
    with shared_hashing(len(rows) if hashed is None else hashed.left(len(rows))) as hashing:
        pseudonyms = partial(hashing, registry_keys)
        origins, hit, known = _hits(rows, codes, ids, reaching, platform, pseudonyms, hashed)
        new = _beyond_known(hit, known, _groups(rows, codes, len(ids)), policy)
        named, place = np.unique(new.account, return_inverse=True)
        forms = normal_forms(
            IdentifierType.ACCOUNT, ids.take(pa.array(named)), pa.nulls(len(named), pa.string())
        )
        digests = pseudonyms(target_message(IdentifierType.ACCOUNT, platform, ""), forms)
    names = digest_array(digests).take(pa.array(place))
    return pa.table({"origin": origins[new.origin], "pseudonym": names}, REACHED)


def _hits(
    rows: pa.Table,
    codes: Codes,
    ids: pa.StringArray,
    reaching: pa.Table,
    platform: str,
    pseudonyms: Pseudonyms,
    hashed: Hashed | None,
) -> tuple[Codes, _Pairs, _Pairs]:
    """Origins, the accounts that they hit, and those of these whose own id stands in ``reaching``."""
    hit: list[_Pairs] = []
    known = _Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64))
    for kind in IdentifierType:
        of_kind = pc.equal(reaching.column("type"), kind.value)
        if not pc.any(of_kind).as_py():
            continue
        accounts, hashes = carried_pseudonyms(kind, rows, codes, ids, platform, pseudonyms, hashed)
        met = reaching.filter(pc.and_(of_kind, pc.is_in(reaching.column("pseudonym"), value_set=hashes)))
        origin = met.column("origin").to_numpy()
        wanted = met.column("pseudonym").combine_chunks()
        carried = np.flatnonzero(np.asarray(pc.is_in(hashes, value_set=wanted)))
        left, right = _joined(hashes.take(pa.array(carried)), wanted)
        pairs = _Pairs(origin[right], accounts[carried[left]])
        hit.append(pairs)
        if kind is IdentifierType.ACCOUNT:
            own = carried[left] < len(ids)  # carried_pseudonyms has the ids first
            known = _Pairs(pairs.origin[own], pairs.account[own])
    origin, account = (np.concatenate(column) for column in zip(*hit, strict=True))
    origins, of_hit = np.unique(origin, return_inverse=True)
    of_known = np.searchsorted(origins, known.origin)  # whom it has, it hits
    return origins, _Pairs(of_hit, account), _Pairs(of_known, known.account)


def _beyond_known(hit: _Pairs, known: _Pairs, group: Codes, policy: RegistryPolicy) -> _Pairs:
    """All accounts of the groups that are hit, without those that are known; ``group`` is of each account."""
    total = len(group)
    size = np.bincount(group, minlength=total)
    reached = np.unique(hit.origin * total + group[hit.account])
    held = np.unique(known.origin * total + known.account)
    of_group, had = np.unique(held // total * total + group[held % total], return_counts=True)
    missing = size[reached % total]
    missing[np.searchsorted(reached, of_group)] -= had  # whom it has, it hits
    first = len(np.setdiff1d(hit.origin, known.origin))
    _check_share(int(missing.sum()) - first, total, policy)
    wanted = reached[missing > 0]
    members = np.argsort(group, kind="stable")
    counts = size[wanted % total]
    starts = np.searchsorted(group[members], wanted % total)
    pairs = np.repeat(wanted // total, counts) * total + members[_ranges(starts, counts)]
    new = np.setdiff1d(pairs, held)
    return _Pairs(new // total, new % total)


def _check_share(newly: int, accounts: int, policy: RegistryPolicy) -> None:
    allowed = max(FEW, int(policy.max_newly_linked_share * accounts))
    if newly > allowed:
        raise BadInput(
            "linked accounts of the source",
            expected=f"at most {allowed} that objections newly reach besides one for each "
            f"(registry.max_newly_linked_share of {accounts} accounts)",
            found=f"{newly}",
            remedy="look for a person_id or an identifier that many accounts share by mistake; if there is "
            "none, raise registry.max_newly_linked_share in the policy; nothing was recorded",
        )


def _groups(rows: pa.Table, codes: Codes, accounts: int) -> Codes:
    """Of each account the first of those that it is linked to, at any remove; itself where it is alone."""
    person = rows.column("person_id").combine_chunks().dictionary_encode()
    valid = np.asarray(person.is_valid())
    persons = person.indices.fill_null(0).to_numpy().astype(np.int64)[valid]
    holders = codes[valid]
    group = np.arange(accounts)
    while True:
        of_person = np.full(len(person.dictionary), accounts)
        np.minimum.at(of_person, persons, group[holders])
        wider = group.copy()
        np.minimum.at(wider, holders, of_person[persons])
        if np.array_equal(wider, group):
            return group
        group = wider


def _joined(left: pa.Array, right: pa.Array) -> tuple[Codes, Codes]:
    """Places of equal values, pair by pair; every value of ``left`` is one of ``right``."""
    different = right.unique()
    of_left, of_right = (
        pc.index_in(values, value_set=different).to_numpy().astype(np.int64) for values in (left, right)
    )
    order = np.argsort(of_right, kind="stable")
    counts = np.bincount(of_right, minlength=len(different))[of_left]
    starts = np.searchsorted(of_right[order], of_left)
    return np.repeat(np.arange(len(left)), counts), order[_ranges(starts, counts)]


def _ranges(starts: Codes, counts: Codes) -> Codes:
    """So many whole numbers from each start on, one after the other."""
    ends = np.cumsum(counts)
    begun = np.repeat(starts - (ends - counts), counts)
    places: npt.NDArray[np.int64] = begun + np.arange(len(begun))
    return places
