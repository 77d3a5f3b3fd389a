"""Working hours in zones that put their clocks forward and back."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rules.duty import Calendar, Shift, Week, WorkingHours
from tests.property.test_walltime import ZONES
from vision.streamtime import SECOND, StreamTime, from_datetime, to_datetime

EVERY_DAY = frozenset(range(7))
HOUR = 3600 * SECOND
zones = st.sampled_from(ZONES)
minutes = st.integers(0, 24 * 4 - 1).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
shifts = st.lists(st.builds(Shift, minutes, minutes), min_size=1, max_size=3).map(tuple)
day_shifts = shifts.filter(lambda all_: all(one.begins < one.ends for one in all_))
moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)).map(  # noqa: DTZ001
    lambda one: from_datetime(one.replace(tzinfo=UTC))
)


def hours_of(zone: ZoneInfo, shifts: tuple[Shift, ...]) -> WorkingHours:
    return WorkingHours(zone, Week(shifts, EVERY_DAY), Calendar(public=False))


@given(zones, shifts, moments)
def test_window_is_on_duty_where_it_has_a_shift_and_nowhere_else(
    zone: ZoneInfo, shifts: tuple[Shift, ...], at: StreamTime
) -> None:
    hours = hours_of(zone, shifts)
    shift = hours.shift(at)

    assert (hours.at(at) == "on") is (shift is not None)
    if shift is not None:
        assert shift[0] <= at < shift[1]
        assert hours.at(shift[0]) == "on"


@given(zones, st.builds(Shift, minutes, minutes).filter(lambda one: one.begins < one.ends), moments)
def test_shift_begins_and_ends_as_the_clock_shows_its_times(zone: ZoneInfo, shift: Shift, at: StreamTime) -> None:
    hours = hours_of(zone, (shift,))
    found = hours.shift(at)

    if found is None:
        return
    for end, wanted in zip(found, (shift.begins, shift.ends), strict=True):
        shown = to_datetime(end).astimezone(zone)
        a_moment_before = to_datetime(StreamTime(end - SECOND)).astimezone(zone)
        jumped = a_moment_before.time() < wanted < shown.time() or shown.utcoffset() != a_moment_before.utcoffset()
        assert (shown.time() == wanted and not shown.fold) or jumped


@given(zones, day_shifts, moments)
def test_two_shifts_have_no_moment_in_common(zone: ZoneInfo, shifts: tuple[Shift, ...], at: StreamTime) -> None:
    hours = hours_of(zone, shifts)
    found = sorted({span for step in range(96) if (span := hours.shift(StreamTime(at + step * HOUR // 4)))})

    assert all(one[1] < other[0] for one, other in pairwise(found))


@pytest.mark.parametrize(
    ("zone", "day", "lasts_h"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 2),
        ("Europe/Berlin", date(2026, 10, 25), 4),
        ("America/New_York", date(2026, 3, 8), 2),
        ("America/New_York", date(2026, 11, 1), 4),
        ("Australia/Lord_Howe", date(2026, 10, 4), 2.5),
        ("Australia/Lord_Howe", date(2026, 4, 5), 3.5),
        ("Asia/Shanghai", date(2026, 3, 29), 3),
        ("Asia/Kathmandu", date(2026, 3, 29), 3),
    ],
)
def test_shift_from_one_to_four_is_as_long_as_the_night_really_is(zone: str, day: date, lasts_h: float) -> None:
    there = ZoneInfo(zone)
    hours = hours_of(there, (Shift(time(1), time(4)),))
    begin = from_datetime(datetime.combine(day, time(1), there))

    span = hours.shift(begin)

    assert span is not None
    assert span == (begin, begin + lasts_h * HOUR)


def test_shift_that_clocks_jump_over_is_none() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    hours = hours_of(berlin, (Shift(time(2, 15), time(2, 45)),))
    night = datetime(2026, 3, 29, tzinfo=UTC)

    assert all(hours.at(from_datetime(night + timedelta(minutes=minute))) == "off" for minute in range(0, 240, 5))


def test_round_the_clock_has_no_gap_when_clocks_change_at_midnight() -> None:
    havana = ZoneInfo("America/Havana")
    hours = hours_of(havana, (Shift(time(), time()),))
    begin = datetime(2026, 10, 30, tzinfo=UTC)

    assert all(hours.at(from_datetime(begin + timedelta(minutes=30 * step))) == "on" for step in range(48 * 4))
