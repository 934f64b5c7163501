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
from schemas.reviews import QUEUE, REVIEWS, Decision, decisions_digest, placed_message, words_digest

Keys = npt.NDArray[np.uint64]
_WORDS = ("alt_text", "auto_alt_text", "caption")


@dataclass(frozen=True)
class Reviewed:
    """The decisions on pictures of a split: those rows of a REVIEWS table, in its order."""

    table: pa.Table

    def digest(self) -> str:
        """SHA-256 over all that they say: what a split key holds of them."""
        return decisions_digest(self.table.to_pylist())

    def pictures(self, decision: Decision) -> Keys:
        """Pictures of which there is such a decision."""
        chosen = self.table.filter(pc.equal(self.table.column("decision"), decision.value))
        keys: Keys = chosen.column("picture").to_numpy()
        return keys

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
    keys, _ = picture_keys(content, key, placed=not _all(reviews.column("copies")))
    concerned = np.isin(reviews.column("picture").to_numpy(), keys)
    return Reviewed(reviews.filter(pa.array(concerned)))


def picture_keys(content: pa.Table, key: bytes, *, placed: bool = True) -> tuple[Keys, Mask]:
    """The keyed digest of each picture of a table with record_id and media, and whether it is of its bytes.

    Not ``placed``: those whose bytes nobody digested have the key 0.
    """
    media = content.column("media").combine_chunks()
    digest = media.flatten().field("sha256").dictionary_encode()
    codes = digest.indices.fill_null(-1).to_numpy()
    known = subjects(pseudonyms((key,), media_message(""), media_forms(digest.dictionary)))
    copies: Mask = codes >= 0
    keys = np.append(known, np.uint64(0))[codes]
    if placed and not copies.all():
        row = pc.list_parent_indices(media).to_numpy().astype(np.int64)
        medium = places_in_record(row)
        record_id = content.column("record_id").combine_chunks().cast(pa.binary())
        for place in np.unique(medium[~copies]).tolist():
            chosen = np.flatnonzero(~copies & (medium == place))
            names = record_id.take(pa.array(row[chosen])).fill_null(b"").to_pylist()
            keys[chosen] = subjects(pseudonyms((key,), placed_message("", place), names))
    return keys, copies


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
    keys: Keys
    copies: Mask
    lineage_key: bytes

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
    """What the decisions mean for each picture: a release counts for the rules that the persons saw."""
    suspected = pictures.signs.sign == Sign.SUSPECTED
    cleared, expired = (np.zeros(len(suspected), bool) for _ in range(2))
    decided = np.flatnonzero(suspected & np.isin(pictures.keys, reviewed.table.column("picture").to_numpy()))
    names = zip(pictures.keys[decided].tolist(), pictures.words(decided), strict=True)
    for place, name in zip(decided.tolist(), names, strict=True):
        seen = reviewed.released.get(name)
        cleared[place] = seen is not None and seen.issuperset(rule_ids[n] for n in pictures.rules(place))
        expired[place] = name in reviewed.expired
    return ReviewedPictures(np.isin(pictures.keys, reviewed.pictures(Decision.REFUSED)), cleared, expired)


def queue(pictures: Pictures, waiting: Mask, row: npt.NDArray[np.int64]) -> pa.Table:
    """A QUEUE table of the pictures that wait; ``row`` is the row in the split of each judged record."""
    chosen = np.flatnonzero(waiting)
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
