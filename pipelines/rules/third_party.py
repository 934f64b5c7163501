"""Standing rules on the people whom a record names or shows besides its author.

The policy says what becomes of the record: a table of role and action for people who have objected, and one
for people whom no account matches. Only `drop` is a reason here: `mask` is done by the masks of handles, and
asking for it without them is refused.
"""

import numpy as np
import numpy.typing as npt

from pipelines.rules.columns import Mask, Rows
from schemas.vocabulary import Role


def without_third_party_objection(rows: Rows) -> Mask:
    """No objection covers whom it names in a role that the policy drops, on its surface (GDPR art. 21).

    People whom no account matches: see below.
    """
    named = rows.named
    dropped = _in(named.role, rows.policy.third_party.objected.dropped())
    return _without(rows, named.known & dropped & ~rows.clears(named.clear, named.row))


def third_parties_known(rows: Rows) -> Mask:
    """The accounts match everybody whom it names, but for roles in which the policy bears that they do not.

    An entry without an id, or in no role that we know, proves nothing and is borne in none.
    """
    named = rows.named
    borne = named.given & ~_in(named.role, rows.policy.third_party.unknown.dropped())
    return _without(rows, ~(named.known | borne))


def _in(role: npt.NDArray[np.int8], labels: frozenset[str]) -> Mask:
    return np.isin(role, [Role[label.upper()] for label in labels])


def _without(rows: Rows, entries: Mask) -> Mask:
    """Rows that have none of these entries of ``rows.named``."""
    allowed = np.ones(len(rows.surface), bool)
    allowed[rows.named.row[entries]] = False
    return allowed
