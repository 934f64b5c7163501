"""When a person turned an age everywhere on Earth.

UTC-12 is the last zone to see a day begin, so a birthday has come everywhere at 12:00 UTC. 29 February
counts as 1 March, in leap years too; a month or a year alone counts as its last day.
"""

import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.datetime64]
Micros = npt.NDArray[np.int64]

MICROS_PER_DAY = 86_400_000_000
_FEBRUARY, _DAY_29 = 1, 28  # counted from 0
_NOON = MICROS_PER_DAY // 2
FIRST_DAY, LAST_DAY = np.datetime64("0001-01-01"), np.datetime64("9000-12-31")
"""Dates outside are no birthdays, and would overflow microseconds."""


def last_day_of(dates: Days, month: npt.NDArray[np.bool_], year: npt.NDArray[np.bool_]) -> Days:
    """The date, or the last day of its month or year where only that much is known."""
    last = dates.copy()
    last[month] = (dates[month].astype("M8[M]") + 1).astype("M8[D]") - 1
    last[year] = (dates[year].astype("M8[Y]") + 1).astype("M8[D]") - 1
    return last


def turned(dates: Days, age: int) -> Micros:
    """Microseconds since 1970 UTC at which people born on ``dates`` had turned ``age`` everywhere."""
    months = dates.astype("M8[M]")
    offset = dates - months.astype("M8[D]")
    leap_day = (months.astype(np.int64) % 12 == _FEBRUARY) & (offset.astype(np.int64) == _DAY_29)
    birthday_month = months + 12 * age
    birthdays = birthday_month.astype("M8[D]") + offset
    birthdays = np.where(leap_day, (birthday_month + 1).astype("M8[D]"), birthdays)
    return birthdays.astype("M8[D]").astype(np.int64) * MICROS_PER_DAY + _NOON
