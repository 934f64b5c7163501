"""Keys that lie encrypted, under a master key that a key management service holds.

What is stored is a wrapped key. It is bound to its purpose and id, and does not open in the place of another.
"""

import secrets
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas.canonical import canonical_json
from schemas.errors import ConfigurationError
from schemas.model import Model

_NONCE = 12


class WrappedKey(Model):
    """A key as it is stored."""

    purpose: str
    id: str
    """As the key itself has it."""
    kms: str
    """Which service, and which of its master keys: ``local:PATH``, relative to the folder of this file."""
    wrapped: bytes
    """The secret, encrypted; in hexadecimal."""


class KeyManagement(Protocol):
    """What a key management service does: one master key, which it does not give away."""

    def encrypt(self, secret: bytes, context: bytes) -> bytes:
        """The secret, encrypted; ``context`` is authenticated along with it."""
        ...

    def decrypt(self, wrapped: bytes, context: bytes) -> bytes:
        """The secret again.

        Raises:
            ConfigurationError: another master key has wrapped it, for another context, or it was changed.
        """
        ...


@dataclass(frozen=True)
class LocalManagement:
    """A master key at hand: AES-256-GCM with a random nonce (NIST SP 800-38D) before the ciphertext."""

    master: bytes = field(repr=False)

    def encrypt(self, secret: bytes, context: bytes) -> bytes:
        """See :class:`KeyManagement`."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self.master).encrypt(nonce, secret, context)

    def decrypt(self, wrapped: bytes, context: bytes) -> bytes:
        """See :class:`KeyManagement`."""
        try:
            return AESGCM(self.master).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], context)
        except (InvalidTag, ValueError):
            raise ConfigurationError(
                "wrapped key",
                expected="one that this master key has wrapped, for this purpose and id",
                found="one that it does not open",
                remedy="restore the wrapped key and the master key from one backup",
            ) from None


def wrap(secret: bytes, purpose: str, key_id: str, kms: str, management: KeyManagement) -> WrappedKey:
    """A key as it is stored, encrypted by ``management``, which ``kms`` names."""
    wrapped = management.encrypt(secret, _context(purpose, key_id))
    return WrappedKey(purpose=purpose, id=key_id, kms=kms, wrapped=wrapped)


def unwrap(stored: WrappedKey, management: KeyManagement) -> bytes:
    """The secret of a wrapped key.

    Raises:
        ConfigurationError: it is not as it was wrapped.
    """
    return management.decrypt(stored.wrapped, _context(stored.purpose, stored.id))


def _context(purpose: str, key_id: str) -> bytes:
    return canonical_json({"purpose": purpose, "id": key_id})
