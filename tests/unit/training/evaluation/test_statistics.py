"""Figures agree with their definitions, written out again here the slow way, and a weight is a repetition."""

import numpy as np
import numpy.typing as npt
import pytest

from training.evaluation.statistics import (
    Ranking,
    average_precision,
    balanced_accuracy,
    calibration_error,
    precision_at,
    ranked_precision,
    recall_at,
    recall_at_precision,
    reliability,
    share,
)

Floats = npt.NDArray[np.float64]


def random_ranking(seed: int, ties: bool = False) -> Ranking:
    rng = np.random.default_rng(seed)
    count, parts = int(rng.integers(5, 60)), 9
    scores = rng.random(count)
    part = rng.integers(0, parts, count)
    right = rng.random(count) < scores
    missed = rng.integers(0, 3, parts).astype(np.float64)
    totals = np.bincount(part[right], minlength=parts) + missed
    return Ranking.of(np.round(scores, 1) if ties else scores, right, part, totals)


def coco_average_precision(scores: Floats, right: npt.NDArray[np.bool_], total: float) -> float:
    """COCOeval.accumulate, line for line."""
    order = np.argsort(-scores, kind="mergesort")
    tp, fp = np.cumsum(right[order]).astype(float), np.cumsum(~right[order]).astype(float)
    rc, pr = tp / total, (tp / (fp + tp + np.spacing(1))).tolist()
    for i in range(len(pr) - 1, 0, -1):
        if pr[i] > pr[i - 1]:
            pr[i - 1] = pr[i]
    q = np.zeros(101)
    for ri, pi in enumerate(np.searchsorted(rc, np.linspace(0.0, 1.0, 101), side="left")):
        if pi < len(pr):
            q[ri] = pr[pi]
    return float(q.mean())


@pytest.mark.parametrize("seed", range(20))
def test_average_precision_is_cocos(seed: int) -> None:
    ranking = random_ranking(seed)

    wanted = coco_average_precision(ranking.scores, ranking.right, float(ranking.totals.sum()))

    # Within a step: where a recall falls on one of the 101 points, COCO's own rounding decides.
    assert average_precision(ranking, ranking.once) == pytest.approx(wanted, abs=0.0101)


@pytest.mark.parametrize("seed", range(20))
def test_average_precision_is_the_same_but_for_rounding_where_no_recall_is_a_hundredth(seed: int) -> None:
    ranking = random_ranking(seed)
    totals = ranking.totals.copy()
    totals[0] += 113 - totals.sum()  # a prime: no share of it is a hundredth, except none and all
    ranking = ranking.with_right(ranking.right, totals)

    wanted = coco_average_precision(ranking.scores, ranking.right, 113.0)

    assert average_precision(ranking, ranking.once) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_ranked_precision_is_scikit_learns(seed: int, ties: bool) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    ranking = random_ranking(seed, ties)

    wanted = metrics.average_precision_score(ranking.right, ranking.scores)

    assert ranked_precision(ranking, ranking.once) == pytest.approx(wanted, abs=1e-12)


def test_ranked_precision_by_hand() -> None:
    scores, right = np.array([0.9, 0.8, 0.8, 0.1]), np.array([True, False, True, True])
    ranking = Ranking.of(scores, right, np.zeros(4, np.intp), np.array([3.0]))

    # Steps: 1 of 1, then both equals at once 2 of 3, then 3 of 4.
    assert ranked_precision(ranking, ranking.once) == pytest.approx((1 + 2 / 3 + 3 / 4) / 3)


@pytest.mark.parametrize("seed", range(10))
def test_a_weight_is_a_repetition(seed: int) -> None:
    ranking = random_ranking(seed, ties=True)
    weights = np.random.default_rng(seed).integers(0, 4, len(ranking.totals)).astype(np.float64)
    times = weights[ranking.part].astype(int)
    repeated = Ranking.of(
        np.repeat(ranking.scores, times),
        np.repeat(ranking.right, times),
        np.repeat(ranking.part, times),
        ranking.totals * weights,
    )
    once = repeated.once

    for figure in (ranked_precision, average_precision):
        assert figure(ranking, weights) == pytest.approx(figure(repeated, once), abs=1e-12, nan_ok=True)
    for at in (recall_at, precision_at, calibration_error):
        assert at(ranking, 0.4, weights) == pytest.approx(at(repeated, 0.4, once), abs=1e-12, nan_ok=True)
    recalls = [recall_at_precision(one, one, 0.6, drawn)[0] for one, drawn in ((ranking, weights), (repeated, once))]
    assert recalls[0] == pytest.approx(recalls[1], nan_ok=True)


def test_recall_is_taken_at_the_lowest_score_that_holds_the_precision_and_equal_scores_stand_together() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.5])
    right = np.array([True, False, True, True, True, False])
    everything = Ranking.of(scores, right, np.zeros(6, np.intp), np.array([6.0]))
    wanted = everything.with_right(np.array([True, False, False, True, True, False]), np.array([5.0]))

    assert recall_at_precision(everything, wanted, 0.75, everything.once) == (pytest.approx(2 / 5), 0.6)
    assert recall_at_precision(everything, wanted, 0.66, everything.once) == (pytest.approx(3 / 5), 0.5)


def test_no_score_holds_the_precision() -> None:
    ranking = Ranking.of(np.array([0.9]), np.array([False]), np.zeros(1, np.intp), np.array([1.0]))

    assert recall_at_precision(ranking, ranking, 0.8, ranking.once) == (0.0, None)


def test_nothing_to_find_has_no_figure() -> None:
    empty = Ranking.of(np.zeros(0), np.zeros(0, np.bool_), np.zeros(0, np.intp), np.zeros(3))

    assert np.isnan(average_precision(empty, empty.once))
    assert np.isnan(ranked_precision(empty, empty.once))
    assert np.isnan(precision_at(empty, 0.5, empty.once))
    assert np.isnan(calibration_error(empty, 0.0, empty.once))
    assert reliability(empty) == []


def test_balanced_accuracy_weighs_both_sides_alike() -> None:
    said, true = np.array([True, True, False, True]), np.array([True, True, True, False])
    part = np.arange(4)

    assert balanced_accuracy(said, true, part, np.ones(4)) == pytest.approx((2 / 3 + 0) / 2)
    assert np.isnan(balanced_accuracy(said, true, part, np.array([1.0, 1, 1, 0])))
    assert share(said, part, np.array([1.0, 0, 1, 0])) == 0.5


def test_calibration_is_the_gap_between_what_is_said_and_what_is_so() -> None:
    scores, right = np.array([0.75] * 4 + [0.25] * 4), np.array([True] * 4 + [False, False, False, True])
    ranking = Ranking.of(scores, right, np.zeros(8, np.intp), np.array([5.0]))

    assert calibration_error(ranking, 0.0, ranking.once) == pytest.approx(0.125)
    assert [(one.low, one.n, one.right) for one in reliability(ranking)] == [(0.2, 4, 0.25), (0.7, 4, 1.0)]
