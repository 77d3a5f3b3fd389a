"""Dates and times as a site's file has them: by the hall's clock, unless they carry an offset of their own."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Final, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from service.rules.duty.dates import Dates
from service.rules.duty.walltime import moment
from service.settings.strict import Strict
from vision.streamtime import StreamTime, from_datetime

__all__ = ["DatesSettings", "Moment", "begin_of", "check_order", "end_of", "in_reach"]


_YEARS: Final = range(1970, 2200)


def _moment(given: object) -> date:
    if isinstance(given, date):
        return in_reach(given)
    text = str(given).strip()
    try:
        found = datetime.fromisoformat(text) if len(text) > len("2026-01-05") else date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no date; write it as 2026-01-05, or 2026-01-05T10:00") from error
    return in_reach(found)


def in_reach(given: date) -> date:
    """``given``, of a year that moments can be computed in; raises ValueError naming them."""
    if given.year not in _YEARS:
        raise ValueError(f"{given.isoformat()}: the year must be {_YEARS[0]} to {_YEARS[-1]}")
    return given


Moment: TypeAlias = Annotated[datetime | date, BeforeValidator(_moment)]
"""A date, which means all of that day, or a date and a time."""


def begin_of(given: date, zone: ZoneInfo) -> StreamTime:
    """When what lasts from ``given`` on begins; a time that comes twice is meant the first time."""
    if not isinstance(given, datetime):
        return moment(datetime.combine(given, time()), zone)
    return from_datetime(given) if given.tzinfo is not None else moment(given, zone)


def end_of(given: date, zone: ZoneInfo) -> StreamTime:
    """When what lasts to ``given`` ends: a date after its last hour, a time that comes twice when it is over."""
    if not isinstance(given, datetime):
        return moment(datetime.combine(given + timedelta(days=1), time()), zone)
    return from_datetime(given) if given.tzinfo is not None else moment(given, zone, second=True)


def check_order(begins: date, ends: date) -> None:
    """Raises ValueError where ``ends`` is not later than ``begins``, or only one of them carries an offset."""
    times = [one for one in (begins, ends) if isinstance(one, datetime)]
    if len({one.tzinfo is None for one in times}) > 1 or (len(times) == 1 and times[0].tzinfo is not None):
        raise ValueError("write from and to both with a UTC offset, or both without")
    whole_days = not times
    first, last = (one if isinstance(one, datetime) else datetime.combine(one, time()) for one in (begins, ends))
    if not isinstance(ends, datetime):
        last += timedelta(days=1)
    if last <= first:
        raise ValueError(
            "it ends before it begins: to must not be earlier than from"
            if whole_days
            else "it ends before it begins: to must be later than from"
        )


def _day(given: object) -> str:
    """A date, or a month and day of every year as ``05-01``."""
    text = given.isoformat() if isinstance(given, date) else str(given).strip()
    every_year = len(text) <= len("05-01")
    try:
        day = date.fromisoformat(f"2024-{text}" if every_year else text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no day; write it as 2026-05-01, or as 05-01 for every year") from error
    return f"{day:%m-%d}" if every_year else in_reach(day).isoformat()


class DatesSettings(Strict):
    """Days from one to another, both included: dates, or months and days of every year. One day needs no ``to``."""

    begins: Annotated[str, BeforeValidator(_day)] = Field(alias="from")
    ends: Annotated[str | None, BeforeValidator(lambda given: None if given is None else _day(given))] = Field(
        default=None, alias="to"
    )

    @model_validator(mode="after")
    def _are_days_in_order(self) -> "DatesSettings":
        dates = self.dates()
        if len(dates.first) != len(dates.last):
            raise ValueError("write from and to both as dates with a year, or both without")
        if len(dates.first) == 3 and dates.last < dates.first:
            raise ValueError("it ends before it begins: to must not be earlier than from")
        return self

    @property
    def words(self) -> str:
        return self.begins if self.ends is None else f"{self.begins} to {self.ends}"

    def dates(self) -> Dates:
        first, last = (tuple(int(part) for part in one.split("-")) for one in (self.begins, self.ends or self.begins))
        return Dates(first, last)
