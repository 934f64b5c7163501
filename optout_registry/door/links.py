"""Signed links in mails: what for, about which objection, and until when. No identifier is in one."""

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from schemas.errors import Refused

_NUMBER = 8
_TAG = 16


class Use(Enum):
    """What opening a link does. A link for one is none for the other."""

    CONFIRM = b"confirm"
    WITHDRAW = b"withdraw"
    """What was published before stays out."""
    RELEASE = b"release"
    """To withdraw as well, and what was published before may be used again, too."""


class InvalidLink(Refused):
    """A link that this door did not write, or not for this."""


class ExpiredLink(Refused):
    """A link whose time is over: it changes nothing."""


@dataclass(frozen=True)
class Links:
    """How links are signed: HMAC-SHA-256, cut to 128 bits."""

    key: bytes = field(repr=False)

    def token(self, use: Use, event: int, expires: datetime) -> str:
        """What stands in a link: the event that received the objection, an instant, and a tag over both."""
        content = event.to_bytes(_NUMBER, "big") + int(expires.timestamp()).to_bytes(_NUMBER, "big")
        return base64.urlsafe_b64encode(content + self._tag(use, content)).decode().rstrip("=")

    def event(self, use: Use, token: str, now: datetime) -> int:
        """The event a link is about; errors as of :meth:`opened`."""
        return self.opened((use,), token, now)[1]

    def opened(self, uses: Sequence[Use], token: str, now: datetime) -> tuple[Use, int]:
        """Which of these uses a link is for, and the event it is about.

        Raises:
            InvalidLink: not signed by this door for any of them. ExpiredLink: it was, and its time is over.
        """
        try:
            data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            data = b""
        content, tag = data[: 2 * _NUMBER], data[2 * _NUMBER :]
        fitting = [use for use in uses if hmac.compare_digest(tag, self._tag(use, content))]
        if not fitting:
            raise InvalidLink(
                "link",
                expected="a link as it stands in our message, whole",
                found="another one",
                remedy="open the link again, or copy all of it into the address bar",
            )
        if int.from_bytes(content[_NUMBER:], "big") <= now.timestamp():
            raise ExpiredLink(
                "link",
                expected="a link whose time is not over",
                found="one that has expired; nothing was changed",
                remedy="an objection counts without it; to withdraw one, ask for a new link",
            )
        return fitting[0], int.from_bytes(content[:_NUMBER], "big")

    def _tag(self, use: Use, content: bytes) -> bytes:
        return hmac.digest(self.key, use.value + b"\x00" + content, "sha256")[:_TAG]


def derived_key(secret: bytes, registry_id: str, use: str) -> bytes:
    """A key for one use only, derived (HKDF, RFC 5869) from the log key: no further file to keep."""
    info = f"optout door/{use}/{registry_id}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)
