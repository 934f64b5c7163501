"""Keyed hashes of many messages. Nothing heavy is imported here: a process may live for this alone."""

from collections.abc import Iterable

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

DIGEST = 32
"""Bytes in a digest."""


def pseudonyms(key: bytes, prefix: bytes, forms: Iterable[bytes]) -> bytes:
    """HMAC-SHA-256 of ``prefix`` and each form, 32 bytes after 32 bytes.

    Key and prefix are hashed once, and that state is copied for every form.
    """
    begun = HMAC(key, SHA256())
    begun.update(prefix)
    digests = []
    for form in forms:
        digest = begun.copy()
        digest.update(form)
        digests.append(digest.finalize())
    return b"".join(digests)
