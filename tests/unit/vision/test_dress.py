"""What is worn: a badge that is seen, and missed on clear looks only; a uniform that is looked at now and then."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from tests.fixtures.sights import Box, conduct
from vision.conduct import Conduct
from vision.dress import BadgeWatch, UniformAt, UniformWatch, WornAnswer, of_all, outsider_among
from vision.geometry import Boxes
from vision.picture import Picture, Pixels
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
        tracks = [Track(number, np.array(CLERK, np.float32), 0.9, self.at) for number in range(len(staff))]
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


def test_one_look_that_says_the_opposite_of_the_last_is_no_vote_yet() -> None:
    post = Post()

    assert [post.look(badge(score)) for score in (0.1, 0.1, 0.8, 0.8, 0.8)] == [False, False, None, True, True]


def test_a_badge_that_comes_and_goes_from_look_to_look_cannot_be_told() -> None:
    post = Post()

    assert {post.look(badge(score)) for score in [0.1, 0.8] * 5} - {False} == {None}


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


@dataclass(frozen=True)
class Clothes:
    """What a judge of uniforms says of one person."""

    wears: bool | None
    score: float


class Wardrobe:
    """Says of every person what she wears by where she stands, and counts how often it was asked."""

    def __init__(self, *clothes: Clothes) -> None:
        self.clothes, self.asked = list(clothes), 0

    def look(self, pixels: Pixels, people: Boxes) -> Sequence[Clothes]:
        self.asked += 1
        return [self.clothes[int(x) // 100] for x in people[:, 0].tolist()]


WORN, OTHER, UNSURE = Clothes(True, 0.9), Clothes(False, 0.2), Clothes(None, 0.5)
PIXELS = np.zeros((10, 10, 3), np.uint8)


def always(wardrobe: Wardrobe) -> UniformAt:
    return lambda _at: wardrobe


def uniforms(wardrobe: Wardrobe, seconds: float, whole: bool = True) -> list[WornAnswer]:
    """The answers of five looks a second at as many people as the wardrobe knows."""
    watch = UniformWatch(always(wardrobe))
    answers = []
    for index in range(round(seconds * 5)):
        at = StreamTime(index * SECOND // 5)
        boxes = [np.array([100 * number, 0, 100 * number + 80, 100]) for number in range(len(wardrobe.clothes))]
        staff = [Track(number, box, 0.9, at) for number, box in enumerate(boxes)]
        answers.append(of_all(watch.look(Picture(at, PIXELS), staff, lambda _: whole)))
    return answers


@pytest.mark.parametrize(
    ("clothes", "worn", "confidence"), [(WORN, True, 0.9), (OTHER, False, 0.8), (UNSURE, None, 0.0)]
)
def test_a_uniform_is_judged_at_once_and_looked_at_every_two_seconds(
    clothes: Clothes, worn: bool | None, confidence: float
) -> None:
    wardrobe = Wardrobe(clothes)

    assert uniforms(wardrobe, 10) == [WornAnswer(worn, pytest.approx(confidence))] * 50
    assert wardrobe.asked == 5


def test_of_two_one_without_the_uniform_is_no_and_one_in_doubt_cannot_be_told() -> None:
    assert uniforms(Wardrobe(WORN, OTHER), 1)[-1].worn is False
    assert uniforms(Wardrobe(WORN, UNSURE), 1)[-1].worn is None
    assert uniforms(Wardrobe(WORN, WORN), 1)[-1].worn is True


def test_clothes_behind_somebody_are_not_looked_at() -> None:
    wardrobe = Wardrobe(OTHER)

    assert uniforms(wardrobe, 1, whole=False)[-1].worn is None
    assert wardrobe.asked == 0


def test_one_look_at_the_clothes_that_says_the_opposite_is_no_vote_yet() -> None:
    wardrobe = Wardrobe(WORN)
    watch = UniformWatch(always(wardrobe))
    found = []
    for index, clothes in enumerate([WORN, OTHER, OTHER, WORN]):
        wardrobe.clothes = [clothes]
        at = StreamTime(index * 2 * SECOND)
        staff = [Track(1, np.array([0, 0, 80, 100], np.float32), 0.9, at)]
        found += [one.worn for one in watch.look(Picture(at, PIXELS), staff, lambda _: True)]

    assert found == [True, None, False, None]


def test_an_answer_about_clothes_holds_for_three_seconds_and_not_over_a_gap() -> None:
    watch = UniformWatch(always(Wardrobe(OTHER)))
    staff = [Track(1, np.array([0, 0, 80, 100], np.float32), 0.9, StreamTime(0))]
    watch.look(Picture(StreamTime(0), PIXELS), staff, lambda _: True)

    held = [watch.look(Picture(StreamTime(s * SECOND), PIXELS), staff, lambda _: False)[0].worn for s in (1, 3, 4)]
    watch.forget()

    assert held == [False, False, None]
    assert watch.look(Picture(StreamTime(SECOND), PIXELS), staff, lambda _: False)[0].worn is None


@pytest.mark.parametrize(
    ("clothes", "outsider"),
    [
        ([WORN, OTHER], True),
        ([WORN, WORN, OTHER], True),
        ([OTHER], False),
        ([WORN, WORN], False),
        ([], False),
        ([WORN, UNSURE], None),
        ([OTHER, OTHER], None),
        ([OTHER, UNSURE], None),
    ],
)
def test_an_outsider_is_somebody_without_the_uniform_beside_somebody_in_it(
    clothes: list[Clothes], outsider: bool | None
) -> None:
    answers = [WornAnswer(one.wears, one.score) for one in clothes]

    assert outsider_among(answers).worn is outsider
