"""The relations of a version: what SQL may ask of it. Each is read when a query scans it, not before."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from pipelines.corpus.chain import Version, load_version, read_chain, read_object_table
from pipelines.corpus.store import Store
from pipelines.lineage.parts import (
    LABELLED_FOOTPRINT,
    LABELLED_LEDGER,
    hex_subjects,
    labelled_footprint,
    labelled_ledger,
    split_rows,
)
from schemas.outcomes import REASON_OF_CODE, REASON_OF_LABEL, Outcome, Reason
from schemas.profile import PROFILE
from schemas.tables import ELIGIBILITY, SHARDS, SPLITS

Tables = Callable[[Store, Version], Iterator[pa.Table]]

_STAMP = pa.timestamp("us", tz="UTC")
_COUNTED = pa.list_(pa.struct([("name", pa.string()), ("count", pa.int64())]))
_OUTCOMES = [(outcome.value, pa.int64()) for outcome in Outcome]


@dataclass(frozen=True)
class Relation:
    """A relation: its name, one line of meaning, its columns, and the tables it is made of."""

    name: str
    meaning: str
    schema: pa.Schema
    tables: Tables


def _signed(schema: pa.Schema) -> pa.Schema:
    # Differences of unsigned columns overflow in SQL; nothing here counts beyond 2**63.
    return pa.schema([
        pa.field(f.name, pa.int64() if pa.types.is_unsigned_integer(f.type) else f.type) for f in schema
    ])  # fmt: skip


def _rows(schema: pa.Schema, rows: Callable[[Store, Version], list[dict[str, Any]]]) -> Tables:
    def tables(store: Store, version: Version) -> Iterator[pa.Table]:
        yield pa.Table.from_pylist(rows(store, version), schema=schema)

    return tables


_VERSIONS = pa.schema([
    ("version", pa.int64()), ("kind", pa.string()), ("parent", pa.int64()), ("published_at", _STAMP),
    ("as_of", _STAMP), ("rows", pa.int64()), *_OUTCOMES, ("registry_event", pa.int64()),
    ("policy", pa.string()), ("content", pa.string()), ("runner", pa.string()), ("started_at", _STAMP),
    ("finished_at", _STAMP), ("splits_computed", pa.int64()), ("splits_reused", pa.int64()),
    ("newly_usable", pa.int64()), ("accepted_by", pa.string()),
])  # fmt: skip


def _versions(store: Store, _version: Version) -> list[dict[str, Any]]:
    rows = []
    for envelope in read_chain(store):
        row: dict[str, Any] = {
            "version": envelope.number,
            "kind": envelope.kind,
            "parent": envelope.parent.number if envelope.parent else None,
            "published_at": envelope.published_at,
            "newly_usable": envelope.newly_usable,
            "accepted_by": envelope.accepted_by,
        }
        if envelope.content is not None:
            content = load_version(store, envelope.number).content
            row |= {
                "as_of": content.as_of,
                "rows": content.counts.rows,
                **{outcome.value: content.counts.outcomes.get(outcome.value, 0) for outcome in Outcome},
                "registry_event": content.snapshot.event,
                "policy": content.policy.digest,
                "content": envelope.content.digest,
            }
        if envelope.runner is not None:
            row |= envelope.runner.model_dump(exclude={"name"}) | {"runner": envelope.runner.name}
        rows.append(row)
    return rows


_SPLITS = pa.schema([
    *((name, pa.string() if name == "path" else pa.int64()) for name in SPLITS.names[:6]),
    *_OUTCOMES,
    *_signed(pa.schema([SPLITS.field(name) for name in SPLITS.names[6:15]])),
    ("masked", _COUNTED),
    ("pictures", _COUNTED),
])  # fmt: skip


def _splits(store: Store, version: Version) -> list[dict[str, Any]]:
    rows = split_rows(store, version)
    for row in rows:
        row |= {outcome.value: 0 for outcome in Outcome}
        for entry in row.pop("tally"):
            row[REASON_OF_CODE[entry["reason"]].outcome.value] += entry["rows"]
    return rows


def _shards(store: Store, version: Version) -> Iterator[pa.Table]:
    shards = read_object_table(store, version.content.shards, SHARDS, zone="data")
    yield shards.cast(_signed(SHARDS))


_ELIGIBILITY = pa.schema([("subject", pa.string()), ("state", pa.string())])


def _eligibility(store: Store, version: Version) -> Iterator[pa.Table]:
    held = read_object_table(store, version.content.eligibility, ELIGIBILITY)
    yield pa.table([hex_subjects(held.column(name)) for name in ELIGIBILITY.names], schema=_ELIGIBILITY)


_FUNNEL = pa.schema([
    ("step", pa.int64()), ("outcome", pa.string()), ("reason", pa.string()), ("rows", pa.int64()),
])  # fmt: skip


def funnel_steps(version: Version) -> list[dict[str, Any]]:
    """Rows of each primary reason that occurs, in order of precedence; kept last. They add up."""
    counts = version.content.counts.reasons
    found = [reason for reason in Reason if counts.get(reason.label)]
    return [
        {"step": step, "outcome": r.outcome.value, "reason": r.label, "rows": counts[r.label]}
        for step, r in enumerate(found, start=1)
    ]


_REASONS = pa.schema([
    ("precedence", pa.int64()), ("reason", pa.string()), ("outcome", pa.string()),
    ("stage", pa.string()), ("code", pa.int64()),
])  # fmt: skip


def _reasons(_store: Store, _version: Version) -> list[dict[str, Any]]:
    return [
        {"precedence": place, "reason": r.label, "outcome": r.outcome.value, "stage": r.stage.value,
         "code": r.code}
        for place, r in enumerate(REASON_OF_LABEL.values(), start=1)
    ]  # fmt: skip


_QUALITY = pa.schema([
    ("part", pa.string()), ("threshold", pa.string()), ("expectation", pa.string()),
    ("arguments", pa.string()), ("observed", pa.string()), ("rows", pa.int64()), ("of_rows", pa.int64()),
    ("success", pa.bool_()),
])  # fmt: skip


def _quality(_store: Store, version: Version) -> list[dict[str, Any]]:
    parts = {"absolute": version.content.quality, "relative": version.envelope.relative}
    return [
        {
            "part": part,
            "threshold": finding.threshold,
            "expectation": finding.expectation,
            "arguments": json.dumps(finding.arguments, sort_keys=True),
            "observed": None if finding.observed is None else str(finding.observed),
            "rows": finding.rows,
            "of_rows": finding.of_rows,
            "success": finding.success,
        }
        for part, findings in parts.items()
        for finding in findings
    ]


_TALLY = pa.schema([
    ("split", pa.int64()), ("surface", pa.string()), ("reason", pa.string()), ("outcome", pa.string()),
    ("rows", pa.int64()),
])  # fmt: skip


def _tally(store: Store, version: Version) -> list[dict[str, Any]]:
    return [
        {"split": row["split"], "surface": entry["surface"], "reason": reason.label,
         "outcome": reason.outcome.value, "rows": entry["rows"]}
        for row in split_rows(store, version)
        for entry in row["tally"]
        for reason in (REASON_OF_CODE[entry["reason"]],)
    ]  # fmt: skip


def _profile(store: Store, version: Version) -> Iterator[pa.Table]:
    yield read_object_table(store, version.content.profile, PROFILE).cast(_signed(PROFILE))


RELATIONS: tuple[Relation, ...] = (
    Relation("versions", "the chain: one row per entry", _VERSIONS, _rows(_VERSIONS, _versions)),
    Relation("splits", "the splits of the version, with rows by outcome", _SPLITS, _rows(_SPLITS, _splits)),
    Relation("shards", "the shards of the version, one row for each split that kept rows",
             _signed(SHARDS), _shards),
    Relation("ledger", "the fate of every row; subject is its author", LABELLED_LEDGER, labelled_ledger),
    Relation("footprint", "who occurs in which split, how, and how often", LABELLED_FOOTPRINT,
             labelled_footprint),
    Relation("eligibility", "the state of every account, as a fingerprint", _ELIGIBILITY, _eligibility),
    Relation("funnel", "rows by primary reason; they add up", _FUNNEL,
             _rows(_FUNNEL, lambda _, version: funnel_steps(version))),
    Relation("reasons", "the reasons there are, in order of precedence", _REASONS,
             _rows(_REASONS, _reasons)),
    Relation("quality", "what the release gate asserted and observed", _QUALITY, _rows(_QUALITY, _quality)),
    Relation("tally", "rows by split, surface and primary reason", _TALLY, _rows(_TALLY, _tally)),
    Relation("profile", "what the release gate looked at, one row per split", _signed(PROFILE), _profile),
)  # fmt: skip
"""Everything a query may name."""
