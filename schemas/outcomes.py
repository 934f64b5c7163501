"""The outcomes of a record and their reasons, in order of precedence."""

from enum import Enum, StrEnum


class Outcome(StrEnum):
    """What became of a record. Every record has exactly one (law 1)."""

    KEPT = "kept"
    REMOVED = "removed"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"


class Stage(StrEnum):
    """Which part of ``screen`` decided."""

    READ = "read"
    STANDING = "standing"
    CONTENT = "content"


class Reason(Enum):
    """Why a record has its outcome. Members stand in order of precedence, the first one wins.

    The code is what ledgers store (and its bit in ``reasons``): append-only, separate from the
    order, never reused, below 32.
    """

    UNREADABLE = (1, Outcome.REJECTED, Stage.READ)
    MALFORMED = (2, Outcome.REJECTED, Stage.READ)
    TAKEDOWN = (3, Outcome.REMOVED, Stage.STANDING)
    OBJECTION = (4, Outcome.REMOVED, Stage.STANDING)
    THIRD_PARTY_OBJECTION = (5, Outcome.REMOVED, Stage.STANDING)
    ACCOUNT_UNKNOWN = (6, Outcome.REMOVED, Stage.STANDING)
    ACCOUNT_INACTIVE = (7, Outcome.REMOVED, Stage.STANDING)
    ACCOUNT_KIND_EXCLUDED = (8, Outcome.REMOVED, Stage.STANDING)
    MINOR_ACCOUNT = (9, Outcome.REMOVED, Stage.STANDING)
    MINOR_AT_POSTING = (10, Outcome.REMOVED, Stage.STANDING)
    AGE_UNKNOWN = (11, Outcome.REMOVED, Stage.STANDING)
    POSTING_DATE_UNKNOWN = (12, Outcome.REMOVED, Stage.STANDING)
    NOTICE_PENDING = (13, Outcome.REMOVED, Stage.STANDING)
    SURFACE_EXCLUDED = (14, Outcome.REMOVED, Stage.STANDING)
    REGION_EXCLUDED = (15, Outcome.REMOVED, Stage.STANDING)
    NOT_PUBLIC = (16, Outcome.REMOVED, Stage.STANDING)
    VISIBILITY_UNKNOWN = (17, Outcome.REMOVED, Stage.STANDING)
    THIRD_PARTY_UNKNOWN = (18, Outcome.REMOVED, Stage.STANDING)
    RIGHTS_RESERVED = (19, Outcome.REMOVED, Stage.CONTENT)
    MINOR_IMAGE_DECLARED = (20, Outcome.REMOVED, Stage.CONTENT)
    REVIEW_REFUSED = (21, Outcome.REMOVED, Stage.CONTENT)
    REVIEW_EXPIRED = (22, Outcome.REMOVED, Stage.CONTENT)
    NO_OWN_CONTENT = (23, Outcome.REMOVED, Stage.CONTENT)
    MINOR_IMAGE_SUSPECTED = (24, Outcome.QUARANTINED, Stage.CONTENT)
    KEPT = (0, Outcome.KEPT, Stage.CONTENT)

    def __init__(self, code: int, outcome: Outcome, stage: Stage) -> None:
        self.code = code
        self.outcome = outcome
        self.stage = stage

    @property
    def label(self) -> str:
        """The name as it stands in reports, JSON and SQL."""
        return self.name.lower()

    @property
    def bit(self) -> int:
        """Its bit in a ledger's ``reasons``; a kept record has none."""
        return 0 if self is Reason.KEPT else 1 << self.code


REASON_OF_CODE: dict[int, Reason] = {reason.code: reason for reason in Reason}
REASON_OF_LABEL: dict[str, Reason] = {reason.label: reason for reason in Reason}
