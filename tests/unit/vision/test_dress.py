"""A badge on the chest: seen is worn, not seen is missing on a clear look only."""

import pytest

from tests.fixtures.sights import Box, conduct
from vision.conduct import Conduct
from vision.dress import BadgeWatch, WornAnswer, of_all
from vision.streamtime import SECOND, StreamTime
from vision.tracking import Track

THRESHOLD = 0.5
CLERK: Box = (100, 50, 200, 250)


def badge(score: float, front: float | None = 0.95) -> Conduct:
    return conduct(CLERK, {"badge": score}, front)


class Post:
    """Looks at a post, two a second; each of its staff is known by a number."""

    def __init__(self) -> None:
        self.watch, self.at = BadgeWatch(THRESHOLD), StreamTime(0)

    def look(self, *staff: Conduct | None, clear: bool = True) -> bool | None:
        return self.answer(*staff, clear=clear).worn

    def answer(self, *staff: Conduct | None, clear: bool = True) -> WornAnswer:
        self.at = StreamTime(self.at + SECOND // 2)
        tracks = [Track(number, None, 0.9, self.at) for number in range(len(staff))]  # type: ignore[arg-type]
        return self.watch.look(self.at, list(zip(tracks, staff, strict=True)), lambda _: clear)


def test_a_badge_that_is_seen_is_worn_however_unclear_the_look() -> None:
    assert Post().look(badge(0.6, front=None), clear=False) is True


def test_a_chest_that_is_clearly_shown_without_one_goes_without() -> None:
    assert Post().look(badge(0.1)) is False


@pytest.mark.parametrize(
    ("looked", "clear"),
    [
        (badge(0.1), False),  # small, blurred, cut off or hidden
        (badge(0.1, front=0.5), True),  # from the side
        (badge(0.1, front=None), True),  # a network that cannot say which way she faces
        (badge(0.3), True),  # there may be one
        (None, True),  # not looked at closely
        (conduct(CLERK, {}, 0.95), True),
    ],
)
def test_anything_else_cannot_tell(looked: Conduct | None, clear: bool) -> None:
    assert Post().look(looked, clear=clear) is None


def test_a_badge_that_was_seen_is_worn_for_three_seconds_of_unclear_looks() -> None:
    post = Post()
    post.look(badge(0.8))

    assert [post.look(badge(0.1), clear=False) for _ in range(8)] == [True] * 6 + [None] * 2


def test_a_hand_before_the_badge_is_no_missing_badge_for_three_seconds() -> None:
    post = Post()
    post.look(badge(0.8))

    assert [post.look(badge(0.1)) for _ in range(8)] == [None] * 6 + [False] * 2


def test_between_close_looks_an_answer_holds_for_a_second() -> None:
    post = Post()
    post.look(badge(0.1))

    assert [post.look(None) for _ in range(3)] == [False, False, None]


def test_one_of_two_without_is_no_and_both_with_is_yes() -> None:
    assert Post().look(badge(0.8), badge(0.1)) is False
    assert Post().look(badge(0.8), badge(0.9)) is True
    assert Post().look(badge(0.8), badge(0.1), clear=False) is None
    assert Post().look(badge(0.8), None) is None


def test_the_badge_of_one_is_not_the_others() -> None:
    post = Post()
    post.look(badge(0.8), badge(0.8))

    assert post.look(badge(0.8), badge(0.1), clear=False) is True
    for _ in range(7):
        last = post.look(badge(0.8), badge(0.1))
    assert last is False


def test_nobody_wears_nothing_and_goes_without_nothing() -> None:
    assert Post().look() is None


def test_after_a_gap_no_badge_is_remembered() -> None:
    post = Post()
    post.look(badge(0.8))
    post.watch.forget()

    assert post.look(badge(0.1), clear=False) is None


def test_how_sure_a_badge_is_worn_or_missing() -> None:
    assert Post().answer(badge(0.8)) == WornAnswer(True, 0.8)
    assert Post().answer(badge(0.8), badge(0.6)) == WornAnswer(True, 0.6)
    assert Post().answer(badge(0.2, front=0.9)).confidence == pytest.approx(0.9 * 0.8)


def test_for_nobody_there_is_no_answer() -> None:
    assert of_all([]) == WornAnswer(None)
