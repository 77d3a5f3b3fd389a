"""Hours and leave that are changed while a shift lasts: what was being judged goes on."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from service.rules import Event, Judge, event_id
from service.rules.duty.leave import nobody
from service.rules.rulebook import load_rulebook, overridden
from service.settings import DutySettings, LeaveSettings
from service.settings.duty import duty_of, shift_of
from vision.observation import Observation, WindowId
from vision.streamtime import SECOND, StreamTime, from_datetime

W1 = WindowId("w1")
ZONE = ZoneInfo("Asia/Shanghai")
BOOK = overridden(
    load_rulebook(),
    {
        "leave_post": {"after": "1min", "merge_gap": 0, "cool_down": 0},
        "half_day_absence": {"after": "10min"},
        "early_leave": {"after": "1min"},
        "late_on_post": {"after": "1min"},
    },
    "test",
)


class Day:
    """Monday 2026-01-05, told as clock times; looks come every second."""

    def __init__(self, *hours: str) -> None:
        self.judge = Judge({W1: BOOK}, *_duty(hours))
        self.events: dict[str, Event] = {}

    def look(self, since: str, until: str, occupied: bool | None) -> None:
        at = clock(since)
        while at < clock(until):
            for event in self.judge.observe(Observation(W1, at, occupied=occupied)):
                self.events[event.id] = event
            at = StreamTime(at + SECOND)

    def change(self, *hours: str) -> None:
        self.judge.follow(*_duty(hours))

    def of(self, rule: str) -> list[tuple[str, str, str]]:
        """Begin, end (none of those that go on) and state of the events of ``rule``."""
        return [
            (_shown(event.started_at), "" if event.state == "open" else _shown(event.until), event.state)
            for event in self.events.values()
            if event.rule == rule
        ]


def clock(text: str) -> StreamTime:
    return from_datetime(datetime.fromisoformat(f"2026-01-05T{text}:00+08:00"))


def _shown(at: StreamTime) -> str:
    return datetime.fromtimestamp(at / SECOND, ZONE).strftime("%H:%M")


def _duty(hours: tuple[str, ...]) -> Any:
    duty = DutySettings(shifts=hours)  # type: ignore[arg-type]  # as a file has them
    return duty_of(duty, ZONE), shift_of(duty, ZONE)


def test_absences_before_and_after_the_change_add_up() -> None:
    day = Day("09:00-10:00")
    day.look("09:00", "09:01", occupied=True)
    day.look("09:01", "09:08", occupied=False)
    day.look("09:08", "09:12", occupied=True)

    day.change("09:00-11:00")
    day.look("09:12", "09:16", occupied=False)
    day.look("09:16", "09:20", occupied=True)

    assert day.of("half_day_absence") == [("09:01", "", "open")]


def test_open_sum_goes_on_and_ends_with_the_new_hours() -> None:
    day = Day("09:00-10:00")
    day.look("09:00", "09:01", occupied=True)
    day.look("09:01", "09:15", occupied=False)

    day.change("09:00-09:30")
    day.look("09:15", "09:31", occupied=False)

    assert day.of("half_day_absence") == [("09:01", "09:29", "closed")]


def test_longer_hours_let_an_absence_go_on_though_nobody_looked_at_the_old_end() -> None:
    day = Day("09:00-10:00")
    day.look("09:00", "09:50", occupied=True)
    day.look("09:50", "09:59", occupied=False)

    day.change("09:00-11:00")
    day.look("10:00", "10:10", occupied=False)

    assert day.of("early_leave") == []
    assert [state for _, _, state in day.of("leave_post")] == ["open"]


def test_early_is_who_leaves_before_the_new_end() -> None:
    day = Day("09:00-12:00")
    day.look("09:00", "09:50", occupied=True)

    day.change("09:00-10:00")
    day.look("09:50", "10:01", occupied=False)

    assert day.of("early_leave") == [("09:50", "09:59", "closed")]


def test_who_came_before_the_change_has_come() -> None:
    day = Day("09:00-10:00")
    day.look("09:00", "09:02", occupied=True)

    day.change("09:00-11:00")
    day.look("09:02", "09:10", occupied=False)

    assert day.of("late_on_post") == []


def test_hours_that_begin_later_today_are_a_shift_of_their_own() -> None:
    day = Day("09:00-10:00")
    day.look("09:00", "09:02", occupied=True)

    day.change("09:30-10:00")
    day.look("09:02", "09:30", occupied=False)
    day.look("09:30", "09:35", occupied=False)

    assert day.of("late_on_post") == [("09:30", "", "open")]


def test_leave_that_comes_closes_what_is_open_and_what_has_ended_stays_as_it_was() -> None:
    day = Day("09:00-12:00")
    day.look("09:00", "09:01", occupied=True)
    day.look("09:01", "09:05", occupied=False)
    before = day.of("leave_post")

    leave = LeaveSettings(begins="2026-01-05T09:05", ends="2026-01-05T09:20", by="王").leave(ZONE)  # type: ignore[arg-type]
    hours, shifts = _duty(("09:00-12:00",))
    day.judge.follow(
        lambda window, at: "exempt" if leave.holds(window, None, at) else hours(window, at), shifts, nobody
    )
    day.look("09:05", "09:20", occupied=False)
    day.look("09:20", "09:22", occupied=False)

    assert before == [("09:01", "", "open")]
    assert day.of("leave_post") == [("09:01", "09:04", "closed"), ("09:20", "", "open")]
    assert event_id(W1, "leave_post", BOOK.version, clock("09:20")) in day.events
