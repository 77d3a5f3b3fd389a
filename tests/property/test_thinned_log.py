"""A log that is thinned where nothing changes gives the events of the whole one, for every stream of looks."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from service.rules.event import Event
from service.rules.judge import Judge
from service.rules.rulebook import load_rulebook, overridden
from tests.fixtures.observed import logged, read_back
from vision.observation import REASONS, Observation, WindowId
from vision.streamtime import SECOND, StreamTime

W1 = WindowId("w1")
START = StreamTime(1_767_574_800 * SECOND)
SHIFT, BREAK = 180 * SECOND, 60 * SECOND  # by minutes, as shifts are
BOOK = overridden(
    load_rulebook(),
    {
        "leave_post": {"after": "5s", "cool_down": "4s"},
        "late_on_post": {"after": "5s"},
        "early_leave": {"after": "5s"},
        "half_day_absence": {"after": "20s"},
        "phone_use": {"after": "3s", "merge_gap": "6s"},
        "badge_missing": {"after": "6s", "spread": "8s", "window": "10s"},
    },
    "test",
)

answers = st.sampled_from([True, False, None])


@st.composite
def streams(draw: st.DrawFn) -> list[Observation]:
    """Looks in runs of one answer, as long as the seconds in which nothing changes are to be thinned."""
    at, looks = START, []
    for _ in range(draw(st.integers(1, 12))):
        said = {name: draw(answers) for name in ("occupied", "phone_in_use", "badge")}
        reason = draw(st.sampled_from([None, None, None, *REASONS]))
        gap = draw(st.sampled_from([200_000, 200_000, 500_000, SECOND, 3 * SECOND]))
        for _ in range(draw(st.integers(1, 60))):
            looks.append(Observation(W1, at, reason=reason) if reason else Observation(W1, at, **said))
            at = StreamTime(at + gap)
    return looks


def in_shifts() -> Judge:
    def shift_at(_window: str, at: StreamTime) -> tuple[StreamTime, StreamTime] | None:
        begins = at - (at - START) % (SHIFT + BREAK)
        return (StreamTime(begins), StreamTime(begins + SHIFT)) if at < begins + SHIFT else None

    return Judge({W1: BOOK}, lambda window, at: "on" if shift_at(window, at) else "off", shift_at)


def judged(looks: Sequence[Observation]) -> list[Event]:
    judge = in_shifts()
    events: dict[str, Event] = {}
    for look in looks:
        events.update((event.id, event) for event in judge.observe(look))
    events.update((event.id, event) for event in judge.unreported())
    return sorted(events.values(), key=lambda event: (event.started_at, event.rule))


@given(streams())
@settings(max_examples=25, deadline=None)
def test_thinned_log_gives_the_events_of_the_whole_one(looks: list[Observation]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        logged(Path(folder), looks)
        whole, thinned = read_back(Path(folder)), read_back(Path(folder), thinned=True)

    assert len(thinned) <= len(whole) == len(looks)
    assert judged(thinned) == judged(whole)
