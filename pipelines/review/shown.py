"""A record and one of its pictures, read from the source at the moment somebody asks for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pipelines.review.marked import Read
from pipelines.review.source_record import changed, read_record
from pipelines.review.waiting import Place
from schemas.fields import RECORDS

Explain = Callable[[pa.Table], Sequence[Read]]
"""From a RECORDS table of one row with one picture to the texts about it, each with what rules see in it."""


@dataclass(frozen=True)
class Shown:
    """What a person is shown of a record, and what is needed to find the picture. No id, no name."""

    surface: str | None
    language: str | None
    month: str | None
    """Of publication: 2024-03."""
    texts: tuple[Read, ...]
    """About the picture, those that are not empty."""
    of: int
    """How many pictures the record has."""
    uri: str | None
    """Where the picture is. Never shown."""
    sha256: str | None
    """Of its bytes, in small letters."""


def shown(source: Path, place: Place, explain: Explain) -> Shown:
    """Read a picture's record below the source root.

    Raises:
        BadInput: the split is gone, or has other bytes than the version saw.
    """
    row = read_record(source, place)
    (record,) = row.to_pylist()
    media = record["media"] or []
    if place.medium >= len(media):
        raise changed(place, "a record with fewer pictures")
    medium = media[place.medium] or {}
    alone = row.set_column(
        row.schema.get_field_index("media"),
        RECORDS.field("media"),
        pa.array([[media[place.medium]]], RECORDS.field("media").type),
    )
    digest = medium.get("sha256")
    return Shown(
        surface=record["surface"],
        language=record["language"],
        month=None if record["created_at"] is None else f"{record['created_at']:%Y-%m}",
        texts=tuple(one for one in explain(alone) if one.text.strip()),
        of=len(media),
        uri=medium.get("uri"),
        sha256=digest and digest.lower(),
    )
