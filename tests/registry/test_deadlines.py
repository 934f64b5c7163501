"""Deadlines: what the regulation's words give, day by day, worked out with a calendar and not with our code."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optout_registry.deadlines import answer_due, days_left, public_holidays, received_on
from schemas.errors import BadInput, ConfigurationError

GERMANY = {
    "2025-12-25", "2025-12-26", "2026-01-01", "2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14",
    "2026-05-25", "2026-10-03", "2026-12-25", "2026-12-26", "2027-01-01",
}  # fmt: skip
HOLIDAYS = frozenset(map(date.fromisoformat, GERMANY))


@pytest.mark.parametrize(
    ("received", "due"),
    [
        # EDPB Guidelines 01/2022, section 5.3
        pytest.param("2024-03-05", "2024-04-05", id="EDPB: 5 March"),
        pytest.param("2026-08-31", "2026-09-30", id="EDPB: 31 August"),
        # art. 3(2)(c): the same date, or the last day of a month without it
        pytest.param("2026-08-30", "2026-09-30", id="30 August has its date"),
        pytest.param("2025-01-31", "2025-02-28", id="31 January"),
        pytest.param("2024-01-31", "2024-02-29", id="31 January of a leap year"),
        pytest.param("2025-01-29", "2025-02-28", id="29 January"),
        pytest.param("2024-01-29", "2024-02-29", id="29 January of a leap year"),
        pytest.param("2025-02-28", "2025-03-28", id="the last of February is no last of March"),
        pytest.param("2024-02-28", "2024-03-28", id="28 February of a leap year"),
        pytest.param("2026-11-30", "2026-12-30", id="into December"),
        pytest.param("2026-12-15", "2027-01-15", id="over the year"),
        # art. 3(3): days of rest count within the month, and a request may come on one
        pytest.param("2026-06-06", "2026-07-06", id="received on a Saturday"),
        pytest.param("2026-05-25", "2026-06-25", id="received on a holiday"),
        # art. 3(4): the last day is a working day
        pytest.param("2026-07-15", "2026-08-17", id="ends on a Saturday"),
        pytest.param("2026-07-16", "2026-08-17", id="ends on a Sunday"),
        pytest.param("2026-12-31", "2027-02-01", id="ends on a Sunday, into the next month"),
        pytest.param("2026-04-01", "2026-05-04", id="holiday on a Friday, then a weekend"),
        pytest.param("2025-12-01", "2026-01-02", id="New Year on a Thursday"),
        pytest.param("2025-11-25", "2025-12-29", id="Christmas, then a weekend"),
        pytest.param("2026-03-03", "2026-04-07", id="Good Friday to Easter Monday"),
        pytest.param("2026-03-06", "2026-04-07", id="Easter Monday"),
        pytest.param("2026-04-14", "2026-05-15", id="Ascension, and the bridge is a working day"),
        pytest.param("2026-03-02", "2026-04-02", id="the day before Good Friday"),
    ],
)
def test_a_month_from_receipt(received, due):
    assert answer_due(date.fromisoformat(received), HOLIDAYS) == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        pytest.param("2024-03-05", "2024-06-05", id="three months in all"),
        pytest.param("2026-08-31", "2026-11-30", id="last day of the third month, not of the first"),
        pytest.param("2025-11-30", "2026-03-02", id="the end of February is a Saturday"),
        pytest.param(
            "2025-11-25", "2026-02-25", id="from receipt, not from the moved end of the first month"
        ),
        pytest.param("2026-10-01", "2027-01-04", id="New Year on a Friday"),
        pytest.param("2026-12-31", "2027-03-31", id="no date lost on the way through February"),
    ],
)
def test_an_extension_counts_from_receipt(received, due):
    assert answer_due(date.fromisoformat(received), HOLIDAYS, extended=True) == date.fromisoformat(due)


def test_without_holidays_only_the_weekend_moves_the_end():
    assert answer_due(date(2025, 11, 25), ()) == date(2025, 12, 25)
    assert answer_due(date(2025, 11, 27), ()) == date(2025, 12, 29)


@given(st.dates(max_value=date(9000, 1, 1)), st.booleans())
def test_the_end_is_a_working_day_and_never_before_its_date(received, extended):
    due = answer_due(received, HOLIDAYS, extended=extended)
    assert due.isoweekday() <= 5
    assert due not in HOLIDAYS
    shortest, longest = (89, 92) if extended else (28, 31)
    assert timedelta(days=shortest) <= due - received <= timedelta(days=longest + 4)
    assert due <= answer_due(received + timedelta(days=1), HOLIDAYS, extended=extended)


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        ("2026-05-31T21:59:59+00:00", "Europe/Berlin", "2026-05-31"),
        ("2026-05-31T22:00:00+00:00", "Europe/Berlin", "2026-06-01"),
        ("2026-05-31T22:30:00+00:00", "Europe/Dublin", "2026-05-31"),
        ("2025-12-31T23:00:00+00:00", "Europe/Berlin", "2026-01-01"),
        ("2025-12-31T23:00:00+00:00", "Europe/Dublin", "2025-12-31"),
        ("2026-06-01T00:30:00+02:00", "UTC", "2026-05-31"),
        ("2026-10-25T23:30:00+00:00", "Europe/Berlin", "2026-10-26"),  # summer time ended that morning
        ("2026-10-24T22:30:00+00:00", "Europe/Berlin", "2026-10-25"),
    ],
)
def test_the_day_is_that_of_the_zone(instant, zone, day):
    assert received_on(datetime.fromisoformat(instant), ZoneInfo(zone)) == date.fromisoformat(day)


def test_what_is_no_day_is_refused():
    with pytest.raises(BadInput, match="a time with its zone"):
        received_on(datetime(2026, 5, 31, 22), UTC)  # noqa: DTZ001
    for received in (datetime(2026, 5, 31, tzinfo=UTC), date.max, date(9999, 1, 1)):
        with pytest.raises(BadInput, match="a day before 9999"):
            answer_due(received, ())
    assert answer_due(date(9998, 12, 31), (), extended=True).year == 9999


@pytest.mark.parametrize(("today", "left"), [("2026-09-29", 1), ("2026-09-30", 0), ("2026-10-01", -1)])
def test_days_left(today, left):
    assert days_left(date(2026, 9, 30), date.fromisoformat(today)) == left


@pytest.mark.parametrize(
    ("country", "days"),
    [
        ("DE", "01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26"),
        ("FR", "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25"),
        ("IE", "01-01 02-02 03-17 04-06 05-04 06-01 08-03 10-26 12-25 12-26"),
    ],
)
def test_public_holidays_of_2026(country, days):
    assert public_holidays(country, [2026]) == {date.fromisoformat(f"2026-{day}") for day in days.split()}


def test_public_holidays_of_several_years():
    found = public_holidays("DE", range(2025, 2028))
    assert found >= HOLIDAYS
    assert {day.year for day in found} == {2025, 2026, 2027}


@pytest.mark.parametrize("country", ["XX", "de", "DEU", "", "Germany", "HolidayBase"])
def test_a_country_that_is_not_known_is_refused(country):
    with pytest.raises(ConfigurationError, match="country of the privacy officer"):
        public_holidays(country, [2026])
