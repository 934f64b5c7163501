"""Keyed hashes of many messages. Nothing heavy is imported here: a process may live for this alone."""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

DIGEST = 32
"""Bytes in a digest."""


@dataclass(frozen=True)
class Keychain:
    """Keys of the registry in the order in which they are applied, the oldest first.

    A pseudonym is HMAC-SHA-256 of a message under the first key, then of those 32 bytes under the next, and
    so on. The secrets show in no representation.
    """

    ids: tuple[str, ...]
    secrets: tuple[bytes, ...] = field(repr=False)

    def pseudonym(self, message: bytes) -> bytes:
        """The pseudonym of one message."""
        return rewrapped(self.secrets, message)


def rewrapped(keys: Sequence[bytes], pseudonym: bytes) -> bytes:
    """A pseudonym, or a message, after further keys were applied to it."""
    for key in keys:
        pseudonym = hmac.digest(key, pseudonym, "sha256")
    return pseudonym


def pseudonyms(keys: Sequence[bytes], prefix: bytes, forms: Iterable[bytes]) -> bytes:
    """Of ``prefix`` and each form the pseudonym under all keys, 32 bytes after 32 bytes.

    Key and prefix are hashed once, and that state is copied for every form.
    """
    first, *further = keys
    digests = _hashed(first, prefix, forms)
    for key in further:
        digests = _hashed(key, b"", [digests[at : at + DIGEST] for at in range(0, len(digests), DIGEST)])
    return digests


def _hashed(key: bytes, prefix: bytes, forms: Iterable[bytes]) -> bytes:
    begun = HMAC(key, SHA256())
    begun.update(prefix)
    digests = []
    for form in forms:
        digest = begun.copy()
        digest.update(form)
        digests.append(digest.finalize())
    return b"".join(digests)
