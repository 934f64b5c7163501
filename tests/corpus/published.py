"""Versions of real documents over invented objects: all that the store and the chain look at."""

import hashlib
import io
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.corpus.chain import latest_version, parent_of, publish
from pipelines.corpus.staging import PLANNED
from schemas.documents import (
    AccountCounts,
    ContentDocument,
    Counts,
    EngineRef,
    Envelope,
    Runner,
    SnapshotRef,
    SourceDigests,
)  # fmt: skip
from schemas.plans import KeyRef, Plan, SplitResult
from schemas.policy import Policy
from schemas.profile import PROFILE
from schemas.reviews import REVIEWS
from schemas.tables import ELIGIBILITY, LOOKUP, OBSERVED, SHARDS, SNAPSHOT, SPLITS, TAKEDOWN, WRITER

NOW = datetime(2026, 6, 2, tzinfo=UTC)
LOOKUP_ROWS = [
    {
        "hash": 1,
        "account_id": "a1",
        "subject": 2,
        "flags": 3,
        "clear": [0xFFFF] * 7,
        "clear_older": [1] * 7,
        "until": 5,
        "adult_from": None,
    },
    {
        "hash": 2,
        "account_id": "a2",
        "subject": 3,
        "flags": 0,
        "clear": [0] * 7,
        "clear_older": [0xFFFF] * 7,
        "until": 0,
        "adult_from": 1_200_000_000_000_000,
    },
]


TAKEDOWN_ROWS = [
    {"type": "media", "form": "0f" * 32, "subject": 4},
    {"type": "record", "form": "r1", "subject": None},
]


def lookup_bytes():
    """A staged look-up table: uncompressed Arrow IPC of a LOOKUP table."""
    return staged_bytes(LOOKUP_ROWS, LOOKUP)


def takedown_bytes():
    """A staged table of what is taken down: likewise of a TAKEDOWN table."""
    return staged_bytes(TAKEDOWN_ROWS, TAKEDOWN)


def staged_bytes(rows, schema):
    """Rows as uncompressed Arrow IPC."""
    sink = io.BytesIO()
    with pa.ipc.new_file(sink, schema) as writer:
        writer.write_table(pa.Table.from_pylist(rows, schema=schema))
    return sink.getvalue()


def digest_of(text):
    """A digest that no object has."""
    return hashlib.sha256(b"not an object: " + text.encode()).hexdigest()


def table_bytes(rows, schema):
    """Rows as the Parquet that is published."""
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), sink, **WRITER)
    return sink.getvalue()


def put_table(store, rows, schema, zone="lineage"):
    """Put rows as an object of the corpus."""
    return store.put(zone, table_bytes(rows, schema), "parquet", len(rows))


def put_parts(store, name, *, kept=True):
    """Shard, ledger and footprint of a split: bytes that stand for them."""
    return {
        part: store.put(zone, f"{part} of {name}".encode(), "parquet")
        for part, zone in (("shard", "data"), ("ledger", "lineage"), ("footprint", "lineage"))
        if kept or part != "shard"
    }


def split_row(number, parts):
    """A row of SPLITS: three rows, all kept or all of them under age."""
    shard = parts.get("shard")
    return {
        "split": number, "path": "records/part.parquet", "ordinal": number, "first_row_group": number,
        "row_groups": 1, "rows": 3, "split_digest": digest_of(f"split {number}"),
        "split_key": digest_of(f"key {number}"),
        "shard": shard and shard.digest, "shard_bytes": shard.bytes if shard else 0,
        "ledger": parts["ledger"].digest, "ledger_bytes": parts["ledger"].bytes,
        "footprint": parts["footprint"].digest, "footprint_bytes": parts["footprint"].bytes,
        "footprint_rows": 1, "queue": None, "queue_bytes": 0, "queue_rows": 0, "tally": [{"surface": "post", "reason": 0 if shard else 9, "rows": 3}],
        "masked": [], "pictures": [],
    }  # fmt: skip


def write_content(store, name="one"):
    """A content document with all its objects: two splits, of the second of which nothing was kept."""
    splits = [
        split_row(0, put_parts(store, f"{name}, first")),
        split_row(1, put_parts(store, f"{name}, second", kept=False)),
    ]
    shards = [
        {"shard": row["shard"], "rows": 3, "bytes": row["shard_bytes"]} for row in splits if row["shard"]
    ]
    policy = Policy()
    return ContentDocument(
        as_of=NOW,
        source=SourceDigests(
            platform="sample", description=digest_of("description"), accounts=digest_of("accounts"),
            splits=digest_of("splits"),
        ),
        accounts=AccountCounts(rows=1, accounts=1, duplicate_rows=0, defective_rows=0, objected=0),
        policy=store.put("lineage", policy.to_canonical_json(), "json"),
        snapshot=SnapshotRef(
            registry_id="registry", event=1, root="0" * 64, log_key="log", key_ids=("k",), scheme="1",
            object=put_table(store, [], SNAPSHOT),
        ),
        packs=store.put("lineage", f'["packs of {name}"]'.encode(), "json"),
        rules=(),
        engine=EngineRef(digest=digest_of("engine"), parts={}),
        keys={"lineage": "k"},
        eligibility=put_table(store, [{"subject": 7, "state": len(name)}], ELIGIBILITY),
        reviews=put_table(store, [], REVIEWS),
        splits=put_table(store, splits, SPLITS),
        profile=put_table(store, [dict.fromkeys(PROFILE.names, len(name))], PROFILE),
        shards=put_table(store, shards, SHARDS, "data"),
        counts=Counts(
            rows=6, outcomes={"kept": 3, "removed": 3}, reasons={"kept": 3, "minor_account": 3},
            surfaces={}, masked={}, pictures={},
        ),
        quality=(),
    )  # fmt: skip


def make_envelope(store, name="one", *, content=None, **overrides):
    """An envelope that follows the last version of the store, not published yet."""
    content = content or write_content(store, name)
    before = latest_version(store)
    defaults = {
        "number": before.number + 1 if before else 1,
        "kind": "publish",
        "parent": parent_of(before.envelope) if before else None,
        "published_at": NOW,
        "content": store.put("lineage", content.to_canonical_json(), "json"),
        "shards": content.shards,
        "observed": put_table(store, [{"path": name, "bytes": 1, "stamp": "1"}], OBSERVED),
        "runner": Runner(name="direct", started_at=NOW, finished_at=NOW, splits_computed=1, splits_reused=1),
    }
    return Envelope(**{**defaults, **overrides})


def publish_one(store, name="one"):
    """Write and publish a version; returns its envelope."""
    envelope = make_envelope(store, name)
    publish(store, envelope)
    return envelope


def object_names(store):
    """The names of all objects."""
    return {entry.name for zone in ("data", "lineage") for entry in store.list(zone)}


def make_plan(store, **overrides):
    """A plan of two splits whose tables are planned_bytes(), lookup_bytes() and takedown_bytes()."""
    ref = store.put("lineage", b"{}", "json")
    defaults = {
        "as_of": NOW, "started_at": NOW, "corpus": store.url, "source": "file:///nowhere", "platform": "sample",
        "description": digest_of("description"), "accounts_digest": digest_of("accounts"),
        "accounts": AccountCounts(rows=1, accounts=1, duplicate_rows=0, defective_rows=0, objected=0),
        "policy": Policy(), "policy_object": ref, "packs": ref, "rules": (),
        "snapshot": SnapshotRef(registry_id="registry", event=1, root="0" * 64, log_key="log", object=ref, key_ids=("k",), scheme="1"),
        "lineage_key": KeyRef(id="k", reference="env:NAME"),
        "engine": EngineRef(digest=digest_of("engine"), parts={}), "eligibility": ref, "reviews": ref,
        "lookup": hashlib.sha256(lookup_bytes()).hexdigest(), "splits": 2, "reused": 1, "observed": ref, "parent": None,
        "takedown": hashlib.sha256(takedown_bytes()).hexdigest(),
        "planned": hashlib.sha256(planned_bytes()).hexdigest(), "quality": (),
    }  # fmt: skip
    return Plan(**{**defaults, **overrides})


def make_result(store, name, *, kept=True):
    """The result of a split, with its objects written."""
    parts = put_parts(store, name, kept=kept)
    return SplitResult(
        split_key=digest_of(f"key {name}"), split_digest=digest_of(name), rows=3,
        shard=parts.get("shard"), ledger=parts["ledger"], footprint=parts["footprint"], queue=None,
        tally=(), masked=(), pictures=(),
    )  # fmt: skip


def planned_rows(previous=None):
    """Two rows of PLANNED: the first to be computed, the second reused if ``previous`` is given."""
    return [
        {"split": n, "path": "records/part.parquet", "ordinal": n, "first_row_group": n, "row_groups": 1,
         "rows": 3, "reused": bool(n and previous), "previous": previous if n else None}
        for n in range(2)
    ]  # fmt: skip


def planned_bytes(previous=None):
    """The same as the Parquet that lies beside a plan."""
    return table_bytes(planned_rows(previous), PLANNED)
