"""What changed hours and leave mean on the days to come."""

from datetime import datetime
from typing import Any

from service.parts.outlook import outlook
from service.settings import GivenSettings
from vision.streamtime import StreamTime, from_datetime


def site(time_zone: str = "Asia/Shanghai", **keys: Any) -> GivenSettings:
    camera = {"id": "c", "source": "rtsp://10.0.0.9/", "windows": [{"id": "w1"}, {"id": "w2"}]}
    return GivenSettings(hall={"time_zone": time_zone}, cameras=[camera], **keys)


def at(text: str) -> StreamTime:
    return from_datetime(datetime.fromisoformat(text))


def told(before: GivenSettings, after: GivenSettings, now: str, days: int) -> list[tuple[str, str, list[str]]]:
    """Day, windows and new spells."""
    return [
        (day.day.isoformat(), " ".join(day.windows), [f"{one.begins}-{one.ends} {one.duty}" for one in day.new])
        for day in outlook(before, after, at(now), days)
    ]


def test_same_hours_change_no_day() -> None:
    assert (
        outlook(site(), site(duty={"weekdays": ["mon", "tue", "wed", "thu", "fri"]}), at("2026-01-05T09:00+08:00"))
        == []
    )


def test_hours_past_midnight_are_told_on_both_days() -> None:
    after = site(duty={"shifts": ["22:00-02:00"], "weekdays": ["mon"]})

    assert told(site(duty={"shifts": []}), after, "2026-03-02T09:00+08:00", 3) == [
        ("2026-03-02", "w1 w2", ["22:00-24:00 on"]),
        ("2026-03-03", "w1 w2", ["00:00-02:00 on"]),
    ]


def test_leave_shows_until_its_limit() -> None:
    leave = {"windows": ["w2"], "from": "2026-01-05T10:00", "to": "2026-01-05T11:30", "by": "王"}

    assert told(site(), site(leave=[leave]), "2026-01-05T09:00+08:00", 2) == [
        ("2026-01-05", "w2", ["09:00-10:00 on", "10:00-10:30 exempt", "10:30-12:00 on", "13:00-17:00 on"])
    ]


def test_year_that_no_calendar_knows_is_told() -> None:
    before = site(duty={"public_holidays": False, "shifts": ["09:00-12:00"]})
    after = site(duty={"shifts": ["09:00-12:00"]})

    assert told(before, after, "2027-01-04T09:00+08:00", 1) == [("2027-01-04", "w1 w2", ["09:00-12:00 no_calendar"])]


def test_day_on_which_clocks_are_put_forward_has_its_hours_by_the_clock() -> None:
    always = {"weekdays": ["sun"], "public_holidays": False}
    before = site("Europe/Berlin", duty={**always, "shifts": []})
    after = site("Europe/Berlin", duty={**always, "shifts": ["01:00-04:00", "09:00-12:00"]})

    assert told(before, after, "2026-03-29T00:30+01:00", 1) == [
        ("2026-03-29", "w1 w2", ["01:00-04:00 on", "09:00-12:00 on"])
    ]
