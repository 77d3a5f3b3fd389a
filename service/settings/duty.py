"""Duty as a site's file says it: when windows are judged, by the hall's clock and the calendar of working days."""

from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Annotated, Literal, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, PlainSerializer

from service.rules.duty import Calendar, Duty, Shift, Span, WorkingHours, always_on, no_shifts
from service.settings.strict import Strict
from vision.observation import WindowId
from vision.streamtime import StreamTime

__all__ = ["DutyOf", "DutySettings", "ShiftOf", "duty_of", "shift_of"]

DutyOf: TypeAlias = Callable[[WindowId, StreamTime], Duty]
ShiftOf: TypeAlias = Callable[[WindowId, StreamTime], Span | None]


def _hours(text: object) -> Shift:
    if isinstance(text, Shift):
        return text
    try:
        parts = [part.strip().rjust(5, "0") for part in str(text).split("-")]
        begins, ends = (time.fromisoformat("00:00" if part == "24:00" else part) for part in parts)
    except ValueError as error:
        raise ValueError(f"{text!r} is no shift; write it as 09:00-12:00") from error
    return Shift(begins, ends)


def _worked(given: object) -> object:
    return {"on": True, "off": False}.get(given, given) if isinstance(given, str) else given


Hours = Annotated[
    Shift, BeforeValidator(_hours), PlainSerializer(lambda shift: f"{shift.begins:%H:%M}-{shift.ends:%H:%M}")
]
Worked = Annotated[bool, BeforeValidator(_worked)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class DutySettings(Strict):
    """When windows are judged. The defaults are the hours of source S0, on Chinese working days."""

    always: bool = False
    shifts: tuple[Hours, ...] = (Shift(time(9), time(12)), Shift(time(13), time(17)))
    weekdays: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
    public_holidays: bool = True
    days: Mapping[date, Worked] = Field(default_factory=dict)

    def hours(self, zone: ZoneInfo) -> WorkingHours:
        weekdays = frozenset(_WEEKDAYS.index(day) for day in self.weekdays)
        return WorkingHours(zone, self.shifts, Calendar(weekdays, self.public_holidays, self.days))


def duty_of(duty: DutySettings, zone: ZoneInfo) -> DutyOf:
    """The duty that ``duty`` means by the clock of ``zone``."""
    if duty.always:
        return always_on
    roster = duty.hours(zone)
    return lambda _window, at: roster.at(at)


def shift_of(duty: DutySettings, zone: ZoneInfo) -> ShiftOf:
    """The shifts that ``duty`` means by the clock of ``zone``."""
    if duty.always:
        return no_shifts
    roster = duty.hours(zone)
    return lambda _window, at: roster.shift(at)
