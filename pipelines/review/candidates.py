"""Which picture of the source it is that was drawn out of a shard."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipelines.review.drawing import Pick
from pipelines.review.source_record import changed, read_record
from pipelines.review.waiting import Place
from schemas.fields import MIME_FORM, SHA256_FORM
from schemas.identifiers import media_message, subject
from schemas.reviews import record_message

_MASKED = "⟦"
_FORMS = {"sha256": re.compile(SHA256_FORM), "mime": re.compile(MIME_FORM)}


@dataclass(frozen=True)
class Candidate:
    """A picture of the source that may be the one that was drawn."""

    place: Place
    picture: str
    """Its keyed digest, 16 hexadecimal digits."""
    copies: bool
    """It is of its bytes: every copy has the same."""


def find_candidates(source: Path, pick: Pick, key: bytes) -> tuple[Candidate, ...]:
    """The pictures of a record below the source root that a drawn one may be; nearly always one.

    Shards keep the order of a record's pictures and leave out those withheld. Where two that nobody digested
    are described alike, and one was withheld, nothing tells which: both are candidates. ``key`` is the
    lineage key.

    Raises:
        BadInput: the split is gone or has other bytes than the version saw, or it holds no such picture.
    """
    record = read_record(source, pick.record).select(["record_id", "media"]).to_pylist()[0]
    media = [medium or {} for medium in record["media"] or []]
    places = _possible(pick.released, media, pick.position)
    if not places:
        raise changed(pick.record, "a record without the picture that was released")
    if media[places[0]].get("sha256") is not None:  # all have this digest: they are one picture
        places = places[:1]
    return tuple(_candidate(pick.record, record["record_id"], media[n], n, key) for n in places)


def _candidate(
    record: Place, record_id: str | None, medium: Mapping[str, Any], number: int, key: bytes
) -> Candidate:
    digest = medium.get("sha256")
    message = record_message(record_id or "") if digest is None else media_message(digest)
    return Candidate(replace(record, medium=number), f"{subject(key, message):016x}", digest is not None)


def _possible(
    released: Sequence[Mapping[str, Any]], media: Sequence[Mapping[str, Any]], position: int
) -> list[int]:
    """Where in ``media`` the released picture at ``position`` may stand, if all stand there in order."""
    first = _earliest(released[:position], media)
    last = _earliest(released[position + 1 :][::-1], media[::-1])
    if first is None or last is None:
        return []
    return [n for n in range(first, len(media) - last) if _may_be(released[position], media[n])]


def _earliest(released: Sequence[Mapping[str, Any]], media: Sequence[Mapping[str, Any]]) -> int | None:
    """How many of ``media`` it takes from the start to hold ``released`` in order; None: all do not."""
    taken = 0
    for one in released:
        while taken < len(media) and not _may_be(one, media[taken]):
            taken += 1
        if taken == len(media):
            return None
        taken += 1
    return taken


def _may_be(released: Mapping[str, Any], medium: Mapping[str, Any]) -> bool:
    """Whether a picture of the source may have been released so.

    Values of another form were left out, and what names a person was masked.
    """
    for name, form in _FORMS.items():
        value = medium.get(name)
        if released[name] != (value if value is not None and form.fullmatch(value) else None):
            return False
    return all(_may_read(released[name], medium.get(name)) for name in ("alt_text", "caption"))


def _may_read(released: str | None, written: str | None) -> bool:
    return released == written or (released is not None and written is not None and _MASKED in released)
