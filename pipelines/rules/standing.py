"""Standing rules: may this person's content on this surface be used at all?

Each rule says which rows it allows: everything that makes the row usable is proven (law 2). The reason
stands against the others. To add a rule: write the function, add it to STANDING_RULES.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from pipelines.rules.columns import UNKNOWN_SURFACE, Mask, Rows
from pipelines.rules.third_party import third_parties_known, without_third_party_objection
from schemas.flags import Flag
from schemas.outcomes import Reason


def not_taken_down(rows: Rows) -> Mask:
    """Nobody asked for the record, or a picture in it, to be taken down (GDPR art. 17); whoever wrote it."""
    return ~rows.taken_down


def without_objection(rows: Rows) -> Mask:
    """No objection covers the author on this surface (GDPR art. 21). Unknown accounts: see below.

    Neither one that holds, nor one that was withdrawn and keeps out what was published before.
    """
    return ~rows.account.known | rows.clears(rows.account.clear)


def account_known(rows: Rows) -> Mask:
    """The author is in the accounts table, whatever the registry says."""
    return rows.account.known


def account_active(rows: Rows) -> Mask:
    """The account is active."""
    return ~rows.account.known | rows.account.has(Flag.ACTIVE)


def account_kind_allowed(rows: Rows) -> Mask:
    """What stands behind the account may be used."""
    return ~rows.account.known | rows.account.has(Flag.KIND_ALLOWED)


def adult_now(rows: Rows) -> Mask:
    """Of age at the as-of instant, where the surface needs it; ages unknown are another reason's."""
    return ~(rows.account.known & rows.needs("adult_now") & rows.account.age_known) | rows.account.has(
        Flag.ADULT_NOW
    )


def adult_at_posting(rows: Rows) -> Mask:
    """Of age when it was published, where the surface needs it and both instants are known."""
    judged = rows.account.known & rows.account.age_known & rows.created_known
    return ~(judged & rows.needs("adult_at_posting")) | (rows.created_at >= rows.account.adult_from)


def age_known(rows: Rows) -> Mask:
    """The age is known, where the surface asks for one."""
    asked = rows.needs("adult_now") | rows.needs("adult_at_posting")
    return ~rows.account.known | ~asked | rows.account.age_known


def posting_date_known(rows: Rows) -> Mask:
    """The date of publication is known, where an age at that date is needed."""
    return ~rows.needs("adult_at_posting") | rows.created_known


def notice_served(rows: Rows) -> Mask:
    """The person was told, and the notice period had run out at the as-of instant."""
    return ~rows.account.known | ~rows.needs("notice") | rows.account.has(Flag.NOTIFIED)


def surface_used(rows: Rows) -> Mask:
    """The policy uses this surface; a null or unknown surface is none it uses."""
    known: Mask = rows.surface != UNKNOWN_SURFACE
    return known & rows.needs("use")


def region_allowed(rows: Rows) -> Mask:
    """The person lives where the policy allows, where the surface needs it."""
    return ~rows.account.known | ~rows.needs("region") | rows.account.has(Flag.REGION_ALLOWED)


def not_restricted(rows: Rows) -> Mask:
    """Neither account, record nor container is known to be other than public, where that is needed."""
    return ~rows.needs("public") | ~(rows.restricted | rows.account.has(Flag.RESTRICTED))


def visibility_known(rows: Rows) -> Mask:
    """Account, record and container each have a known visibility, where public is needed."""
    account = ~rows.account.known | rows.account.has(Flag.PUBLIC) | rows.account.has(Flag.RESTRICTED)
    return ~rows.needs("public") | (~rows.unknown_visibility & account)


STANDING_RULES: tuple[tuple[Reason, Callable[[Rows], Mask]], ...] = (
    (Reason.TAKEDOWN, not_taken_down),
    (Reason.OBJECTION, without_objection),
    (Reason.THIRD_PARTY_OBJECTION, without_third_party_objection),
    (Reason.ACCOUNT_UNKNOWN, account_known),
    (Reason.ACCOUNT_INACTIVE, account_active),
    (Reason.ACCOUNT_KIND_EXCLUDED, account_kind_allowed),
    (Reason.MINOR_ACCOUNT, adult_now),
    (Reason.MINOR_AT_POSTING, adult_at_posting),
    (Reason.AGE_UNKNOWN, age_known),
    (Reason.POSTING_DATE_UNKNOWN, posting_date_known),
    (Reason.NOTICE_PENDING, notice_served),
    (Reason.SURFACE_EXCLUDED, surface_used),
    (Reason.REGION_EXCLUDED, region_allowed),
    (Reason.NOT_PUBLIC, not_restricted),
    (Reason.VISIBILITY_UNKNOWN, visibility_known),
    (Reason.THIRD_PARTY_UNKNOWN, third_parties_known),
)


def standing_reasons(rows: Rows) -> npt.NDArray[np.uint32]:
    """Bits of every standing reason that holds; 0 where the row may be used so far."""
    reasons = np.zeros(len(rows.surface), np.uint32)
    for reason, allows in STANDING_RULES:
        reasons |= np.where(allows(rows), np.uint32(0), np.uint32(reason.bit))
    return reasons


def primary_codes(reasons: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
    """Code of the first reason in the order of precedence; KEPT where there is none."""
    codes = np.full(len(reasons), Reason.KEPT.code, np.uint8)
    for reason in reversed(Reason):
        if reason.bit:
            codes[(reasons & np.uint32(reason.bit)) != 0] = reason.code
    return codes
