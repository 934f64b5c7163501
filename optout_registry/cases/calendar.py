"""The officer's calendar: on which day something reached us, and the last day of an answer."""

from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from optout_registry.deadlines import answer_due, public_holidays, received_on


@dataclass(frozen=True)
class Calendar:
    """Days in the time zone of whoever answers, and the working days of their country."""

    zone: tzinfo
    country: str | None
    """ISO 3166-1 alpha-2; None: no holiday moves a last day on."""
    _holidays: dict[int, frozenset[date]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def day_of(self, instant: datetime) -> date:
        """The day of an instant."""
        return received_on(instant, self.zone)

    def last_day(self, received: date, *, extended: bool) -> date:
        """The last day on which what was received on a day is answered in time.

        Raises:
            ConfigurationError: the holidays of the country are not known.
        """
        days = self._of_year(received.year) | self._of_year(received.year + 1)
        return answer_due(received, days, extended=extended)

    def _of_year(self, year: int) -> frozenset[date]:
        if year not in self._holidays:
            found = frozenset[date]() if self.country is None else public_holidays(self.country, [year])
            self._holidays[year] = found
        return self._holidays[year]
