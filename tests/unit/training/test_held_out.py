"""Thresholds that keep what the recipe wishes on held-out pictures."""

from pathlib import Path
from typing import Any

import numpy as np

from training.held_out import Answers, even, lowest_quiet, threshold_source, thresholds
from training.measure import Outcomes
from training.recipe import Recipe, Threshold, load_recipe

RECIPE = load_recipe(Path(__file__).parents[3] / "training" / "recipes" / "objects.yaml")


def recipe(classes: list[str], **wishes: Threshold) -> Recipe:
    return RECIPE.model_copy(update={"classes": classes, "thresholds": wishes})


class Told(Answers):
    """What was found of each class: scores, and which are right; there are as many true boxes as right ones."""

    def __init__(self, *classes: tuple[list[float], list[bool]]) -> None:
        self._told = classes

    def outcomes(self, kind: int, kinds: Any, iou: float = 0.5) -> Outcomes:
        scores, right = self._told[kind]
        return Outcomes(np.array(scores, np.float32), np.array(right), sum(right))


def test_classes_of_few_boxes_are_judged_together() -> None:
    few = ([0.9, 0.8, 0.7, 0.6, 0.5, 0.4], [True, True, True, True, True, False])
    many = ([0.9] * 20 + [0.2] * 20, [True] * 20 + [False] * 20)
    wish = Threshold(precision=1.0, kinds=["look"], most=0.95)

    chosen = thresholds(recipe(["cake", "pizza", "cup"], others=wish), Told(few, few, many))

    assert chosen["cake"] == chosen["pizza"]
    assert 0.4 < chosen["cake"] <= 0.5
    assert 0.2 < chosen["cup"] <= 0.9


def test_too_few_boxes_altogether_give_the_strictest_threshold_that_the_recipe_allows() -> None:
    chosen = thresholds(
        recipe(["cake"], others=Threshold(precision=0.5, kinds=["look"], most=0.3)), Told(([0.9], [True]))
    )
    assert chosen == {"cake": 0.3}


def test_every_source_counts_the_same_however_many_pictures_it_has() -> None:
    sources = ["phones"] * 98 + ["cups"] * 2
    scores = np.array([0.1] * 98 + [0.1, 0.9])

    assert lowest_quiet(scores, np.full(100, 0.01), 0.02) == 0.11
    assert lowest_quiet(scores, even(sources), 0.02) > 0.9


def test_card_says_what_a_threshold_at_a_bound_holds() -> None:
    poor = ([0.9] * 10 + [0.5] * 10, [True] * 10 + [False] * 10)
    sure = ([0.9] * 20 + [0.4] * 20, [True] * 20 + [False] * 20)
    asked = recipe(["cup", "bottle"], others=Threshold(precision=0.9, kinds=["look"], most=0.45))
    answers = Told(poor, sure)

    said = threshold_source(asked, answers, thresholds(asked, answers), None)

    assert said.endswith("at a bound of the recipe, with what it holds there: cup 0.45 (precision 0.50, 10 boxes)).")
