"""What a cell means: dates, times, weekdays, durations and names as people in a hall write them.

Every function takes a cell that is not empty and raises ValueError in words that follow a row and a heading.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from service.imports.table import Cell
from service.rules.duration import parse, written

__all__ = [
    "clock",
    "days_of_week",
    "duration",
    "moment",
    "name",
    "named",
    "text",
    "uniforms",
    "whole_day",
    "yearly",
]

_DATE: Final = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
_CLOCK: Final = r"(\d{1,2})(?::|点|时)(\d{1,2})?分?(?::(\d{2}))?秒?"
_OFFSET: Final = r"(Z|[+-]\d{2}:\d{2})?"
_MOMENT: Final = re.compile(rf"{_DATE}(?:[T\s]*{_CLOCK}{_OFFSET})?")
_ONLY_CLOCK: Final = re.compile(_CLOCK)
_YEARLY: Final = re.compile(r"(\d{1,2})[-/.月](\d{1,2})日?")
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(分钟?|个?小时|秒|天)")
_CHINESE_UNIT: Final = {"分": "min", "分钟": "min", "小时": "h", "个小时": "h", "秒": "s", "天": "d"}
_BETWEEN: Final = re.compile(r"[,;、/\s]+")
_LISTED: Final = re.compile(r"[,，;；、\n]+")  # a file's name may hold spaces and strokes
_MOST_NAMED: Final = 12
_WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ENGLISH: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CHINESE_DAY: Final = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_GROUPS: Final = {"工作日": range(5), "周末": range(5, 7), "每天": range(7)}


def text(cell: Cell) -> str:
    """The cell's words, its punctuation as wide as it was; numbers without a fraction as they are shown."""
    if cell.fault is not None:
        raise ValueError(cell.fault)
    value = cell.value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def name(cell: Cell) -> str:
    """A name or number of at most 40 signs."""
    found = text(cell)
    if len(found) > 40:
        raise ValueError(f"{found[:20]!r}… is longer than 40 signs")
    return found


def moment(cell: Cell, day: date | None = None) -> str:
    """A date, or a date and a time, in ISO 8601; a time alone is one of ``day``."""
    value = cell.value
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if day is not None and (isinstance(value, (time, timedelta)) or _ONLY_CLOCK.fullmatch(_narrow(cell))):
        return f"{day.isoformat()}T{clock(cell)}"
    found = _MOMENT.fullmatch(_narrow(cell))
    try:
        if found is None:
            raise ValueError
        year, month, on, hour, minute, second = (int(part) if part else 0 for part in found.groups()[:6])
        if found[4] is None:
            return date(year, month, on).isoformat()
        return f"{date(year, month, on).isoformat()}T{time(hour, minute, second).isoformat()}{found[7] or ''}"
    except ValueError:
        raise ValueError(f"{text(cell)!r} is no date; write it as 2026-01-05, or 2026-01-05 10:00") from None


def whole_day(cell: Cell) -> str:
    """A date in ISO 8601; one with a time is refused, since the rest of that day would be lost."""
    found = moment(cell)
    if len(found) > len("2026-01-05"):
        raise ValueError(f"{text(cell)!r} has a time; write the date alone, as 2026-01-05")
    return found


def yearly(cell: Cell) -> str:
    """A date, or a day of every year as 05-01."""
    if isinstance(cell.value, date) and cell.yearless:
        return f"{cell.value:%m-%d}"
    found = _YEARLY.fullmatch(_narrow(cell)) if isinstance(cell.value, str) else None
    if found is None:
        return whole_day(cell)
    try:
        return f"{date(2024, int(found[1]), int(found[2])):%m-%d}"
    except ValueError:
        raise ValueError(f"{text(cell)!r} is no day; write it as 05-01, or 2026-05-01") from None


def clock(cell: Cell) -> str:
    """A time of the day as 09:00; midnight at a day's end is 24:00."""
    value = cell.value
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60:02}:{minutes % 60:02}" if minutes <= 24 * 60 else _no_clock(cell)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, float) and 0 <= value < 1:  # a time that nobody has formatted as one
        return clock(Cell(timedelta(days=value)))
    found = _ONLY_CLOCK.fullmatch(_narrow(cell))
    if found is None or int(found[3] or 0):
        return _no_clock(cell)
    hour, minute = int(found[1]), int(found[2] or 0)
    if minute > 59 or hour * 60 + minute > 24 * 60:
        return _no_clock(cell)
    return f"{hour:02}:{minute:02}"


def _no_clock(cell: Cell) -> str:
    raise ValueError(f"{text(cell)!r} is no time; write it as 09:00")


def duration(cell: Cell) -> str:
    """A duration as zaigang.yaml has it; a number alone is refused, since its unit would be a guess."""
    value = cell.value
    if isinstance(value, (time, timedelta)):
        hour, minute = (int(part) for part in clock(cell).split(":"))
        return written(hour * 3600.0 + minute * 60.0)
    narrow = _narrow(cell)
    chinese = _DURATION.fullmatch(narrow)
    if chinese is not None:
        narrow = chinese[1] + _CHINESE_UNIT[chinese[2]]
    if narrow.replace(".", "").isdigit():
        raise ValueError(f"{text(cell)!r} has no unit; write it as 30min, 30分钟 or 2h")
    return written(parse(narrow))


def days_of_week(cell: Cell) -> list[int]:
    """The weekdays of 周一, 周一至周五, mon-fri or 一、三; 0 is Monday."""
    narrow = re.sub(r"\s*(?:至|到|~|—|–|-)\s*", "-", _narrow(cell).lower())
    found: list[int] = []
    for part in filter(None, _BETWEEN.split(narrow)):
        if part in _GROUPS:
            found += _GROUPS[part]
            continue
        first, _, last = part.partition("-")
        begin = _day(first, cell)
        end = _day(last, cell) if last else begin
        found += [day % 7 for day in range(begin, end + 1 + (7 if end < begin else 0))]
    if not found:
        raise ValueError(f"{text(cell)!r} is no weekday; write it as 周一, 周一至周五, or mon-fri")
    return sorted(set(found))


def _day(word: str, cell: Cell) -> int:
    plain = re.sub(r"^(周|星期|礼拜)", "", word)
    if plain in _CHINESE_DAY:
        return _CHINESE_DAY[plain]
    for names in (_WEEK, _ENGLISH):
        if plain in names:
            return names.index(plain)
    if plain in "1234567" and len(plain) == 1:
        return int(plain) - 1
    raise ValueError(f"{text(cell)!r} is no weekday; write it as 周一, 周一至周五, or mon-fri")


def named(cell: Cell, known: Mapping[str, str], what: str) -> list[str]:
    """The ids that the cell names, of those in ``known``: every accepted name to its id."""
    whole = known.get(_narrow(cell).lower())
    if whole is not None:
        return [whole]
    found: list[str] = []
    for part in filter(None, _BETWEEN.split(_narrow(cell))):
        key = known.get(part.lower())
        if key is None:
            raise ValueError(f"there is no {what} {part!r}; there are {', '.join(_each(known.values()))}")
        if key not in found:
            found.append(key)
    if not found:
        raise ValueError(f"{text(cell)!r} names no {what}; there are {', '.join(_each(known.values()))}")
    return found


def uniforms(cell: Cell, known: Mapping[str, str], unfit: Callable[[Path], str | None]) -> list[str]:
    """The files of the uniforms that the cell names: one of ``known`` by its name, any by its path.

    ``unfit`` says why a file cannot be judged by.
    """
    found: list[str] = []
    for part in filter(None, map(str.strip, _LISTED.split(text(cell)))):
        file = known.get(unicodedata.normalize("NFKC", part).lower())
        if file is None and not part.endswith(".npz"):
            there = f"there are {', '.join(_each(known.values()))}; or name" if known else "name"
            raise ValueError(f"there is no uniform {part!r}; {there} the file that enroll-uniform made")
        why = unfit(Path(file or part))
        if why is not None:
            raise ValueError(why)
        found.append(file or part)
    if not found:
        raise ValueError(f"{text(cell)!r} names no uniform")
    return list(dict.fromkeys(found))


def _each(ids: Iterable[str]) -> list[str]:
    """The first of ``ids``, each once: a hall has hundreds of windows, and every wrong row would name them all."""
    found = list(dict.fromkeys(ids))
    return found if len(found) <= _MOST_NAMED else [*islice(found, _MOST_NAMED), "…"]


def _narrow(cell: Cell) -> str:
    return unicodedata.normalize("NFKC", text(cell)).strip()
