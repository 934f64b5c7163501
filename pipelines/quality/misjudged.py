"""Who must not appear in kept rows and does: footprint parts joined with eligibility, not with verdicts."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.flags import Flag
from schemas.outcomes import Reason
from schemas.plans import TallyEntry
from schemas.policy import Policy
from schemas.third_party import RoleActions
from schemas.vocabulary import PERSON_ROLES, SURFACE_OF_LABEL, Role

Counts = npt.NDArray[np.int64]


class Judge:
    """Says of subjects in how many kept rows they must not be, by LOOKUP and TAKEDOWN tables and a policy.

    Authors must not, nor others in the roles that the policy drops: people who have objected, people whom no
    account matches. Nor must pictures that are taken down; of records that are, no footprint tells. A row
    that names two of them counts twice.

    A footprint part does not tell surfaces apart; the tally of its split says how many rows of each
    surface were kept. So the numbers are lower bounds, exact where a split keeps rows of one surface:
    no more rows of an account may be kept than were kept on surfaces that it may be used on.
    `optout verify` judges row by row.
    """

    def __init__(self, lookup: pa.Table, takedowns: pa.Table, policy: Policy) -> None:
        subjects = lookup.column("subject").to_numpy()
        order = np.argsort(subjects)
        self._subjects = subjects[order]
        clear = np.asarray(lookup.column("clear").combine_chunks().flatten()).reshape(-1, len(PERSON_ROLES))
        self._clear = clear[order]
        self._adult = (lookup.column("flags").to_numpy()[order] & np.uint16(Flag.ADULT_NOW)) != 0
        self._used = {label: rule for label, rule in policy.surfaces.items() if rule.use}
        self._objected = _roles(policy.third_party.objected)
        self._unknown = _roles(policy.third_party.unknown)
        self._taken_down = takedowns.column("subject").drop_null().to_numpy()

    def misjudged(self, footprint: pa.Table, tally: Iterable[TallyEntry]) -> dict[str, int]:
        """Kept rows of a FOOTPRINT table by what forbids them: names of schemas.profile.MISJUDGED.

        ``tally`` is that of the same split. Rows on a surface that is not used excuse nobody.
        """
        on_surface = {
            entry.surface: entry.rows
            for entry in tally
            if entry.reason == Reason.KEPT.code and entry.surface in self._used
        }
        appearing = footprint.filter(pc.greater(footprint.column("kept"), 0))
        subjects, roles = appearing.column("subject").to_numpy(), appearing.column("role").to_numpy()
        kept = appearing.column("kept").to_numpy().astype(np.int64)
        known, place = self._find(subjects)
        author = roles == Role.AUTHOR
        minor = known & author
        minor[minor] = ~self._adult[place[minor]]
        objected = known & np.isin(roles, self._objected)
        clear = self._clear[place[objected], roles[objected]]
        ageless = sum(rows for label, rows in on_surface.items() if not self._used[label].adult_now)
        return {
            "kept_objected": _beyond(kept[objected], _allowed(clear, on_surface)),
            "kept_minor": max(int(kept[minor].sum()) - ageless, 0),
            "kept_taken_down": int(kept[(roles == Role.MEDIA) & np.isin(subjects, self._taken_down)].sum()),
            "kept_unknown_account": int(kept[~known & np.isin(roles, self._unknown)].sum()),
        }

    def _find(self, subjects: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.intp]]:
        """Which subjects have an account, and where."""
        place = np.searchsorted(self._subjects, subjects)
        known = place < len(self._subjects)
        known[known] = self._subjects[place[known]] == subjects[known]
        return known, place


def _roles(actions: RoleActions) -> list[Role]:
    """The roles in which people must not be in a kept row: author, and those that are dropped."""
    return [Role.AUTHOR, *(Role[label.upper()] for label in sorted(actions.dropped()))]


def _allowed(clear: npt.NDArray[np.uint16], on_surface: dict[str, int]) -> Counts:
    """Rows that were kept on surfaces which no objection covers; of each appearance its ``clear``."""
    allowed = np.zeros(len(clear), np.int64)
    for label, rows in on_surface.items():
        allowed[(clear & np.uint16(SURFACE_OF_LABEL[label].bit)) != 0] += rows
    return allowed


def _beyond(kept: Counts, allowed: Counts) -> int:
    return int(np.maximum(kept - allowed, 0).sum())
