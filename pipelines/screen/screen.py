"""``screen``: the pure function from the rows of a split to its fate. No clock, no chance, no I/O."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.rules.circumstances import NEVER, Circumstances
from pipelines.rules.columns import SURFACES, standing_rows
from pipelines.rules.content import ContentVerdicts, content_verdicts
from pipelines.rules.packs import Packs
from pipelines.rules.pictures import PictureSigns, Sign, picture_signs
from pipelines.rules.standing import primary_codes, standing_reasons
from pipelines.screen.decode import DecodedIds, DecodedSplit, SplitBytes, decode, decode_ids
from pipelines.screen.encode import encode
from pipelines.screen.lookup import Lookup
from pipelines.screen.order import shard_order
from pipelines.screen.release import release
from pipelines.screen.reviewed import Pictures, Reviewed, find_reviewed, queue, settle
from pipelines.screen.subjects import Authors, Named, find_authors, find_named, footprint
from pipelines.screen.takedown import TakenDown, find_taken_down
from schemas.canonical import sha256
from schemas.documents import ObjectRef
from schemas.outcomes import Reason
from schemas.plans import Counted, SplitResult, TallyEntry
from schemas.policy import Policy
from schemas.splits import split_key
from schemas.tables import LEDGER
from schemas.vocabulary import Role

_JUDGED = ["record_id", "text", "language", "surface", "created_at", "media"]
"""What content rules and release see of a record."""


_SHOWN = (Role.TAG, Role.DEPICTED)
"""Roles of those whom a picture shows."""


@dataclass(frozen=True)
class Inputs:
    """What ``screen`` takes besides the split: the same for all splits of a plan."""

    lookup: Lookup
    takedowns: pa.Table
    """A TAKEDOWN table."""
    reviews: pa.Table
    """A REVIEWS table."""
    policy: Policy
    packs: Packs
    lineage_key_id: str
    engine: str
    """Digest of the engine."""

    @cached_property
    def conditions(self) -> dict[str, str]:
        """The parts of a split key that are the same for all splits."""
        return {
            "policy": self.policy.screening_digest(),
            "packs": self.packs.content_digest(),
            "key": self.lineage_key_id,
            "platform": self.lookup.platform,
            "engine": self.engine,
        }


@dataclass(frozen=True)
class Opened:
    """A split read, its ids decoded and looked up: enough to know its key."""

    ids: DecodedIds
    authors: Authors
    named: Named
    taken_down: TakenDown
    reviewed: Reviewed
    digest: str
    key: str


@dataclass(frozen=True)
class Screened:
    """The objects of a split as bytes, and its result, which names them by digest."""

    shard: bytes | None
    ledger: bytes
    footprint: bytes
    queue: bytes | None
    result: SplitResult


def open_split(source: SplitBytes, inputs: Inputs) -> Opened:
    """Digest a split, find its authors and whom they name, and derive its split key (law 3)."""
    ids = decode_ids(source)
    authors = find_authors(ids.account_id, inputs.lookup)
    named = find_named(ids.others, inputs.lookup)
    taken_down = find_taken_down(ids, inputs.takedowns)
    reviewed = find_reviewed(ids, inputs.reviews, inputs.lookup.lineage_key)
    digest = source.digest()
    key = split_key({
        "split": digest,
        "eligibility": authors.found.digest(),
        "others": named.found.digest(),
        "takedown": taken_down.digest(),
        "reviews": reviewed.digest(),
        **inputs.conditions,
    })  # fmt: skip
    return Opened(ids, authors, named, taken_down, reviewed, digest, key)


def screen(opened: Opened, inputs: Inputs) -> Screened:
    """Judge every row of a split, and write its shard, ledger part and footprint part."""
    decoded = decode(opened.ids)
    records, place = decoded.records, decoded.place
    authors = opened.authors.of(decoded.row)
    named = opened.named.of(decoded.row, len(opened.authors.codes))
    rows = standing_rows(
        records,
        authors.found.authors(authors.codes),
        named.columns(),
        opened.taken_down.among(decoded.row),
        inputs.policy,
    )
    malformed = ~(
        np.asarray(records.column("defect").combine_chunks().is_null())
        & np.asarray(records.column("record_id").combine_chunks().is_valid())
    )
    reasons = np.where(malformed, np.uint32(Reason.MALFORMED.bit), standing_reasons(rows))
    stands = reasons == 0
    standing = np.flatnonzero(stands)
    judged = records.select(_JUDGED).filter(pa.array(stands))
    around = _around(authors, named).of(standing)
    signs = picture_signs(judged, around, inputs.packs, inputs.policy.pictures)
    pictures = Pictures(judged, signs, inputs.lookup.lineage_key)
    reviewed = settle(pictures, opened.reviewed, inputs.packs.rules)
    content = content_verdicts(judged, signs, reviewed, inputs.policy)
    reasons[standing] |= content.reasons
    reason = primary_codes(reasons)
    kept = np.flatnonzero(reason == Reason.KEPT.code)

    order = shard_order(inputs.lookup.lineage_key, opened.digest, place[kept])
    judged_row = np.full(decoded.rows, -1, np.int64)
    judged_row[place[standing]] = np.arange(len(standing))
    released = release(judged, judged_row[order], content.releasable, inputs.policy.release)
    subjects = footprint(records, authors, named, reason, inputs.lookup.lineage_key)
    shard = encode(released.table, ("language", "surface", "created_month")) if len(order) else None
    ledger = encode(
        _ledger(decoded, reasons, reason, order, subjects.author_row, standing, signs),
        ("reason", "reasons", "rules.list.element"),
        {"place": "BYTE_STREAM_SPLIT", "footprint": "BYTE_STREAM_SPLIT"},
    )
    part = encode(
        subjects.table,
        ("role", "rows", "kept", "removed", "quarantined"),
        {"subject": "DELTA_BINARY_PACKED"},
    )
    waiting = queue(pictures, content.waiting, place[standing])
    queued = encode(waiting, ("rules.list.element",)) if len(waiting) else None
    result = SplitResult(
        split_key=opened.key,
        split_digest=opened.digest,
        rows=decoded.rows,
        shard=_reference(shard, len(order)) if shard is not None else None,
        ledger=_reference(ledger, decoded.rows),
        footprint=_reference(part, len(subjects.table)),
        queue=_reference(queued, len(waiting)) if queued is not None else None,
        tally=_tally(rows.surface, reason, decoded.rows),
        masked=_counted(released.masked),
        pictures=_counted(_pictures(signs, content, reason[standing] == Reason.KEPT.code)),
    )
    return Screened(shard, ledger, part, queued, result)


def _around(authors: Authors, named: Named) -> Circumstances:
    """When the people around each row come of age."""
    author = authors.found.authors(authors.codes)
    adult_from, age_known = named.found.ages(named.codes)
    shown = np.full(len(authors.codes), NEVER)
    seen = age_known & np.isin(named.role, _SHOWN)
    np.maximum.at(shown, named.row[seen], adult_from[seen])
    return Circumstances(np.where(author.age_known, author.adult_from, NEVER), shown)


def _ledger(
    decoded: DecodedSplit,
    reasons: npt.NDArray[np.uint32],
    reason: npt.NDArray[np.uint8],
    order: npt.NDArray[np.int64],
    author_row: npt.NDArray[np.int64],
    standing: npt.NDArray[np.int64],
    signs: PictureSigns,
) -> pa.Table:
    """Row n tells the fate of row n of the split; rows that could not be decoded are unreadable."""
    all_reasons = np.full(decoded.rows, Reason.UNREADABLE.bit, np.uint32)
    all_reasons[decoded.place] = reasons
    all_reason = np.full(decoded.rows, Reason.UNREADABLE.code, np.uint8)
    all_reason[decoded.place] = reason
    shard_row = np.full(decoded.rows, -1, np.int32)
    shard_row[order] = np.arange(len(order), dtype=np.int32)
    author = np.full(decoded.rows, -1, np.int32)
    author[decoded.place] = author_row
    judged_row, evidence_rule = signs.evidence_of_rows()
    evidence_row = decoded.place[standing[judged_row]]
    per_row = np.bincount(evidence_row, minlength=decoded.rows)
    offsets = np.concatenate([[0], np.cumsum(per_row)])
    rules = pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32(), mask=np.append(per_row == 0, False)),
        pa.array(evidence_rule, pa.uint16()),
        type=LEDGER.field("rules").type,
    )
    return pa.table(
        {
            "reason": all_reason,
            "reasons": all_reasons,
            "rules": rules,
            "place": pa.array(shard_row, mask=shard_row < 0),
            "footprint": pa.array(author, mask=author < 0),
        },
        LEDGER,
    )


def _tally(surface: npt.NDArray[np.intp], reason: npt.NDArray[np.uint8], rows: int) -> tuple[TallyEntry, ...]:
    labels = [*SURFACES, "unknown"]
    pairs, counts = np.unique(surface * 256 + reason, return_counts=True)
    tally = Counter({
        (labels[pair // 256], int(pair % 256)): int(count) for pair, count in zip(pairs, counts, strict=True)
    })  # fmt: skip
    tally["unknown", Reason.UNREADABLE.code] += rows - len(surface)
    return tuple(
        TallyEntry(surface=label, reason=code, rows=count)
        for (label, code), count in sorted(tally.items())
        if count
    )


def _pictures(signs: PictureSigns, content: ContentVerdicts, kept: npt.NDArray[np.bool_]) -> Counter[str]:
    counts = Counter({sign.name.lower(): int((signs.sign == sign).sum()) for sign in Sign})
    in_kept = kept[signs.row]
    counts["released"] = int((in_kept & content.releasable).sum())
    counts["withheld"] = int((in_kept & ~content.releasable).sum())
    return counts


def _counted(counts: Counter[str]) -> tuple[Counted, ...]:
    return tuple(Counted(name=name, count=count) for name, count in sorted(counts.items()))


def _reference(data: bytes, rows: int) -> ObjectRef:
    return ObjectRef(digest=sha256(data), bytes=len(data), rows=rows)
