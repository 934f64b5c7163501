"""Moments at which a picture was taken, as blocks write them -> datetimes."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone

from schemas.media import Block

_FIRST_YEAR = 1826
"""Of the oldest photograph that is left."""

_LONGEST = 40
"""Characters of a moment: 2019-05-04T03:02:01.123456789 +02:00 has 36."""
_MOMENT = re.compile(
    r"""(\d{4})(?:[-:](\d{2})(?:[-:](\d{2})
        (?:[T\s]\s*(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9})\d*)?)?\s*(Z|[-+]\d{2}:?\d{2})?)?)?)?""",
    re.VERBOSE | re.ASCII,
)
_IIM_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_IIM_TIME = re.compile(r"(\d{2})(\d{2})(\d{2})([-+]\d{2}:?\d{2})?", re.ASCII)
_OFFSET = re.compile(r"\s*(?:Z|([-+])(\d{2}):?(\d{2}))\s*", re.ASCII)

Values = Mapping[tuple[Block, str], list[str]]


def taken_at(values: Values) -> datetime | None:
    """The earliest moment that a block says the picture was taken, to the microsecond.

    EXIF says it in DateTimeOriginal with its fraction and offset, IIM in DateCreated and TimeCreated, XMP in
    exif:DateTimeOriginal and photoshop:DateCreated. Of a month or a year alone its beginning.
    """
    moments = [moment for text in _texts(values) if (moment := parsed(text)) is not None]
    return min(moments, default=None)


def parsed(text: str) -> datetime | None:
    """A date, with or without time and offset, in EXIF's spelling or ISO's; None: it is none that can be."""
    written = text.strip(" \t\r\n\0")
    # Blanks in the middle of a long text would be tried in every division.
    match = _MOMENT.fullmatch(written) if len(written) <= _LONGEST else None
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) if part else None for part in match.groups()[:6])
    fraction, offset = match[7] or "", match[8]
    zone = _zone(offset) if offset else UTC
    if zone is None or year is None or year < _FIRST_YEAR:
        return None
    try:
        local = datetime(
            year, 1 if month is None else month, 1 if day is None else day,
            hour or 0, minute or 0, second or 0, int(fraction[:6].ljust(6, "0")), zone,
        )  # fmt: skip
        return local.astimezone(UTC)
    except (ValueError, OverflowError):  # a 30 February; the last day of the year 9999 in the west
        return None


def _texts(values: Values) -> Iterable[str]:
    for text in values.get((Block.EXIF, "exif:DateTimeOriginal"), ()):
        fraction = _first(values, "exif:SubSecTimeOriginal").strip()
        offset = _first(values, "exif:OffsetTimeOriginal")
        date = text.strip().rstrip("\0")
        if fraction.isascii() and fraction.isdecimal() and "." not in date:
            date += f".{fraction}"
        # An offset that is none does not take the date away.
        yield date + offset.strip() if _OFFSET.fullmatch(offset) else date
    times = values.get((Block.IIM, "iim:TimeCreated"), [])
    for place, date in enumerate(values.get((Block.IIM, "iim:DateCreated"), ())):
        day = _IIM_DATE.fullmatch(date.strip())
        time = _IIM_TIME.fullmatch(times[place].strip()) if place < len(times) else None
        if day is not None:
            clock = f"T{time[1]}:{time[2]}:{time[3]}{time[4] or ''}" if time is not None else ""
            yield f"{'-'.join(day.groups())}{clock}"
    for block in (Block.XMP, Block.SIDECAR):
        for name in ("exif:DateTimeOriginal", "photoshop:DateCreated"):
            yield from values.get((block, name), ())


def _first(values: Values, name: str) -> str:
    return next(iter(values.get((Block.EXIF, name), ())), "")


def _zone(offset: str) -> timezone | None:
    match = _OFFSET.fullmatch(offset)
    if match is None:
        return None
    if match[1] is None:
        return UTC
    minutes = int(match[2]) * 60 + int(match[3])
    try:
        return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))
    except ValueError:  # a day or more
        return None
