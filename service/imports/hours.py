"""Rows of hours of duty: shifts by weekday and season, and single days that are off, worked, or have other shifts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from service.imports.table import Cell, Fault, Table
from service.imports.taking import Fields, Names, rows_of
from service.imports.values import clock, days_of_week, named, text, whole_day, yearly

__all__ = ["HOURS", "duty_of_hours", "hours_rows"]

HOURS = ("window", "weekday", "date", "from", "to", "begins", "ends")
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_OFF: Final = ("休", "休息", "放假", "off")
_ON: Final = ("班", "补班", "on")
_Season: TypeAlias = tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class HoursRow:
    """A shift, of every worked day, some weekdays or a date; or, without one, whether the date is worked."""

    number: int
    windows: tuple[str, ...]
    weekdays: tuple[int, ...]
    day: str | None
    season: _Season
    shift: str | None
    worked: bool = True


def hours_rows(table: Table, names: Names) -> tuple[list[HoursRow], list[Fault]]:
    """The rows of ``table``, and the faults of the others."""
    taken: list[HoursRow] = []
    of_same_days: dict[tuple[str | None, _Season], list[HoursRow]] = {}
    faults: list[Fault] = []
    for fields in rows_of(table, HOURS, ("begins", "ends"), "a table of hours"):
        row = _row(fields, names)
        others = of_same_days.setdefault((row.day, row.season), [])
        if not fields.faults:
            _check_apart(fields, row, others)
        if not fields.faults:
            taken.append(row)
            others.append(row)
        faults += fields.faults
    return taken, faults


def _row(fields: Fields, names: Names) -> HoursRow:
    windows = fields.read("window", lambda cell: named(cell, names.windows, "window"))
    weekdays = fields.read("weekday", days_of_week)
    date = fields.read("date", whole_day)
    first, last = fields.read("from", yearly), fields.read("to", yearly)
    if weekdays and date:
        fields.fault("weekday", "give a weekday or a date, not both")
    if (first is None) is not (last is None) and not fields.faults:
        fields.fault("to" if last is None else "from", "is missing; a season has both")
    if first and date:
        fields.fault("date", "a date belongs to no season; leave out where the season begins and ends")
    season = (first, last) if first and last else None
    given = (fields.row.number, tuple(windows or ()), tuple(weekdays or ()), date, season)
    if date and fields.cell("ends").is_empty:
        worked = fields.needed("begins", _worked)
        return HoursRow(*given, None, bool(worked))
    begins, ends = fields.needed("begins", clock), fields.needed("ends", clock)
    if begins is not None and begins == ends:
        fields.fault("ends", "is when it begins, too; write another time, or 24:00")
    if begins == "24:00":
        fields.fault("begins", "'24:00' ends a day; write 00:00")
    return HoursRow(*given, f"{begins}-{ends}")


def _worked(cell: Cell) -> bool:
    word = text(cell).lower()
    if word not in (*_OFF, *_ON):
        raise ValueError(f"{word!r} needs an end; a day without shifts of its own is 休 (off) or 班 (on)")
    return word in _ON


def _check_apart(fields: Fields, row: HoursRow, others: Iterable[HoursRow]) -> None:
    """A row that says otherwise than one of the same date or season is a fault; one that repeats it is none."""
    for other in others:
        same_window = other.windows == row.windows or set(other.windows) & set(row.windows)
        if not same_window or ((row.weekdays or other.weekdays) and not set(row.weekdays) & set(other.weekdays)):
            continue
        if row.shift is None or other.shift is None:
            if (row.shift, row.worked) != (other.shift, other.worked):
                fields.fault("begins", f"says of {row.day} otherwise than row {other.number}")
        elif row.shift != other.shift and _overlap(row.shift, other.shift):
            fields.fault("begins", f"{row.shift} overlaps {other.shift} of row {other.number}")


def _overlap(one: str, other: str) -> bool:
    (begin, end), (other_begin, other_end) = (_minutes(shift) for shift in (one, other))
    return begin < other_end and other_begin < end


def _minutes(shift: str) -> tuple[int, int]:
    begin, end = (int(part[:2]) * 60 + int(part[3:]) for part in shift.split("-"))
    return begin, end if end > begin else end + 24 * 60


def duty_of_hours(rows: Sequence[HoursRow]) -> dict[str, Any]:
    """What ``rows`` say, as `duty` of the hall and of its windows has it: ``{"hall": {}, "windows": {id: {}}}``."""
    ids = list(dict.fromkeys(window for row in rows for window in row.windows))
    return {
        "hall": _duty([row for row in rows if not row.windows]),
        "windows": {window: _duty([row for row in rows if window in row.windows]) for window in ids},
    }


def _duty(rows: Sequence[HoursRow]) -> dict[str, Any]:
    found: dict[str, Any] = _week([row for row in rows if row.day is None and row.season is None])
    seasons = list(dict.fromkeys(row.season for row in rows if row.season is not None))
    if seasons:
        found["seasons"] = [
            {"from": season[0], "to": season[1], **_week([row for row in rows if row.season == season])}
            for season in seasons
        ]
    days: dict[str, Any] = {}
    for row in rows:
        if row.day is None:
            continue
        if row.shift is None:
            days[row.day] = "on" if row.worked else "off"
        elif row.shift not in days.setdefault(row.day, []):
            days[row.day].append(row.shift)
    return {**found, "days": days} if days else found


def _week(rows: Sequence[HoursRow]) -> dict[str, Any]:
    """Shifts of every worked day, those of weekdays that differ, and the weekdays, where only weekdays are given."""
    common = _distinct(row for row in rows if not row.weekdays)
    named = {day: _distinct(row for row in rows if day in row.weekdays) for day in range(7)}
    named = {day: shifts for day, shifts in named.items() if shifts}
    if not common and not named:
        return {}
    found: dict[str, Any] = {}
    if not common:
        common = list(Counter(tuple(shifts) for shifts in named.values()).most_common(1)[0][0])
        found["weekdays"] = [_WEEKDAYS[day] for day in named]
    differ: dict[tuple[str, ...], list[str]] = {}
    for day, shifts in named.items():
        if shifts != common:
            differ.setdefault(tuple(shifts), []).append(_WEEKDAYS[day])
    found["shifts"] = common
    if differ:
        found["by_weekday"] = {",".join(days): list(shifts) for shifts, days in differ.items()}
    return found


def _distinct(rows: Iterable[HoursRow]) -> list[str]:
    return sorted({row.shift for row in rows if row.shift is not None})
