"""Dates and times as a site's file has them: by the hall's clock, unless they carry an offset of their own."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator

from service.rules.walltime import moment
from vision.streamtime import StreamTime, from_datetime

__all__ = ["Moment", "begin_of", "check_order", "end_of"]


def _moment(given: object) -> date:
    if isinstance(given, date):
        return given
    text = str(given).strip()
    try:
        return datetime.fromisoformat(text) if len(text) > len("2026-01-05") else date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no date; write it as 2026-01-05, or 2026-01-05T10:00") from error


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
