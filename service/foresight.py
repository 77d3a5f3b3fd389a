"""What a configuration leaves open on days to come, said before they come."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from service.rules.duty import LAST_KNOWN_YEAR, Calendar
from service.settings import Settings
from service.uniforms import gaps

__all__ = ["open_questions"]

_BY_LAW: Final = 13  # public holidays a year since 2025 (全国年节及纪念日放假办法, State Council order 795)


def open_questions(settings: Settings, today: date) -> list[str]:
    """A sentence for each thing that nobody has said and that judging will need, now or within a year of ``today``."""
    judged = [duty for duty in (settings.duty, *settings.duties().values()) if not duty.always]
    calendars = [Calendar(duty.public_holidays, duty.days) for duty in judged]
    of_years = [
        sentence
        for year in (today.year, today.year + 1)
        for calendar in calendars
        for sentence in _of_year(calendar, year, today)
    ]
    return [*dict.fromkeys(of_years), *_of_uniforms(settings, today)]


def _of_year(calendar: Calendar, year: int, today: date) -> Iterator[str]:
    what = f"enter its days off and make-up workdays in duty.days ({year}-01-01: off) as soon as they are published"
    if not calendar.knows(year):
        if year == today.year:
            yield f"nothing is judged in {year}: nobody has said which days of it are holidays; {what}"
        elif today.month == 12:
            yield f"from {year}-01-01 on nothing is judged: the table of holidays ends with {LAST_KNOWN_YEAR}; {what}"
        else:
            yield f"the table of Chinese holidays ends with {LAST_KNOWN_YEAR}; of {year} {what}"
    elif calendar.public and year > LAST_KNOWN_YEAR:
        off = sum(worked is False for day, worked in calendar.own.items() if day.year == year)
        if off < _BY_LAW:
            yield f"duty.days has {off} days off in {year}, and {_BY_LAW} are public holidays by law; is it whole?"


def _of_uniforms(settings: Settings, today: date) -> Iterator[str]:
    for first, last in gaps(settings.models.uniform_is_known, today):
        when = f"on {first}" if first == last else f"from {first} to {last}"
        yield f"models.uniform_timetable says of no uniform that is worn {when}: nobody can tell then who goes without"
