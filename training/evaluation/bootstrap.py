"""How far a figure would move with other pictures of the same kind: bootstrap intervals over groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from training.evaluation.statistics import Weights

__all__ = ["FEWEST_GROUPS", "Clusters", "Resampling", "interval"]

FEWEST_GROUPS = 5
"""With fewer groups (scenes, persons, clips) than this, single pictures are drawn: the interval is then too narrow."""

_TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Resampling:
    """How many sets are drawn, and from which seed; 0 draws none."""

    times: int = 1000
    seed: int = 7


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """What is drawn as a whole: the cluster of each part, shape (parts,), and whether that is a group or a part."""

    of: NDArray[np.intp]
    count: int
    by: Literal["groups", "pictures"]

    @property
    def once(self) -> Weights:
        """Every part counted once."""
        return np.ones(len(self.of))

    @staticmethod
    def among(groups: Sequence[str]) -> Clusters:
        """By ``groups``, one a part; by the parts themselves where there are too few groups."""
        names, of = np.unique(np.array(groups, dtype=object).astype(str), return_inverse=True)
        if len(names) < FEWEST_GROUPS:
            return Clusters(np.arange(len(groups)), len(groups), "pictures")
        return Clusters(of.astype(np.intp), len(names), "groups")


def interval(
    figure: Callable[[Weights], float], clusters: Clusters, resampling: Resampling, n: int
) -> tuple[float, float] | None:
    """The middle 95 % of ``figure`` (of the weights of the parts) over sets drawn with replacement.

    ``n``: how many answers the figure is of. Where every drawn set gives 0 (or 1), it ends where so few answers would
    still all be alike once in 40 times: none of 40 flagged is no proof that none is. None where too little can be
    drawn: one cluster, or a figure that most drawn sets do not have.
    """
    if clusters.count < 2 or not resampling.times:
        return None
    rng = np.random.default_rng(resampling.seed)
    drawn = rng.multinomial(clusters.count, np.full(clusters.count, 1 / clusters.count), resampling.times)
    values = np.array([figure(times[clusters.of]) for times in drawn.astype(np.float64)])
    values = values[~np.isnan(values)]
    if len(values) < resampling.times / 2:
        return None
    low, high = (float(end) for end in np.percentile(values, (2.5, 97.5)))
    unseen = 1 - _TAIL ** (1 / max(1, min(n, clusters.count)))
    if low == high == 0.0:
        high = unseen
    elif low == high == 1.0:
        low = 1 - unseen
    return low, high
