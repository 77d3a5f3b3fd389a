"""What a change of the uniform timetable means for the year to come: on which days other uniforms are asked for."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from service.settings import Settings
from vision.streamtime import StreamTime, to_datetime

__all__ = ["WornDays", "worn_otherwise"]

_DAYS: Final = 366


@dataclass(frozen=True, slots=True)
class WornDays:
    """The days from ``first`` to ``last``, on which every window is judged by ``new`` uniforms instead of ``old`` ones.

    Both are files; where there are none nobody can tell who goes without.
    """

    first: date
    last: date
    old: tuple[str, ...]
    new: tuple[str, ...]


def worn_otherwise(before: Settings, after: Settings, now: StreamTime) -> list[WornDays]:
    """The days of the year from ``now`` on that ask for other uniforms than before, in stretches of the same."""
    found: list[WornDays] = []
    for one in _changed(before, after, to_datetime(now).astimezone(before.hall.zone).date()):
        joins = found and found[-1].last == one.first - timedelta(days=1)
        if joins and (found[-1].old, found[-1].new) == (one.old, one.new):
            found[-1] = replace(found[-1], last=one.last)
        else:
            found.append(one)
    return found


def _changed(before: Settings, after: Settings, first: date) -> Iterator[WornDays]:
    for day in (first + timedelta(days=number) for number in range(_DAYS)):
        was, will = (tuple(map(str, settings.models.worn_on(day))) for settings in (before, after))
        if set(was) != set(will):
            yield WornDays(day, day, was, will)
