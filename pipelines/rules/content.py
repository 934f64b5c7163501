"""Content rules, on the rows still standing: what does the record itself show or say?"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.rules.characters import begins, matches
from pipelines.rules.pictures import Mask, PictureSigns, Sign
from schemas.outcomes import Reason
from schemas.policy import Policy

_VISIBLE = r"[\pL\pN\pP\pS]"


@dataclass(frozen=True)
class ReviewedPictures:
    """What was decided about pictures: one entry per picture."""

    refused: Mask
    """By a person, whatever is written about it."""
    cleared: Mask
    """By two persons, who saw every rule that fires."""
    expired: Mask
    """Nobody decided in time."""


@dataclass(frozen=True)
class ContentVerdicts:
    """Content reasons of each row, and which pictures may be released."""

    reasons: npt.NDArray[np.uint32]
    releasable: Mask
    waiting: Mask
    """Pictures that wait for a person: for nothing but this is the record not kept."""


def content_verdicts(
    records: pa.Table, signs: PictureSigns, reviewed: ReviewedPictures, policy: Policy
) -> ContentVerdicts:
    """Judge the content of rows that no standing rule removed.

    A declared minor removes the record, a suspected one quarantines it until persons release or refuse it, or
    none does in time. An unassessed picture is withheld, kept, or takes its record along (``remove``), as the
    policy says.
    """
    columns = policy.release.columns
    suspected = (signs.sign == Sign.SUSPECTED) & ~reviewed.cleared
    cleared = (signs.sign == Sign.SUSPECTED) & reviewed.cleared
    releasable = (signs.sign == Sign.NO_SIGN) | cleared
    if policy.pictures.unassessed == "keep":
        releasable |= signs.sign == Sign.UNASSESSED
    # What the policy does not release is nothing that is left of a record.
    releasable &= "media" in columns
    shown = releasable | ((signs.sign >= Sign.SUSPECTED) & ("media" in columns))
    own = _rows_with(signs, shown, len(records))
    if "text" in columns:
        own |= _has_text(records)
    if policy.pictures.unassessed == "remove":
        own &= ~_rows_with(signs, signs.sign == Sign.UNASSESSED, len(records))
    reasons = np.zeros(len(records), np.uint32)
    for reason, found in (
        (Reason.MINOR_IMAGE_DECLARED, _rows_with(signs, signs.sign == Sign.DECLARED, len(records))),
        (Reason.REVIEW_REFUSED, _rows_with(signs, reviewed.refused, len(records))),
        (Reason.REVIEW_EXPIRED, _rows_with(signs, suspected & reviewed.expired, len(records))),
        (Reason.MINOR_IMAGE_SUSPECTED, _rows_with(signs, suspected, len(records))),
        (Reason.NO_OWN_CONTENT, ~own),
    ):
        reasons |= np.where(found, np.uint32(reason.bit), np.uint32(0))
    waits = reasons == Reason.MINOR_IMAGE_SUSPECTED.bit
    return ContentVerdicts(reasons, releasable, suspected & waits[signs.row])


def _has_text(records: pa.Table) -> Mask:
    """Text of the author's own: more than white space and invisible characters."""
    text = records.column("text").combine_chunks()
    has_text = begins(text, "!", "~")
    others = np.flatnonzero(~has_text & np.asarray(text.is_valid()))
    has_text[others] = matches(text.take(pa.array(others)), _VISIBLE)
    return has_text


def _rows_with(signs: PictureSigns, chosen: Mask, rows: int) -> Mask:
    mask = np.zeros(rows, bool)
    mask[signs.row[chosen]] = True
    return mask
