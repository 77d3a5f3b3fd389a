"""Pictures composed for close looks: things where people hold and wear them, and labels that say what is seen."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from datasets import Sample
from training import looks, things
from training.compose import Makers, compose
from training.errors import TrainingError
from training.hands import LEFT_ELBOW, LEFT_SHOULDER, LEFT_WRIST, NOSE, RIGHT_ELBOW, RIGHT_SHOULDER, RIGHT_WRIST, Body
from training.labels import EVERY, Entry, Known, Region
from training.looks import Desk
from training.paste import pasted, worn

CLASSES = ("person", "cell phone", "cup", "cake", "badge", "cigarette")
ANSWERS = ("phone", "smoking", "eating", "badge", "front")
WHERE = {
    NOSE: (200, 90),
    LEFT_SHOULDER: (260, 150),
    RIGHT_SHOULDER: (140, 150),
    LEFT_ELBOW: (280, 230),
    RIGHT_ELBOW: (120, 230),
    LEFT_WRIST: (250, 300),
    RIGHT_WRIST: (150, 300),
}
PERSON = Region(0, 90, 40, 310, 390)


def body() -> Body:
    points = np.zeros((17, 3), dtype=np.float32)
    for at, (x, y) in WHERE.items():
        points[at] = x, y, 0.95
    return Body(PERSON.box, points)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """One grey picture of one person, of whom everything is known and who holds nothing."""
    file = tmp_path / "person.png"
    cv2.imwrite(str(file), np.full((400, 400, 3), 120, dtype=np.uint8))
    sample = Sample("set", file, "g", "", ())
    entry = Entry(sample, 400, 400, Known((PERSON,), ()), False, 1.0)
    food = things.cup(np.random.default_rng(0))
    return Desk(CLASSES, ANSWERS, [entry], [[body()]], [], [], [], [(CLASSES.index("cake"), food)])


def made(desk: Desk, make: str, seed: int) -> looks.Made:
    return getattr(looks, make)(desk, np.random.default_rng(seed))


@pytest.mark.parametrize(
    ("make", "act", "name"),
    [
        ("look_phone", "phone", "cell phone"),
        ("look_badge", "badge", "badge"),
        ("look_cigarette", "smoking", "cigarette"),
    ],
)
def test_thing_that_was_put_on_a_person_is_labelled_and_told(desk: Desk, make: str, act: str, name: str) -> None:
    seen = [made(desk, make, seed) for seed in range(24)]

    told = [one for one in seen if one.acts.get(act)]
    boxed = [one for one in told if one.known.of(CLASSES.index(name))]
    assert len(told) > 12
    assert len(boxed) > 0.7 * len(told)  # a badge may be worn and hardly seen
    assert all(one.source == "set" for one in seen)
    for one in boxed:
        height, width = one.picture.shape[:2]
        for region in one.known.of(CLASSES.index(name)):
            assert -1 <= region.x1 < region.x2 <= width + 1
            assert -1 <= region.y1 < region.y2 <= height + 1


def test_no_thing_is_told_where_none_is_left_to_see(desk: Desk) -> None:
    for seed in range(30):
        one = made(desk, "look_cigarette", seed)
        if one.acts.get("smoking"):
            assert one.known.of(CLASSES.index("cigarette"))


def test_what_only_looks_like_a_thing_is_no_act(desk: Desk) -> None:
    for seed in range(24):
        one = made(desk, "look_decoy", seed)
        assert one.acts.get("phone") is False
        assert one.acts.get("smoking") is False
        assert not one.known.of(CLASSES.index("cell phone"))


def test_food_on_the_table_is_no_eating(desk: Desk) -> None:
    seen = [made(desk, "look_food", seed) for seed in range(30)]

    assert {one.acts.get("eating") for one in seen} >= {True, False}
    assert all(one.known.of(CLASSES.index("cake")) for one in seen if one.acts.get("eating"))


def test_near_looks_are_larger_than_far_ones(desk: Desk) -> None:
    far = [max(made(desk, "look", seed).picture.shape) for seed in range(20)]
    near = [max(made(desk, "look_fine", seed).picture.shape) for seed in range(20)]

    assert np.median(near) > np.median(far)


def test_pasted_thing_is_where_its_box_says() -> None:
    picture = np.full((200, 200, 3), 120, dtype=np.uint8)
    before = picture.copy()
    thing = things.card(np.random.default_rng(1))

    box = pasted(picture, thing, np.array([100.0, 80.0]), 0.0, 60.0, np.random.default_rng(2), None)

    assert box is not None
    changed = np.argwhere((picture != before).any(axis=2))
    assert box == pytest.approx(
        (changed[:, 1].min(), changed[:, 0].min(), changed[:, 1].max() + 1, changed[:, 0].max() + 1), abs=4
    )


def test_thing_outside_the_picture_is_not_there() -> None:
    picture = np.full((100, 100, 3), 120, dtype=np.uint8)

    assert (
        pasted(
            picture,
            things.card(np.random.default_rng(1)),
            np.array([400.0, 400.0]),
            0,
            40,
            np.random.default_rng(2),
            None,
        )
        is None
    )
    assert (picture == 120).all()


def test_badge_hangs_before_the_chest() -> None:
    pictures = [np.full((400, 400, 3), 120, dtype=np.uint8) for _ in range(20)]

    boxes = [worn(picture, [], body(), np.random.default_rng(seed)) for seed, picture in enumerate(pictures)]

    seen = [box for box in boxes if box is not None]
    assert len(seen) > 15
    assert all(130 < (x1 + x2) / 2 < 270 and 140 < (y1 + y2) / 2 < 340 for x1, y1, x2, y2 in seen)


def test_class_that_is_unknown_everywhere_gets_nothing_pasted(desk: Desk) -> None:
    entry = desk.entries[0]
    unknown = Known(entry.known.objects, (Region(EVERY, 0, 0, 400, 400),))
    unsure = Entry(entry.sample, 400, 400, unknown, False, 1.0)
    both = Desk(CLASSES, ANSWERS, [entry, unsure], [[body()], [body()]], [], [], [], [])

    assert {both.pick(np.random.default_rng(seed), None, "badge") for seed in range(20)} == {0}


def test_composing_again_makes_the_same_pictures_and_only_what_is_missing(desk: Desk, tmp_path: Path) -> None:
    makers: Makers = {
        "look": ("close", partial(looks.look, desk)),
        "look_phone": ("close", partial(looks.look_phone, desk)),
    }
    counts = {"look": 2, "look_phone": 3}

    first = compose(makers, counts, "train", 5, tmp_path / "a")
    gone = first[3].file
    pixels = gone.read_bytes()
    gone.with_suffix(".json").unlink()
    kept = first[0].file.stat().st_mtime_ns
    second = compose(makers, counts, "train", 5, tmp_path / "a")

    assert second == first
    assert gone.read_bytes() == pixels
    assert first[0].file.stat().st_mtime_ns == kept


def test_kind_that_there_is_not_is_named(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no pictures of kind 'stare'"):
        compose({"look": ("close", partial(looks.look, desk))}, {"stare": 1}, "train", 5, tmp_path)
