"""The roster: who is entered for a window at a moment, and when nobody can tell who it was."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from service.rules.duty.roster import Roster
from service.settings import GivenSettings, RosterEntry
from vision.observation import WindowId
from vision.streamtime import StreamTime, from_datetime

SHANGHAI = ZoneInfo("Asia/Shanghai")
W1, W2 = WindowId("w1"), WindowId("w2")


def at(moment: str) -> StreamTime:
    return from_datetime(datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI))


def entered(person: object, begins: str, ends: str, window: str = "w1") -> dict[str, object]:
    return {"person": person, "window": window, "from": begins, "to": ends}


def roster(*entries: dict[str, object]) -> Roster:
    return Roster(RosterEntry.model_validate(entry).rostered(SHANGHAI) for entry in entries)


def test_person_of_the_hour_is_named_at_her_window_alone() -> None:
    people = roster(
        entered("王芳", "2026-01-05T09:00", "2026-01-05T12:00"), entered("李雷", "2026-01-05T12:00", "2026-01-05T17:00")
    )

    assert people.person_at(W1, at("2026-01-05T11:59:59")) == "王芳"
    assert people.person_at(W1, at("2026-01-05T12:00")) == "李雷"
    assert people.person_at(W2, at("2026-01-05T10:00")) is None


def test_date_means_the_whole_day_to_its_last_hour() -> None:
    people = roster(entered("王芳", "2026-01-05", "2026-01-09"))

    assert people.person_at(W1, at("2026-01-05T00:00")) == "王芳"
    assert people.person_at(W1, at("2026-01-09T23:59:59")) == "王芳"
    assert people.person_at(W1, at("2026-01-10T00:00")) is None


def test_of_two_who_cover_for_one_another_nobody_can_tell_which_it_was() -> None:
    people = roster(entered("王芳", "2026-01-05", "2026-01-09"), entered("李雷", "2026-01-07", "2026-01-07"))

    assert people.people_at(W1, at("2026-01-07T10:00")) == ("李雷", "王芳")
    assert people.person_at(W1, at("2026-01-07T10:00")) is None
    assert people.person_at(W1, at("2026-01-08T10:00")) == "王芳"


def test_person_entered_twice_is_one_person() -> None:
    people = roster(entered("王芳", "2026-01-05", "2026-01-09"), entered("王芳", "2026-01-07", "2026-01-12"))

    assert people.person_at(W1, at("2026-01-07T10:00")) == "王芳"


def test_staff_number_is_a_name() -> None:
    assert roster(entered(1024, "2026-01-05", "2026-01-05")).person_at(W1, at("2026-01-05T10:00")) == "1024"


@pytest.mark.parametrize(
    ("begins", "ends", "what"),
    [
        ("2026-01-06", "2026-01-05", "to must not be earlier than from"),
        ("2026-01-05T10:00", "2026-01-05T10:00", "to must be later than from"),
        ("2026-01-05T10:00+08:00", "2026-01-05T12:00", "both with a UTC offset, or both without"),
        ("2026-01-05T10:00+08:00", "2026-01-06", "both with a UTC offset, or both without"),
        ("2026-01-05", "9999-12-31", "9999-12-31: the year must be 1970 to 2199"),
        ("2026-01-05", "2026-13-01", "'2026-13-01' is no date; write it as 2026-01-05, or 2026-01-05T10:00"),
    ],
)
def test_entry_that_ends_before_it_begins_is_refused(begins: str, ends: str, what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        RosterEntry.model_validate(entered("王芳", begins, ends))


def test_entry_of_a_window_that_is_none_is_named() -> None:
    with pytest.raises(ValidationError, match=r"roster\[0\].window: there is no 'w9'; there are w1"):
        GivenSettings(
            cameras=[{"id": "c1", "source": "rtsp://10.0.0.9/1", "windows": [{"id": "w1"}]}],
            roster=[entered("王芳", "2026-01-05", "2026-01-05", "w9")],
        )


def test_roster_survives_the_way_to_a_worker() -> None:
    given = {
        "cameras": [{"id": "c1", "source": "rtsp://10.0.0.9/1", "windows": [{"id": "w1"}]}],
        "roster": [
            entered("王芳", "2026-01-05", "2026-01-06"),
            entered("李雷", "2026-01-07T09:00", "2026-01-07T12:00"),
        ],
    }

    settings = GivenSettings(**given)

    assert GivenSettings(**settings.model_dump(mode="json")) == settings
    assert settings.people().person_at(W1, at("2026-01-06T23:00")) == "王芳"
