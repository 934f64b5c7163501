"""E-mail addresses, phone and account numbers that belong to nobody.

Domains are reserved by RFC 2606 and RFC 6761. Phone numbers come from the ranges that Ofcom (GB),
the Bundesnetzagentur (DE), ARCEP (FR) and NANPA (US, CA) keep for fiction. Account numbers are the
published examples of the IBAN formats.
"""

import random
import unicodedata
from collections.abc import Iterator

from examples.sample_network.language import pick

DOMAINS = (
    "example.org", "example.com", "example.net", "mail.example", "post.example", "web.example",
    "inbox.example.org", "mail.example.net",
)  # fmt: skip
ODD_DOMAIN = "grüße.example"

IBANS = {
    "en": ("GB82 WEST 1234 5698 7654 32", "GB29NWBK60161331926819"),
    "de": ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
    "fr": ("FR14 2004 1010 0505 0001 3M02 606",),
    "es": ("ES91 2100 0418 4502 0005 1332",),
    "it": ("IT60 X054 2811 1010 0000 0123 456",),
    "pl": ("PL61 1090 1014 0000 0712 1981 2874",),
    "nl": ("NL91 ABNA 0417 1643 00",),
    "ro": ("RO49 AAAA 1B31 0075 9384 0000",),
}

PHONE_RANGES: dict[str, tuple[tuple[str, int], ...]] = {
    "GB": (
        ("07700 900", 3), ("020 7946 0", 3), ("0113 496 0", 3), ("0114 496 0", 3), ("0115 496 0", 3),
        ("0116 496 0", 3), ("0117 496 0", 3), ("0118 496 0", 3), ("0121 496 0", 3), ("0131 496 0", 3),
        ("0141 496 0", 3), ("0151 496 0", 3), ("0161 496 0", 3), ("0191 498 0", 3), ("029 2018 0", 3),
        ("01632 960", 3),
    ),
    "DE": (
        ("0171 39200", 2), ("030 23125", 3), ("069 90009", 3), ("040 66969", 3), ("0221 4710", 3),
        ("089 99998", 3),
    ),
    "FR": (("06 39 98 ", 4), ("01 99 00 ", 4), ("02 61 91 ", 4), ("04 65 71 ", 4)),
    "US": tuple((f"({area}) 555-01", 2) for area in (212, 305, 415, 503, 617, 702, 808, 914)),
    "CA": tuple((f"({area}) 555-01", 2) for area in (416, 514, 604, 902)),
}  # fmt: skip
"""Region -> (start of a number as dialled at home, further digits)."""
COUNTRY_CODES = {"GB": "44", "DE": "49", "FR": "33", "US": "1", "CA": "1"}


def phones(rng: random.Random, region: str) -> Iterator[str]:
    """Every number of the region's fictional ranges once, in a shuffled order, as dialled at home."""
    numbers = [
        _dialled(start, digits, number)
        for start, digits in PHONE_RANGES[region]
        for number in range(10**digits)
    ]
    rng.shuffle(numbers)
    return iter(numbers)


def any_phone(rng: random.Random, region: str) -> str:
    """One number of the region's fictional ranges, as dialled at home."""
    start, digits = pick(rng, PHONE_RANGES[region])
    return _dialled(start, digits, int(rng.random() * 10**digits))


def international(number: str, region: str) -> str:
    """The same number with its country code."""
    if region in {"US", "CA"}:
        return f"+1 {number.replace('(', '').replace(')', '')}"
    return f"+{COUNTRY_CODES[region]} {number.removeprefix('0').strip()}"


def ascii_only(text: str) -> str:
    """Letters without their accents, lower case: what handles and addresses are made of."""
    text = text.replace("ł", "l").replace("Ł", "L").replace("ß", "ss")
    return unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode().lower().replace(" ", "")


def address(rng: random.Random, local: str) -> str:
    """An e-mail address in a reserved domain; now and then with capitals or an accented domain."""
    chance = rng.random()
    if chance < 0.01:
        return f"{local}@{ODD_DOMAIN}"
    domain = pick(rng, DOMAINS)
    return f"{local.title()}@{domain.title()}" if chance < 0.06 else f"{local}@{domain}"


def _dialled(start: str, digits: int, number: int) -> str:
    rest = f"{number:0{digits}d}"
    # French numbers are written in pairs
    return f"{start}{rest[:2]} {rest[2:]}" if digits == 4 else f"{start}{rest}"
