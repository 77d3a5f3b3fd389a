"""Stretches of days by the calendar: of one year, or the same in every year."""

from dataclasses import dataclass
from datetime import date
from typing import Final

__all__ = ["Dates"]

_LEAP_YEAR: Final = 2024  # has every day that any year has


@dataclass(frozen=True, slots=True)
class Dates:
    """All days from ``first`` to ``last``, both included.

    Either are (year, month, day), or both (month, day) and so in every year; those may last over New Year.
    """

    first: tuple[int, ...]
    last: tuple[int, ...]

    def hold(self, day: date) -> bool:
        """Whether ``day`` is one of them."""
        at = (day.year, day.month, day.day)[-len(self.first) :]
        if self.first <= self.last:
            return self.first <= at <= self.last
        return len(self.first) == 2 and (at >= self.first or at <= self.last)

    def shared_with(self, other: "Dates") -> date | None:
        """A day that both hold, the first day of one of them; None where there is none."""
        years = sorted({year for one in (self, other) if len(one.first) == 3 for year in (one.first[0], one.last[0])})
        span = range(years[0], years[-1] + 1) if years else range(_LEAP_YEAR, _LEAP_YEAR + 1)
        begins = (day for one in (self, other) for year in span if (day := one._begins_in(year)) is not None)
        return next((day for day in begins if self.hold(day) and other.hold(day)), None)

    def _begins_in(self, year: int) -> date | None:
        if len(self.first) == 3:
            return date(*self.first) if self.first[0] == year else None
        month, day = self.first
        try:
            return date(year, month, day)
        except ValueError:  # 29 February of another year
            return date(year, 3, 1)
