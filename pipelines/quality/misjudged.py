"""Kept rows whose author must not be kept: footprint parts joined with eligibility, not with verdicts."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.flags import Flag
from schemas.policy import Policy
from schemas.vocabulary import ALL_SURFACES, SURFACE_OF_LABEL, Role


class Judge:
    """Says of subjects who may be kept at all, by a LOOKUP table and a policy.

    A footprint part does not tell surfaces apart, so an account counts as one that must not be kept
    only if there is no used surface on which it might: `optout verify` judges row by row.
    """

    def __init__(self, lookup: pa.Table, policy: Policy) -> None:
        subjects = lookup.column("subject").to_numpy()
        order = np.argsort(subjects)
        self._subjects = subjects[order]
        clear = lookup.column("clear").to_numpy()[order]
        adult = (lookup.column("flags").to_numpy()[order] & np.uint16(Flag.ADULT_NOW)) != 0
        used = {label: rule for label, rule in policy.surfaces.items() if rule.use}
        ageless = any(not rule.adult_now for rule in used.values())
        bits = np.uint16(sum(SURFACE_OF_LABEL[label].bit for label in used) & ALL_SURFACES)
        self._objected = (clear & bits) == 0
        self._minor = ~adult & (not ageless)

    def misjudged(self, footprint: pa.Table) -> dict[str, int]:
        """Kept rows of a FOOTPRINT table by what forbids them: names of schemas.profile.MISJUDGED."""
        kept = footprint.column("kept").to_numpy().astype(np.int64)
        kept = np.where(footprint.column("role").to_numpy() == Role.AUTHOR, kept, 0)
        subjects = footprint.column("subject").to_numpy()
        place = np.searchsorted(self._subjects, subjects)
        inside = np.minimum(place, max(len(self._subjects) - 1, 0))
        known = np.zeros(len(subjects), bool)
        if len(self._subjects):
            known = self._subjects[inside] == subjects

        def rows(holds: npt.NDArray[np.bool_]) -> int:
            return int(kept[holds].sum())

        return {
            "kept_objected": rows(known & self._at(self._objected, inside)),
            "kept_minor": rows(known & self._at(self._minor, inside)),
            "kept_unknown_account": rows(~known),
        }

    @staticmethod
    def _at(values: npt.NDArray[np.bool_], places: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        return values[places] if len(values) else np.zeros(len(places), bool)
