"""Presence at a post: who counts as there, and what an empty-looking post has to show before it counts as empty."""

from collections.abc import Iterator

import numpy as np
import pytest

from vision.detector import Detections
from vision.occupancy import Occupancy
from vision.picture import Pixels
from vision.streamtime import SECOND, StreamTime
from vision.tracking import Tracker

EVERY = SECOND // 5
EMPTY = np.random.default_rng(1).integers(60, 190, (240, 320, 3), np.uint8)
CLERK = (120.0, 60.0, 200.0, 200.0)

Box = tuple[float, float, float, float]


class Post:
    """A post watched five times a second: pictures are drawn from who is said to be there."""

    def __init__(self) -> None:
        self.occupancy, self.tracker = Occupancy(), Tracker()
        self.at = StreamTime(0)

    def look(self, *people: tuple[Box, float], elsewhere: bool = False, hidden: bool = False) -> bool | None:
        found = Detections(
            np.array([box for box, _ in people], np.float32).reshape(-1, 4),
            np.array([score for _, score in people], np.float32),
            np.zeros(len(people), np.intp),
            ("person",),
        )
        tracks = [track for track in self.tracker.update(self.at, found) if track is not None]
        members, others = ([], tracks) if elsewhere else (tracks, [])
        presence = self.occupancy.look(self.at, drawn(*(box for box, _ in people)), members, others, hidden)
        self.at = StreamTime(self.at + EVERY)
        return presence.occupied

    def looks(self, seconds: float, *people: tuple[Box, float]) -> list[bool | None]:
        return [self.look(*people) for _ in range(round(seconds * 5))]


def drawn(*boxes: Box) -> Pixels:
    picture = EMPTY.copy()
    for x1, y1, x2, y2 in boxes:
        picture[int(y1) : int(y2), int(x1) : int(x2)] = np.array([40, 70, 30], np.uint8)
        picture[int(y1) : int(y1) + 20, int(x1) + 20 : int(x2) - 20] = np.array([120, 150, 200], np.uint8)
    return picture


def moved(box: Box, dx: float = 0, dy: float = 0) -> Box:
    return box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy


@pytest.fixture
def post() -> Iterator[Post]:
    """A post whose clerk has been there for three seconds."""
    occupied = Post()
    occupied.looks(3, (CLERK, 0.8))
    return occupied


def test_seated_clerk_is_on_post_within_a_second_and_a_look() -> None:
    answers = Post().looks(3, (CLERK, 0.8))

    assert answers[:5] == [None] * 5
    assert answers[6:] == [True] * 9


def test_nobody_is_nobody_from_the_first_look() -> None:
    assert Post().looks(1) == [False] * 5


def test_somebody_who_passes_by_is_no_occupation_and_no_vote() -> None:
    post = Post()
    post.looks(1)

    passing = [post.look((moved(CLERK, dx), 0.9)) for dx in range(-100, 110, 10)]

    assert passing == [None] * len(passing)
    assert post.looks(1) == [False] * 5


def test_doubtful_stranger_makes_an_empty_post_doubtful_and_a_faint_one_does_not() -> None:
    assert set(Post().looks(3, (CLERK, 0.25))) == {None}
    assert set(Post().looks(3, (CLERK, 0.12))) == {False}


def test_nobody_is_said_to_be_away_who_was_hardly_seen_a_moment_ago() -> None:
    post = Post()
    post.looks(1)

    seen_now_and_then = [post.look(*([(CLERK, 0.25)] if number % 6 == 0 else [])) for number in range(30)]

    assert set(seen_now_and_then) == {None}
    assert post.looks(3)[-4:] == [False] * 4


def test_clerk_who_is_hardly_seen_any_more_is_still_there(post: Post) -> None:
    assert post.looks(3, (CLERK, 0.1)) == [True] * 15


def test_clerk_whom_the_network_misses_is_there_while_her_picture_stays(post: Post) -> None:
    unseen = []
    for _ in range(10):
        post.tracker.update(post.at, nobody())
        unseen.append(post.occupancy.look(post.at, drawn(CLERK), [], [], False).occupied)
        post.at = StreamTime(post.at + EVERY)

    assert unseen == [True] * 10


def test_clerk_who_walks_out_is_gone_at_once(post: Post) -> None:
    for dx in range(10, 100, 15):
        post.look((moved(CLERK, dx), 0.8))

    assert post.look() is False


def test_clerk_who_is_seen_elsewhere_is_gone_at_once(post: Post) -> None:
    assert post.look((moved(CLERK, 30), 0.8), elsewhere=True) is False


def test_clerk_who_sinks_behind_the_counter_cannot_be_told_for_twenty_seconds(post: Post) -> None:
    for dy in (15, 30, 50, 70):
        post.look(((CLERK[0], CLERK[1] + dy, CLERK[2], CLERK[3]), 0.6))

    bent = post.looks(25)

    assert set(bent[:98]) == {None}
    assert set(bent[105:]) == {False}


def test_clerk_who_comes_up_again_is_on_post_at_once(post: Post) -> None:
    for dy in (15, 30, 50, 70):
        post.look(((CLERK[0], CLERK[1] + dy, CLERK[2], CLERK[3]), 0.6))
    post.looks(3)

    assert post.look(((CLERK[0], CLERK[1] + 40, CLERK[2], CLERK[3]), 0.6)) is True


def test_clerk_who_vanishes_without_moving_is_doubted_for_two_seconds(post: Post) -> None:
    vanished = post.looks(3)

    assert set(vanished[:10]) == {None}
    assert set(vanished[11:]) == {False}


def test_post_behind_a_standing_customer_cannot_be_told() -> None:
    post = Post()

    assert [post.look(hidden=True) for _ in range(3)] == [None] * 3


def test_somebody_who_takes_over_is_on_post_after_a_second(post: Post) -> None:
    for dx in range(10, 100, 15):
        post.look((moved(CLERK, dx), 0.8))
    post.looks(1)
    other = moved(CLERK, 5, 5)

    answers = post.looks(2, (other, 0.7))

    assert False not in answers
    assert answers[-1] is True


def test_customer_who_waits_before_the_counter_of_an_empty_post_cannot_be_told(post: Post) -> None:
    for dx in range(10, 100, 15):
        post.look((moved(CLERK, dx), 0.8))
    post.looks(1)

    waiting = post.looks(10, ((110.0, 70.0, 220.0, 240.0), 0.9))
    empty = post.looks(1)

    assert set(waiting) == {None}
    assert empty == [False] * 5


def test_after_a_gap_nobody_is_remembered_and_empty_has_to_be_seen_for_a_second(post: Post) -> None:
    post.occupancy.forget()
    post.tracker.forget()

    answers = post.looks(2)

    assert answers[:5] == [None] * 5
    assert answers[6:] == [False] * 4


def nobody() -> Detections:
    return Detections.none(("person",))


def test_clerk_of_whom_hardly_a_head_is_seen_now_and_then_is_not_said_to_be_away(post: Post) -> None:
    head = (140.0, 60.0, 180.0, 100.0)

    answers = [post.look(*([(head, 0.25)] if number % 6 == 0 else [])) for number in range(60)]

    assert False not in answers
    assert post.looks(3)[-4:] == [False] * 4
