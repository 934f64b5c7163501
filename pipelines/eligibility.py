"""Eligibility: accounts x snapshot x policy x as-of date: what each account may contribute.

The only place that sees the as-of date, and the only one that matches objections to accounts.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from pipelines.birthdays import FIRST_DAY, LAST_DAY, last_day_of, turned
from pipelines.hashing.shares import shared_hashing
from pipelines.matching import Covered, Hashed, Pseudonyms, account_codes, coverage
from schemas.documents import AccountCounts
from schemas.errors import BadInput
from schemas.fields import ACCOUNTS, TIMESTAMP
from schemas.flags import Flag
from schemas.id_hash import hash_ids
from schemas.identifier_columns import normal_forms, subjects
from schemas.identifiers import target_message
from schemas.policy import Policy
from schemas.snapshots import RegistrySnapshot
from schemas.tables import ELIGIBILITY, LOOKUP
from schemas.vocabulary import (
    ALL_SURFACES,
    PERSON_ROLES,
    AccountStatus,
    BirthPrecision,
    IdentifierType,
    Visibility,
)

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class EligibilityKeys:
    """The secrets eligibility needs: to match objections, and to name subjects."""

    registry: tuple[bytes, ...] = field(repr=False)
    """Of the whole chain, the oldest first."""
    lineage: bytes = field(repr=False)


@dataclass(frozen=True)
class Eligibility:
    """``lookup`` (LOOKUP, with raw ids, staged only), ``states`` (ELIGIBILITY, published), counts."""

    lookup: pa.Table
    states: pa.Table
    counts: AccountCounts


def compute_eligibility(
    accounts: Iterable[pa.RecordBatch],
    snapshot: RegistrySnapshot,
    policy: Policy,
    as_of: datetime,
    platform: str,
    keys: EligibilityKeys,
    takedowns: pa.Table,
    hashed: Hashed | None = None,
) -> Eligibility:
    """What each account may contribute at ``as_of``, one row per account id.

    Only objections against one of the policy's purposes count. ``takedowns``, a TAKEDOWN table, gives each of
    its pictures a state, so that a plan finds the splits that hold one as it finds those of a person.
    ``hashed``: of the same accounts, under the same keys; what is missing in it is added.
    Rows of one id are merged: the most restrictive value wins, field by field. A row that does not conform
    counts like any other as far as it could be read: what is null in it proves nothing.

    Raises:
        BadInput: two account ids have the same 64-bit subject.
    """
    table = pa.Table.from_batches(accounts, ACCOUNTS)
    has_id = pc.is_valid(table.column("account_id"))
    conform = pc.and_(has_id, pc.is_null(table.column("defect")))
    rows = (table.filter(has_id) if table.column("account_id").null_count else table).combine_chunks()
    codes, ids = account_codes(rows)
    adult_from, age_known = _adult_from(rows, policy, as_of)
    flags = _row_flags(rows, policy, as_of, adult_from, age_known)
    flags, adult_from, age_known = _merge_rows(codes, len(ids), flags, adult_from, age_known)
    with shared_hashing(len(rows) if hashed is None else hashed.left(len(rows))) as pseudonyms:
        counting = snapshot.against(policy.purpose_set())
        covered = coverage(rows, codes, ids, counting, platform, partial(pseudonyms, keys.registry), hashed)
        named = None if hashed is None else hashed.subjects
        if named is None:
            named = _subjects(ids, platform, partial(pseudonyms, (keys.lineage,)))
    if hashed is not None:
        hashed.subjects = named
    clear, clear_older = (np.uint16(ALL_SURFACES) & ~surfaces for surfaces in (covered.live, covered.older))
    order = np.argsort(hashes := hash_ids(ids))
    lookup = pa.table(
        {
            "hash": hashes[order],
            "account_id": ids.take(pa.array(order)),
            "subject": named[order],
            "flags": flags[order],
            "clear": _by_role(clear[order]),
            "clear_older": _by_role(clear_older[order]),
            "until": covered.until[order],
            "adult_from": pa.array(adult_from[order], mask=~age_known[order]),
        },
        LOOKUP,
    )
    counts = AccountCounts(
        rows=len(table),
        accounts=len(ids),
        duplicate_rows=len(rows) - len(ids),
        defective_rows=int(np.count_nonzero(~_true(conform))),
        objected=int(np.count_nonzero((clear & clear_older != ALL_SURFACES).any(axis=1))),
    )
    said = _said(named, flags, age_known, adult_from, covered.until, clear, clear_older)
    states = pa.table({"subject": said["subject"], "state": _fingerprints(said, keys.lineage)}, ELIGIBILITY)
    return Eligibility(lookup, _with_pictures(states, takedowns, keys.lineage), counts)


def _adult_from(rows: pa.Table, policy: Policy, as_of: datetime) -> tuple[npt.NDArray[np.int64], Mask]:
    column = rows.column("birth_date")
    precision = rows.column("birth_precision")
    known = _true(pc.is_in(precision, value_set=pa.array([p.value for p in BirthPrecision])))
    known &= _true(pc.is_valid(column))
    placeholders = pa.array(policy.placeholder_birth_dates, pa.date32())
    known &= ~_true(pc.is_in(column, value_set=placeholders))
    days = pc.cast(column, pa.int32()).fill_null(0).to_numpy().astype("M8[D]")
    known &= (days >= FIRST_DAY) & (days <= LAST_DAY)
    days = np.where(known, days, np.datetime64(0, "D"))
    born = last_day_of(
        days, _equals(precision, BirthPrecision.MONTH), _equals(precision, BirthPrecision.YEAR)
    )
    # Each different birthday is worked out once.
    different, of_row = np.unique(born, return_inverse=True)
    known &= (turned(different, policy.max_age + 1) > _micros(as_of))[of_row]
    return np.where(known, turned(different, policy.min_age)[of_row], 0), known


def _row_flags(
    rows: pa.Table, policy: Policy, as_of: datetime, adult_from: npt.NDArray[np.int64], age_known: Mask
) -> npt.NDArray[np.uint16]:
    visibility = rows.column("visibility")
    restricted = pa.array([v.value for v in Visibility if v is not Visibility.PUBLIC])
    notice_ends = as_of - timedelta(days=policy.notice_days)
    proofs = {
        Flag.ACTIVE: _equals(rows.column("status"), AccountStatus.ACTIVE),
        Flag.KIND_ALLOWED: _true(
            pc.is_in(rows.column("kind"), value_set=pa.array(policy.kinds, pa.string()))
        ),
        Flag.ADULT_NOW: age_known & (adult_from <= _micros(as_of)),
        Flag.NOTIFIED: _true(pc.less_equal(rows.column("notified_at"), pa.scalar(notice_ends, TIMESTAMP))),
        Flag.REGION_ALLOWED: _region_allowed(rows.column("region"), policy),
        Flag.PUBLIC: _equals(visibility, Visibility.PUBLIC),
        Flag.RESTRICTED: _true(pc.is_in(visibility, value_set=restricted)),
    }
    flags = np.zeros(len(rows), np.uint16)
    for flag, proven in proofs.items():
        flags |= np.where(proven, np.uint16(flag), np.uint16(0))
    return flags


def _region_allowed(region: pa.ChunkedArray, policy: Policy) -> Mask:
    if policy.regions is None:
        return np.ones(len(region), bool)
    return _true(pc.is_in(region, value_set=pa.array(policy.regions, pa.string())))


def _merge_rows(
    codes: npt.NDArray[np.int64],
    accounts: int,
    flags: npt.NDArray[np.uint16],
    adult_from: npt.NDArray[np.int64],
    age_known: Mask,
) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.int64], Mask]:
    if len(codes) == accounts:  # codes count up from 0 in order of first appearance
        return flags, adult_from, age_known
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(accounts))
    proven = np.bitwise_and.reduceat(flags[order], starts)
    contrary = np.bitwise_or.reduceat(flags[order], starts) & np.uint16(Flag.RESTRICTED)
    return (
        (proven & ~np.uint16(Flag.RESTRICTED)) | contrary,
        np.maximum.reduceat(adult_from[order], starts),
        np.logical_and.reduceat(age_known[order], starts),
    )


def _subjects(ids: pa.StringArray, platform: str, pseudonyms: Pseudonyms) -> npt.NDArray[np.uint64]:
    normal = normal_forms(IdentifierType.ACCOUNT, ids, pa.nulls(len(ids), pa.string()))
    found = subjects(pseudonyms(target_message(IdentifierType.ACCOUNT, platform, ""), normal))
    in_order = np.sort(found)
    if (in_order[1:] == in_order[:-1]).any():
        raise BadInput(
            "accounts",
            expected="a subject of its own for every account",
            found="two account ids with one subject (equal after normalisation, or a 64-bit collision)",
            remedy="write each account id in one form; if that is so, use a new lineage key",
        )
    return found


_STATE = np.dtype({
    "names": ["subject", "flags", "age_known", "adult_from", "until", "clear", "clear_older"],
    "formats": ["<u8", "<u2", "?", "<i8", "<i8", ("<u2", len(PERSON_ROLES)), ("<u2", len(PERSON_ROLES))],
    "offsets": [0, 8, 12, 16, 24, 32, 46],
    "itemsize": 64,
})  # fmt: skip
"""What a state is the fingerprint of: four blocks of AES."""


def _said(
    account: npt.NDArray[np.uint64],
    flags: npt.NDArray[np.uint16],
    age_known: Mask,
    adult_from: npt.NDArray[np.int64],
    until: npt.NDArray[np.int64],
    clear: Covered,
    clear_older: Covered,
) -> npt.NDArray[np.void]:
    """All that is said of each account, by subject."""
    order = np.argsort(account)
    said = np.zeros(len(account), _STATE)
    columns: tuple[npt.NDArray[np.generic], ...] = (
        account, flags, age_known, np.where(age_known, adult_from, 0), until, clear, clear_older,
    )  # fmt: skip
    for name, values in zip(_STATE.names or (), columns, strict=True):
        said[name] = values[order]
    return said


def _by_role(surfaces: Covered) -> pa.FixedSizeListArray:
    return pa.FixedSizeListArray.from_arrays(surfaces.ravel(), type=LOOKUP.field("clear").type)


def _with_pictures(states: pa.Table, takedowns: pa.Table, key: bytes) -> pa.Table:
    """The states, and one of every picture that is taken down: of its subject alone."""
    pictures = takedowns.column("subject").drop_null()
    if not len(pictures):
        return states
    said = np.zeros(len(pictures), _STATE)
    said["subject"] = pictures.to_numpy()
    more = pa.table({"subject": pictures, "state": _fingerprints(said, key)}, ELIGIBILITY)
    both = pa.concat_tables([states, more]).sort_by("subject")
    in_order = both.column("subject").to_numpy()
    if (in_order[1:] == in_order[:-1]).any():
        raise BadInput(
            "takedowns of the registry",
            expected="a subject of its own for every picture",
            found="one that is an account's, or another picture's (a 64-bit collision)",
            remedy="use a new lineage key",
        )
    return both.combine_chunks()


def _fingerprints(said: npt.NDArray[np.void], key: bytes) -> npt.NDArray[np.uint64]:
    """64 bits of the CBC-MAC of each state: a PRF where all messages are equally long (ISO 9797-1)."""
    blocks = said.view("<u8").reshape(len(said), _STATE.itemsize // 16, 2)
    # Block by block over all accounts at once: ECB here is the bare block cipher.
    cipher = Cipher(algorithms.AES(hmac.digest(key, b"state", "sha256")), modes.ECB())  # noqa: S305
    encryptor = cipher.encryptor()
    mac = np.zeros((len(said), 2), "<u8")
    for number in range(blocks.shape[1]):
        mac = np.frombuffer(encryptor.update((mac ^ blocks[:, number]).tobytes()), "<u8").reshape(-1, 2)
    return mac[:, 0]


def _equals(column: pa.ChunkedArray, value: str) -> Mask:
    return _true(pc.equal(column, str(value)))


def _true(column: pa.Array | pa.ChunkedArray) -> Mask:
    """What is proven: null is not."""
    return np.asarray(pc.fill_null(column, False))


def _micros(instant: datetime) -> int:
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
