"""From boxes to answers: which person belongs to which window, and what her conduct says of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from tests.fixtures.sights import Box, card, conduct, people, sight
from tests.fixtures.sights import things as things_of
from vision.closeup import Sight
from vision.conduct import Act, Conduct, Evidence, act_thresholds
from vision.detector import Detections
from vision.geometry import Boxes
from vision.layout import CameraLayout, layout
from vision.observation import Observation, WindowId
from vision.observer import Observer, Seen
from vision.picture import Picture, Pixels
from vision.streamtime import SECOND, StreamTime

W1, W2 = WindowId("w1"), WindowId("w2")
SIZE = (640, 360)
THRESHOLD = 0.4
KNOWN = card({"cell phone": THRESHOLD, "cup": THRESHOLD})
PICTURE = np.random.default_rng(2).integers(60, 190, (360, 640, 3), np.uint8)


def two_windows() -> CameraLayout:
    return layout(
        "camera",
        SIZE,
        {
            W1: {"staff": [50, 60, 250, 220], "customer": [40, 230, 260, 360], "queue": [20, 300, 300, 360]},
            W2: {"staff": [330, 60, 560, 220]},
        },
    )


def things(*found: tuple[str, Box, float]) -> Detections:
    return things_of(KNOWN, *found)


def seen(found: Detections, held: Detections | None) -> Sight:
    return sight(found, held, KNOWN)


def watched(sights: list[Sight], plan: CameraLayout | None = None) -> list[list[Observation]]:
    observer = Observer(plan or two_windows(), act_thresholds(KNOWN))
    return [
        observer.observe(Picture(StreamTime(index * SECOND // 5), PICTURE), one)[0] for index, one in enumerate(sights)
    ]


def last(found: Detections, held: Detections | None, plan: CameraLayout | None = None) -> list[Observation]:
    """The answers after the same sight has been seen for two seconds."""
    return watched([seen(found, held)] * 10, plan)[-1]


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
    sure = seen(people(SEATED), things(("cell phone", (140, 150, 155, 175), 0.8)))
    faint = seen(people(SEATED), things(("cell phone", (141, 151, 156, 176), THRESHOLD / 3)))
    elsewhere = seen(people(SEATED), things(("cell phone", (115, 180, 130, 205), THRESHOLD / 3)))
    begin = watched([sure] * 10)[-1][0].at

    kept = [answers[0] for answers in watched([sure] * 10 + [faint] * 40)][10:]
    assert {one.phone_in_use for one in kept if one.at - begin <= 5 * SECOND} == {True}
    assert {one.phone_in_use for one in kept if one.at - begin > 5 * SECOND} == {False}
    lost = [answers[0].phone_in_use for answers in watched([sure] * 10 + [elsewhere] * 20)][10:]
    assert lost[0] is None
    assert lost[-1] is False


def test_one_sure_look_does_not_keep_a_phone() -> None:
    nothing = seen(people(SEATED), things())
    sure = seen(people(SEATED), things(("cell phone", (140, 150, 155, 175), 0.8)))
    faint = seen(people(SEATED), things(("cell phone", (141, 151, 156, 176), THRESHOLD / 3)))

    answers = watched([nothing] * 10 + [sure] + [faint] * 5)

    assert [one[0].phone_in_use for one in answers[10:]] == [True, *[False] * 5]


def test_nobody_at_the_post_uses_no_phone() -> None:
    answer = last(people(), things(("cell phone", (140, 150, 155, 175), 0.9)))[0]

    assert (answer.occupied, answer.phone_in_use) == (False, False)


def test_answer_of_a_close_look_holds_for_a_second() -> None:
    close = seen(people(SEATED), things(("cell phone", (140, 150, 155, 175), 0.8)))
    answers = watched([close] * 10 + [seen(people(SEATED), None)] * 10)

    held = [answer[0].phone_in_use for answer in answers[10:]]
    assert held[:4] == [True] * 4
    assert held[-1] is None


def test_people_in_the_queue_are_counted_where_a_queue_is_drawn() -> None:
    answers = last(people(SEATED, (60, 200, 110, 340), (150, 210, 200, 345), (500, 200, 560, 340)), None)

    assert answers[0].queue_count == 2
    assert answers[0].customer_count == 2
    assert answers[1].queue_count is None
    assert answers[1].customer_count is None


ALL: dict[Act, float] = {"phone": 0.4, "smoking": 0.6, "eating": 0.5, "badge": 0.5}
BESIDE = (390.0, 80.0, 470.0, 215.0)
TALL = (100.0, 70.0, 200.0, 215.0)
CARD = (140.0, 150.0, 152.0, 168.0)


def conducted(
    *staff: Conduct, thresholds: dict[Act, float] = ALL, times: int = 10
) -> tuple[list[Observation], list[Seen]]:
    """The answers and boxes after close looks at ``staff`` for two seconds."""
    observer = Observer(two_windows(), thresholds)
    shown = Sight(people(*(one.person for one in staff)), things(), staff)
    for index in range(times):
        answered = observer.observe(Picture(StreamTime(index * SECOND // 5), PICTURE), shown)
    return answered


def test_every_act_is_answered_at_the_window_of_who_does_it() -> None:
    mine = conduct(SEATED, {"phone": 0.1, "smoking": 0.8, "eating": 0.1, "badge": 0.9})
    hers = conduct(BESIDE, {"phone": 0.1, "smoking": 0.1, "eating": 0.7, "badge": 0.3})

    (one, other), _ = conducted(mine, hers)

    assert (one.phone_in_use, one.smoking, one.eating, one.badge) == (False, True, False, True)
    assert (other.phone_in_use, other.smoking, other.eating, other.badge) == (False, False, True, None)


def test_what_the_network_does_not_know_is_never_answered() -> None:
    (one, empty), _ = conducted(conduct(SEATED, {"phone": 0.1}), thresholds={"phone": 0.4})

    assert (one.phone_in_use, one.smoking, one.eating, one.badge) == (False, None, None, None)
    assert (empty.phone_in_use, empty.smoking, empty.eating, empty.badge) == (False, None, None, None)


def test_where_nobody_is_nobody_smokes_or_eats_and_no_badge_is_missing() -> None:
    (_, empty), _ = conducted(conduct(SEATED, {"phone": 0.9, "smoking": 0.9, "eating": 0.9, "badge": 0.9}))

    assert (empty.occupied, empty.phone_in_use, empty.phone_at_ear) == (False, False, False)
    assert (empty.smoking, empty.eating, empty.badge) == (False, False, None)


def test_a_badge_is_missing_where_a_clerk_who_faces_the_camera_clearly_wears_none() -> None:
    bare: dict[Act, float | Evidence] = {"badge": 0.05}

    assert conducted(conduct(TALL, bare, front=0.9))[0][0].badge is False
    assert conducted(conduct(TALL, bare, front=0.2))[0][0].badge is None
    assert conducted(conduct((110.0, 80.0, 185.0, 215.0), bare, front=0.9))[0][0].badge is None  # too small


def test_a_badge_is_not_missed_on_a_clerk_behind_somebody() -> None:
    before = (60.0, 120.0, 170.0, 300.0)
    observer = Observer(two_windows(), ALL)
    shown = Sight(people(TALL, before), things(), (conduct(TALL, {"badge": 0.05}, front=0.9), None))
    for index in range(10):
        answers, _ = observer.observe(Picture(StreamTime(index * SECOND // 5), PICTURE), shown)

    assert (answers[0].occupied, answers[0].badge) == (True, None)


@dataclass(frozen=True)
class Clothes:
    wears: bool | None
    score: float


class Tailor:
    """Knows the hall's uniform by where its wearer stands: at the first window."""

    def look(self, pixels: Pixels, people: Boxes) -> Sequence[Clothes]:
        return [Clothes(True, 0.9) if x < 300 else Clothes(False, 0.1) for x in people[:, 0].tolist()]


def test_uniforms_are_judged_window_by_window_where_the_hall_has_any() -> None:
    found = people(SEATED, BESIDE)
    tailor = Tailor()
    dressed, undressed = Observer(two_windows(), {}, lambda _at: tailor), Observer(two_windows(), {})
    for index in range(10):
        picture = Picture(StreamTime(index * SECOND // 5), PICTURE)
        (mine, hers), _ = dressed.observe(picture, Sight(found, None))
        (unknown, _), _ = undressed.observe(picture, Sight(found, None))

    assert (mine.uniform, mine.confidence["uniform"]) == (True, 0.9)
    assert (hers.uniform, hers.confidence["uniform"]) == (False, 0.9)
    assert (unknown.uniform, "uniform" in unknown.confidence) == (None, False)


def test_a_uniform_behind_somebody_cannot_be_told() -> None:
    tailor = Tailor()
    observer = Observer(two_windows(), {}, lambda _at: tailor)
    for index in range(10):
        picture = Picture(StreamTime(index * SECOND // 5), PICTURE)
        answers, _ = observer.observe(picture, Sight(people(TALL, (60.0, 120.0, 170.0, 300.0)), None))

    assert (answers[0].occupied, answers[0].uniform) == (True, None)


def test_confidence_is_given_for_every_answered_signal_and_for_no_other() -> None:
    (one, empty), _ = conducted(conduct(SEATED, {"phone": 0.3, "smoking": 0.8, "eating": 0.1, "badge": 0.9}))

    assert dict(one.confidence) == {"occupied": 0.9, "smoking": 0.8, "eating": 0.9, "badge": 0.9}
    assert set(empty.confidence) == {"occupied", "phone_in_use", "phone_at_ear", "smoking", "eating"}


def test_boxes_show_what_the_answers_rest_on_and_the_badges_that_are_worn() -> None:
    cigarette, cake = (180.0, 100.0, 188.0, 104.0), (430.0, 120.0, 450.0, 140.0)
    mine = conduct(SEATED, {"smoking": Evidence(0.8, cigarette), "badge": Evidence(0.9, CARD)})
    hers = conduct(BESIDE, {"eating": Evidence(0.7, cake), "badge": Evidence(0.2, CARD), "phone": Evidence(0.1, CARD)})

    _, seen = conducted(mine, hers)

    assert [(one.label, one.box, one.score, one.window) for one in seen if one.label != "person"] == [
        ("cigarette", cigarette, 0.8, W1),
        ("badge", CARD, 0.9, W1),
        ("food", cake, 0.7, W2),
    ]


def test_a_glitch_that_is_no_answer_is_no_box() -> None:
    mine = conduct(SEATED, {"smoking": Evidence(0.8, CARD)})
    nothing = conduct(SEATED, {"smoking": Evidence(0.0)})
    observer = Observer(two_windows(), ALL)

    seen = [
        observer.observe(Picture(StreamTime(index * SECOND // 5), PICTURE), Sight(people(SEATED), things(), (one,)))[1]
        for index, one in enumerate([*[nothing] * 9, mine])
    ][-1]

    assert [one.label for one in seen] == ["person"]
