"""Duty: shifts by the hall's clock, Chinese working days, and years that nobody has a calendar for."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from service.rules.duty import LAST_KNOWN_YEAR, Calendar, Closing, Duty, Season, Shift, Week, WorkingHours
from service.rules.duty.dates import Dates
from vision.streamtime import StreamTime, from_datetime

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = Week((Shift(time(9), time(12)), Shift(time(13), time(17))))
WORKWEEK = OFFICE.weekdays
SUMMER = Dates((5, 1), (9, 30))


def duty(moment: str, hours: WorkingHours | None = None, zone: ZoneInfo = SHANGHAI) -> Duty:
    hours = hours or WorkingHours(zone, OFFICE, Calendar())
    return hours.at(from_datetime(datetime.fromisoformat(moment).replace(tzinfo=zone)))


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
    hours = WorkingHours(SHANGHAI, OFFICE, Calendar(own=own))

    assert Calendar(own=own).is_worked(date(year, 1, 1), WORKWEEK) is False
    assert Calendar(own=own).is_worked(date(year, 2, 6), WORKWEEK) is True
    assert duty(f"{year}-01-01T10:00:00", hours) == "off"
    assert duty(f"{year}-03-03T10:00:00", hours) == "on"
    assert duty(f"{year}-03-06T10:00:00", hours) == "off"


def test_day_of_special_hours_alone_is_no_table_of_holidays() -> None:
    own = {date(2027, 3, 1): True, date(2027, 3, 2): (Shift(time(9), time(12)),)}
    hours = WorkingHours(SHANGHAI, OFFICE, Calendar(own=own))

    assert duty("2027-03-01T10:00:00", hours) == "on"
    assert duty("2027-03-02T10:00:00", hours) == "on"
    assert duty("2027-03-03T10:00:00", hours) == "no_calendar"


def test_own_day_goes_before_the_public_table() -> None:
    hours = WorkingHours(SHANGHAI, OFFICE, Calendar(own={date(2026, 10, 1): True, date(2026, 1, 5): False}))

    assert duty("2026-10-01T10:00:00", hours) == "on"
    assert duty("2026-01-05T10:00:00", hours) == "off"


def test_hall_without_public_holidays_follows_the_week_in_any_year() -> None:
    hours = WorkingHours(SHANGHAI, OFFICE, Calendar(public=False))

    assert duty("2026-10-01T10:00:00", hours) == "on"
    assert duty("2031-01-06T10:00:00", hours) == "on"
    assert duty("2031-01-05T10:00:00", hours) == "off"


def test_night_shift_lasts_past_midnight() -> None:
    hours = WorkingHours(SHANGHAI, Week((Shift(time(22), time(6)),)))

    assert duty("2026-01-05T23:00:00", hours) == "on"
    assert duty("2026-01-06T05:59:59", hours) == "on"
    assert duty("2026-01-06T06:00:00", hours) == "off"
    assert duty("2026-01-10T03:00:00", hours) == "on"  # Saturday morning still belongs to Friday's shift
    assert duty("2026-01-10T23:00:00", hours) == "off"


def test_shift_keeps_to_the_wall_clock_when_summer_time_begins() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    hours = WorkingHours(berlin, Week((Shift(time(1), time(4)),), frozenset(range(7))), Calendar(public=False))

    on = [
        hour
        for hour in range(6)
        if hours.at(from_datetime(datetime(2026, 3, 28, 23 + 0, tzinfo=UTC).replace(day=29, hour=hour))) == "on"
    ]

    # On 29 March 2026 clocks jump from 2:00 (UTC+1) to 3:00 (UTC+2): 1:00-4:00 is 0:00-2:00 UTC, two hours.
    assert on == [0, 1]


def test_season_has_hours_of_its_own_and_ends_with_its_last_day() -> None:
    season = Season(SUMMER, Week((Shift(time(8, 30), time(11, 30)), Shift(time(14), time(17, 30)))))
    hours = WorkingHours(SHANGHAI, OFFICE, seasons=(season,))

    assert duty("2026-04-30T08:45:00", hours) == "off"
    assert duty("2026-05-06T08:45:00", hours) == "on"
    assert duty("2026-05-06T13:30:00", hours) == "off"
    assert duty("2026-09-30T17:15:00", hours) == "on"
    assert duty("2026-10-08T17:15:00", hours) == "off"


def test_season_may_work_on_other_weekdays() -> None:
    season = Season(SUMMER, Week(OFFICE.shifts, frozenset({0, 5})))
    hours = WorkingHours(SHANGHAI, OFFICE, seasons=(season,))

    assert duty("2026-06-06T10:00:00", hours) == "on"  # a Saturday
    assert duty("2026-06-05T10:00:00", hours) == "off"
    assert duty("2026-04-18T10:00:00", hours) == "off"


def test_friday_may_be_shorter_and_a_saturday_that_makes_up_has_the_common_hours() -> None:
    hours = WorkingHours(SHANGHAI, Week(OFFICE.shifts, WORKWEEK, {4: (Shift(time(9), time(12)),)}))

    assert duty("2026-01-08T14:00:00", hours) == "on"
    assert duty("2026-01-09T11:00:00", hours) == "on"
    assert duty("2026-01-09T14:00:00", hours) == "off"
    assert duty("2026-10-10T14:00:00", hours) == "on"


def test_closed_window_is_closed_when_it_would_be_on_duty_and_says_why() -> None:
    closing = Closing(Dates((2026, 1, 5), (2026, 1, 6)), "装修")
    hours = WorkingHours(SHANGHAI, OFFICE, closings=(closing,))
    monday = from_datetime(datetime(2026, 1, 5, 10, tzinfo=SHANGHAI))

    assert duty("2026-01-05T10:00:00", hours) == "closed"
    assert duty("2026-01-05T12:30:00", hours) == "off"
    assert duty("2026-01-07T10:00:00", hours) == "on"
    assert hours.why_closed(monday) == "装修"
    assert hours.shift(monday) is None
    assert hours.why_closed(from_datetime(datetime(2026, 1, 7, 10, tzinfo=SHANGHAI))) is None


def test_night_shift_of_a_closed_day_is_closed_past_midnight() -> None:
    night = Week((Shift(time(22), time(6)),))
    hours = WorkingHours(SHANGHAI, night, closings=(Closing(Dates((2026, 1, 5), (2026, 1, 5)), "停电"),))
    after_midnight = from_datetime(datetime(2026, 1, 6, 3, tzinfo=SHANGHAI))

    assert hours.at(after_midnight) == "closed"
    assert hours.why_closed(after_midnight) == "停电"
    assert duty("2026-01-06T22:30:00", hours) == "on"


@pytest.mark.parametrize(
    ("day", "held"), [("2026-11-01", True), ("2027-01-01", True), ("2028-02-29", True), ("2026-03-01", False)]
)
def test_dates_of_every_year_may_last_over_new_year(day: str, held: bool) -> None:
    assert Dates((11, 1), (2, 29)).hold(date.fromisoformat(day)) is held


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (SUMMER, Dates((9, 30), (10, 31)), (9, 30)),
        (SUMMER, Dates((10, 1), (4, 30)), None),
        (Dates((10, 1), (5, 1)), SUMMER, (5, 1)),
        (SUMMER, Dates((2027, 1, 1), (2030, 1, 1)), (5, 1)),
        (SUMMER, Dates((2027, 1, 1), (2027, 4, 30)), None),
        (Dates((2026, 1, 1), (2026, 1, 31)), Dates((2026, 1, 31), (2026, 2, 2)), (1, 31)),
        (Dates((2026, 1, 1), (2026, 1, 31)), Dates((2027, 1, 1), (2027, 1, 31)), None),
        (Dates((2, 29), (3, 31)), Dates((2027, 3, 1), (2027, 3, 1)), (3, 1)),
    ],
)
def test_day_that_two_stretches_share_is_found(one: Dates, other: Dates, shared: tuple[int, int] | None) -> None:
    for day in (one.shared_with(other), other.shared_with(one)):
        assert (None if day is None else (day.month, day.day)) == shared


def test_shift_that_begins_within_a_second_is_on_duty_from_its_very_begin() -> None:
    hours = WorkingHours(ZoneInfo("Asia/Shanghai"), Week((Shift(time(9, 0, 0, 500_000), time(12)),)))
    nine = from_datetime(datetime(2026, 1, 5, 9, tzinfo=ZoneInfo("Asia/Shanghai")))

    said = [hours.at(StreamTime(nine + part)) for part in (0, 499_999, 500_000, 999_999, 1_000_000)]

    assert said == ["off", "off", "on", "on", "on"]
    assert hours.shift(StreamTime(nine + 499_999)) is None
