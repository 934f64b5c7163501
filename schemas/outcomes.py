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

OUTCOME_MEANINGS: dict[Outcome, str] = {
    Outcome.KEPT: "released in a shard",
    Outcome.REMOVED: "must not, or cannot be proven to be allowed to, be used",
    Outcome.QUARANTINED: "a person must look; not released until then",
    Outcome.REJECTED: "could not be read or judged",
}
REASON_MEANINGS: dict[Reason, str] = {
    Reason.UNREADABLE: "its row group was read whole and could not be decoded",
    Reason.MALFORMED: "the source row did not conform, or has no id",
    Reason.TAKEDOWN: "the record, or a picture in it, was asked to be taken down",
    Reason.OBJECTION: "an objection covers the author on this surface, or did when it was published",
    Reason.THIRD_PARTY_OBJECTION: "an objection covers, or did then, somebody whom the record names or shows",
    Reason.ACCOUNT_UNKNOWN: "the accounts do not name the author, so nothing is known",
    Reason.ACCOUNT_INACTIVE: "the author's account is not, or not known to be, active",
    Reason.ACCOUNT_KIND_EXCLUDED: "the policy does not use this kind of account, or the kind is unknown",
    Reason.MINOR_ACCOUNT: "the author is under age on the as-of date",
    Reason.MINOR_AT_POSTING: "the author was under age when the record was published",
    Reason.AGE_UNKNOWN: "the author's age is not proven",
    Reason.POSTING_DATE_UNKNOWN: "the age at publication is asked for, and its date is unknown",
    Reason.NOTICE_PENDING: "the author was not told, or too recently",
    Reason.SURFACE_EXCLUDED: "the policy does not use this surface, or the surface is unknown",
    Reason.REGION_EXCLUDED: "the policy does not use the author's region, or the region is unknown",
    Reason.NOT_PUBLIC: "account, record or container is known not to be public",
    Reason.VISIBILITY_UNKNOWN: "account, record or container is not known to be public",
    Reason.THIRD_PARTY_UNKNOWN: "the record names or shows somebody whom the accounts do not name",
    Reason.RIGHTS_RESERVED: "the picture's metadata reserves its use for training",
    Reason.MINOR_IMAGE_DECLARED: "the picture's metadata declares a minor",
    Reason.REVIEW_REFUSED: "a person looked and refused it",
    Reason.REVIEW_EXPIRED: "nobody looked in time",
    Reason.NO_OWN_CONTENT: "neither text nor picture is left to release",
    Reason.MINOR_IMAGE_SUSPECTED: "what is written about the picture suggests a minor",
    Reason.KEPT: "everything that makes it usable is proven",
}
