"""What is said of days to come, before they come: a year without holidays, and a day without a uniform."""

from datetime import date, timedelta
from typing import Any

import pytest

from service.foresight import open_questions
from service.settings import GivenSettings

TABLE = {f"{date(2027, 1, 1) + timedelta(days=number)}": "off" for number in range(13)}


def site(**values: Any) -> GivenSettings:
    return GivenSettings(**values)


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 11, 30), "the table of Chinese holidays ends with 2026; of 2027 enter its days off"),
        (date(2026, 12, 1), "from 2027-01-01 on nothing is judged: the table of holidays ends with 2026"),
        (date(2026, 12, 31), "from 2027-01-01 on nothing is judged: the table"),
        (date(2027, 1, 1), "nothing is judged in 2027: nobody has said which days of it are holidays; enter its days"),
    ],
)
def test_year_without_holidays_is_announced_and_then_told(today: date, said: str) -> None:
    questions = open_questions(site(), today)

    assert questions[0].startswith(said)
    assert "duty.days (2027-01-01: off)" in questions[0]


def test_table_of_ones_own_ends_it_for_that_year() -> None:
    assert open_questions(site(duty={"days": TABLE}), date(2026, 12, 31)) == []
    assert "2028" in open_questions(site(duty={"days": TABLE}), date(2027, 12, 1))[0]


def test_table_that_can_hardly_be_whole_is_asked_about() -> None:
    (question,) = open_questions(site(duty={"days": {"2027-01-01": "off"}}), date(2026, 12, 31))

    assert question.startswith("duty.days has 1 days off in 2027, and 13 are public holidays by law")


@pytest.mark.parametrize("duty", [{"public_holidays": False}, {"always": True}])
def test_hall_without_chinese_holidays_is_asked_nothing(duty: dict[str, Any]) -> None:
    assert open_questions(site(duty=duty), date(2027, 1, 1)) == []


def test_window_that_follows_holidays_in_a_hall_that_does_not_is_asked_about() -> None:
    windows = [{"id": "w1", "duty": {"public_holidays": True}}]
    cameras = [{"id": "c1", "source": "rtsp://10.0.0.9/1", "windows": windows}]

    assert len(open_questions(site(duty={"public_holidays": False}, cameras=cameras), date(2027, 1, 1))) == 2


def test_days_without_a_uniform_are_told_a_year_ahead() -> None:
    timetable = [
        {"from": "05-01", "to": "09-30", "uniforms": ["summer.npz"]},
        {"from": "10-15", "to": "04-29", "uniforms": ["winter.npz"]},
    ]
    questions = open_questions(site(duty={"always": True}, models={"uniform_timetable": timetable}), date(2026, 7, 1))

    assert [question.split(" worn ")[1].split(":")[0] for question in questions] == [
        "from 2026-10-01 to 2026-10-14",
        "on 2027-04-30",
    ]
