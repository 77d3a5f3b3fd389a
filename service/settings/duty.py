"""Duty as a site's file says it: when windows are judged, by the hall's clock and the calendar of working days."""

from collections.abc import Callable, Mapping
from datetime import date, time
from itertools import combinations
from typing import Annotated, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer

from service.rules.duty import (
    Calendar,
    Closing,
    Duty,
    Season,
    Shift,
    Span,
    Week,
    WorkingHours,
    always_on,
    no_shifts,
)
from service.said import one_line
from service.settings.moments import DatesSettings, in_reach
from service.settings.strict import Strict
from vision.observation import WindowId
from vision.streamtime import StreamTime

__all__ = [
    "ClosedSettings",
    "DutyOf",
    "DutySettings",
    "OwnDutySettings",
    "SeasonSettings",
    "ShiftOf",
    "WhyOf",
    "duty_of",
    "shift_of",
    "why_closed_of",
]

DutyOf: TypeAlias = Callable[[WindowId, StreamTime], Duty]
ShiftOf: TypeAlias = Callable[[WindowId, StreamTime], Span | None]
WhyOf: TypeAlias = Callable[[WindowId, StreamTime], str | None]

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEKDAYS: Final[tuple[Weekday, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_AT_ALL_HOURS: Final = Week((Shift(time(), time()),), frozenset(range(7)))


def _shift(text: object) -> Shift:
    if isinstance(text, Shift):
        return text
    try:
        parts = [part.strip().rjust(5, "0") for part in str(text).split("-")]
        begins, ends = (time.fromisoformat("00:00" if part == "24:00" else part) for part in parts)
    except ValueError as error:
        raise ValueError(f"{text!r} is no shift; write it as 09:00-12:00") from error
    if begins.replace(second=0, microsecond=0) != begins or ends.replace(second=0, microsecond=0) != ends:
        raise ValueError(f"{text!r} is no shift; it begins and ends at full minutes, as 09:00-12:00")
    return Shift(begins, ends)


def _written(shift: Shift) -> str:
    return f"{shift.begins:%H:%M}-{shift.ends:%H:%M}"


def _day(given: object) -> object:
    """``on``, ``off``, or shifts of its own."""
    if isinstance(given, bool):
        return given
    if isinstance(given, str) and given in ("on", "off"):
        return given == "on"
    if isinstance(given, (list, tuple)) and given:
        return tuple(_shift(one) for one in given)
    raise ValueError(f"{given!r} is no day; write on, off, or its shifts as [09:00-12:00]")


def _group(name: str) -> str:
    _numbers(name)
    return name


def _numbers(group: str) -> list[int]:
    """The weekdays of ``sat``, ``mon-thu`` or ``mon,wed``, 0 Monday to 6 Sunday."""
    found = []
    for part in group.lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if first not in _WEEKDAYS or (last or first) not in _WEEKDAYS:
            raise ValueError(f"{part!r} is no weekday; write it as fri, mon-thu or mon,wed")
        begin, end = _WEEKDAYS.index(first), _WEEKDAYS.index(last or first)
        found += [day % 7 for day in range(begin, end + 1 + (7 if end < begin else 0))]
    return found


def _each_once(groups: Mapping[str, tuple[Shift, ...]]) -> Mapping[str, tuple[Shift, ...]]:
    named: dict[int, str] = {}
    for group in groups:
        for day in _numbers(group):
            if day in named:
                raise ValueError(f"{_WEEKDAYS[day]} is in {named[day]!r} and in {group!r}; name it once")
            named[day] = group
    return groups


def _days_written(days: Mapping[date, bool | tuple[Shift, ...]]) -> dict[str, str | list[str]]:
    return {
        day.isoformat(): [_written(shift) for shift in worked]
        if isinstance(worked, tuple)
        else ("on" if worked else "off")
        for day, worked in days.items()
    }


Hours = Annotated[Shift, BeforeValidator(_shift), PlainSerializer(_written)]
Groups = Annotated[Mapping[Annotated[str, AfterValidator(_group)], tuple[Hours, ...]], AfterValidator(_each_once)]
Days = Annotated[
    Mapping[Annotated[date, AfterValidator(in_reach)], Annotated[bool | tuple[Shift, ...], BeforeValidator(_day)]],
    PlainSerializer(_days_written),
]


class SeasonSettings(DatesSettings):
    """Hours of a part of the year, such as summer; ``weekdays`` are those of the rest of the year if not given."""

    shifts: tuple[Hours, ...] = Field(min_length=1)
    by_weekday: Groups = Field(default_factory=dict)
    weekdays: tuple[Weekday, ...] | None = None


def _apart(seasons: tuple[SeasonSettings, ...]) -> tuple[SeasonSettings, ...]:
    for one, other in combinations(seasons, 2):
        day = one.dates().shared_with(other.dates())
        if day is not None:
            raise ValueError(f"{one.words} and {other.words} overlap: both hold {day:%m-%d}")
    return seasons


Seasons = Annotated[tuple[SeasonSettings, ...], AfterValidator(_apart)]


class ClosedSettings(DatesSettings):
    """Days on which nothing is judged, since the window or the hall is out of service."""

    why: Annotated[str, Field(min_length=1, max_length=60), AfterValidator(one_line)]

    def closing(self) -> Closing:
        return Closing(self.dates(), self.why)


class DutySettings(Strict):
    """When windows are judged. The defaults are the hours of source S0, on Chinese working days."""

    always: bool = False
    shifts: tuple[Hours, ...] = (Shift(time(9), time(12)), Shift(time(13), time(17)))
    by_weekday: Groups = Field(default_factory=dict)
    weekdays: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
    seasons: Seasons = ()
    public_holidays: bool = True
    days: Days = Field(default_factory=dict)
    closed: tuple[ClosedSettings, ...] = ()

    def hours(self, zone: ZoneInfo) -> WorkingHours:
        """What it means by the clock of ``zone``."""
        closings = tuple(closed.closing() for closed in self.closed)
        if self.always:
            return WorkingHours(zone, _AT_ALL_HOURS, Calendar(public=False), closings=closings)
        return WorkingHours(
            zone,
            _week(self, self.weekdays),
            Calendar(self.public_holidays, self.days),
            tuple(Season(season.dates(), _week(season, season.weekdays or self.weekdays)) for season in self.seasons),
            closings,
        )


class OwnDutySettings(Strict):
    """What differs at one window; the rest is the hall's. ``days`` and ``closed`` add to the hall's."""

    always: bool | None = None
    shifts: tuple[Hours, ...] | None = None
    by_weekday: Groups | None = None
    weekdays: tuple[Weekday, ...] | None = None
    seasons: Seasons | None = None
    public_holidays: bool | None = None
    days: Days = Field(default_factory=dict)
    closed: tuple[ClosedSettings, ...] = ()

    def over(self, hall: DutySettings) -> DutySettings:
        """The whole duty of the window. Raises ValueError where hours of its own do not say what becomes of seasons."""
        given = {name: value for name in type(self).model_fields if (value := getattr(self, name)) is not None}
        if hall.seasons and self.seasons is None and given.keys() & {"shifts", "by_weekday", "weekdays"}:
            raise ValueError(
                "the hall's hours differ by season: give this window's seasons too, or seasons: [] for none"
            )
        if self.shifts is not None:
            given = {"by_weekday": {}, **given}
        together = {**given, "days": {**hall.days, **self.days}, "closed": (*hall.closed, *self.closed)}
        return hall.model_copy(update=together)


def _week(given: DutySettings | SeasonSettings, weekdays: tuple[Weekday, ...]) -> Week:
    by_weekday = {day: shifts for group, shifts in given.by_weekday.items() for day in _numbers(group)}
    return Week(given.shifts, frozenset(_WEEKDAYS.index(day) for day in weekdays), by_weekday)


def duty_of(duty: DutySettings, zone: ZoneInfo) -> DutyOf:
    """The duty that ``duty`` means by the clock of ``zone``."""
    if duty.always and not duty.closed:
        return always_on
    hours = duty.hours(zone)
    return lambda _window, at: hours.at(at)


def shift_of(duty: DutySettings, zone: ZoneInfo) -> ShiftOf:
    """The shifts that ``duty`` means by the clock of ``zone``."""
    if duty.always:
        return no_shifts
    hours = duty.hours(zone)
    return lambda _window, at: hours.shift(at)


def why_closed_of(duty: DutySettings, zone: ZoneInfo) -> WhyOf:
    """Why a window with ``duty`` is out of service at a moment, None while it is not."""
    hours = duty.hours(zone)
    return lambda _window, at: hours.why_closed(at)
