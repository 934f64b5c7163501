"""What was decided about the pictures of a split, and which of them wait for a person."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.rules.content import ReviewedPictures
from pipelines.rules.pictures import Mask, PictureSigns, Sign
from pipelines.screen.decode import DecodedIds, decode_content
from schemas.identifier_columns import media_forms, subjects
from schemas.identifiers import media_message
from schemas.pseudonyms import pseudonyms
from schemas.reviews import (
    QUEUE,
    REVIEWS,
    Decision,
    decisions_digest,
    record_message,
    refused_pictures,
    words_digest,
)

Keys = npt.NDArray[np.uint64]
_WORDS = ("alt_text", "auto_alt_text", "caption")


@dataclass(frozen=True)
class Reviewed:
    """The decisions on pictures of a split: those rows of a REVIEWS table, in its order."""

    table: pa.Table

    def digest(self) -> str:
        """SHA-256 over all that they say: what a split key holds of them."""
        return decisions_digest(self.table.to_pylist())

    @cached_property
    def released(self) -> dict[tuple[int, bytes], frozenset[str]]:
        """By picture and words the rules that the persons saw who released it."""
        return {
            (row["picture"], row["words"]): frozenset(row["rules"])
            for row in self.table.to_pylist()
            if row["decision"] == Decision.RELEASED
        }

    @cached_property
    def expired(self) -> frozenset[tuple[int, bytes]]:
        """Pictures and words on which nobody decided in time."""
        return frozenset(
            (row["picture"], row["words"])
            for row in self.table.to_pylist()
            if row["decision"] == Decision.EXPIRED
        )


def find_reviewed(ids: DecodedIds, reviews: pa.Table, key: bytes) -> Reviewed:
    """The decisions of a REVIEWS table on pictures of a split; without one, nothing more is decoded."""
    if not len(reviews):
        return Reviewed(REVIEWS.empty_table())
    content = decode_content(ids)
    keys, records = picture_keys(content, key), np.zeros(0, np.uint64)
    if not _all(reviews.column("copies")):
        records = record_keys(content, key)
    concerned = np.isin(reviews.column("picture").to_numpy(), np.concatenate([keys, records]))
    return Reviewed(reviews.filter(pa.array(concerned)))


def picture_keys(content: pa.Table, key: bytes) -> Keys:
    """The keyed digest of the bytes of each picture of a table with media; 0: nobody digested them."""
    digest = content.column("media").combine_chunks().flatten().field("sha256").dictionary_encode()
    known = subjects(pseudonyms((key,), media_message(""), media_forms(digest.dictionary)))
    keys: Keys = np.append(known, np.uint64(0))[digest.indices.fill_null(-1).to_numpy()]
    return keys


def record_keys(content: pa.Table, key: bytes) -> Keys:
    """The keyed digest of the record of each picture of a table with record_id and media."""
    media, record_id = (content.column(name).combine_chunks() for name in ("media", "record_id"))
    rows, record = np.unique(pc.list_parent_indices(media).to_numpy(), return_inverse=True)
    names = record_id.take(pa.array(rows)).cast(pa.binary()).fill_null(b"").to_pylist()
    return subjects(pseudonyms((key,), record_message(""), names))[record]


def places_in_record(row: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The place of each picture among those of its record, from 0; ``row``, sorted, is the record of each."""
    _, first, number = np.unique(row, return_index=True, return_inverse=True)
    places: npt.NDArray[np.int64] = np.arange(len(row)) - first[number]
    return places


@dataclass(frozen=True)
class Pictures:
    """The pictures of a judged table: what rules found of them, and by what they are written down."""

    records: pa.Table
    signs: PictureSigns
    lineage_key: bytes

    @cached_property
    def of_bytes(self) -> Keys:
        """Keyed digests of their bytes; 0: nobody digested them."""
        return picture_keys(self.records, self.lineage_key)

    @cached_property
    def of_records(self) -> Keys:
        """Keyed digests of their records."""
        return record_keys(self.records, self.lineage_key)

    @property
    def copies(self) -> Mask:
        """Those whose bytes somebody digested: every copy has the same name."""
        digest = self.records.column("media").combine_chunks().flatten().field("sha256")
        return np.asarray(digest.is_valid())

    @property
    def keys(self) -> Keys:
        """By what each is written down."""
        return self.of_bytes if self.copies.all() else np.where(self.copies, self.of_bytes, self.of_records)

    def words(self, chosen: npt.NDArray[np.int64]) -> list[bytes]:
        """The keyed digest of all that is written about each of some pictures."""
        pictures = self.records.column("media").combine_chunks().flatten().take(pa.array(chosen)).to_pylist()
        texts = self.records.column("text").combine_chunks().take(pa.array(self.signs.row[chosen]))
        return [
            words_digest(self.lineage_key, [*map(written.get, _WORDS), text], written.get("metadata"))
            for written, text in zip((picture or {} for picture in pictures), texts.to_pylist(), strict=True)
        ]

    def rules(self, picture: int) -> npt.NDArray[np.uint16]:
        """Rules that gave evidence of a picture."""
        start, end = np.searchsorted(self.signs.evidence_picture, [picture, picture + 1])
        return self.signs.evidence_rule[start:end]


def settle(pictures: Pictures, reviewed: Reviewed, rule_ids: tuple[str, ...]) -> ReviewedPictures:
    """What the decisions mean for each picture.

    A release counts for the rules that the persons saw, and for bytes that they saw. A refusal of a picture
    whose bytes nobody had digested holds for its record, whatever stands in it by now.
    """
    suspected = pictures.signs.sign == Sign.SUSPECTED
    nobody = np.zeros(len(suspected), bool)
    if not len(reviewed.table):
        return ReviewedPictures(nobody, nobody, nobody)
    cleared, expired = nobody.copy(), nobody.copy()
    keys, copies = pictures.keys, pictures.copies
    decided = np.flatnonzero(suspected & np.isin(keys, reviewed.table.column("picture").to_numpy()))
    names = zip(keys[decided].tolist(), pictures.words(decided), strict=True)
    for place, name in zip(decided.tolist(), names, strict=True):
        seen = reviewed.released.get(name) if copies[place] else None
        cleared[place] = seen is not None and seen.issuperset(rule_ids[n] for n in pictures.rules(place))
        expired[place] = name in reviewed.expired
    refused = np.array(sorted(refused_pictures(reviewed.table)), np.uint64)
    hit = np.isin(pictures.of_bytes, refused) | np.isin(pictures.of_records, refused)
    return ReviewedPictures(hit, cleared, expired)


def queue(pictures: Pictures, waiting: Mask, row: npt.NDArray[np.int64]) -> pa.Table:
    """A QUEUE table of the pictures that wait; ``row`` is the row in the split of each judged record."""
    chosen = np.flatnonzero(waiting)
    if not len(chosen):
        return QUEUE.empty_table()
    signs = pictures.signs
    return pa.table(
        {
            "row": row[signs.row[chosen]].astype(np.uint32),
            "medium": places_in_record(signs.row)[chosen].astype(np.uint32),
            "picture": pictures.keys[chosen],
            "copies": pictures.copies[chosen],
            "words": pa.array(pictures.words(chosen), pa.binary(32)),
            "strong": signs.strong[chosen],
            "points": signs.points[chosen].astype(np.uint16),
            "rules": pa.array(
                [pictures.rules(place).tolist() for place in chosen.tolist()], QUEUE.field("rules").type
            ),
        },
        QUEUE,
    )


def _all(column: pa.ChunkedArray) -> bool:
    return bool(pc.all(column, min_count=0).as_py())
