"""What a close look says of one person: which things count where, and from which score on."""

import pytest

from tests.fixtures.sights import Box, card, things
from vision.card import ActWeights
from vision.conduct import act_thresholds, conduct_of

PERSON: Box = (100, 100, 200, 300)
KNOWN = card({"person": 0.1, "cell phone": 0.45, "cigarette": 0.6, "badge": 0.4, "cake": 0.5, "carrot": 0.13})


def test_an_act_counts_from_its_classs_threshold_on_and_eating_from_the_largest_of_any_food() -> None:
    assert act_thresholds(KNOWN) == {"phone": 0.45, "smoking": 0.6, "eating": 0.5, "badge": 0.4}


def test_where_posture_has_a_say_the_act_has_its_own_threshold() -> None:
    weighed = card({"cell phone": 0.45}, {"phone": ActWeights(0.7, 0.0, 1.0, 1.0), "smoking": ActWeights(0.8, 0, 1, 1)})

    assert act_thresholds(weighed) == {"phone": 0.7, "smoking": 0.8}


def test_what_the_network_has_no_class_for_is_no_act_of_it() -> None:
    assert act_thresholds(card({"person": 0.1, "cell phone": 0.45})) == {"phone": 0.45}


@pytest.mark.parametrize(
    ("name", "box", "act", "counts"),
    [
        ("cake", (140, 180, 160, 200), "eating", True),  # at the chest, in a hand
        ("cake", (140, 260, 160, 280), "eating", False),  # on the table before her
        ("cigarette", (205, 150, 215, 153), "smoking", True),  # in a hand beside her
        ("cigarette", (230, 150, 240, 153), "smoking", False),  # somebody else's
        ("badge", (140, 180, 152, 198), "badge", True),
        ("badge", (140, 90, 152, 108), "badge", False),  # over her head, on the wall
        ("badge", (205, 180, 217, 198), "badge", False),  # beside her
        ("cell phone", (140, 305, 160, 325), "phone", False),  # on the counter
    ],
)
def test_a_thing_counts_where_hands_mouth_or_chest_can_be(name: str, box: Box, act: str, counts: bool) -> None:
    found = conduct_of(PERSON, things(KNOWN, (name, box, 0.9)), KNOWN)

    assert found.acts[act].score == pytest.approx(0.9 if counts else 0.0)  # type: ignore[index]
