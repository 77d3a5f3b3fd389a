"""What a close look says about one person: which things count for her, and how posture is weighed in."""

from pathlib import Path

import numpy as np
import pytest

from tests.fixtures import sights
from vision.card import ActWeights, ModelCard
from vision.conduct import act_thresholds, conduct_of
from vision.detector import Detections

CLASSES = ("person", "cell phone", "cake", "badge", "cigarette")
CLERK = (100.0, 100.0, 200.0, 300.0)


def card(classes: tuple[str, ...] = CLASSES, acts: dict[str, ActWeights] | None = None) -> ModelCard:
    return ModelCard(
        "objects", "1", Path("objects"), Path("objects/model.xml"), "0" * 64, classes, "yolo26", {"scene": 640},
        dict.fromkeys(classes, 0.5), tuple(acts or ()), acts or {},
    )  # fmt: skip


def seen(*things: tuple[str, float, float, float], acts: dict[str, float] | None = None) -> Detections:
    """Things of 10 pixels around (x, y) with a score, best first."""
    boxes = np.array([[x - 5, y - 5, x + 5, y + 5] for _, _, x, y in things], np.float32).reshape(-1, 4)
    scores = np.array([score for _, score, _, _ in things], np.float32)
    kinds = np.array([CLASSES.index(name) for name, _, _, _ in things], np.intp)
    return Detections(boxes, scores, kinds, CLASSES, acts)


def test_phone_in_reach_of_hands_counts_with_its_box() -> None:
    phone = conduct_of(CLERK, seen(("cell phone", 0.75, 90, 200)), card()).acts["phone"]

    assert phone.score == 0.75
    assert phone.box == (85, 195, 95, 205)


@pytest.mark.parametrize(("x", "y"), [(60, 200), (150, 320), (150, 80)], ids=["neighbour's", "below", "overhead"])
def test_phone_out_of_reach_is_somebody_elses(x: float, y: float) -> None:
    assert conduct_of(CLERK, seen(("cell phone", 0.9, x, y)), card()).acts["phone"].score == 0


def test_what_is_more_surely_a_phone_is_no_cigarette() -> None:
    edge = conduct_of(CLERK, seen(("cell phone", 0.8, 150, 200), ("cigarette", 0.5, 151, 201)), card())
    beside = conduct_of(CLERK, seen(("cell phone", 0.8, 150, 200), ("cigarette", 0.5, 170, 130)), card())
    other = conduct_of(CLERK, seen(("cigarette", 0.8, 150, 200), ("cell phone", 0.5, 151, 201)), card())

    assert (edge.acts["phone"].score, edge.acts["smoking"].score) == (pytest.approx(0.8), 0)
    assert (beside.acts["phone"].score, beside.acts["smoking"].score) == (pytest.approx(0.8), 0.5)
    assert (other.acts["phone"].score, other.acts["smoking"].score) == (0.5, pytest.approx(0.8))


def test_a_badge_that_looks_like_a_phone_as_well_is_a_badge() -> None:
    both = conduct_of(CLERK, seen(("cell phone", 0.8, 150, 200), ("badge", 0.5, 151, 201)), card())

    assert both.acts["badge"].score == 0.5


def test_cake_on_the_table_is_not_eaten() -> None:
    things = seen(("cake", 0.9, 150, 285))

    assert conduct_of(CLERK, things, card()).acts["eating"].score == 0


def test_cake_at_the_mouth_is_eaten() -> None:
    things = seen(("cake", 0.9, 150, 140))

    assert conduct_of(CLERK, things, card()).acts["eating"].score == pytest.approx(0.9)


def test_act_that_the_network_does_not_know_is_not_answered() -> None:
    acts = conduct_of(CLERK, seen(), card(("person", "cell phone"))).acts

    assert set(acts) == {"phone"}


def test_posture_without_a_box_can_raise_an_act() -> None:
    weights = {"phone": ActWeights(0.5, 0.0, 0.5, 1.0)}
    bare = conduct_of(CLERK, seen(acts={"phone": 0.05}), card(acts=weights)).acts["phone"]
    bowed = conduct_of(CLERK, seen(acts={"phone": 0.95}), card(acts=weights)).acts["phone"]

    assert bare.score < bowed.score
    assert bowed.box is None


def test_both_words_together_are_surer_than_one() -> None:
    weights = {"phone": ActWeights(0.5, 0.0, 0.7, 0.7)}
    both = conduct_of(CLERK, seen(("cell phone", 0.8, 150, 200), acts={"phone": 0.9}), card(acts=weights))
    one = conduct_of(CLERK, seen(("cell phone", 0.8, 150, 200), acts={"phone": 0.2}), card(acts=weights))

    assert both.acts["phone"].score > 0.8 > one.acts["phone"].score


def test_front_is_told_where_the_network_says_it() -> None:
    assert conduct_of(CLERK, seen(acts={"front": 0.9}), card()).front == pytest.approx(0.9)
    assert conduct_of(CLERK, seen(), card()).front is None


def test_an_act_counts_from_its_classs_threshold_on_and_eating_from_the_largest_of_any_food() -> None:
    known = {"person": 0.1, "cell phone": 0.45, "cigarette": 0.6, "badge": 0.4, "cake": 0.5, "carrot": 0.13}

    assert act_thresholds(sights.card(known)) == {"phone": 0.45, "smoking": 0.6, "eating": 0.5, "badge": 0.4}


def test_where_posture_has_a_say_the_act_has_its_own_threshold() -> None:
    acts = {"phone": ActWeights(0.7, 0.0, 1.0, 1.0), "smoking": ActWeights(0.8, 0.0, 1.0, 1.0)}

    assert act_thresholds(sights.card({"cell phone": 0.45}, acts)) == {"phone": 0.7, "smoking": 0.8}


def test_an_act_that_no_score_makes_sure_is_not_known() -> None:
    acts = {"eating": ActWeights(1.0, 206500.0, 0.0, 0.0)}

    assert act_thresholds(sights.card({"cell phone": 0.45, "cake": 0.5, "badge": 1.0}, acts)) == {"phone": 0.45}


def test_what_the_network_has_no_class_for_is_no_act_of_it() -> None:
    assert act_thresholds(sights.card({"person": 0.1, "cell phone": 0.45})) == {"phone": 0.45}
