"""The content document and the tables it refers to, checked against each other."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipelines.lineage.verify.chain import envelope_name
from schemas.documents import ContentDocument, Envelope, ObjectRef
from schemas.outcomes import REASON_OF_CODE, Outcome, Reason
from schemas.policy import Policy
from schemas.profile import MISJUDGED, PROFILE, counts_of
from schemas.reviews import QUEUED, REVIEWS
from schemas.tables import ELIGIBILITY, OBSERVED, SHARDS, SNAPSHOT, SPLITS

if TYPE_CHECKING:
    from pipelines.lineage.verify.faults import Faults
    from pipelines.lineage.verify.objects import Objects

_ROWS = 65_536
"""Rows that are Python's objects at a time."""


@dataclass(frozen=True)
class Held:
    """What a version holds, decoded; None where an object could not be read."""

    content: ContentDocument
    policy: Policy | None
    snapshot: pa.Table | None
    eligibility: pa.Table | None
    reviews: pa.Table | None
    splits: list[dict[str, Any]] | None


def check_document(envelope: Envelope, objects: "Objects") -> Held | None:
    """Read the content document and all it refers to but the parts of the splits."""
    if envelope.content is None:
        return None
    content = objects.model(envelope.content, ContentDocument)
    name = objects.store.object_name("lineage", envelope.content.digest, "json")
    observed = objects.table(envelope.observed, OBSERVED) if envelope.observed else None
    if content is None:
        return None
    faults = objects.faults
    if envelope.shards != content.shards:
        faults.add("envelope", envelope_name(envelope.number), 4,
                   expected="the list of shards of its content document", found="another")  # fmt: skip
    objects.data(content.packs, "json")
    snapshot = objects.table(content.snapshot.object, SNAPSHOT)
    eligibility = objects.table(content.eligibility, ELIGIBILITY)
    reviews = objects.table(content.reviews, REVIEWS)
    splits = objects.table(content.splits, SPLITS)
    profile = objects.table(content.profile, PROFILE)
    shards = objects.table(content.shards, SHARDS, "data")
    _check_sorted(objects, content.snapshot.object, snapshot, tuple(SNAPSHOT.names))
    _check_sorted(objects, content.eligibility, eligibility, ("subject",))
    _check_sorted(objects, content.reviews, reviews, ("picture", "copies", "decision", "words"))
    if envelope.queued is not None:
        _check_sorted(objects, envelope.queued, objects.table(envelope.queued, QUEUED), ("picture", "words"))
    _check_quality(content, name, faults)
    rows = splits.to_pylist() if splits is not None else None
    if splits is not None and rows is not None:
        _check_numbers(rows, objects.store.object_name("lineage", content.splits.digest, "parquet"), faults)
        _check_counts(content, rows, name, faults)
        if profile is not None:
            _check_profile(splits, profile, faults)
        if shards is not None:
            listed = objects.store.object_name("data", content.shards.digest, "parquet")
            _check_shards(rows, shards.to_pylist(), listed, faults)
        if observed is not None:
            _check_observed(rows, observed, envelope, faults)
    return Held(content, objects.model(content.policy, Policy), snapshot, eligibility, reviews, rows)


def _check_quality(content: ContentDocument, name: str, faults: "Faults") -> None:
    for finding in content.quality:
        if not finding.success:
            faults.add("quality", name, 1, expected=finding.expectation, found=f"observed {finding.observed}")
    if not content.quality:
        faults.add("quality", name, 1, expected="results of the release gate", found="none")


def _check_sorted(
    objects: "Objects", ref: ObjectRef, table: pa.Table | None, columns: tuple[str, ...]
) -> None:
    if table is None:
        return
    keys = chain.from_iterable(map(_keys, table.select(columns).to_batches(max_chunksize=_ROWS)))
    wrong = next((row for row, (one, next_) in enumerate(pairwise(keys), 1) if one >= next_), None)
    if wrong is not None:
        objects.faults.add(
            "sorted",
            objects.store.object_name("lineage", ref.digest, "parquet"),
            4,
            expected=f"rows sorted by {', '.join(columns)}, each once",
            found=f"row {wrong} out of order",
        )


def _keys(rows: pa.RecordBatch) -> Iterator[tuple[Any, ...]]:
    columns = [column.to_pylist() for column in rows.columns]
    for place, field in enumerate(rows.schema):
        if field.nullable:  # null comes first
            columns[place] = [() if value is None else (value,) for value in columns[place]]
    return zip(*columns, strict=True)


def _check_numbers(splits: list[dict[str, Any]], name: str, faults: "Faults") -> None:
    for number, split in enumerate(splits):
        if split["split"] != number:
            faults.add("splits", name, 1, expected=f"split {number}", found=f"split {split['split']}")
            return


def _check_counts(
    content: ContentDocument, splits: list[dict[str, Any]], name: str, faults: "Faults"
) -> None:
    reasons: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    surfaces: dict[str, Counter[str]] = defaultdict(Counter)
    named: dict[str, Counter[str]] = {"masked": Counter(), "pictures": Counter()}
    for split in splits:
        for entry in split["tally"]:
            reason = REASON_OF_CODE.get(entry["reason"])
            if reason is None:
                continue  # named as a fault of its split
            reasons[reason.label] += entry["rows"]
            outcomes[reason.outcome.value] += entry["rows"]
            surfaces[entry["surface"]][reason.label] += entry["rows"]
        for what, counter in named.items():
            counter.update({entry["name"]: entry["count"] for entry in split[what]})
    counts = content.counts
    summed: dict[str, tuple[Any, Any]] = {
        "rows": (sum(split["rows"] for split in splits), counts.rows),
        "outcomes": (_present(outcomes), _present(counts.outcomes)),
        "reasons": (_present(reasons), _present(counts.reasons)),
        "masked": (_present(named["masked"]), _present(counts.masked)),
        "pictures": (_present(named["pictures"]), _present(counts.pictures)),
        "surfaces": (
            {surface: _present(by) for surface, by in sorted(surfaces.items())},
            {surface: _present(by) for surface, by in sorted(counts.surfaces.items()) if _present(by)},
        ),
    }
    for what, (expected, found) in summed.items():
        if expected != found:
            faults.add("counts", name, 1, expected=f"{what} {expected}, as its splits", found=f"{found}")
    unknown = set(counts.outcomes) - set(Outcome)
    if unknown or sum(counts.outcomes.values()) != counts.rows:
        words = f"outcomes that add up to {counts.rows} rows"
        faults.add("counts", name, 1, expected=words, found=f"{counts.outcomes}")


def _present(counts: "dict[str, int] | Counter[str]") -> dict[str, int]:
    return {name: count for name, count in sorted(counts.items()) if count}


def _check_profile(splits: pa.Table, profile: pa.Table, faults: "Faults") -> None:
    expected = {**counts_of(splits), "split": list(range(len(splits)))}
    expected["rows"] = expected["ledger_rows"] = splits.column("rows").to_pylist()
    expected["shard_rows"] = expected[Reason.KEPT.outcome.value]
    for column in MISJUDGED:
        expected[column] = [0] * len(splits)
    for column, values in expected.items():
        found = profile.column(column).to_pylist()
        for number, value in enumerate(values):
            if number >= len(found) or found[number] != value:
                observed = found[number] if number < len(found) else "no row"
                faults.add(
                    "profile", f"split {number}", 1,
                    expected=f"{column} {value} in the profile", found=f"{observed}",
                )  # fmt: skip
    if len(profile) > len(splits):
        faults.add("profile", "profile", 1, expected=f"{len(splits)} rows", found=f"{len(profile)}")


def _check_shards(
    splits: list[dict[str, Any]], listed: list[dict[str, Any]], name: str, faults: "Faults"
) -> None:
    kept = Reason.KEPT.code
    expected = sorted(
        (split["shard"], sum(e["rows"] for e in split["tally"] if e["reason"] == kept), split["shard_bytes"])
        for split in splits
        if split["shard"] is not None
    )
    found = [(shard["shard"], shard["rows"], shard["bytes"]) for shard in listed]
    if found != expected:
        faults.add(
            "shards", name, 8,
            expected=f"the {len(expected)} shards of the splits, sorted", found=f"{len(found)}, not the same",
        )  # fmt: skip


def _check_observed(
    splits: list[dict[str, Any]], observed: pa.Table, envelope: Envelope, faults: "Faults"
) -> None:
    name = envelope_name(envelope.number)
    missing = {split["path"] for split in splits} - set(observed.column("path").to_pylist())
    if missing:
        faults.add(
            "envelope", name, 4, expected="an observation of every file of the splits",
            found=f"{len(missing)} files without",
        )  # fmt: skip
    runner = envelope.runner
    if runner is not None and runner.splits_computed + runner.splits_reused != len(splits):
        faults.add(
            "envelope", name, 4, expected=f"{len(splits)} splits computed or reused",
            found=f"{runner.splits_computed} and {runner.splits_reused}",
        )  # fmt: skip
