"""Identifiers: one normal form, one keyed pseudonym. Shared by registry, eligibility and verify.

The normal form decides what an objection hits, so it errs towards hitting: odd values are kept as
they are, never refused. It is idempotent: the normal form of a normal form is itself.
"""

import hmac
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache, partial
from itertools import chain

import idna
import phonenumbers

from schemas.vocabulary import IdentifierType, TakedownType, TargetType

SCHEME = f"1+phonenumbers-{phonenumbers.__version__.split('.')[0]}"
"""Version of the normal form; part of what a pseudonym means."""

PLATFORM_SCOPED: frozenset[TargetType] = frozenset({
    IdentifierType.ACCOUNT, IdentifierType.HANDLE, TakedownType.RECORD,
})  # fmt: skip
"""Types whose values mean something only together with a platform."""

_MEDIA = "media"

# Controls, white space and default-ignorable code points (Unicode 17, DerivedCoreProperties), the
# blank braille pattern, and the interlinear marks. Written out, so that it does not move with Python.
_INVISIBLE = frozenset(
    chr(point)
    for point in chain(
        range(0x21), range(0x7F, 0xA1), (0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x1680, 0x17B4, 0x17B5),
        range(0x180B, 0x1810), range(0x2000, 0x2010), range(0x2028, 0x2030), range(0x205F, 0x2070),
        (0x2800, 0x3000, 0x3164, 0xFEFF, 0xFFA0), range(0xFE00, 0xFE10), range(0xFFF0, 0xFFFC),
        range(0x1BCA0, 0x1BCA4), range(0x1D173, 0x1D17B), range(0xE0000, 0xE1000),
    )
)  # fmt: skip
_DOT_ATOM = re.compile(r'"([^\s"\\(),:;<>@\[\].]+(?:\.[^\s"\\(),:;<>@\[\].]+)*)"')
_DID = re.compile(r"did:([a-z0-9]+):([^#?/]+)(.*)", re.IGNORECASE | re.DOTALL)
_MAX_PASSES = 64


def normalise(kind: IdentifierType, value: str | int, region: str | None = None) -> str:
    """The normal form of an identifier; empty if nothing is left.

    ``region`` (ISO 3166-1 alpha-2) completes a phone number written without country code.
    Numbers and their decimal strings agree; leading zeros count. Invisible characters at either
    end never count.
    """
    step = _NORMAL_FORMS[kind]
    text = str(value)
    # One pass can bare what the next takes away: a space under a prefix, a zero behind a zero.
    for _ in range(_MAX_PASSES):
        before, text = text, step(text, region)
        if text == before:
            break
    return text


def has_numbers(region: str) -> bool:
    """Whether a country (ISO 3166-1 alpha-2, any case) has telephone numbers that it could complete."""
    return region.strip().upper() in phonenumbers.SUPPORTED_REGIONS


def _account(text: str, _region: str | None) -> str:
    # Opaque, so neither case nor width is touched.
    text = _trimmed(text)
    return text if text.isascii() else _trimmed(unicodedata.normalize("NFC", text))


def _handle(text: str, _region: str | None) -> str:
    return _folded(text).lstrip("@")


def _email(text: str, _region: str | None) -> str:
    # Width first, so that a full-width @ divides; case only of the local part, because full case
    # folding would turn the domain faß.de into fass.de, which is another one.
    text = _without_prefix(_trimmed(unicodedata.normalize("NFKC", text)), "mailto:")
    if text.endswith(">"):  # Ana <ana@example.org>
        text = text[text.rfind("<") + 1 :].rstrip(">")
    local, at, domain = text.rpartition("@")
    if not at:
        return _folded(domain)
    local, domain = _folded(local), _domain(_trimmed(domain))
    quoted = _DOT_ATOM.fullmatch(local)  # RFC 5321, 4.1.2: quotes that nothing needs say nothing
    local = quoted[1] if quoted else local
    return f"{local}@{domain}" if local or domain else ""


def _phone(text: str, region: str | None) -> str:
    text = unicodedata.normalize("NFKC", text)
    text = "".join(character for character in text if character == " " or character not in _INVISIBLE)
    text = _without_prefix(_trimmed(text), "tel:")
    region = region.strip().upper() if region else None
    first = _parsed(text, region)
    digits = "".join(str(unicodedata.digit(character)) for character in text if character.isdigit())
    # 00 is the ITU's prefix for abroad; where a region dials another one, it is tried second.
    abroad = text.lstrip("(").startswith("00")
    second = _parsed(f"+{digits[2:]}", None) if abroad else None
    if first is not None and phonenumbers.is_possible_number(first) and not _is_better(second, first):
        return _e164(first)
    if second is not None:
        return _e164(second)
    if first is not None:
        return _e164(first)
    if abroad:
        return f"+{digits[2:]}" if digits[2:] else digits
    return f"+{digits}" if digits and text.lstrip("(").startswith("+") else digits


def _did(text: str, _region: str | None) -> str:
    text = _without_prefix(_trimmed(unicodedata.normalize("NFC", text)), "at://")
    parts = _DID.fullmatch(text)
    if parts is None:
        return text
    method, name = parts[1].lower(), parts[2]
    # Scheme and method are lower case (W3C DID Core 3.1); the rest is the method's business. did:plc
    # is base32 in lower case; did:web starts with a domain; a key (did:key) is case-sensitive.
    if method == "plc":
        name = name.lower()
    elif method == "web":
        domain, colon, path = name.partition(":")
        name = f"{domain.lower()}{colon}{path}"
    return f"did:{method}:{_trimmed(name)}"  # a DID URL names the subject of its DID


def _trimmed(text: str) -> str:
    start, end = 0, len(text)
    while start < end and text[start] in _INVISIBLE:
        start += 1
    while end > start and text[end - 1] in _INVISIBLE:
        end -= 1
    return text[start:end]


def _folded(text: str) -> str:
    """Equal for a compatibility caseless match (Unicode 3.13, D146), composed, trimmed."""
    if text.isascii():
        return _trimmed(text.lower())
    normal = partial(unicodedata.normalize, "NFKD")
    folded = normal(normal(unicodedata.normalize("NFD", text).casefold()).casefold())
    return _trimmed(unicodedata.normalize("NFC", folded))


def _without_prefix(text: str, prefix: str) -> str:
    while text[: len(prefix)].lower() == prefix:
        text = _trimmed(text[len(prefix) :])
    return text


@lru_cache(maxsize=4096)
def _domain(text: str) -> str:
    """ASCII form by UTS 46, non-transitional; a label that IDNA refuses stays as it is."""
    if not text.isascii():
        try:
            text = idna.uts46_remap(text, std3_rules=False, transitional=False)
        except UnicodeError:
            return text.rstrip(".")
    return ".".join(_label(label) for label in text.lower().rstrip(".").split("."))


def _label(label: str) -> str:
    if label.isascii():
        return label
    try:
        return idna.encode(label).decode("ascii")
    except UnicodeError:
        return label


def _parsed(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def _is_better(second: phonenumbers.PhoneNumber | None, first: phonenumbers.PhoneNumber) -> bool:
    """Whether the second reading is a number in use and the first is none."""
    return (
        second is not None
        and phonenumbers.is_valid_number(second)
        and not phonenumbers.is_valid_number(first)
    )


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


_NORMAL_FORMS: dict[IdentifierType, Callable[[str, str | None], str]] = {
    IdentifierType.ACCOUNT: _account,
    IdentifierType.HANDLE: _handle,
    IdentifierType.EMAIL: _email,
    IdentifierType.PHONE: _phone,
    IdentifierType.DID: _did,
}


def message(kind: str, platform: str, normal: str) -> bytes:
    """What is hashed: type 0x00 platform 0x00 normal form. Platform is empty for global types."""
    return b"\x00".join((kind.encode(), platform.encode(), normal.encode("utf-8", "surrogatepass")))


def scope_of(kind: TargetType, platform: str) -> str:
    """The platform that a target's value means something on; empty where it means the same everywhere."""
    return platform if kind in PLATFORM_SCOPED else ""


def target_message(kind: TargetType, platform: str, normal: str) -> bytes:
    """The message of a target: platform-scoped types carry the platform, others do not."""
    return message(str(kind), scope_of(kind, platform), normal)


def pseudonym(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA-256, all 32 bytes, under one key; under a chain of them: schemas.pseudonyms."""
    return hmac.digest(key, data, "sha256")


def subject(key: bytes, data: bytes) -> int:
    """The first 64 bits, big-endian, of HMAC-SHA-256: how lineage writes a person down."""
    return int.from_bytes(hmac.digest(key, data, "sha256")[:8], "big")


def account_message(platform: str, account_id: str) -> bytes:
    """The message of an account id, in its normal form."""
    return message("account", platform, normalise(IdentifierType.ACCOUNT, account_id))


def media_form(sha256: str) -> str:
    """The normal form of the digest of a picture's bytes."""
    return sha256.strip().lower()


def media_message(sha256: str) -> bytes:
    """The message of a picture: the digest of its bytes, whatever the platform."""
    return message(_MEDIA, "", media_form(sha256))
