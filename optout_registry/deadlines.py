"""When a request must be answered. Dates only; the clock is never read here.

GDPR art. 12(3): at the latest one month after receipt, extended by two further months where that is necessary
and the person is told so within the first. Regulation (EEC, Euratom) No 1182/71 says how periods of Union law
are counted. An objection does not wait for any of this: it counts from the moment it is received.
"""

import calendar
import re
from collections.abc import Collection
from datetime import date, datetime, timedelta, tzinfo

from schemas.errors import BadInput, ConfigurationError

MONTHS = 1
"""Months to answer in, from receipt."""

EXTENDED_MONTHS = 3
"""The same, where the time was extended: two further months, so three in all."""

_SATURDAY = 5


def received_on(instant: datetime, zone: tzinfo) -> date:
    """The day of an instant in a time zone: that of the officer, where the answer is to be given.

    Raises:
        BadInput: an instant without a zone, which would be read in that of this machine.
    """
    if instant.utcoffset() is None:
        raise _no_day("a time with its zone", "one without")
    return instant.astimezone(zone).date()


def answer_due(received: date, holidays: Collection[date], *, extended: bool = False) -> date:
    """The last day on which a request received on ``received`` can be answered in time.

    It is the same day of the next month, or of the third where the time is extended, and the last day of a
    month that has no such day (Regulation 1182/71 art. 3(2)(c)); if that is a public holiday, a Saturday or
    a Sunday, the next working day (art. 3(4)). EDPB Guidelines 01/2022 on the right of access, section 5.3,
    have it so: 5 March gives 5 April, 31 August gives 30 September.

    Another reading takes the day after receipt for the one whose date comes again, because art. 3(1) leaves
    out the day of the event. It is not followed: a person would wait a day longer. An extension runs from
    receipt, not from an end that a weekend has moved. Nothing stops the count, neither a check of identity
    nor a question.

    ``holidays`` are those of the Member State where the answer is given (art. 2(1)), for every year up to
    the end; one that is missing makes an answer due too early, never too late.

    Raises:
        BadInput: a time instead of a day, or a day too late for a calendar.
    """
    if isinstance(received, datetime) or received.year == date.max.year:
        raise _no_day(f"a day before {date.max.year}", "a time, or a later day")
    month = received.month + (EXTENDED_MONTHS if extended else MONTHS)
    year, month = received.year + (month - 1) // 12, (month - 1) % 12 + 1
    due = date(year, month, min(received.day, calendar.monthrange(year, month)[1]))
    while due.weekday() >= _SATURDAY or due in holidays:
        due += timedelta(days=1)
    return due


def days_left(due: date, today: date) -> int:
    """Days from ``today`` to the last day: 0 is that day itself, below 0 the answer is overdue."""
    return (due - today).days


def public_holidays(country: str, years: Collection[int]) -> frozenset[date]:
    """Public holidays of a whole country, ISO 3166-1 alpha-2, with the days given in place of lost ones.

    Holidays of a region alone are left out: an answer is then due a day too early rather than too late.

    Raises:
        ConfigurationError: a country whose holidays are not known.
    """
    from holidays import country_holidays

    try:
        if re.fullmatch("[A-Z]{2}", country):
            return frozenset(country_holidays(country, years=years))
    except NotImplementedError:
        pass
    raise ConfigurationError(
        "country of the privacy officer",
        expected="two capital letters of ISO 3166-1, for example IE, of a country whose holidays are known",
        found=country,
        remedy="correct the code, or name the public holidays yourself",
    )


def _no_day(expected: str, found: str) -> BadInput:
    return BadInput("time of receipt", expected=expected, found=found, remedy="correct when it was received")
