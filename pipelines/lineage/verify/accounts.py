"""What each account may contribute, derived from its rows, the objections and the policy."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from pipelines.lineage.verify.faults import CAP
from pipelines.lineage.verify.session import pads, run, without_zone
from schemas.documents import AccountCounts
from schemas.identifiers import PLATFORM_SCOPED, normalise
from schemas.vocabulary import PERSON_ROLES, IdentifierType, Visibility

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.lineage.verify.faults import Faults
    from schemas.policy import Policy

_READ = (
    "account_id", "person_id", "birth_date", "birth_precision", "kind", "region", "visibility", "status",
    "notified_at",
)  # fmt: skip
_STATE_BYTES = 64
_STICKY = 6
"""The law that an objection ends by its withdrawal, and not with a link."""
_TYPES = frozenset(kind.value for kind in IdentifierType)


@dataclass(frozen=True)
class Terms:
    """On what terms a version was built. The keys show in no representation."""

    as_of: datetime
    policy: "Policy"
    platform: str
    registry_keys: Sequence[bytes]
    """Those of the version's snapshot, in the order they were applied."""
    lineage_key: bytes
    screening: Mapping[str, str]
    """The parts of the split key that are the same for every split: digests and names."""
    reviews: pa.Table
    """A REVIEWS table."""

    def __repr__(self) -> str:
        return f"Terms(as_of={self.as_of.isoformat()}, platform={self.platform!r})"

    @property
    def instant(self) -> datetime:
        """The as-of instant in UTC, without a zone: what SQL compares with."""
        return self.as_of.astimezone(UTC).replace(tzinfo=None)


def derive_accounts(
    session: "DuckDBPyConnection", accounts: pa.Table, objections: pa.Table, terms: Terms, faults: "Faults"
) -> AccountCounts:
    """Fill the relation ``account`` from canonical account rows and a SNAPSHOT table.

    An account that an objection reaches, and that the table does not have, is a fault.
    """
    has_id = pc.is_valid(accounts.column("account_id"))
    named = accounts.filter(has_id)
    sound = accounts.filter(pc.and_(has_id, pc.is_null(accounts.column("defect"))))
    session.register("account_row", without_zone(named.select(_READ), "notified_at"))
    types = set(pc.unique(objections.column("type")).to_pylist())
    session.register("identity", identities(named, types, terms.platform))
    session.register("snapshot_row", without_zone(objections, "until"))
    policy = terms.policy
    run(
        session,
        "merged",
        {
            "as_of": terms.instant,
            "min_age": policy.min_age,
            "max_age": policy.max_age,
            "placeholders": list(policy.placeholder_birth_dates),
            "kinds": [kind.value for kind in policy.kinds],
            "regions": list(policy.regions) if policy.regions is not None else None,
            "notice_days": policy.notice_days,
            "visibilities": [visibility.value for visibility in Visibility],
        },
    )
    first, *further = terms.registry_keys
    run(session, "written", pads(first))
    for key in further:
        run(session, "rewrapped", pads(key))
    run(session, "met")
    run(session, "hit", {"roles": len(PERSON_ROLES), "purposes": policy.purpose_set()})
    run(
        session,
        "account",
        {**pads(terms.lineage_key), "as_of": terms.instant, "roles": len(PERSON_ROLES)},
    )
    _check_inherited(session, faults)
    for relation in ("account_row", "identity", "snapshot_row"):
        session.unregister(relation)
    ((rows, objected),) = session.execute(
        "SELECT count(*), count(*) FILTER (list_min(clear || clear_older) <> 65535) FROM account"
    ).fetchall()
    for table in ("merged", "hit", "written", "objection"):
        session.execute(f"DROP TABLE {table}")
    return AccountCounts(
        rows=len(accounts),
        accounts=rows,
        duplicate_rows=len(named) - rows,
        defective_rows=len(accounts) - len(sound),
        objected=objected,
    )


def _check_inherited(session: "DuckDBPyConnection", faults: "Faults") -> None:
    found = run(session, "not_inherited", {"cap": CAP})
    for subject, _ in found:
        faults.add(
            "linked",
            f"subject {subject}",
            _STICKY,
            expected="a row of the snapshot for every account that an objection reaches",
            found="none",
        )
    faults.add_rest("linked", _STICKY, found)


def check_states(
    session: "DuckDBPyConnection", eligibility: pa.Table, terms: Terms, faults: "Faults"
) -> None:
    """Compare the version's ELIGIBILITY table with the relations ``account`` and ``taken_down``."""
    session.register("eligibility", eligibility)
    run(session, "state_value")
    values = session.table("state_value").to_arrow_table()
    states = _macs(values.column("value").combine_chunks(), terms.lineage_key)
    session.register("derived", pa.table({"subject": values.column("subject"), "state": states}))
    found: list[tuple[Any, ...]] = run(session, "state", {"cap": CAP})
    for subject, derived, held, _ in found:
        faults.add(
            "eligibility",
            f"eligibility of subject {subject}",
            2,
            expected="the state that follows from source and registry"
            if derived
            else "no such account, nor such a picture taken down",
            found="another state" if derived and held else "none" if derived else "a state",
        )
    faults.add_rest("eligibility", 2, found)
    session.unregister("eligibility")
    session.unregister("derived")
    session.execute("DROP TABLE state_value")


def _macs(values: pa.BinaryArray, key: bytes) -> npt.NDArray[np.uint64]:
    """64 bits, little-endian, of CBC-MAC under AES-256 (ISO 9797-1) of values of 64 bytes."""
    encryptor = Cipher(algorithms.AES(hmac.digest(key, b"state", "sha256")), modes.ECB()).encryptor()  # noqa: S305
    held = values.cast(pa.binary(_STATE_BYTES)).buffers()[1] if len(values) else b""
    blocks = np.frombuffer(held, np.uint8)[: _STATE_BYTES * len(values)].reshape(-1, _STATE_BYTES // 16, 16)
    mac = np.zeros((len(blocks), 16), np.uint8)
    for number in range(blocks.shape[1]):
        mac = np.frombuffer(encryptor.update((mac ^ blocks[:, number]).tobytes()), np.uint8).reshape(-1, 16)
    return mac[:, :8].copy().view("<u8")[:, 0].astype(np.uint64)


def identities(accounts: pa.Table, types: set[str], platform: str) -> pa.Table:
    """All that names an account, in normal form: its own id, and its identifiers of the given types."""
    ids = accounts.column("account_id").to_pylist()
    own = dict.fromkeys(ids)
    rows = [(i, IdentifierType.ACCOUNT.value, normalise(IdentifierType.ACCOUNT, i), True) for i in own]
    lists = accounts.column("identifiers").combine_chunks()
    values = pc.list_flatten(lists)
    regions = accounts.column("region").to_pylist()
    matched = types & _TYPES  # nothing else can be hit, and a phone number takes long to normalise
    for parent, entry in zip(pc.list_parent_indices(lists).to_pylist(), values.to_pylist(), strict=True):
        if entry is not None and entry["value"] is not None and entry["type"] in matched:
            kind = IdentifierType(entry["type"])
            # Only a phone number reads differently without its region; whoever objects may not name one.
            forms = {normalise(kind, entry["value"], region) for region in (regions[parent], None)}
            rows += [(ids[parent], kind.value, normal, False) for normal in sorted(forms)]
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    scoped = {kind.value for kind in PLATFORM_SCOPED}
    return pa.table(
        {
            "account_id": pa.array(columns[0], pa.string()),
            "type": pa.array(columns[1], pa.string()),
            "scope": pa.array([platform if kind in scoped else "" for kind in columns[1]], pa.string()),
            "normal": pa.array(columns[2], pa.string()),
            "own": pa.array(columns[3], pa.bool_()),
        }
    )
