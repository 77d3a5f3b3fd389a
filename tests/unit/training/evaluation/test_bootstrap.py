"""Intervals are drawn by group, come out the same for the same seed, and are as wide as theory has them."""

import numpy as np
import pytest

from training.evaluation.bootstrap import Clusters, Resampling, interval
from training.evaluation.statistics import Weights


def mean_of(values: np.ndarray):  # type: ignore[no-untyped-def,type-arg]
    def figure(weights: Weights) -> float:
        return float(values @ weights / weights.sum())

    return figure


def test_interval_of_a_mean_is_two_standard_errors_wide_on_either_side() -> None:
    values = np.random.default_rng(1).normal(5, 2, 400)
    clusters = Clusters.among([str(number) for number in range(400)])

    low, high = interval(mean_of(values), clusters, Resampling(2000), 400) or (0, 0)

    error = values.std() / 20
    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.02)
    assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.02)


def test_pictures_of_one_scene_are_drawn_together() -> None:
    scenes = np.repeat(np.random.default_rng(2).normal(0, 1, 20), 10)
    alone = Clusters.among([str(number) for number in range(200)])
    together = Clusters.among([f"scene {number // 10}" for number in range(200)])

    narrow, wide = (interval(mean_of(scenes), clusters, Resampling(), 200) or (0, 0) for clusters in (alone, together))

    assert (together.by, together.count) == ("groups", 20)
    assert wide[1] - wide[0] > 2 * (narrow[1] - narrow[0])


def test_few_groups_are_not_drawn() -> None:
    clusters = Clusters.among(["a", "a", "b", "b", "c"])

    assert (clusters.by, clusters.count) == ("pictures", 5)


def test_same_seed_same_interval() -> None:
    figure, clusters = mean_of(np.arange(30.0)), Clusters.among([str(number) for number in range(30)])

    first, again, other = (interval(figure, clusters, Resampling(200, seed), 30) for seed in (1, 1, 2))

    assert first == again != other


def test_nothing_to_draw_gives_no_interval() -> None:
    assert interval(lambda _: 1.0, Clusters.among(["one"]), Resampling(), 1) is None
    assert interval(lambda _: 1.0, Clusters.among(list("abcdef")), Resampling(0), 6) is None
    assert interval(lambda _: float("nan"), Clusters.among(list("abcdef")), Resampling(50), 6) is None


def test_nothing_in_forty_is_no_proof_of_nothing() -> None:
    clusters = Clusters.among([str(number) for number in range(40)])

    none = interval(mean_of(np.zeros(40)), clusters, Resampling(100), 40)
    every = interval(mean_of(np.ones(40)), clusters, Resampling(100), 40)

    assert none == (0.0, pytest.approx(1 - 0.025 ** (1 / 40)))  # Clopper and Pearson's bound of 0 in 40
    assert every == (pytest.approx(0.025 ** (1 / 40)), 1.0)
