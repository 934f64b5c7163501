"""Versions made by hand: the parts of a version written straight from verdicts, without a build.

What is asked of a version must not depend on how it was judged, so a verdict here is whatever the
test says. Only the layout is real: schemas, digests, references and the chain.
"""

import io
from collections import Counter, defaultdict
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from builders import AS_OF, LINEAGE_KEY, PLATFORM, malformed
from pipelines.corpus.chain import latest_version, parent_of, publish
from pipelines.keys import Key
from schemas.canonical import canonical_json, sha256
from schemas.documents import (
    AccountCounts,
    ContentDocument,
    Counts,
    EngineRef,
    Envelope,
    Finding,
    Runner,
    SnapshotRef,
    SourceDigests,
)  # fmt: skip
from schemas.identifiers import SCHEME, account_message, media_message, subject
from schemas.outcomes import REASON_OF_CODE, Outcome, Reason
from schemas.policy import Policy
from schemas.profile import MISJUDGED, PROFILE, counts_of
from schemas.reviews import REVIEWS
from schemas.splits import byte_ranges, cut, split_digest, split_key
from schemas.tables import ELIGIBILITY, FOOTPRINT, LEDGER, OBSERVED, SHARDS, SNAPSHOT, SPLITS, WRITER
from schemas.vocabulary import SURFACE_OF_LABEL, Role

KEY = Key("lineage", f"lineage-{sha256(b'optout key id' + LINEAGE_KEY)[:16]}", LINEAGE_KEY)
RULES = ("alt_text.child", "alt_text.school", "declared.plus")


@dataclass(frozen=True)
class Verdict:
    """What became of a record: the primary reason, further ones, positions in RULES."""

    reason: Reason = Reason.KEPT
    also: tuple[Reason, ...] = ()
    rules: tuple[int, ...] = ()


def author(account_id):
    return subject(LINEAGE_KEY, account_message(PLATFORM, account_id))


def picture(digest):
    return subject(LINEAGE_KEY, media_message(digest))


def subjects_of(record):
    """(subject, role) of everyone and everything that a record names, each once."""
    found = {(author(record["account_id"]), Role.AUTHOR)} if record["account_id"] is not None else set()
    found |= {(author(o["account"]), Role[o["role"].upper()]) for o in record["others"] or []}
    return found | {(picture(m["sha256"]), Role.MEDIA) for m in record["media"] or []}


def publish_tiny(store, root, verdicts, *, registry_event=1):
    """Publish a version of the canonical tables below ``root``; one split for each row group.

    ``verdicts``: record id -> Verdict, kept by default. Returns its number.
    """
    rows, shards, accounts = [], [], set()
    for path in sorted(root.glob("records/*.parquet")):
        name = path.relative_to(root).as_posix()
        with pq.ParquetFile(path) as file:
            for split in cut(name, file.metadata, split_bytes=1):
                records = _records(file, split)
                accounts |= {r["account_id"] for r in records} - {None}
                data = path.read_bytes()
                blocks = [data[at : at + n] for at, n in byte_ranges(file.metadata, split)]
                row = _write_split(store, records, [verdicts.get(r["record_id"], Verdict()) for r in records])
                row |= split.model_dump() | {"split": len(rows)}
                row["split_digest"] = split_digest(file.metadata, split, blocks)
                row["split_key"] = split_key({"split": row["split_digest"], "ledger": row["ledger"]})
                rows.append(row)
                if row["shard"]:
                    kept = sum(e["rows"] for e in row["tally"] if e["reason"] == Reason.KEPT.code)
                    shards.append({"shard": row["shard"], "rows": kept, "bytes": row["shard_bytes"]})
    observed = [
        {"path": path.relative_to(root).as_posix(), "bytes": found.st_size, "stamp": str(found.st_mtime_ns)}
        for path in sorted(root.glob("records/*.parquet"))
        for found in (path.stat(),)
    ]
    listed = sorted(shards, key=lambda row: row["shard"])
    return _write_version(store, rows, listed, accounts, registry_event, observed)


def _records(file, split):
    try:
        return file.read_row_group(split.first_row_group).to_pylist()
    except (OSError, pa.ArrowException):
        return [malformed()] * split.rows


def _write_split(store, records, verdicts):
    counts = defaultdict(Counter)
    for record, verdict in zip(records, verdicts, strict=True):
        for key in subjects_of(record):
            counts[key].update(["rows", verdict.reason.outcome.value])
    order = sorted(counts)
    footprint = [
        {"subject": who, "role": role.value, **{n: counts[who, role][n] for n in FOOTPRINT.names[2:]}}
        for who, role in order
    ]
    kept = [n for n, verdict in enumerate(verdicts) if verdict.reason is Reason.KEPT]
    place = {row: len(kept) - 1 - n for n, row in enumerate(kept)}
    ledger = [
        {
            "reason": verdict.reason.code,
            "reasons": sum(reason.bit for reason in {verdict.reason, *verdict.also}),
            "rules": list(verdict.rules),
            "place": place.get(n),
            "footprint": order.index((author(record["account_id"]), Role.AUTHOR))
            if record["account_id"] is not None
            else None,
        }
        for n, (record, verdict) in enumerate(zip(records, verdicts, strict=True))
    ]
    tally = Counter(
        (record["surface"] if record["surface"] in SURFACE_OF_LABEL else "unknown", verdict.reason.code)
        for record, verdict in zip(records, verdicts, strict=True)
    )
    parts = {
        "ledger": put_table(store, "lineage", ledger, LEDGER),
        "footprint": put_table(store, "lineage", footprint, FOOTPRINT),
    }
    texts = [{"text": records[row]["text"]} for row in reversed(kept)]
    shard = put_table(store, "data", texts, pa.schema([("text", pa.string())])) if kept else None
    return {
        "shard": shard.digest if shard else None,
        "shard_bytes": shard.bytes if shard else 0,
        "ledger": parts["ledger"].digest,
        "ledger_bytes": parts["ledger"].bytes,
        "footprint": parts["footprint"].digest,
        "footprint_bytes": parts["footprint"].bytes,
        "footprint_rows": len(footprint),
        "queue": None,
        "queue_bytes": 0,
        "queue_rows": 0,
        "tally": [{"surface": s, "reason": code, "rows": n} for (s, code), n in sorted(tally.items())],
        "masked": [{"name": "email", "count": 2}] if kept else [],
        "pictures": [{"name": "released", "count": sum(len(records[row]["media"] or []) for row in kept)}],
    }


def _write_version(store, rows, shards, accounts, registry_event, observed):
    splits = pa.Table.from_pylist(rows, schema=SPLITS)
    states = [{"subject": s, "state": s ^ 0xFFFF} for s in sorted(author(a) for a in accounts)]
    profile = pa.table(
        counts_of(splits)
        | {"split": splits["split"], "rows": splits["rows"], "ledger_rows": splits["rows"]}
        | {name: [0] * len(splits) for name in ("shard_rows", *MISJUDGED)}
    ).select(PROFILE.names).cast(PROFILE)  # fmt: skip
    policy = Policy.model_validate({})
    content = ContentDocument(
        as_of=AS_OF,
        source=SourceDigests(platform=PLATFORM, description="d0" * 32, accounts="ac" * 32,
                             splits=sha256(canonical_json([row["split_digest"] for row in rows]))),
        accounts=AccountCounts(rows=len(accounts), accounts=len(accounts), duplicate_rows=0,
                               defective_rows=0, objected=0),
        policy=store.put("lineage", policy.to_canonical_json(), "json"),
        snapshot=SnapshotRef(registry_id="registry-1", event=registry_event, root="0" * 64, log_key="log", key_ids=("registry-1",),
                             object=put_table(store, "lineage", [], SNAPSHOT), scheme=SCHEME),
        packs=store.put("lineage", canonical_json(list(RULES)), "json"),
        rules=RULES,
        engine=EngineRef(digest="e0" * 32, parts={}),
        keys={"lineage": KEY.id, "registry": "registry-1"},
        eligibility=put_table(store, "lineage", states, ELIGIBILITY),
        reviews=put_table(store, "lineage", [], REVIEWS),
        splits=put_table(store, "lineage", rows, SPLITS),
        profile=put_table(store, "lineage", profile.to_pylist(), PROFILE),
        shards=put_table(store, "data", shards, SHARDS),
        counts=_counts(rows),
        quality=(
            Finding(
                expectation="expect_rows", arguments={"min": 1}, threshold="quality.release.min_kept_rows",
                observed=3, rows=3, of_rows=7, success=True,
            ),
        ),
    )  # fmt: skip
    parent = latest_version(store)
    number = parent.number + 1 if parent else 1
    publish(store, Envelope(
        number=number,
        kind="publish",
        parent=parent_of(parent.envelope) if parent else None,
        published_at=AS_OF,
        content=store.put("lineage", content.to_canonical_json(), "json"),
        shards=content.shards,
        observed=put_table(store, "lineage", observed, OBSERVED),
        runner=Runner(name="direct", started_at=AS_OF, finished_at=AS_OF, splits_computed=len(rows),
                      splits_reused=0),
        relative=(Finding(expectation="expect_no_spike", arguments={}, observed=None, success=True),),
    ))  # fmt: skip
    return number


def _counts(rows):
    outcomes, reasons, surfaces = Counter(), Counter(), defaultdict(Counter)
    for entry in (entry for row in rows for entry in row["tally"]):
        reason = REASON_OF_CODE[entry["reason"]]
        outcomes[reason.outcome.value] += entry["rows"]
        reasons[reason.label] += entry["rows"]
        surfaces[entry["surface"]][reason.label] += entry["rows"]
    return Counts(
        rows=sum(row["rows"] for row in rows),
        outcomes={outcome.value: outcomes[outcome.value] for outcome in Outcome},
        reasons=dict(reasons),
        surfaces={surface: dict(found) for surface, found in surfaces.items()},
        masked={},
        pictures={},
    )


def put_table(store, zone, rows, schema):
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), sink, **WRITER)
    return store.put(zone, sink.getvalue(), "parquet", rows=len(rows))
