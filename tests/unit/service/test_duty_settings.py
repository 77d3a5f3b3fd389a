"""Duty, seasons and closed windows as they are written in `zaigang.yaml`, and leave and roster by the same clock."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from service.rules.duty import Duty
from service.settings import DutySettings, GivenSettings, LeaveSettings
from vision.observation import WindowId
from vision.streamtime import SECOND, StreamTime, from_datetime

SHANGHAI = ZoneInfo("Asia/Shanghai")
W1, W2 = WindowId("w1"), WindowId("w2")


def site(own: dict[str, Any] | None = None, **duty: Any) -> GivenSettings:
    windows = [{"id": "w1"}, {"id": "w2", "duty": own} if own is not None else {"id": "w2"}]
    cameras = [{"id": "c1", "source": "rtsp://10.0.0.9/1", "windows": windows}]
    return GivenSettings(cameras=cameras, duty=duty)  # type: ignore[arg-type]


def at(moment: str, zone: ZoneInfo = SHANGHAI) -> StreamTime:
    return from_datetime(datetime.fromisoformat(moment).replace(tzinfo=zone))


def on(settings: GivenSettings, window: WindowId, *moments: str) -> list[Duty]:
    duty = settings.duty_by_window()
    return [duty(window, at(moment)) for moment in moments]


def test_season_is_written_by_month_and_day() -> None:
    settings = site(seasons=[{"from": "05-01", "to": "09-30", "shifts": ["08:30-11:30"], "weekdays": ["mon", "sat"]}])

    assert on(settings, W1, "2026-06-06T09:00", "2026-06-05T09:00", "2026-04-03T09:00") == ["on", "off", "on"]


def test_what_a_window_does_not_say_is_the_halls() -> None:
    settings = site({"weekdays": ["sat"]}, shifts=["08:00-10:00"], days={"2027-01-01": "off"})

    assert on(settings, W2, "2026-01-10T08:30", "2026-01-05T08:30", "2027-01-09T08:30") == ["on", "off", "on"]
    assert on(settings, W1, "2026-01-10T08:30", "2026-01-05T08:30") == ["off", "on"]


def test_window_with_hours_of_its_own_says_what_becomes_of_seasons() -> None:
    season = {"from": "05-01", "to": "09-30", "shifts": ["08:30-11:30"]}

    with pytest.raises(ValidationError, match=r'duty of window "w2": .*seasons: \[\] for none'):
        site({"shifts": ["10:00-16:00"]}, seasons=[season])
    same_all_year = site({"shifts": ["10:00-16:00"], "seasons": []}, seasons=[season])

    assert on(same_all_year, W2, "2026-06-05T08:45", "2026-06-05T15:00") == ["off", "on"]
    assert on(same_all_year, W1, "2026-06-05T08:45", "2026-06-05T15:00") == ["on", "off"]


def test_closed_window_and_closed_hall_say_why() -> None:
    own = {"closed": [{"from": "2026-01-06", "why": "设备检修"}]}
    settings = site(own, closed=[{"from": "2026-01-05", "to": "2026-01-05", "why": "全厅停电"}])
    why = settings.why_closed_by_window()

    assert on(settings, W1, "2026-01-05T10:00", "2026-01-06T10:00") == ["closed", "on"]
    assert on(settings, W2, "2026-01-05T10:00", "2026-01-06T10:00") == ["closed", "closed"]
    assert (why(W2, at("2026-01-05T10:00")), why(W2, at("2026-01-06T10:00"))) == ("全厅停电", "设备检修")
    assert why(W1, at("2026-01-06T10:00")) is None


def test_window_that_is_always_judged_can_be_closed_all_the_same() -> None:
    settings = site(always=True, closed=[{"from": "2026-01-05", "why": "停电"}])

    assert on(settings, W1, "2026-01-04T23:59:59", "2026-01-05T00:00", "2026-01-05T23:59:59", "2026-01-06T00:00") == [
        "on",
        "closed",
        "closed",
        "on",
    ]
    assert settings.shifts_by_window()(W1, at("2026-01-07T10:00")) is None


def test_single_day_may_have_shifts_of_its_own() -> None:
    settings = site(days={"2026-02-13": ["09:00-11:00"]})

    assert on(settings, W1, "2026-02-13T10:00", "2026-02-13T11:30") == ["on", "off"]


def test_duty_survives_the_way_to_a_worker() -> None:
    settings = site(
        {"by_weekday": {"fri": ["09:00-11:00"]}, "closed": [{"from": "2026-03-02", "why": "装修"}]},
        days={"2027-01-01": "off", "2027-02-06": "on", "2027-02-05": ["09:00-11:00"]},
        by_weekday={"mon-wed,fri": ["09:00-12:00"]},
        closed=[{"from": "12-25", "why": "盘点"}],
    )

    told = json.loads(json.dumps(settings.model_dump(mode="json")))

    assert GivenSettings(**told) == settings
    assert told["duty"]["days"]["2027-02-05"] == ["09:00-11:00"]


@pytest.mark.parametrize(
    ("duty", "says"),
    [
        (
            {
                "seasons": [
                    {"from": "05-01", "to": "09-30", "shifts": ["08:30-11:30"]},
                    {"from": "09-15", "to": "02-28", "shifts": ["09:30-11:30"]},
                ]
            },
            "05-01 to 09-30 and 09-15 to 02-28 overlap: both hold 09-15",
        ),
        ({"seasons": [{"from": "05-01", "to": "2026-09-30", "shifts": ["08:30-11:30"]}]}, "both as dates with a year"),
        ({"seasons": [{"from": "05-01", "to": "09-30", "shifts": []}]}, "at least 1 item"),
        ({"seasons": [{"from": "02-30", "to": "09-30", "shifts": ["08:30-11:30"]}]}, "'02-30' is no day; write it"),
        ({"closed": [{"from": "2026-05-02", "to": "2026-05-01", "why": "x"}]}, "to must not be earlier than from"),
        ({"closed": [{"from": "2026-05-02"}]}, "closed.0.why"),
        ({"by_weekday": {"fry": ["09:00-12:00"]}}, "'fry' is no weekday; write it as fri, mon-thu or mon,wed"),
        ({"by_weekday": {"mon-fri": ["09:00-12:00"], "fri": ["09:00-11:00"]}}, "fri is in 'mon-fri' and in 'fri'"),
        ({"days": {"2026-05-02": "maybe"}}, "'maybe' is no day; write on, off, or its shifts"),
        ({"days": {"2026-05-02": ["9 to 5"]}}, "'9 to 5' is no shift; write it as 09:00-12:00"),
    ],
)
def test_wrong_duty_is_refused_in_a_sentence(duty: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        DutySettings(**duty)


def test_leave_in_the_hour_that_comes_twice_lasts_until_that_hour_is_over() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    given = {"from": "2026-10-25T01:30", "to": "2026-10-25T02:30", "by": "li", "limit": "5h"}

    leave = LeaveSettings.model_validate(given).leave(berlin)

    assert leave.ends - leave.begins == 2 * 3600 * SECOND


def test_leave_for_a_whole_day_needs_a_limit_of_its_own() -> None:
    whole_day = {"from": "2026-01-05", "to": "2026-01-05", "by": "li"}

    with pytest.raises(ValidationError, match="would end 30 min after midnight"):
        LeaveSettings.model_validate(whole_day)
    sick, dress = (
        LeaveSettings.model_validate({**whole_day, **more}).leave(SHANGHAI)
        for more in ({"limit": "24h"}, {"rules": ["uniform_missing"]})
    )

    assert sick.holds(W1, None, at("2026-01-05T16:59"))
    assert dress.holds(W1, "uniform_missing", at("2026-01-05T16:59"))
    assert not dress.holds(W1, None, at("2026-01-05T16:59"))
