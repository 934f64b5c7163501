"""Write phone_numbers.csv: a number of every region as its people write it, and its E.164 form.

Only for a new normal form (schemas.identifiers.SCHEME): with a new release of phonenumbers the file stays,
and the test says whether the normal form moved. See docs/adr/0005-phone-numbers.md.
"""

import csv
from pathlib import Path

import phonenumbers as library
from phonenumbers import PhoneNumberFormat, PhoneNumberType

FILE = Path(__file__).with_suffix(".csv")


def rows():
    """(region, written, normal)."""
    for region in sorted(library.SUPPORTED_REGIONS):
        number = library.example_number_for_type(region, PhoneNumberType.MOBILE) or library.example_number(
            region
        )
        e164 = library.format_number(number, PhoneNumberFormat.E164)
        yield region, library.format_number(number, PhoneNumberFormat.NATIONAL), e164
        yield region, "00" + library.format_number(number, PhoneNumberFormat.INTERNATIONAL)[1:], e164


if __name__ == "__main__":
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("region", "written", "normal"))
        writer.writerows(rows())
