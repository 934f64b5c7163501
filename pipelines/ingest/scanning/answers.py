"""What a worker says of a file, as bytes: JSON, because nothing in it can run."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.ingest.scanning.limits import DECLARED_BYTES
from schemas.media import Declared, Doubt, Doubted, MediaFile, Unread

EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


@dataclass(frozen=True)
class Answer:
    """What became of one file. ``media`` or ``unread``, never both."""

    bytes: int
    """Its size; of one that was not opened 0."""
    media: MediaFile | None = None
    unread: Unread | None = None
    sha256: str | None = None


def encode(answer: Answer) -> bytes:
    """The answer as JSON."""
    document: dict[str, Any] = {"bytes": answer.bytes, "unread": answer.unread, "sha256": answer.sha256}
    media = answer.media
    if media is not None:
        document |= {
            "mime": media.mime,
            "width": media.width,
            "height": media.height,
            "taken_at": None if media.taken_at is None else (media.taken_at - EPOCH) // MICROSECOND,
            "declared": [[one.property, one.values, one.block] for one in media.declared],
            "blocks": media.blocks,
            "doubts": [[one.doubt, one.block] for one in media.doubts],
        }
    return _json(document)


def shortened(media: MediaFile) -> MediaFile:
    """The file with as much of what it declares as an answer holds; what is left out leaves a doubt."""
    kept: list[Declared] = []
    room = DECLARED_BYTES
    for one in media.declared:
        room -= len(_json([one.property, one.values, one.block]))
        if room < 0:
            doubts = (*media.doubts, Doubted(Doubt.LIMIT, one.block))
            return replace(media, declared=tuple(kept), doubts=tuple(dict.fromkeys(doubts)))
        kept.append(one)
    return media


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")
