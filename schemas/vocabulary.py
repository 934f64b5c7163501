"""The closed vocabularies of accounts and records. Codes and bits are stored: append only."""

from enum import Enum, IntEnum, StrEnum


class Surface(Enum):
    """Where a record comes from; ``bit`` is its place in stored sets of surfaces."""

    POST = ("post", 0)
    COMMENT = ("comment", 1)
    PHOTO = ("photo", 2)
    VIDEO = ("video", 3)
    STORY = ("story", 4)
    PROFILE = ("profile", 5)
    AI_INTERACTION = ("ai_interaction", 6)
    MESSAGE = ("message", 7)

    def __init__(self, label: str, position: int) -> None:
        self.label = label
        self.bit = 1 << position


SURFACE_OF_LABEL: dict[str, Surface] = {surface.label: surface for surface in Surface}
ALL_SURFACES = 0xFFFF
"""Every surface, those not yet invented included: what an objection covers by default."""


def surface_set(surfaces: "list[str] | tuple[str, ...]") -> int:
    """The stored form (u16) of a list of surface labels; an unknown label is a KeyError."""
    return sum(SURFACE_OF_LABEL[label].bit for label in set(surfaces))


class Purpose(Enum):
    """What a corpus is for; ``bit`` is its place in stored sets of purposes."""

    TRAINING = ("training", 0)
    """Models learn from it."""
    EVALUATION = ("evaluation", 1)
    """Models are measured with it."""

    def __init__(self, label: str, position: int) -> None:
        self.label = label
        self.bit = 1 << position


PURPOSE_OF_LABEL: dict[str, Purpose] = {purpose.label: purpose for purpose in Purpose}
ALL_PURPOSES = 0xFFFF
"""Every purpose, those not yet invented included: what an objection is made against by default."""


class Visibility(StrEnum):
    """Who can see something. Only ``public`` proves that a record is public."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    FOLLOWERS = "followers"
    PRIVATE = "private"
    DIRECT = "direct"


class ContainerVisibility(StrEnum):
    """Visibility of the album, group or page that holds a record; ``none``: there is no container."""

    NONE = "none"
    PUBLIC = "public"
    UNLISTED = "unlisted"
    FOLLOWERS = "followers"
    PRIVATE = "private"
    DIRECT = "direct"


class AccountKind(StrEnum):
    """What stands behind an account."""

    PERSON = "person"
    BUSINESS = "business"
    ORGANISATION = "organisation"
    AUTOMATED = "automated"


class AccountStatus(StrEnum):
    """State of an account. Only ``active`` may contribute."""

    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    SUSPENDED = "suspended"
    DELETED = "deleted"
    MEMORIAL = "memorial"


class BirthPrecision(StrEnum):
    """How much of ``birth_date`` is known; the unknown part counts as its last day."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class AgeAssurance(StrEnum):
    """How the platform knows the birth date."""

    DECLARED = "declared"
    ESTIMATED = "estimated"
    VERIFIED = "verified"


class IdentifierType(StrEnum):
    """Kinds of identifier an objection may name and an account may carry."""

    ACCOUNT = "account"
    EMAIL = "email"
    PHONE = "phone"
    HANDLE = "handle"
    DID = "did"


class TakedownType(StrEnum):
    """Kinds of content that a takedown may name: the thing itself, whoever made it."""

    RECORD = "record"
    MEDIA = "media"


TargetType = IdentifierType | TakedownType
TARGET_TYPES: tuple[TargetType, ...] = (*IdentifierType, *TakedownType)
"""All that an objection may name."""


class Role(IntEnum):
    """How a subject appears in a record (``role`` of a footprint row)."""

    AUTHOR = 0
    REPLY_TO = 1
    QUOTE = 2
    RESHARE = 3
    MENTION = 4
    TAG = 5
    DEPICTED = 6
    MEDIA = 7


PERSON_ROLES: tuple[Role, ...] = tuple(role for role in Role if role is not Role.MEDIA)
"""The roles of people, by their stored value from 0 without a gap."""
OTHER_ROLES: tuple[str, ...] = tuple(role.name.lower() for role in PERSON_ROLES if role is not Role.AUTHOR)
ALL_ROLES = 0xFFFF
"""Every role as a set (bit = 1 << stored value), those not yet invented included: what an objection covers by
default."""
