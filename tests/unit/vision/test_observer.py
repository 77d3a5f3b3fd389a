"""From boxes to answers: which person belongs to which window, and what counts as a phone in use."""

import numpy as np
import pytest

from vision.closeup import Sight
from vision.detector import Detections
from vision.layout import CameraLayout, layout
from vision.observation import Observation, WindowId
from vision.observer import Observer
from vision.picture import Picture
from vision.streamtime import SECOND, StreamTime

W1, W2 = WindowId("w1"), WindowId("w2")
SIZE = (640, 360)
THINGS = ("cell phone", "cup")
THRESHOLD = 0.4
PICTURE = np.random.default_rng(2).integers(60, 190, (360, 640, 3), np.uint8)

Box = tuple[float, float, float, float]


def two_windows() -> CameraLayout:
    return layout(
        "camera",
        SIZE,
        {
            W1: {"staff": [50, 60, 250, 220], "customer": [40, 230, 260, 360], "queue": [20, 300, 300, 360]},
            W2: {"staff": [330, 60, 560, 220]},
        },
    )


def people(*boxes: Box, score: float = 0.9) -> Detections:
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.full(len(boxes), score, np.float32),
        np.zeros(len(boxes), np.intp),
        ("person",),
    )


def things(*found: tuple[str, Box, float]) -> Detections:
    return Detections(
        np.array([box for _, box, _ in found], np.float32).reshape(-1, 4),
        np.array([score for _, _, score in found], np.float32),
        np.array([THINGS.index(name) for name, _, _ in found], np.intp),
        THINGS,
    )


def watched(sights: list[Sight], plan: CameraLayout | None = None) -> list[list[Observation]]:
    observer = Observer(plan or two_windows(), phone_score=THRESHOLD)
    return [
        observer.observe(Picture(StreamTime(index * SECOND // 5), PICTURE), sight)[0]
        for index, sight in enumerate(sights)
    ]


def last(found: Detections, held: Detections | None, plan: CameraLayout | None = None) -> list[Observation]:
    """The answers after the same sight has been seen for two seconds."""
    return watched([Sight(found, held)] * 10, plan)[-1]


SEATED = (110.0, 80.0, 190.0, 215.0)


def test_each_clerk_belongs_to_her_own_window() -> None:
    first, second = last(people(SEATED), None)

    assert (first.window, first.occupied, first.staff_count) == ("w1", True, 1)
    assert (second.window, second.occupied, second.staff_count) == ("w2", False, 0)


def test_clerk_larger_than_a_zone_drawn_as_tight_as_her_chair_is_at_it() -> None:
    plan = layout("camera", SIZE, {W1: {"staff": [130, 120, 180, 170]}})

    assert last(people((100, 60, 210, 240)), None, plan)[0].occupied is True


def test_customer_whose_feet_are_in_the_customers_zone_is_no_clerk() -> None:
    answers = last(people((110, 120, 190, 340)), None)

    assert answers[0].occupied is not True


def test_person_on_a_poster_in_an_ignored_zone_is_nobody() -> None:
    plan = layout("camera", SIZE, {W1: {"staff": [50, 60, 250, 220], "ignore": [100, 70, 200, 220]}})

    assert last(people(SEATED), None, plan)[0].occupied is False


@pytest.mark.parametrize(
    ("phone", "in_use", "at_ear"),
    [
        ((140, 150, 155, 175), True, False),  # before the chest
        ((100, 160, 112, 180), True, False),  # in a hand that leaves the box
        ((165, 95, 178, 115), True, True),  # at the ear
        ((300, 150, 320, 175), False, False),  # on the neighbour's desk
        ((140, 230, 160, 245), False, False),  # on the counter before her
    ],
)
def test_phone_is_in_use_where_hands_reach(phone: Box, in_use: bool, at_ear: bool) -> None:
    answer = last(people(SEATED), things(("cell phone", phone, 0.8)))[0]

    assert (answer.phone_in_use, answer.phone_at_ear) == (in_use, at_ear)


def test_a_cup_and_next_to_nothing_are_no_phone() -> None:
    held = things(("cup", (140, 150, 155, 175), 0.9), ("cell phone", (120, 150, 135, 175), THRESHOLD / 2 - 0.01))

    assert last(people(SEATED), held)[0].phone_in_use is False


def test_whether_a_faint_phone_is_one_nobody_can_tell() -> None:
    held = things(("cell phone", (120, 150, 135, 175), THRESHOLD - 0.01))

    assert last(people(SEATED), held)[0].phone_in_use is None


def test_a_phone_that_was_sure_is_kept_while_it_is_faint_at_the_same_place_for_five_seconds() -> None:
    sure = Sight(people(SEATED), things(("cell phone", (140, 150, 155, 175), 0.8)))
    faint = Sight(people(SEATED), things(("cell phone", (141, 151, 156, 176), THRESHOLD / 3)))
    elsewhere = Sight(people(SEATED), things(("cell phone", (115, 180, 130, 205), THRESHOLD / 3)))
    begin = watched([sure] * 10)[-1][0].at

    kept = [answers[0] for answers in watched([sure] * 10 + [faint] * 40)][10:]
    assert {one.phone_in_use for one in kept if one.at - begin <= 5 * SECOND} == {True}
    assert {one.phone_in_use for one in kept if one.at - begin > 5 * SECOND} == {False}
    lost = [answers[0].phone_in_use for answers in watched([sure] * 10 + [elsewhere] * 20)][10:]
    assert lost[0] is None
    assert lost[-1] is False


def test_one_sure_look_does_not_keep_a_phone() -> None:
    nothing = Sight(people(SEATED), things())
    sure = Sight(people(SEATED), things(("cell phone", (140, 150, 155, 175), 0.8)))
    faint = Sight(people(SEATED), things(("cell phone", (141, 151, 156, 176), THRESHOLD / 3)))

    answers = watched([nothing] * 10 + [sure] + [faint] * 5)

    assert [one[0].phone_in_use for one in answers[10:]] == [True, *[False] * 5]


def test_nobody_at_the_post_uses_no_phone() -> None:
    answer = last(people(), things(("cell phone", (140, 150, 155, 175), 0.9)))[0]

    assert (answer.occupied, answer.phone_in_use) == (False, False)


def test_answer_of_a_close_look_holds_for_a_second() -> None:
    close = Sight(people(SEATED), things(("cell phone", (140, 150, 155, 175), 0.8)))
    answers = watched([close] * 10 + [Sight(people(SEATED), None)] * 10)

    held = [answer[0].phone_in_use for answer in answers[10:]]
    assert held[:4] == [True] * 4
    assert held[-1] is None


def test_people_in_the_queue_are_counted_where_a_queue_is_drawn() -> None:
    answers = last(people(SEATED, (60, 200, 110, 340), (150, 210, 200, 345), (500, 200, 560, 340)), None)

    assert answers[0].queue_count == 2
    assert answers[1].queue_count is None
