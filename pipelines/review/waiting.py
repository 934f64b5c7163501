"""A picture that waits for a person, with what is written about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

_SPLIT = ("split", "path", "ordinal", "first_row_group", "row_groups", "split_digest")


@dataclass(frozen=True, order=True)
class Place:
    """Where a record names a picture: a pointer into the source, never a copy."""

    split: int
    """Number of the split in the version, from 0."""
    path: str
    """Of the split's file, relative to the source root, with forward slashes."""
    ordinal: int
    """Number of the split in its file, from 0."""
    first_row_group: int
    row_groups: int
    split_digest: str
    """SHA-256 of the split: whatever has another one is not what the version saw."""
    row: int
    """Of the record in the split, from 0."""
    medium: int
    """Place of the picture among those of the record, from 0."""


def place_in(split: Mapping[str, Any], row: int, medium: int) -> Place:
    """The place of a picture in a split: a row of a SPLITS table."""
    return Place(**{name: split[name] for name in _SPLIT}, row=row, medium=medium)


@dataclass(frozen=True)
class Waiting:
    """A picture with a text: what a release is about. A refusal is about the picture, whatever the text."""

    version: int
    """Number of the version in whose queue it is."""
    picture: str
    """Keyed digest of the picture, 16 hexadecimal digits."""
    copies: bool
    """It is of its bytes: every copy has the same."""
    words: str
    """Keyed digest of what is written about it, 64 hexadecimal digits."""
    rules: tuple[str, ...]
    """Ids of the rules that gave evidence at any of its places, sorted."""
    strong: bool
    """Some strong evidence is among what was found."""
    points: int
    """Points of the weak evidence, the most that a place has."""
    since: datetime
    """Since when it waits."""
    expires: datetime | None
    """As-of instants from this on find it expired, if nobody decides; None: it was released once, when fewer
    rules fired, and waits until somebody decides again."""
    places: tuple[Place, ...]
    """Everywhere it waits, in order of split, row and medium; at least one."""

    @property
    def records(self) -> int:
        """How many records it waits in."""
        return len({(place.split, place.row) for place in self.places})


class Past(NamedTuple):
    """A picture that waits, or waited."""

    copies: bool
    """Its name is that of its bytes: every copy has the same."""
    since: dict[str, datetime]
    """Since when, by the keyed digest of what was written about it then; at least one."""
