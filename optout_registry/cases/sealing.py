"""Encryption of case data: AES-256-GCM, each value bound to its place.

Nonces are random, 96 bits: one key may seal 2**32 values (NIST SP 800-38D, section 8.3).
"""

import secrets
from dataclasses import dataclass, field
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas.canonical import canonical_json
from schemas.errors import BadInput, ConfigurationError

_NONCE = 12


@dataclass(frozen=True)
class CaseKey:
    """The key of a registry's case data."""

    id: str
    secret: bytes = field(repr=False)
    """32 bytes."""


class Place(NamedTuple):
    """Where a value stands; a ciphertext opens nowhere else."""

    registry_id: str
    event: int
    """Number of the event that received the request."""
    kind: str
    """``contact``, ``language``, or the direction of a message."""
    position: int = 0
    """Of a message in the correspondence."""

    @property
    def associated_data(self) -> bytes:
        """What is authenticated with the value: no two places have the same."""
        return canonical_json(list(self))


def seal(key: CaseKey, place: Place, text: str) -> bytes:
    """Nonce, ciphertext and tag of a text."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key.secret).encrypt(nonce, text.encode(), place.associated_data)


def unseal(key: CaseKey, key_id: str | None, place: Place, sealed: bytes) -> str:
    """The text that was sealed for this place under the key ``key_id``.

    Raises:
        ConfigurationError: ``key`` is another one. BadInput: changed, or moved from another place.
    """
    if key_id != key.id:
        raise ConfigurationError(
            "case key",
            expected=f"{key_id}, which sealed the case data of event {place.event}",
            found=key.id,
            remedy="restore the case key from its backup, or correct keys in optout.yaml",
        )
    try:
        return AESGCM(key.secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], place.associated_data).decode()
    except (InvalidTag, ValueError):
        raise BadInput(
            f"case data of event {place.event}",
            expected=f"the {place.kind} as it was sealed for this request",
            found="other bytes: changed, or another request's",
            remedy="restore the registry from its backup, and find out who changed it",
        ) from None
