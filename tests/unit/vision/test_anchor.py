"""What an anchor tells of a camera's clock: since when, how far it moved, how often it jumped, what it says itself."""

from vision.anchor import Anchor, Clock
from vision.streamtime import SECOND, StreamTime

NOW = 1_767_574_800 * SECOND


def test_clock_that_runs_slow_is_seen_to_move_and_one_that_jumps_is_tied_anew() -> None:
    anchor = Anchor()
    assert anchor.clock is None
    for second in range(101):
        anchor.place(round(second * SECOND * 0.9999), StreamTime(NOW + second * SECOND))
    slow = anchor.clock
    anchor.place(5000 * SECOND, StreamTime(NOW + 101 * SECOND))

    assert slow == Clock(StreamTime(NOW + 100 * SECOND), StreamTime(NOW), 10_000, 0, None)
    assert anchor.clock == Clock(StreamTime(NOW + 101 * SECOND), StreamTime(NOW + 101 * SECOND), 0, 1, None)


def test_camera_that_tells_its_time_is_ahead_by_what_it_says() -> None:
    anchor = Anchor()
    at = anchor.place(0, StreamTime(NOW))

    anchor.told(NOW + 3 * SECOND, at)

    assert anchor.clock is not None
    assert anchor.clock.camera_offset == 3 * SECOND
