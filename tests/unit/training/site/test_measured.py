"""Thresholds come from held-out boxes, and say so where there are too few."""

import numpy as np
import pytest

from training.measure import Outcomes
from training.site.measured import chosen, measures


def outcomes(scores: list[float], right: list[bool], total: int) -> Outcomes:
    return Outcomes(np.array(scores, dtype=np.float32), np.array(right), total)


def test_lowest_score_that_holds_the_wanted_precision_is_taken() -> None:
    scores = [0.9] * 9 + [0.3] * 3
    right = [True] * 9 + [False] * 3

    choice = chosen({"card": outcomes(scores, right, 12)}, 0.9, {}, 0.5)["card"]

    assert 0.3 < choice.threshold <= 0.32
    assert choice.precision == 1.0
    assert choice.recall == pytest.approx(0.75)
    assert "precision 0.9 on 12 boxes" in choice.reason


def test_precision_that_is_reached_nowhere_gives_the_surest_score_and_says_so() -> None:
    scores = [0.9] * 8 + [0.5] * 8
    right = [True, False] * 4 + [False] * 8

    choice = chosen({"card": outcomes(scores, right, 12)}, 0.9, {}, 0.5)["card"]

    assert 0.5 < choice.threshold <= 0.9
    assert choice.precision == 0.5
    assert "is not reached" in choice.reason


@pytest.mark.parametrize(("before", "threshold"), [({"card": 0.37}, 0.37), ({}, 0.5)])
def test_few_boxes_keep_the_bases_threshold_or_the_plain_one(before: dict[str, float], threshold: float) -> None:
    choice = chosen({"card": outcomes([0.9], [True], 3)}, 0.9, before, 0.5)["card"]

    assert choice.threshold == threshold
    assert choice.recall is None
    assert "3 boxes held out" in choice.reason


def test_class_that_no_held_out_picture_shows_has_no_figure() -> None:
    assert measures({"card": outcomes([0.9], [False], 0)}) == {}
