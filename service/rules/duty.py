"""Duty: whether a window is to be judged at a moment, from its shifts and the calendar of working days."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

import chinese_calendar

from vision.streamtime import StreamTime, from_datetime, to_datetime

__all__ = ["Calendar", "Duty", "Roster", "Shift", "always_on"]

Duty = Literal["on", "off", "exempt", "no_calendar"]
"""``no_calendar``: nobody has said which days of that year are worked, so nothing is judged, loudly."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Hours of duty by the hall's clock; one that ends at or before its beginning lasts past midnight."""

    begins: time
    ends: time


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked.

    weekdays: 0 Monday to 6 Sunday. public: whether Chinese public holidays and make-up workdays apply; the table for
    them ends with a year, and ``own`` (date to worked or not) has to carry a later one: any entry of a year makes the
    year known. ``own`` goes before the table in every year.
    """

    weekdays: frozenset[int] = frozenset(range(5))
    public: bool = True
    own: Mapping[date, bool] = field(default_factory=dict)

    def is_worked(self, day: date) -> bool | None:
        """Whether ``day`` is worked, None where its year is not known."""
        if day in self.own:
            return self.own[day]
        if not self.public:
            return day.weekday() in self.weekdays
        if day.year > LAST_KNOWN_YEAR or day.year < FIRST_KNOWN_YEAR:
            return day.weekday() in self.weekdays if any(own.year == day.year for own in self.own) else None
        if day in chinese_calendar.holidays:
            return False
        return day in chinese_calendar.workdays or day.weekday() in self.weekdays


FIRST_KNOWN_YEAR: Final = min(chinese_calendar.holidays).year
LAST_KNOWN_YEAR: Final = max(chinese_calendar.holidays).year


@dataclass(frozen=True, eq=False)
class Roster:
    """The shifts of one window in the hall's time zone."""

    zone: ZoneInfo
    shifts: tuple[Shift, ...]
    calendar: Calendar

    def at(self, at: StreamTime) -> Duty:
        """Whether the window is on duty at ``at``."""
        day = to_datetime(at).astimezone(self.zone).date()
        for begun in (day - timedelta(days=1), day):  # a shift of yesterday may last past midnight
            for start, end, duty in self._day(begun):
                if start <= at < end:
                    return duty
        return "off"

    @lru_cache(maxsize=8)  # noqa: B019  # one roster lives as long as its worker, and looks ask for the same day
    def _day(self, day: date) -> tuple[tuple[StreamTime, StreamTime, Duty], ...]:
        worked = self.calendar.is_worked(day)
        if worked is False:
            return ()
        duty: Duty = "on" if worked else "no_calendar"
        return tuple((*self._span(day, shift), duty) for shift in self.shifts)

    def _span(self, day: date, shift: Shift) -> tuple[StreamTime, StreamTime]:
        last = day + timedelta(days=1) if shift.ends <= shift.begins else day
        begins = datetime.combine(day, shift.begins, self.zone)
        return from_datetime(begins), from_datetime(datetime.combine(last, shift.ends, self.zone))


def always_on(_window: str, _at: StreamTime) -> Duty:
    """The duty of a film that nobody gave a calendar for."""
    return "on"
