"""When a window is to be judged: its shifts, and the calendar of working days."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

import chinese_calendar

from service.rules.duty.dates import Dates
from service.rules.duty.walltime import moment
from vision.streamtime import SECOND, StreamTime, to_datetime

__all__ = [
    "FIRST_KNOWN_YEAR",
    "LAST_KNOWN_YEAR",
    "Calendar",
    "Closing",
    "Duty",
    "Season",
    "Shift",
    "Span",
    "Week",
    "WorkingHours",
    "always_on",
    "no_shifts",
]

Duty = Literal["on", "off", "exempt", "closed", "no_calendar"]
"""``closed``: it would be on duty, but the window is out of service on that day. ``no_calendar``: nobody has said which
days of that year are worked. In all but ``on`` nothing is judged."""

_QUARTER: Final = 900 * SECOND

Span: TypeAlias = tuple[StreamTime, StreamTime]
"""From when to when a shift lasts on one day."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Hours of duty by the hall's clock; one that ends at or before its beginning lasts past midnight."""

    begins: time
    ends: time


@dataclass(frozen=True, slots=True)
class Week:
    """The weekdays that are worked, 0 Monday to 6 Sunday, and the shifts of a worked day.

    ``by_weekday`` holds those of weekdays that differ, also of one that is worked only to make up for another day.
    """

    shifts: tuple[Shift, ...]
    weekdays: frozenset[int] = frozenset(range(5))
    by_weekday: Mapping[int, tuple[Shift, ...]] = field(default_factory=dict)

    def shifts_on(self, day: date) -> tuple[Shift, ...]:
        return self.by_weekday.get(day.weekday(), self.shifts)


@dataclass(frozen=True, slots=True)
class Season:
    """The days on which another week holds than in the rest of the year."""

    dates: Dates
    week: Week


@dataclass(frozen=True, slots=True)
class Closing:
    """The days on which a window is out of service, and why."""

    dates: Dates
    why: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked.

    public: whether Chinese public holidays and make-up workdays apply; the table for them ends with a year. ``own``
    goes before it in every year: a date to whether it is worked, or to shifts of its own. A later year is known as soon
    as ``own`` names a day of it that is off, since a table of holidays has one.
    """

    public: bool = True
    own: Mapping[date, bool | tuple[Shift, ...]] = field(default_factory=dict)

    def is_worked(self, day: date, weekdays: Container[int]) -> bool | None:
        """Whether ``day`` is worked where ``weekdays`` are, None where its year is not known."""
        if day in self.own:
            return self.own[day] is not False
        if not self.public:
            return day.weekday() in weekdays
        if not self.knows(day.year):
            return None
        if day in chinese_calendar.holidays:
            return False
        return day in chinese_calendar.workdays or day.weekday() in weekdays

    def knows(self, year: int) -> bool:
        """Whether anything says which days of ``year`` are holidays."""
        return (
            not self.public
            or FIRST_KNOWN_YEAR <= year <= LAST_KNOWN_YEAR
            or any(day.year == year and worked is False for day, worked in self.own.items())
        )


FIRST_KNOWN_YEAR: Final = min(chinese_calendar.holidays).year
LAST_KNOWN_YEAR: Final = max(chinese_calendar.holidays).year


@dataclass(frozen=True, eq=False)
class WorkingHours:
    """The shifts of one window in the hall's time zone."""

    zone: ZoneInfo
    week: Week
    calendar: Calendar = Calendar()
    seasons: tuple[Season, ...] = ()
    closings: tuple[Closing, ...] = ()

    def at(self, at: StreamTime) -> Duty:
        """Whether the window is on duty at ``at``."""
        whole = self._in_quarter(at // _QUARTER)
        return self._duty(at) if whole is None else whole[0]

    def _duty(self, at: StreamTime) -> Duty:
        found = [duty for _, duty in self._found(at)]
        return "on" if "on" in found else next(iter(found), "off")

    @lru_cache(maxsize=1024)  # noqa: B019  # they live as long as their worker, and a hall's looks come together
    def _in_quarter(self, quarter: int) -> tuple[Duty, Span | None] | None:
        """Duty and shift all through a quarter of an hour, None where one of them may change within."""
        first, last = StreamTime(quarter * _QUARTER), StreamTime((quarter + 1) * _QUARTER - 1)
        day, last_day = (to_datetime(at).astimezone(self.zone).date() for at in (first, last))
        near = (day + timedelta(days=days) for days in (-1, 0, 1))
        edges = (edge for one in near for begins, ends, _ in self._day(one) for edge in (begins, ends))
        if day != last_day or any(first < edge <= last for edge in edges):
            return None
        return self._duty(first), self._shift(first)

    def why_closed(self, at: StreamTime) -> str | None:
        """Why the window is out of service where ``at`` says that it is closed, None elsewhere."""
        if self.at(at) != "closed":
            return None
        days = [day for day, duty in self._found(at) if duty == "closed"]
        return next(closing.why for closing in self.closings if closing.dates.hold(days[0]))

    def _found(self, at: StreamTime) -> list[tuple[date, Duty]]:
        """The duty of each shift at ``at`` and the day it began on, which may be yesterday."""
        day = to_datetime(at).astimezone(self.zone).date()
        near = (day - timedelta(days=1), day)
        return [(begun, duty) for begun in near for start, end, duty in self._day(begun) if start <= at < end]

    def shift(self, at: StreamTime) -> Span | None:
        """The shift on duty at ``at``; shifts that follow one another without a break are one."""
        whole = self._in_quarter(at // _QUARTER)
        return self._shift(at) if whole is None else whole[1]

    def _shift(self, at: StreamTime) -> Span | None:
        day = to_datetime(at).astimezone(self.zone).date()
        return next((span for span in self._shifts(day) if span[0] <= at < span[1]), None)

    @lru_cache(maxsize=1024)  # noqa: B019  # they live as long as their worker, and looks ask for the same day
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

    @lru_cache(maxsize=1024)  # noqa: B019  # they live as long as their worker, and looks ask for the same day
    def _day(self, day: date) -> tuple[tuple[StreamTime, StreamTime, Duty], ...]:
        week = next((season.week for season in self.seasons if season.dates.hold(day)), self.week)
        worked = self.calendar.is_worked(day, week.weekdays)
        if worked is False:
            return ()
        own = self.calendar.own.get(day)
        shifts = own if isinstance(own, tuple) else week.shifts_on(day)
        duty: Duty = "on" if worked else "no_calendar"
        if any(closing.dates.hold(day) for closing in self.closings):
            duty = "closed"
        spans = (self._span(day, shift) for shift in shifts)
        return tuple((begins, ends, duty) for begins, ends in spans if begins < ends)

    def _span(self, day: date, shift: Shift) -> Span:
        """The shift that begins on ``day``; empty where clocks jump over the whole of it."""
        last = day + timedelta(days=1) if shift.ends <= shift.begins else day
        begins, ends = datetime.combine(day, shift.begins), datetime.combine(last, shift.ends)
        return moment(begins, self.zone), moment(ends, self.zone)


def always_on(_window: str, _at: StreamTime) -> Duty:
    """The duty of a film that nobody gave a calendar for."""
    return "on"


def no_shifts(_window: str, _at: StreamTime) -> Span | None:
    """The shifts of a film that nobody gave a calendar for."""
    return None
