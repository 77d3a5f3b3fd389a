"""What a change of hours or leave means on the days to come: when each window is on duty, before and after."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from service.rules.duty import Duty
from service.rules.duty.walltime import moment
from service.settings import Settings
from service.settings.duty import DutyOf
from service.settings.moments import begin_of, end_of
from vision.observation import WindowId
from vision.streamtime import StreamTime, to_datetime

__all__ = ["DAYS", "DutyDay", "Spell", "outlook"]

DAYS: Final = 15
"""Today and two weeks more."""


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of one day with the same duty, by the hall's clock; ``ends`` at midnight is 24:00."""

    begins: str
    ends: str
    duty: Duty


@dataclass(frozen=True, slots=True)
class DutyDay:
    """A day that is not as it was at ``windows``: the spells before and after; off duty is where there is none."""

    day: date
    windows: tuple[str, ...]
    old: tuple[Spell, ...]
    new: tuple[Spell, ...]


def outlook(before: Settings, after: Settings, now: StreamTime, days: int = DAYS) -> list[DutyDay]:
    """The days from ``now`` on that will be other ones than before, windows of which the same is true together."""
    zone = before.hall.zone
    first = to_datetime(now).astimezone(zone).date()
    hours = sorted({time(), *_hours(before), *_hours(after)})
    moments = [*_moments(before, zone), *_moments(after, zone)]
    old, new = before.duty_by_window(), after.duty_by_window()
    together = _together(before, after)
    found = []
    for day in (first + timedelta(days=number) for number in range(days)):
        begins, ends = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
        marks = {moment(datetime.combine(day, hour), zone) for hour in hours}
        steps = sorted({begins, *(at for at in (*marks, *moments) if begins < at < ends)})
        alike: dict[tuple[tuple[Spell, ...], tuple[Spell, ...]], list[str]] = {}
        for windows in together:
            was, will = (tuple(_spells(duty, windows[0], [*steps, ends], zone)) for duty in (old, new))
            if was != will:
                alike.setdefault((was, will), []).extend(windows)
        found += [DutyDay(day, tuple(windows), was, will) for (was, will), windows in alike.items()]
    return found


def _together(before: Settings, after: Settings) -> list[list[WindowId]]:
    """The windows by what decides on their duty: of those together one tells for all."""
    named = {window for settings in (before, after) for one in settings.leave for window in one.windows}
    hours = [{window: own.duty for window, (_, own) in settings.windows().items()} for settings in (before, after)]
    found: dict[str, list[WindowId]] = {}
    for window, was in hours[0].items():
        decides = window if window in named else repr((was, hours[1][window]))
        found.setdefault(decides, []).append(window)
    return list(found.values())


def _midnight(day: date, zone: ZoneInfo) -> StreamTime:
    return moment(datetime.combine(day, time()), zone)


def _spells(duty: DutyOf, window: WindowId, steps: Sequence[StreamTime], zone: ZoneInfo) -> Iterator[Spell]:
    """The day in stretches of one duty each; ``steps`` are all moments at which it may change, and the day's end."""
    begun, kind = steps[0], duty(window, steps[0])
    for at in steps[1:]:
        next_kind = duty(window, at) if at != steps[-1] else None
        if next_kind == kind:
            continue
        if kind != "off":
            yield Spell(_clock(begun, zone), "24:00" if at == steps[-1] else _clock(at, zone), kind)
        begun, kind = at, next_kind or "off"


def _clock(at: StreamTime, zone: ZoneInfo) -> str:
    local = to_datetime(at).astimezone(zone)
    return local.strftime("%H:%M:%S" if local.second else "%H:%M")


def _hours(settings: Settings) -> set[time]:
    """Every hour that the site's duty names: at no other one does it change, but for the moments of leave."""
    own = [own.duty for _, own in settings.windows().values()]
    return {one for one in _leaves([settings.duty, *own]) if isinstance(one, time)}


def _moments(settings: Settings, zone: ZoneInfo) -> set[StreamTime]:
    """Every moment at which leave begins or ends, and those that the duty names."""
    found: set[StreamTime] = set()
    for one in settings.leave:
        leave = one.leave(zone)
        found |= {leave.begins, leave.over}
    own = [own.duty for _, own in settings.windows().values()]
    named = [one for one in _leaves([settings.duty, *own]) if isinstance(one, datetime)]
    return found | {at(one, zone) for one in named for at in (begin_of, end_of)}


def _leaves(value: Any) -> Iterator[Any]:
    """The single values that a structure of models, dataclasses and collections holds."""
    if isinstance(value, BaseModel):
        value = [getattr(value, name) for name in type(value).model_fields]
    elif is_dataclass(value) and not isinstance(value, type):
        value = [getattr(value, field.name) for field in fields(value)]
    elif isinstance(value, Mapping):
        value = [*value.keys(), *value.values()]
    elif isinstance(value, str | bytes) or not isinstance(value, Sequence):
        yield value
        return
    for one in value:
        yield from _leaves(one)
