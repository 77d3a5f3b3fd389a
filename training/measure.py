"""Recall, precision and average precision of boxes, and the threshold that a wanted precision asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.evaluation.boxes import greedy
from training.evaluation.statistics import Ranking, average_precision
from training.look import Boxes, Found

DOUBLE = 0.55
"""Overlap from which two boxes of a class are one thing seen twice, as whoever reads the network merges them."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Boxes of one picture that must be found; ``ignore`` boxes neither count as misses nor as false alarms."""

    boxes: Boxes
    ignore: Boxes


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Every detection of a set with its score and whether it met a truth box, and the number of truth boxes."""

    scores: NDArray[np.float32]
    right: NDArray[np.bool_]
    total: int

    def recall(self, threshold: float) -> float:
        return float((self.right & (self.scores >= threshold)).sum() / max(self.total, 1))

    def precision(self, threshold: float) -> float:
        kept = self.scores >= threshold
        return float((self.right & kept).sum() / max(kept.sum(), 1))

    def threshold_for(self, precision: float, step: float = 0.01) -> float:
        """The lowest threshold from which on the precision holds (also at the next two higher steps)."""
        grid = np.arange(step, 1.0, step)
        held = [self.precision(float(score)) >= precision for score in grid]
        for at in range(len(grid) - 2):
            if all(held[at : at + 3]):
                return round(float(grid[at]), 3)
        return round(float(grid[-1]), 3)

    def average_precision(self) -> float:
        """Area under the precision envelope (COCO's 101 points), at the IoU used in matching."""
        if not self.total or not len(self.scores):
            return 0.0
        totals = np.array([float(self.total)])
        ranking = Ranking.of(self.scores, self.right, np.zeros(len(self.scores), np.intp), totals)
        return average_precision(ranking, ranking.once)


def iou_matrix(one: Boxes, other: Boxes) -> NDArray[np.float32]:
    """Intersection over union of (n, 4) and (m, 4) xyxy boxes, shape (n, m)."""
    overlap, area_one, area_other = _overlap(one, other)
    return np.asarray(overlap / np.maximum(area_one[:, None] + area_other[None] - overlap, 1e-6), dtype=np.float32)


def inside_matrix(one: Boxes, other: Boxes) -> NDArray[np.float32]:
    """Share of each box of ``one`` that lies in each box of ``other``, shape (n, m)."""
    overlap, area_one, _ = _overlap(one, other)
    return np.asarray(overlap / np.maximum(area_one[:, None], 1e-6), dtype=np.float32)


def matched(found: Found, truth: Truth, iou: float) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """For each detection the truth box it meets (-1: none), greedily by score; and whether it is left out of count."""
    order = np.argsort(-found.scores, kind="stable")
    met = np.full(len(found.scores), -1, dtype=np.int64)
    met[order] = greedy(iou_matrix(found.boxes[order], truth.boxes), iou)
    left_out = np.zeros(len(met), dtype=np.bool_)
    if len(truth.ignore) and len(met):
        covered = np.maximum(inside_matrix(found.boxes, truth.ignore), iou_matrix(found.boxes, truth.ignore))
        left_out = (met < 0) & (covered.max(axis=1) >= 0.5)
    return met, left_out


def outcomes(pairs: Iterable[tuple[Found, Truth]], iou: float = 0.5) -> Outcomes:
    scores, right, total = [], [], 0
    for found, truth in pairs:
        met, left_out = matched(found, truth, iou)
        scores.append(found.scores[~left_out])
        right.append(met[~left_out] >= 0)
        total += len(truth.boxes)
    if not scores:
        return Outcomes(np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.bool_), total)
    return Outcomes(np.concatenate(scores), np.concatenate(right), total)


def pooled(parts: Sequence[Outcomes]) -> Outcomes:
    """Several classes' outcomes as those of one."""
    return Outcomes(
        np.concatenate([part.scores for part in parts]),
        np.concatenate([part.right for part in parts]),
        sum(part.total for part in parts),
    )


def suppressed(found: Found, iou: float) -> Found:
    """Greedy non-maximum suppression within each class."""
    keep: list[int] = []
    overlaps = iou_matrix(found.boxes, found.boxes)
    for row in np.argsort(-found.scores, kind="stable"):
        if all(overlaps[row, other] < iou or found.classes[row] != found.classes[other] for other in keep):
            keep.append(int(row))
    return replace(found, boxes=found.boxes[keep], scores=found.scores[keep], classes=found.classes[keep])


def stacked(boxes: Sequence[Sequence[float]]) -> Boxes:
    return np.asarray(boxes, dtype=np.float32).reshape(-1, 4)


def _overlap(one: Boxes, other: Boxes) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    top = np.maximum(one[:, None, :2], other[None, :, :2])
    low = np.minimum(one[:, None, 2:], other[None, :, 2:])
    sides = np.clip(low - top, 0, None)
    return (
        sides[..., 0] * sides[..., 1],
        (one[:, 2] - one[:, 0]) * (one[:, 3] - one[:, 1]),
        (other[:, 2] - other[:, 0]) * (other[:, 3] - other[:, 1]),
    )
