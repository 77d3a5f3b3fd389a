"""How a window stands in the words of the wall, whatever its looks say, while it is not on duty."""

import pytest

from service.rules.duty import Duty
from service.worker.status import WindowStatus
from vision.observation import Observation, WindowId
from vision.streamtime import SECOND, StreamTime

W1 = WindowId("w1")


def told(*duties: tuple[Duty, str | None], occupied: bool | None = False) -> list[tuple[str, str | None, int]]:
    """Status, reason and since when, in seconds, after looks a second apart."""
    status = WindowStatus(StreamTime(0))
    found = []
    for second, (duty, why) in enumerate(duties, 1):
        status.look(Observation(W1, StreamTime(second * SECOND), occupied=occupied), duty, why)
        found.append((status.status, status.reason, status.since // SECOND))
    return found


@pytest.mark.parametrize(
    ("duty", "status"),
    [("off", "off_duty"), ("exempt", "exempt"), ("no_calendar", "no_calendar"), ("closed", "closed")],
)
def test_whatever_is_seen_off_duty_the_wall_says_why_it_is_not_judged(duty: Duty, status: str) -> None:
    for occupied in (True, False, None):
        assert told((duty, None), occupied=occupied) == [(status, None, 1)]


def test_window_out_of_service_says_why_and_since_when() -> None:
    assert told(("closed", "装修"), ("closed", "装修"), ("on", None)) == [
        ("closed", "装修", 1),
        ("closed", "装修", 1),
        ("empty", None, 3),
    ]
