"""Duty: whether a window is to be judged at a moment, from its shifts and the calendar of working days."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

import chinese_calendar

from vision.streamtime import StreamTime, from_datetime, to_datetime

__all__ = ["Calendar", "Duty", "Shift", "Span", "WorkingHours", "always_on", "no_shifts"]

Duty = Literal["on", "off", "exempt", "no_calendar"]
"""``no_calendar``: nobody has said which days of that year are worked, so nothing is judged, loudly."""

Span: TypeAlias = tuple[StreamTime, StreamTime]
"""From when to when a shift lasts on one day."""


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
class WorkingHours:
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

    def shift(self, at: StreamTime) -> Span | None:
        """The shift on duty at ``at``; shifts that follow one another without a break are one."""
        day = to_datetime(at).astimezone(self.zone).date()
        return next((span for span in self._shifts(day) if span[0] <= at < span[1]), None)

    @lru_cache(maxsize=1024)  # noqa: B019  # one roster lives as long as its worker, and looks ask for the same day
    def _shifts(self, day: date) -> tuple[Span, ...]:
        spans = sorted(
            (start, end)
            for near in (day - timedelta(days=1), day, day + timedelta(days=1))
            for start, end, duty in self._day(near)
            if duty == "on"
        )
        joined: list[Span] = []
        for start, end in spans:
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        return tuple(joined)

    @lru_cache(maxsize=1024)  # noqa: B019  # one roster lives as long as its worker, and looks ask for the same day
    def _day(self, day: date) -> tuple[tuple[StreamTime, StreamTime, Duty], ...]:
        worked = self.calendar.is_worked(day)
        if worked is False:
            return ()
        duty: Duty = "on" if worked else "no_calendar"
        return tuple((*self._span(day, shift), duty) for shift in self.shifts)

    def _span(self, day: date, shift: Shift) -> Span:
        last = day + timedelta(days=1) if shift.ends <= shift.begins else day
        begins = datetime.combine(day, shift.begins, self.zone)
        return from_datetime(begins), from_datetime(datetime.combine(last, shift.ends, self.zone))


def always_on(_window: str, _at: StreamTime) -> Duty:
    """The duty of a film that nobody gave a calendar for."""
    return "on"


def no_shifts(_window: str, _at: StreamTime) -> Span | None:
    """The shifts of a film that nobody gave a calendar for."""
    return None
