"""Times by a hall's clock: right in every zone, also where clocks are put forward or back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rules.duty.walltime import moment
from vision.streamtime import SECOND, to_datetime

ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/Berlin",
        "America/New_York",
        "Asia/Shanghai",
        "Australia/Lord_Howe",  # clocks go forward by half an hour only
        "Asia/Kathmandu",  # 5:45 hours off
        "America/Havana",  # clocks are changed at midnight
        "Pacific/Apia",  # left out the whole of 30 December 2011
    )
]
zones = st.sampled_from(ZONES)
years = st.datetimes(datetime(2011, 1, 1), datetime(2030, 12, 31)).map(lambda one: one.replace(microsecond=0))  # noqa: DTZ001


@given(zones, st.datetimes(datetime(2011, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_what_the_clock_shows_at_a_moment_is_that_moment(zone: ZoneInfo, at: datetime) -> None:
    shown = at.astimezone(zone)

    assert to_datetime(moment(shown.replace(tzinfo=None, fold=0), zone, second=bool(shown.fold))) == at


@given(zones, years, st.integers(0, 3 * 86400))
def test_later_by_the_clock_is_never_earlier(zone: ZoneInfo, first: datetime, by: int) -> None:
    assert moment(first, zone) <= moment(first + timedelta(seconds=by), zone)


@pytest.mark.parametrize(
    ("zone", "local", "expected"),
    [
        ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00"),  # 2:00 to 3:00 is jumped over at 1:00 UTC
        ("Europe/Berlin", "2026-03-29T02:59:59", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),
        ("America/Havana", "2026-03-08T00:30", "2026-03-08T05:00"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),  # a day that never was
    ],
)
def test_time_that_clocks_jump_over_is_the_jump(zone: str, local: str, expected: str) -> None:
    found = to_datetime(moment(datetime.fromisoformat(local), ZoneInfo(zone)))

    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_time_that_comes_twice_is_the_first_unless_the_second_is_meant() -> None:
    half_past_two = datetime.fromisoformat("2026-10-25T02:30")

    first, second = (moment(half_past_two, ZoneInfo("Europe/Berlin"), second) for second in (False, True))

    assert to_datetime(first) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert second - first == 3600 * SECOND
