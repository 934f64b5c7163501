"""Staging: plans, their look-up tables and the results of unfinished builds.

```
staging/building                         lease of everything that writes objects
staging/plans/<plan id>/plan.json        what a job needs; written last of its folder
                        splits.parquet   a PLANNED table
                        lookup.arrow     raw account ids: mode 0600, gone when the build ends
                        takedown.arrow   raw ids of records that are taken down: likewise
                        lease            held while the plan is in use
                        detached         when `optout plan` made it, for a job that comes later
                        done/<split>     split key of a finished split
staging/results/<split key>.json         a SplitResult: pipelines.corpus.results
staging/refused/<digest>.json            a Refusal: pipelines.corpus.refusals
```
"""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.canonical import sha256
from schemas.errors import BadInput, ConfigurationError
from schemas.plans import Plan
from schemas.tables import SPLITS

if TYPE_CHECKING:
    from pipelines.corpus.store import Store

PLANS, RESULTS, REFUSED = "staging/plans", "staging/results", "staging/refused"

PLANNED = pa.schema([
    *(SPLITS.field(name) for name in ("split", "path", "ordinal", "first_row_group", "row_groups", "rows")),
    pa.field("reused", pa.bool_(), nullable=False),  # taken over unread
    pa.field("previous", pa.string()),  # SplitResult as canonical JSON: the parent's, or an earlier plan's
])  # fmt: skip
"""The splits of a plan in order. A worker that computes the split key of ``previous`` returns it;
``finish`` takes it as it is where ``reused``."""

_PLAN_ID = re.compile(r"[0-9a-f]{64}")
_AGAIN = "run `optout build`, or `optout plan` and then `optout job PLAN`"


def building(store: "Store") -> AbstractContextManager[None]:
    """Held by whatever writes objects, from its first to the envelope: until then nothing names them.

    No sweep removes a result or an object while anybody holds it; so sweep outside of it.
    """
    return store.lease("staging/building")


def alone(store: "Store") -> AbstractContextManager[bool]:
    """True while no other process is building, nor can begin to."""
    return store.exclusively("staging/building")


@contextmanager
def hold_plan(store: "Store", plan_id: str) -> Iterator[None]:
    """Keep sweeps away from a plan: taken before it is saved, held until it is finished."""
    _check_id(plan_id)
    with store.lease(plan_file(plan_id, "lease")):
        yield


def save_plan(store: "Store", plan: Plan, splits: bytes, lookup: bytes, takedown: bytes) -> str:
    """Write a plan with its tables; returns its id. The caller holds it: :func:`hold_plan`.

    Raises:
        ValueError: nobody holds the plan, or its tables are not those it describes.
    """
    plan_id = plan.content_digest()
    if (sha256(splits), sha256(lookup), sha256(takedown)) != (plan.planned, plan.lookup, plan.takedown):
        msg = "splits, lookup and takedown must be the tables that the plan describes"
        raise ValueError(msg)
    if not store.is_leased(plan_file(plan_id, "lease")):
        msg = "hold the plan before it is saved: a sweep would take it for a leftover"
        raise ValueError(msg)
    store.replace(plan_file(plan_id, "lookup.arrow"), lookup)
    store.replace(plan_file(plan_id, "takedown.arrow"), takedown)
    store.replace(plan_file(plan_id, "splits.parquet"), splits)
    store.replace(plan_file(plan_id, "plan.json"), plan.to_canonical_json())
    return plan_id


def load_plan(store: "Store", plan_id: str) -> Plan:
    """A saved plan.

    Raises:
        ConfigurationError: not the id of a plan that is there. BadInput: it was changed.
    """
    _check_id(plan_id)
    name = plan_file(plan_id, "plan.json")
    if not store.exists(name):
        raise _no_plan()
    data = store.read(name)
    if sha256(data) != plan_id:
        raise BadInput(name, expected="the plan its id names", found="other bytes", remedy=_AGAIN)
    return Plan.parse(data, name)


@contextmanager
def open_plan(store: "Store", plan_id: str) -> Iterator[Plan]:
    """A saved plan, held.

    Raises:
        As :func:`load_plan`; of a plan that is not there no lease is left behind.
    """
    load_plan(store, plan_id)
    with hold_plan(store, plan_id):
        yield load_plan(store, plan_id)


def plan_splits(store: "Store", plan_id: str, plan: Plan) -> pa.Table:
    """The splits of a plan in order: a PLANNED table.

    Raises:
        BadInput: it is not the table that the plan names.
    """
    name = plan_file(plan_id, "splits.parquet")
    data = store.read(name)
    _check_table(name, data, plan.planned)
    table = pq.read_table(pa.BufferReader(data))
    if not table.schema.equals(PLANNED) or len(table) != plan.splits:
        raise BadInput(
            name,
            expected=f"a table of {plan.splits} planned splits",
            found=f"{len(table)} rows of {', '.join(table.schema.names)}",
            remedy=_AGAIN,
        )
    return table


def plan_file(plan_id: str, name: str) -> str:
    """The name of a file of a plan: ``plan_file(plan_id, "lookup.arrow")``."""
    return f"{PLANS}/{plan_id}/{name}"


def lookup_table(store: "Store", plan_id: str, plan: Plan) -> pa.Table:
    """The look-up table of a plan, mapped into memory: a LOOKUP table. Reads it once, to digest it.

    Raises:
        BadInput: it is not the table that the plan names.
    """
    return _mapped(store, plan_file(plan_id, "lookup.arrow"), plan.lookup)


def takedown_table(store: "Store", plan_id: str, plan: Plan) -> pa.Table:
    """What a plan takes down: a TAKEDOWN table.

    Raises:
        BadInput: it is not the table that the plan names.
    """
    return _mapped(store, plan_file(plan_id, "takedown.arrow"), plan.takedown)


def plan_ids(store: "Store") -> list[str]:
    """The ids of the plans that are there, whole or not, sorted; files of other names are no plans."""
    found = {entry.name.split("/")[2] for entry in store.list(PLANS)}
    return sorted(filter(_PLAN_ID.fullmatch, found))


def detach_plan(store: "Store", plan_id: str, now: datetime) -> None:
    """Keep a plan, and what it has written, for a job that is started later."""
    store.replace(plan_file(plan_id, "detached"), now.isoformat().encode())


def end_plan(store: "Store", plan_id: str) -> None:
    """Remove a plan that was published; if somebody holds it, the last of them or a sweep does."""
    store.delete(plan_file(plan_id, "detached"))
    with store.exclusively(plan_file(plan_id, "lease")) as free:
        if free:
            drop_plan(store, plan_id)


def drop_plan(store: "Store", plan_id: str) -> None:
    """Remove a plan and its look-up table: the end of a build, whether it published or not."""
    store.delete_prefix(f"{PLANS}/{plan_id}")


def mark_done(store: "Store", plan_id: str, split: int, split_key: str) -> None:
    """Say that split number ``split`` of a plan has the result ``split_key``."""
    store.replace(plan_file(plan_id, f"done/{split}"), split_key.encode())


def done_count(store: "Store", plan_id: str) -> int:
    """How many splits of a plan have been computed; those taken from the parent do not count."""
    folder = plan_file(plan_id, "done")
    return sum(entry.name.removeprefix(f"{folder}/").isdecimal() for entry in store.list(folder))


def _mapped(store: "Store", name: str, digest: str) -> pa.Table:
    mapped = store.open(name).read_buffer()
    _check_table(name, mapped, digest)
    with pa.ipc.open_file(mapped) as file:
        return file.read_all()


def _check_table(name: str, data: "bytes | pa.Buffer", digest: str) -> None:
    """A table is compared wherever it is used: one bit of it may let an objection be overlooked."""
    if sha256(memoryview(data)) != digest:
        raise BadInput(name, expected="the table its plan was made with", found="other bytes", remedy=_AGAIN)


def _check_id(plan_id: str) -> None:
    if not _PLAN_ID.fullmatch(plan_id):
        raise _no_plan()


def _no_plan() -> ConfigurationError:
    return ConfigurationError(
        "PLAN",
        expected="the id that `optout plan` printed, of a plan that is not finished",
        found="no plan of that id",
        remedy=_AGAIN,
    )
