"""Who is around a picture, and when it was taken: signs that no word gives."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.signs import Kind

Mask = npt.NDArray[np.bool_]
Instants = npt.NDArray[np.int64]

NEVER = np.iinfo(np.int64).min
"""The instant of what is not known: nothing happened before it."""
_NAMES_OF_FACES = (
    "mwg-rs:RegionList/Face", "Iptc4xmpExt:PersonInImage", "Iptc4xmpExt:PersonInImageWDetails/PersonName",
    "MP:RegionInfo/PersonDisplayName",
)  # fmt: skip


@dataclass(frozen=True)
class Circumstances:
    """What eligibility says of the people around records: microseconds since 1970 UTC, one per record."""

    author_adult_from: Instants
    """When its author comes of age; NEVER: not known."""
    shown_adult_from: Instants
    """When the youngest of those comes of age who are tagged in it or said to be depicted; NEVER: nobody is
    of whom an age is known."""

    def of(self, rows: npt.NDArray[np.int64]) -> "Circumstances":
        """Those of some of the records."""
        return Circumstances(self.author_adult_from[rows], self.shown_adult_from[rows])

    @classmethod
    def unknown(cls, records: int) -> "Circumstances":
        """Of records of which nobody knows anything."""
        return cls(np.full(records, NEVER), np.full(records, NEVER))


def circumstances_of(
    kind: Kind, records: pa.Table, pictures: pa.StructArray, row: npt.NDArray[np.int64], around: Circumstances
) -> Mask:
    """Pictures of which a kind of circumstance is a sign. A picture without a date is none of its time.

    tagged: somebody tagged in it or depicted was a minor when it was taken, or else published.
    capture: it was taken, as its file or source says, before its author was of age.
    face: a face in it has a name.
    """
    taken = _instants(pictures.field("taken_at"))
    if kind == Kind.CAPTURE:
        return _before(taken, around.author_adult_from[row])
    if kind == Kind.TAGGED:
        published = _instants(records.column("created_at").combine_chunks())[row]
        # Whichever is the earlier: what is published was taken before, whatever its file says.
        shown = np.where(
            taken == NEVER, published, np.where(published == NEVER, taken, np.minimum(taken, published))
        )
        return _before(shown, around.shown_adult_from[row])
    if kind == Kind.FACE:
        return _has_value(pictures.field("metadata"), _NAMES_OF_FACES)
    msg = f"{kind} is no circumstance"
    raise ValueError(msg)


def _before(moment: Instants, of_age: Instants) -> Mask:
    was_minor: Mask = (moment != NEVER) & (moment < of_age)
    return was_minor


def _instants(column: pa.Array) -> Instants:
    return np.asarray(column.cast(pa.int64()).fill_null(NEVER))


def _has_value(metadata: pa.ListArray, properties: tuple[str, ...]) -> Mask:
    """Pictures with a value, not an empty one, of some property."""
    entries = metadata.flatten()
    chosen = pc.is_in(entries.field("property"), value_set=pa.array(properties))
    values = entries.field("values").filter(chosen)
    owner = pc.list_parent_indices(metadata).filter(chosen).take(pc.list_parent_indices(values))
    given = pc.match_substring_regex(values.flatten(), r"\S").fill_null(False)
    found = np.zeros(len(metadata), bool)
    found[owner.filter(given).to_numpy()] = True
    return found
