"""The columns the standing rules see: one entry per row, nulls made explicit."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.flags import Flag
from schemas.policy import Policy
from schemas.vocabulary import SURFACE_OF_LABEL, ContainerVisibility, Visibility

Mask = npt.NDArray[np.bool_]

SURFACES: tuple[str, ...] = tuple(SURFACE_OF_LABEL)
UNKNOWN_SURFACE = len(SURFACES)
"""Code of a null or unknown surface: it needs everything and may not be used."""
_EVERY = slice(None)
_UNKNOWN_SURFACE_BIT = np.uint16(1 << 15)
_VISIBILITIES = tuple(v.value for v in Visibility)
_CONTAINERS = tuple(v.value for v in ContainerVisibility)


@dataclass(frozen=True)
class ClearColumns:
    """Where no objection covers somebody in a role: surfaces as bits; none where nobody is known."""

    now: npt.NDArray[np.uint16]
    """Of what holds."""
    older: npt.NDArray[np.uint16]
    """Of withdrawn objections that keep older content out."""
    until: npt.NDArray[np.int64]
    """Older is what was published before: microseconds since 1970 UTC."""


@dataclass(frozen=True)
class AccountColumns:
    """Eligibility of each row's author. ``known`` false: the account is in no table."""

    known: Mask
    flags: npt.NDArray[np.uint16]
    clear: ClearColumns
    """As an author."""
    adult_from: npt.NDArray[np.int64]
    age_known: Mask

    def has(self, flag: Flag) -> Mask:
        """Rows whose account is known and has this proof."""
        proven: Mask = (self.flags & np.uint16(flag)) != 0
        return self.known & proven


NO_ROLE = -1
"""The role of an entry of ``others`` whose role is null or unknown."""


@dataclass(frozen=True)
class NamedColumns:
    """Whom rows name besides their authors: one entry per element of ``others``."""

    row: npt.NDArray[np.int64]
    """The row it is of."""
    role: npt.NDArray[np.int8]
    """Stored value of Role, or NO_ROLE."""
    given: Mask
    """It has an id and a role, whoever that is."""
    known: Mask
    """It has both, and an account has the id."""
    clear: ClearColumns
    """In this role."""


@dataclass(frozen=True)
class Rows:
    """What the standing rules judge by."""

    account: AccountColumns
    named: NamedColumns
    taken_down: Mask
    """Somebody asked to have the record itself, or a picture in it, taken down."""
    surface: npt.NDArray[np.intp]
    """Index into SURFACES, or UNKNOWN_SURFACE."""
    created_at: npt.NDArray[np.int64]
    """Microseconds since 1970 UTC; 0 where not known."""
    created_known: Mask
    public: Mask
    """Record and container both proven public; a container that does not exist is fine."""
    restricted: Mask
    """Record or container known not to be public."""
    unknown_visibility: Mask
    """Record or container without a known visibility."""
    policy: Policy

    def needs(self, need: str) -> Mask:
        """Rows whose surface needs this; an unknown surface needs everything."""
        table = [getattr(self.policy.surfaces[label], need) for label in SURFACES]
        return np.array([*table, need != "use"])[self.surface]

    def clears(self, clear: ClearColumns, row: npt.NDArray[np.int64] | slice = _EVERY) -> Mask:
        """Whether no objection covers whom ``clear`` is of in the row that each of its entries is of.

        A record of which nobody knows when it was published counts as older.
        """
        bit = self.surface_bit[row]
        newer = self.created_known[row] & (self.created_at[row] >= clear.until)
        uncovered: Mask = (clear.now & bit != 0) & (newer | (clear.older & bit != 0))
        return uncovered

    @property
    def surface_bit(self) -> npt.NDArray[np.uint16]:
        """The bit of each row's surface in a set of surfaces."""
        bits = [SURFACE_OF_LABEL[label].bit for label in SURFACES]
        return np.array([*bits, _UNKNOWN_SURFACE_BIT], np.uint16)[self.surface]


def standing_rows(
    records: pa.Table, account: AccountColumns, named: NamedColumns, taken_down: Mask, policy: Policy
) -> Rows:
    """Take what the standing rules need out of a RECORDS table."""
    visibility = codes(records.column("visibility"), _VISIBILITIES)
    container = codes(records.column("container_visibility"), _CONTAINERS)
    record_public = visibility == _VISIBILITIES.index(Visibility.PUBLIC)
    container_fine = np.isin(
        container,
        [_CONTAINERS.index(ContainerVisibility.NONE), _CONTAINERS.index(ContainerVisibility.PUBLIC)],
    )
    record_unknown = visibility == len(_VISIBILITIES)
    container_unknown = container == len(_CONTAINERS)
    created = records.column("created_at").combine_chunks()
    return Rows(
        account=account,
        named=named,
        taken_down=taken_down,
        surface=codes(records.column("surface"), SURFACES),
        created_at=created.cast(pa.int64()).fill_null(0).to_numpy(),
        created_known=np.asarray(created.is_valid()),
        public=record_public & container_fine,
        restricted=~(record_public | record_unknown) | ~(container_fine | container_unknown),
        unknown_visibility=record_unknown | container_unknown,
        policy=policy,
    )


def codes(column: pa.ChunkedArray, values: tuple[str, ...]) -> npt.NDArray[np.intp]:
    """Index in ``values`` of each row of a dictionary-encoded column; ``len(values)`` for all others."""
    array = column.combine_chunks()
    found = pc.index_in(array.dictionary, value_set=pa.array(values, pa.string())).fill_null(len(values))
    entries = np.append(found.to_numpy(), len(values)).astype(np.intp)
    indices: npt.NDArray[np.int32] = array.indices.fill_null(len(array.dictionary)).to_numpy()
    return entries[indices]
