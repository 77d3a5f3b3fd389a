"""What the person of a close look is known to do."""

from pathlib import Path

import numpy as np

from datasets import Sample
from training.acts import acts_of, facing
from training.hands import LEFT_SHOULDER, NOSE, RIGHT_SHOULDER, Body
from training.labels import Entry, Known, Region

CLASSES = ("person", "cell phone", "cake", "badge", "cigarette")
ANSWERS = ("phone", "smoking", "eating", "badge", "front")
PERSON = Region(0, 100, 100, 200, 300)


def entry(
    *objects: Region, unknown: tuple[Region, ...] = (), acts: tuple[tuple[Region, dict[str, bool]], ...] = ()
) -> Entry:
    sample = Sample("set", Path("a.jpg"), "g", "", ())
    return Entry(sample, 400, 400, Known((PERSON, *objects), unknown), False, 1.0, acts)


def at(kind: str, x: float, y: float) -> Region:
    return Region(CLASSES.index(kind), x - 5, y - 5, x + 5, y + 5)


def test_nothing_in_a_fully_labelled_picture_is_no() -> None:
    told = acts_of(entry(), PERSON, [], CLASSES, ANSWERS)

    assert told == {"phone": False, "smoking": False, "eating": False, "badge": False}


def test_thing_in_reach_is_yes() -> None:
    told = acts_of(entry(at("cigarette", 150, 130), at("badge", 150, 200)), PERSON, [], CLASSES, ANSWERS)

    assert told["smoking"]
    assert told["badge"]


def test_class_that_is_unknown_about_her_is_not_told() -> None:
    unsure = entry(unknown=(Region(CLASSES.index("badge"), 0, 0, 400, 400),))

    assert "badge" not in acts_of(unsure, PERSON, [], CLASSES, ANSWERS)


def test_another_persons_cigarette_leaves_her_open() -> None:
    assert "smoking" not in acts_of(entry(at("cigarette", 350, 130)), PERSON, [], CLASSES, ANSWERS)


def test_food_on_the_table_is_neither() -> None:
    assert "eating" not in acts_of(entry(at("cake", 150, 280)), PERSON, [], CLASSES, ANSWERS)
    assert acts_of(entry(at("cake", 150, 130)), PERSON, [], CLASSES, ANSWERS)["eating"]


def test_what_the_source_says_of_her_comes_first() -> None:
    told = acts_of(entry(acts=((PERSON, {"phone": True}),)), PERSON, [], CLASSES, ANSWERS)

    assert told["phone"]


def body(nose: float, shoulders: float, left: float, right: float) -> Body:
    points = np.zeros((17, 3), np.float32)
    points[NOSE] = 150, 120, nose
    points[LEFT_SHOULDER] = left, 160, shoulders
    points[RIGHT_SHOULDER] = right, 160, shoulders
    return Body(PERSON.box, points)


def test_nose_and_both_shoulders_face_the_camera() -> None:
    assert facing(PERSON, [body(0.9, 0.9, 180, 120)]) is True


def test_crossed_shoulders_are_a_back() -> None:
    assert facing(PERSON, [body(0.1, 0.9, 120, 180)]) is False


def test_half_turned_is_not_told() -> None:
    assert facing(PERSON, [body(0.5, 0.9, 158, 146)]) is None
