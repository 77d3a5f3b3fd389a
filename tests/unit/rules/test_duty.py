"""Duty: shifts by the hall's clock, Chinese working days, and years that nobody has a calendar for."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from service.rules.duty import LAST_KNOWN_YEAR, Calendar, Duty, Shift, WorkingHours
from vision.streamtime import from_datetime

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = (Shift(time(9), time(12)), Shift(time(13), time(17)))


def duty(moment: str, roster: WorkingHours | None = None, zone: ZoneInfo = SHANGHAI) -> Duty:
    roster = roster or WorkingHours(zone, OFFICE, Calendar())
    return roster.at(from_datetime(datetime.fromisoformat(moment).replace(tzinfo=zone)))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-01-05T08:59:59.999", "off"),
        ("2026-01-05T09:00:00", "on"),
        ("2026-01-05T11:59:59.999", "on"),
        ("2026-01-05T12:00:00", "off"),
        ("2026-01-05T13:00:00", "on"),
        ("2026-01-05T17:00:00", "off"),
        ("2026-01-10T10:00:00", "off"),  # a Saturday
        ("2026-10-01T10:00:00", "off"),  # National Day, a Thursday
        ("2026-10-10T10:00:00", "on"),  # a Saturday worked to make up for it
        ("2026-02-17T10:00:00", "off"),  # Spring Festival, a Tuesday
    ],
)
def test_office_hours_on_working_days(moment: str, expected: Duty) -> None:
    assert duty(moment) == expected


def test_same_instant_is_on_duty_whatever_its_offset() -> None:
    at = from_datetime(datetime(2026, 1, 5, 1, 30, tzinfo=UTC))

    assert WorkingHours(SHANGHAI, OFFICE, Calendar()).at(at) == "on"


def test_year_without_data_is_loud_and_never_a_working_day() -> None:
    first = date(LAST_KNOWN_YEAR + 1, 3, 1)
    monday = next(day for day in (first.replace(day=n) for n in range(1, 8)) if day.weekday() == 0)

    assert duty(f"{monday}T10:00:00") == "no_calendar"
    assert duty(f"{monday}T08:00:00") == "off"


def test_table_of_ones_own_ends_the_loud_state() -> None:
    year = LAST_KNOWN_YEAR + 1
    own = {date(year, 1, 1): False, date(year, 2, 6): True}
    roster = WorkingHours(SHANGHAI, OFFICE, Calendar(own=own))

    assert Calendar(own=own).is_worked(date(year, 1, 1)) is False
    assert Calendar(own=own).is_worked(date(year, 2, 6)) is True
    assert duty(f"{year}-01-01T10:00:00", roster) == "off"
    assert duty(f"{year}-03-03T10:00:00", roster) in ("on", "off")


def test_own_day_goes_before_the_public_table() -> None:
    roster = WorkingHours(SHANGHAI, OFFICE, Calendar(own={date(2026, 10, 1): True, date(2026, 1, 5): False}))

    assert duty("2026-10-01T10:00:00", roster) == "on"
    assert duty("2026-01-05T10:00:00", roster) == "off"


def test_hall_without_public_holidays_follows_the_week_in_any_year() -> None:
    roster = WorkingHours(SHANGHAI, OFFICE, Calendar(public=False))

    assert duty("2026-10-01T10:00:00", roster) == "on"
    assert duty("2031-01-06T10:00:00", roster) == "on"
    assert duty("2031-01-05T10:00:00", roster) == "off"


def test_night_shift_lasts_past_midnight() -> None:
    roster = WorkingHours(SHANGHAI, (Shift(time(22), time(6)),), Calendar())

    assert duty("2026-01-05T23:00:00", roster) == "on"
    assert duty("2026-01-06T05:59:59", roster) == "on"
    assert duty("2026-01-06T06:00:00", roster) == "off"
    assert duty("2026-01-10T03:00:00", roster) == "on"  # Saturday morning still belongs to Friday's shift
    assert duty("2026-01-10T23:00:00", roster) == "off"


def test_shift_keeps_to_the_wall_clock_when_summer_time_begins() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    roster = WorkingHours(berlin, (Shift(time(1), time(4)),), Calendar(frozenset(range(7)), public=False))

    on = [
        hour
        for hour in range(6)
        if roster.at(from_datetime(datetime(2026, 3, 28, 23 + 0, tzinfo=UTC).replace(day=29, hour=hour))) == "on"
    ]

    # On 29 March 2026 clocks jump from 2:00 (UTC+1) to 3:00 (UTC+2): 1:00-4:00 is 0:00-2:00 UTC, two hours.
    assert on == [0, 1]
