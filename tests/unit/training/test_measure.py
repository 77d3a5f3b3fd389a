"""Boxes are matched one to one, ignored regions count neither way, thresholds hold their precision."""

import numpy as np
import pytest

from training.look import Found
from training.measure import Truth, outcomes, stacked, suppressed


def found(*rows: tuple[float, float, float, float, float]) -> Found:
    boxes = stacked([row[:4] for row in rows])
    return Found(boxes, np.array([row[4] for row in rows], dtype=np.float32), np.zeros(len(rows), dtype=np.int64))


def test_a_second_box_on_the_same_person_is_a_false_alarm() -> None:
    result = outcomes([(found((0, 0, 10, 10, 0.9), (0, 0, 10, 9, 0.8)), Truth(stacked([(0, 0, 10, 10)]), stacked([])))])
    assert (result.recall(0.1), result.precision(0.1), result.precision(0.85)) == (1.0, 0.5, 1.0)


def test_a_box_in_an_unknown_region_counts_neither_way() -> None:
    result = outcomes([(found((50, 50, 60, 60, 0.9)), Truth(stacked([]), stacked([(40, 40, 70, 70)])))])
    assert (len(result.scores), result.total) == (0, 0)


def test_the_threshold_is_the_lowest_that_holds_the_precision() -> None:
    truth = Truth(stacked([(0, 0, 10, 10), (20, 0, 30, 10)]), stacked([]))
    result = outcomes([(found((0, 0, 10, 10, 0.9), (20, 0, 30, 10, 0.5), (50, 0, 60, 10, 0.3)), truth)])
    assert result.threshold_for(0.9) == pytest.approx(0.31, abs=0.011)
    assert result.average_precision() == pytest.approx(1.0)


def test_suppression_keeps_the_better_of_two_alike() -> None:
    kept = suppressed(found((0, 0, 10, 10, 0.4), (0, 0, 10, 9, 0.8), (40, 0, 50, 10, 0.3)), 0.55)
    assert kept.scores.tolist() == pytest.approx([0.8, 0.3])
