"""Figures of scored answers: recall, precision, average precision, balanced accuracy, calibration, over weighted parts.

Every function takes a weight for each part of a set (a picture, a person), so that the figure of a resampled set is the
same function with other weights: drawing a picture twice is to give it the weight 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Bin",
    "Ranking",
    "Weights",
    "average_precision",
    "balanced_accuracy",
    "calibration_error",
    "precision_at",
    "ranked_precision",
    "recall_at",
    "recall_at_precision",
    "reliability",
    "share",
]

Weights: TypeAlias = NDArray[np.float64]
"""How often each part of a set counts, shape (parts,)."""

_RECALLS = np.linspace(0, 1, 101)  # COCO's
_BINS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Answers best first: ``scores``, ``right``, and the ``part`` of the set each belongs to, all (n,); and how many
    there were to be found in each part, ``totals`` (parts,).
    """

    scores: NDArray[np.float64]
    right: NDArray[np.bool_]
    part: NDArray[np.intp]
    totals: NDArray[np.float64]

    @staticmethod
    def of(
        scores: NDArray[np.floating], right: NDArray[np.bool_], part: NDArray[np.intp], totals: NDArray[np.float64]
    ) -> Ranking:
        """The same in order of score; equal scores stay in the order given."""
        order = np.argsort(-scores, kind="stable")
        return Ranking(scores[order].astype(np.float64), right[order], part[order], totals)

    @property
    def once(self) -> Weights:
        """Every part counted once."""
        return np.ones(len(self.totals))

    def with_right(self, right: NDArray[np.bool_], totals: NDArray[np.float64]) -> Ranking:
        """The same answers (in this order) held against another question."""
        return Ranking(self.scores, right, self.part, totals)


def average_precision(ranking: Ranking, weights: Weights) -> float:
    """Area under the precision envelope at COCO's 101 recalls; nan where nothing was to be found."""
    total = float(ranking.totals @ weights)
    if total <= 0:
        return float("nan")
    own = weights[ranking.part]
    hits, answers = np.cumsum(own * ranking.right), np.cumsum(own)
    precision = np.divide(hits, answers, out=np.zeros_like(hits), where=answers > 0)
    envelope = np.append(np.maximum.accumulate(precision[::-1])[::-1], 0.0)
    # A recall that is reached but for rounding is reached.
    return float(envelope[np.searchsorted(hits / total, _RECALLS - 1e-9, side="left")].mean())


def ranked_precision(ranking: Ranking, weights: Weights) -> float:
    """Precision averaged over the recall steps of every score, scikit-learn's ``average_precision_score``.

    ``right`` marks the positives; equal scores are one step. Nan without positives.
    """
    own = weights[ranking.part]
    hits, answers = np.cumsum(own * ranking.right), np.cumsum(own)
    if not len(hits) or hits[-1] <= 0:
        return float("nan")
    last = _last_of_equals(ranking.scores)
    hits, answers = hits[last], answers[last]
    precision = np.divide(hits, answers, out=np.zeros_like(hits), where=answers > 0)
    return float((np.diff(hits, prepend=0.0) * precision).sum() / hits[-1])


def recall_at(ranking: Ranking, threshold: float, weights: Weights) -> float:
    """Share of what was to be found that scores ``threshold`` or more."""
    total = float(ranking.totals @ weights)
    kept = ranking.right & (ranking.scores >= threshold)
    return float(weights[ranking.part[kept]].sum() / total) if total > 0 else float("nan")


def precision_at(ranking: Ranking, threshold: float, weights: Weights) -> float:
    """Share of right ones among the answers that score ``threshold`` or more."""
    kept = ranking.scores >= threshold
    given = float(weights[ranking.part[kept]].sum())
    return float(weights[ranking.part[kept & ranking.right]].sum() / given) if given > 0 else float("nan")


def recall_at_precision(
    everything: Ranking, wanted: Ranking, precision: float, weights: Weights
) -> tuple[float, float | None]:
    """Recall of ``wanted`` at the lowest score at which the precision of ``everything`` is at least ``precision``, and
    that score (None where no score holds it). Both rankings hold the same answers.
    """
    total = float(wanted.totals @ weights)
    if total <= 0:
        return float("nan"), None
    own = weights[everything.part]
    hits, answers = np.cumsum(own * everything.right), np.cumsum(own)
    held = _last_of_equals(everything.scores) & (hits >= precision * answers - 1e-9) & (answers > 0)
    at = np.flatnonzero(held)
    if not len(at):
        return 0.0, None
    return float(np.cumsum(own * wanted.right)[at[-1]] / total), float(everything.scores[at[-1]])


def share(marked: NDArray[np.bool_], part: NDArray[np.intp], weights: Weights) -> float:
    """Share of ``marked`` (n,) among all."""
    own = weights[part]
    return float((own * marked).sum() / own.sum()) if own.sum() > 0 else float("nan")


def balanced_accuracy(
    said: NDArray[np.bool_], true: NDArray[np.bool_], part: NDArray[np.intp], weights: Weights
) -> float:
    """Mean of the shares of true ones and of false ones that were called so; nan where either is missing."""
    own = weights[part]
    yes, no = float(own[true].sum()), float(own[~true].sum())
    if yes <= 0 or no <= 0:
        return float("nan")
    return (float(own[true & said].sum()) / yes + float(own[~true & ~said].sum()) / no) / 2


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers that score ``low`` to ``low + 0.1``: how many, their mean score, and the share that is right."""

    low: float
    n: int
    score: float
    right: float


def reliability(ranking: Ranking, floor: float = 0.0) -> list[Bin]:
    """How right the answers from ``floor`` on are, by tenths of score; empty tenths are left out."""
    tenth = np.minimum((ranking.scores * _BINS).astype(np.intp), _BINS - 1)
    bins = []
    for number in range(_BINS):
        inside = (tenth == number) & (ranking.scores >= floor)
        if inside.any():
            bins.append(
                Bin(
                    number / _BINS,
                    int(inside.sum()),
                    float(ranking.scores[inside].mean()),
                    float(ranking.right[inside].mean()),
                )
            )
    return bins


def calibration_error(ranking: Ranking, floor: float, weights: Weights) -> float:
    """Expected calibration error: by tenths, how far the mean score is from the share that is right (Guo et al. 2017).

    0 where a score of 0.7 is right in 7 of 10 answers; nan without answers.
    """
    kept = ranking.scores >= floor
    own = weights[ranking.part[kept]]
    if own.sum() <= 0:
        return float("nan")
    tenth = np.minimum((ranking.scores[kept] * _BINS).astype(np.intp), _BINS - 1)
    gap = np.bincount(tenth, own * (ranking.scores[kept] - ranking.right[kept]), _BINS)
    return float(np.abs(gap).sum() / own.sum())


def _last_of_equals(scores: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.append(scores[1:] != scores[:-1], True) if len(scores) else np.zeros(0, np.bool_)
