"""Reviews: what waits for a person, and what persons decided. The words of queue, decisions and expiry.

A picture is written down by a keyed digest: of its bytes, where they are known, so that every copy has the
same one; otherwise of its record. So is everything that is written about it.
"""

import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from schemas.canonical import canonical_json, sha256
from schemas.fields import TIMESTAMP
from schemas.identifiers import message
from schemas.tables import Column, Table

REVIEW_DAYS = 30
"""Days after which a picture that nobody decided on is removed."""


class Decision(IntEnum):
    """What became of a suspected picture. Stored: append-only."""

    REFUSED = 0
    """A person refused the picture, in every copy, whatever is written about it."""
    RELEASED = 1
    """Two persons released the picture with these words, as long as no other rule fires. Of its bytes alone:
    what else stands in a record's place nobody has seen."""
    EXPIRED = 2
    """Nobody decided in time."""


_RULES = pa.list_(pa.field("element", pa.string(), nullable=False))

REVIEWS_TABLE = Table(
    "reviews", "What was decided about suspected pictures, by persons or by time; sorted by the first four"
    " columns, null first.", (
    Column("picture", pa.uint64(), "keyed digest of the picture"),
    Column("copies", pa.bool_(), "it is of its bytes: every copy has the same"),
    Column("decision", pa.uint8(), "stored value of Decision"),
    Column("words", pa.binary(32), "keyed digest of what is written about it; null: whatever that is", True),
    Column("rules", _RULES, "released: rules that the persons saw firing, sorted; null: none need be", True),
))  # fmt: skip

QUEUE_TABLE = Table(
    "queue", "Pictures of a split that wait for a person: suspected, nobody decided, in a record that nothing"
    " else removes. Sorted by row and medium.", (
    Column("row", pa.uint32(), "of the record in the split"),
    Column("medium", pa.uint32(), "place of the picture among those of its record, from 0"),
    Column("picture", pa.uint64(), "keyed digest of the picture"),
    Column("copies", pa.bool_(), "it is of its bytes: every copy has the same"),
    Column("words", pa.binary(32), "keyed digest of what is written about it"),
    Column("strong", pa.bool_(), "some strong evidence is among what was found"),
    Column("points", pa.uint16(), "points of the weak evidence, by the policy"),
    Column("rules", pa.list_(pa.field("element", pa.uint16(), nullable=False)),
           "rules that gave evidence: indices into the rule list"),
))  # fmt: skip

QUEUED_TABLE = Table("queued", "Since when pictures wait, or waited; sorted by the first two columns.", (
    Column("picture", pa.uint64(), "keyed digest of the picture"),
    Column("words", pa.binary(32), "keyed digest of what is written about it"),
    Column("copies", pa.bool_(), "the former is of its bytes: every copy has the same"),
    Column("since", TIMESTAMP, "when the first version was finished in whose queue it was"),
))  # fmt: skip

REVIEWS = REVIEWS_TABLE.schema
QUEUE = QUEUE_TABLE.schema
QUEUED = QUEUED_TABLE.schema


def refused_pictures(reviews: pa.Table) -> set[int]:
    """Keyed digests of the pictures that a REVIEWS table refuses."""
    chosen = pc.equal(reviews.column("decision"), Decision.REFUSED.value)
    return set(reviews.filter(chosen).column("picture").to_pylist())


def record_message(record_id: str) -> bytes:
    """The message of a picture whose bytes nobody digested: its record.

    Not its place there, nor where its file lies: both change, and a refusal has to hold.
    """
    return message("picture", "", record_id)


def decisions_digest(rows: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 over rows of REVIEWS, in the table's order: what a split key holds of decisions."""
    said = [
        [
            f"{row['picture']:016x}",
            row["copies"],
            row["decision"],
            None if row["words"] is None else row["words"].hex(),
            row["rules"],
        ]
        for row in rows
    ]
    return sha256(canonical_json(said))


def words_digest(
    key: bytes, texts: Sequence[str | None], metadata: Sequence[Mapping[str, Any] | None] | None
) -> bytes:
    """The keyed digest of all that is written about a picture: 32 bytes.

    ``texts``: its alt_text, auto_alt_text and caption, and its record's text; ``metadata`` has ``property``
    and ``values``, as RECORDS has them.
    """
    declared = [entry and [entry["property"], entry["values"]] for entry in metadata or ()]
    # RFC 8785 of lists, strings and nulls, much faster than writing JSON in general.
    data = json.dumps([*texts, declared], ensure_ascii=False, separators=(",", ":")).encode()
    return hmac.digest(key, b"words\x00\x00" + data, "sha256")
