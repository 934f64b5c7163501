"""One foreign value -> one canonical value. Every function here raises one of FAULTS or returns."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from schemas.fields import TIMESTAMP, Field
from schemas.source import Scalar
from schemas.source_checks import UNIX

FAULTS = (ValueError, TypeError, OverflowError, ArithmeticError)
"""What a value raises that cannot be cast."""

Cast = Callable[[Any], Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - arithmetic on local times
_MIDNIGHT = time()
_MICROSECOND = timedelta(microseconds=1)
_PER_UNIT = {"unix_s": 1_000_000, "unix_ms": 1000, "unix_us": 1}
_MAX_DIGITS = 76
"""Of a decimal number of Parquet. One with an exponent of a million takes minutes to be written out."""
_WEEK = re.compile(r"\d{4}-?W\d\d(?!-?\d)")
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND


def cast_of(mapped: Scalar, field: Field) -> Cast:
    """The cast of one mapped field: what the file holds (never null) to what the table holds."""
    cast = _cast_of(mapped, field)
    return partial(_formed, re.compile(field.form), cast) if field.form else cast


def _cast_of(mapped: Scalar, field: Field) -> Cast:
    if field.type == pa.date32():
        return partial(_date, mapped.date or "iso8601")
    if field.type == TIMESTAMP:
        zone = ZoneInfo(mapped.zone) if mapped.zone else None
        return _timestamp_cast(mapped.timestamp or "iso8601", zone)
    if mapped.values is not None:
        return partial(_mapped, mapped.values, mapped.otherwise)
    if field.values:
        return partial(_known, frozenset(field.values))
    if field.name == "sha256":
        return _lower
    return text


def text(value: Any) -> str:  # noqa: ANN401 - whatever the file holds
    """A string; whole numbers become their decimal strings, bytes must be UTF-8."""
    if isinstance(value, str):
        if not value.isascii():
            value.encode()  # half a surrogate pair is no text
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, Decimal) and value.adjusted() < _MAX_DIGITS and value == value.to_integral_value():
        return str(int(value))
    msg = "neither text nor a whole number"
    raise TypeError(msg)


def _known(values: frozenset[str], value: Any) -> str:  # noqa: ANN401
    found = text(value)
    if found not in values:
        msg = "not in the vocabulary"
        raise ValueError(msg)
    return found


def _mapped(values: Mapping[str, str | None], otherwise: str | None, value: Any) -> str | None:  # noqa: ANN401
    key = str(value).lower() if isinstance(value, bool) else text(value)
    if key in values:
        return values[key]
    if otherwise == "defect":
        msg = "not in the value map"
        raise ValueError(msg)
    return otherwise


def _lower(value: Any) -> str:  # noqa: ANN401
    return text(value).lower()


def _formed(form: re.Pattern[str], cast: Callable[[Any], str | None], value: Any) -> str | None:  # noqa: ANN401
    found = cast(value)
    if found is not None and form.fullmatch(found) is None:
        msg = "not of the field's form"
        raise ValueError(msg)
    return found


def _date(form: str, value: Any) -> date:  # noqa: ANN401
    if isinstance(value, datetime):
        msg = "an instant, not a date"
        raise TypeError(msg)
    if isinstance(value, date):
        return value
    found = text(value)
    if form == "iso8601":
        return date.fromisoformat(_without_week(found))
    return datetime.strptime(found, form).date()  # noqa: DTZ007 - a date has no zone


def _without_week(found: str) -> str:
    # fromisoformat takes a week alone for its Monday, which nobody said
    if "W" in found and _WEEK.match(found):
        msg = "a week, not a day"
        raise ValueError(msg)
    return found


def _timestamp_cast(form: str, zone: ZoneInfo | None) -> Cast:
    if form in UNIX:
        return partial(_unix, _PER_UNIT[form])
    if form == "iso8601":
        return partial(_instant, lambda found: datetime.fromisoformat(_without_week(found)), zone)
    # strptime takes 6 us a value; a format of plain numbers is read by one regular expression
    parse = _numeric_parser(form) or (lambda found: datetime.strptime(found, form))  # noqa: DTZ007
    return partial(_instant, parse, zone)


def _instant(parse: Callable[[str], datetime], zone: ZoneInfo | None, value: Any) -> int:  # noqa: ANN401
    """Microseconds since 1970 UTC. Of a local time that occurs twice, the earlier; a day is its start."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, _MIDNIGHT)
    found = value if isinstance(value, datetime) else parse(text(value))
    if found.tzinfo is None:
        if zone is None:
            msg = "a local time, and no zone is declared"
            raise ValueError(msg)
        if zone.key == "UTC":
            return (found - _NAIVE_EPOCH) // _MICROSECOND
        found = found.replace(tzinfo=zone)
    return _within((found - _EPOCH) // _MICROSECOND)


def _unix(per_unit: int, value: Any) -> int:  # noqa: ANN401
    if isinstance(value, float):
        return _within(round(value * per_unit))
    found = text(value)
    if found.lstrip("-").isdecimal():
        return _within(int(found) * per_unit)
    number = Decimal(found)
    if number.adjusted() > _MAX_DIGITS:
        msg = "outside the years 1 to 9999"
        raise ValueError(msg)
    return _within(round(number * per_unit))


def _within(microseconds: int) -> int:
    if not _FIRST <= microseconds <= _LAST:
        msg = "outside the years 1 to 9999"
        raise ValueError(msg)
    return microseconds


_NUMERIC = {
    "Y": r"(?P<year>\d{4})", "m": r"(?P<month>\d\d?)", "d": r"(?P<day>\d\d?)", "H": r"(?P<hour>\d\d?)",
    "M": r"(?P<minute>\d\d?)", "S": r"(?P<second>\d\d?)", "f": r"(?P<fraction>\d{1,6})",
    "z": r"(?P<offset>Z|[+-]\d\d:?\d\d)",
}  # fmt: skip


def _numeric_parser(form: str) -> Callable[[str], datetime] | None:
    """A parser of a strptime format that has only numbers in it; None if it has anything else."""
    pattern = ""
    pieces = re.split(r"%(.)", form)
    for literal, directive in zip(pieces[::2], [*pieces[1::2], None], strict=True):
        pattern += re.sub(r"(\\?\s)+", r"\\s+", re.escape(literal))  # as in strptime
        if directive is None:
            break
        if directive not in _NUMERIC or _NUMERIC[directive] in pattern:
            return None
        pattern += _NUMERIC[directive]
    match = re.compile(pattern, re.ASCII).fullmatch
    known = set(re.compile(pattern).groupindex)
    if not {"year", "month", "day"} <= known:
        return None
    return partial(_parse_numbers, match)


def _parse_numbers(match: Callable[[str], "re.Match[str] | None"], found: str) -> datetime:
    parts = match(found)
    if parts is None:
        msg = "does not match the format"
        raise ValueError(msg)
    number = parts.groupdict("0")
    offset = number.get("offset")
    return datetime(
        int(number["year"]), int(number["month"]), int(number["day"]),
        int(number.get("hour", 0)), int(number.get("minute", 0)), int(number.get("second", 0)),
        int(number.get("fraction", "0").ljust(6, "0")),
        tzinfo=None if offset is None else _offset(offset),
    )  # fmt: skip


@lru_cache(maxsize=256)
def _offset(written: str) -> tzinfo | None:
    return datetime.fromisoformat(f"2000-01-01T00:00:00{written}").tzinfo
