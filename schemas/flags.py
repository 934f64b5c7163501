"""Bits of a look-up row: what is proven of an account. Stored in staged tables and hashed: append only."""

from enum import IntFlag


class Flag(IntFlag):
    """Each bit is a proof; an absent bit proves nothing. RESTRICTED alone is a proof of the contrary."""

    ACTIVE = 1 << 0
    KIND_ALLOWED = 1 << 1
    ADULT_NOW = 1 << 2
    """Had turned the policy's age everywhere on Earth at the as-of instant."""
    NOTIFIED = 1 << 3
    """The notice period had run out at the as-of instant."""
    REGION_ALLOWED = 1 << 4
    PUBLIC = 1 << 5
    """Every row of the account says public."""
    RESTRICTED = 1 << 6
    """Some row of the account is known not to be public."""
