"""Write phone_numbers.csv: a number of every region as its people write it, and its E.164 form; and
phone_digests.csv: of every region one digest of the normal forms of many generated numbers.

Only for a new normal form (schemas.identifiers.SCHEME): with a new release of phonenumbers the files stay,
and the test says whether the normal form moved. See docs/adr/0005-phone-numbers.md.
"""

import csv
import hashlib
from pathlib import Path

import phonenumbers as library
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from schemas.identifiers import normalise
from schemas.vocabulary import IdentifierType

FILE = Path(__file__).with_suffix(".csv")
DIGESTS = FILE.with_name("phone_digests.csv")
_GENERATED = 150
"""Numbers of each region, each of them with and without a leading zero."""


def rows():
    """(region, written, normal)."""
    for region in sorted(library.SUPPORTED_REGIONS):
        number = library.example_number_for_type(region, PhoneNumberType.MOBILE) or library.example_number(
            region
        )
        e164 = library.format_number(number, PhoneNumberFormat.E164)
        yield region, library.format_number(number, PhoneNumberFormat.NATIONAL), e164
        yield region, "00" + library.format_number(number, PhoneNumberFormat.INTERNATIONAL)[1:], e164


def generated(region):
    """Numbers of 7 to 11 digits, as good as random and the same on every machine."""
    for place in range(_GENERATED):
        seed = int.from_bytes(hashlib.sha256(f"{region} {place}".encode()).digest())
        number = str(seed)[-7 - place % 5 :]
        yield from (number, f"0{number}")


def digest(region):
    """SHA-256 of the normal forms of the generated numbers, one a line."""
    forms = (normalise(IdentifierType.PHONE, number, region) for number in generated(region))
    return hashlib.sha256("".join(f"{form}\n" for form in forms).encode()).hexdigest()


def digests():
    """(region, digest)."""
    return [(region, digest(region)) for region in sorted(library.SUPPORTED_REGIONS)]


def _write(path, header, lines):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(lines)


if __name__ == "__main__":
    _write(FILE, ("region", "written", "normal"), rows())
    _write(DIGESTS, ("region", "digest"), digests())
