"""The picture itself: which bytes are sent to a browser, and why others are not."""

import hashlib
from dataclasses import dataclass

from pipelines.review.content import type_shown, why_not_shown
from pipelines.review.desk import Desk
from pipelines.review.shown import Shown

LARGEST = 32 * 1024 * 1024
"""Bytes of a picture that is shown."""
REASONS = {
    "no_uri": "The source does not say where it is.",
    "no_media_root": "source.yaml names no media_root: no folder of pictures is known.",
    "elsewhere": "It is elsewhere: an address, or a path that is not relative. Nothing is fetched.",
    "outside": "Its path leads out of media_root.",
    "missing": "There is no such file below media_root.",
    "not_opened": "The file cannot be opened.",
    "too_large": f"The file is larger than {LARGEST >> 20} MiB.",
    "heic": "It is HEIC, which browsers do not show. Convert a copy to look at it.",
    "text": "It is text, as SVG is, and not shown: it could run.",
    "unknown": "It is no JPEG, PNG, WebP, GIF or AVIF.",
    "other_bytes": "The file has another SHA-256 than the record: it is not the picture that was judged.",
}


@dataclass(frozen=True)
class Image:
    """Bytes that a browser shows."""

    type: str
    data: bytes


def image_of(desk: Desk, shown: Shown) -> Image | str:
    """The picture of a record, or why it is not shown: a key of REASONS."""
    if shown.uri is None:
        return "no_uri"
    data = desk.picture(shown.uri)
    if isinstance(data, str):
        return str(data)
    if len(data) > LARGEST:
        return "too_large"
    kind = type_shown(data)
    if kind is None:
        return why_not_shown(data)
    if shown.sha256 is not None and hashlib.sha256(data).hexdigest() != shown.sha256:
        return "other_bytes"
    return Image(kind, data)
