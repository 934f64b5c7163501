"""Identifiers: one normal form, one keyed pseudonym. Shared by registry, eligibility and verify.

The normal form decides what an objection hits, so it errs towards hitting: odd values are kept as
they are, never refused.
"""

import hmac
import unicodedata

import idna
import phonenumbers

from schemas.vocabulary import IdentifierType

SCHEME = f"1+phonenumbers-{phonenumbers.__version__.split('.')[0]}"
"""Version of the normal form; part of what a pseudonym means."""

PLATFORM_SCOPED = frozenset({IdentifierType.ACCOUNT, IdentifierType.HANDLE})
"""Types whose values mean something only together with a platform."""

_MEDIA = "media"


def normalise(kind: IdentifierType, value: str | int, region: str | None = None) -> str:
    """The normal form of an identifier; empty if nothing is left.

    ``region`` (ISO 3166-1 alpha-2) completes a phone number written without country code.
    Numbers and their decimal strings agree; leading zeros count.
    """
    text = unicodedata.normalize("NFC", str(value)).strip()
    return _NORMAL_FORMS[kind](text, region)


def _account(text: str, _region: str | None) -> str:
    return text


def _handle(text: str, _region: str | None) -> str:
    return _folded(text.removeprefix("@").strip())


def _email(text: str, _region: str | None) -> str:
    text = text.removeprefix("mailto:").strip("<> ")
    local, at, domain = text.rpartition("@")
    if not at:
        return _folded(text)
    return f"{_folded(local.strip())}@{_domain(domain.strip().rstrip('.'))}"


def _phone(text: str, region: str | None) -> str:
    text = text.removeprefix("tel:")
    text = f"+{text[2:]}" if text.startswith("00") else text
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        plus = "+" if text.startswith("+") else ""
        return plus + "".join(str(unicodedata.digit(c)) for c in text if c.isdigit())
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _did(text: str, _region: str | None) -> str:
    method = text.split(":", 2)
    # DID method and scheme are lower case; the rest is the method's business (W3C DID Core 3.1).
    return text if len(method) < 3 else f"{method[0].lower()}:{method[1].lower()}:{method[2]}"  # noqa: PLR2004


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text.casefold())


def _domain(text: str) -> str:
    try:
        return idna.encode(text, uts46=True).decode("ascii").lower()
    except idna.IDNAError:
        return _folded(text)


_NORMAL_FORMS = {
    IdentifierType.ACCOUNT: _account,
    IdentifierType.HANDLE: _handle,
    IdentifierType.EMAIL: _email,
    IdentifierType.PHONE: _phone,
    IdentifierType.DID: _did,
}


def message(kind: str, platform: str, normal: str) -> bytes:
    """What is hashed: type 0x00 platform 0x00 normal form. Platform is empty for global types."""
    return b"\x00".join((kind.encode(), platform.encode(), normal.encode("utf-8", "surrogatepass")))


def target_message(kind: IdentifierType, platform: str, normal: str) -> bytes:
    """The message of an identifier: platform-scoped types carry the platform, others do not."""
    return message(kind.value, platform if kind in PLATFORM_SCOPED else "", normal)


def pseudonym(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA-256, all 32 bytes: how the registry writes a target down."""
    return hmac.digest(key, data, "sha256")


def subject(key: bytes, data: bytes) -> int:
    """The first 64 bits, big-endian, of HMAC-SHA-256: how lineage writes a person down."""
    return int.from_bytes(hmac.digest(key, data, "sha256")[:8], "big")


def account_message(platform: str, account_id: str) -> bytes:
    """The message of an account id, in its normal form."""
    return message("account", platform, normalise(IdentifierType.ACCOUNT, account_id))


def media_message(sha256: str) -> bytes:
    """The message of a picture: the digest of its bytes, whatever the platform."""
    return message(_MEDIA, "", sha256.strip().lower())
