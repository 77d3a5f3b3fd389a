"""Found boxes held against true ones, as COCO does: greedily by score, one to one, by overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from datasets import Sample
from training.evaluation.statistics import Ranking, Weights, average_precision
from vision.detector import Detections
from vision.geometry import Boxes, iou

__all__ = [
    "IOUS",
    "SIZES",
    "Pair",
    "average_over_ious",
    "greedy",
    "mean_average_precision",
    "of_class",
    "ranked",
    "ranked_of",
    "side",
    "true_boxes",
    "within",
]

IOUS: Final = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
"""COCO's overlaps for AP50-95."""

SIZES: Final = {"tiny": (0.0, 16.0), "small": (16.0, 32.0), "medium": (32.0, 96.0), "large": (96.0, float("inf"))}
"""By the square root of a box's area in pixels of its picture: COCO's sizes, with the small ones in two, since a badge
or a cigarette in a hall has 10 to 40 pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One picture's found boxes (one class, best first) and its true ones, (n, 4) xyxy in pixels."""

    found: Detections
    truth: Boxes


def true_boxes(sample: Sample, size: tuple[int, int], names: Sequence[str]) -> Boxes:
    """The boxes of the classes ``names`` in pixels of the picture of ``size`` (width, height)."""
    boxes = [box.pixels(*size) for box in sample.boxes if box.kind in names]
    return np.asarray(boxes, np.float32).reshape(-1, 4)


def of_class(found: Detections | None, name: str) -> Detections:
    """The found boxes of one class; none where the network does not know it or did not look."""
    if found is None or name not in found.names:
        return Detections.none((name,))
    return found.of(name)


def side(boxes: Boxes) -> NDArray[np.float64]:
    """Square roots of the boxes' areas, (n,)."""
    return np.asarray(np.sqrt(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1, dtype=np.float64)))


def greedy(overlaps: NDArray[np.floating], least: float, ignored: NDArray[np.bool_] | None = None) -> NDArray[np.intp]:
    """For each found box (row, best first) the true one (column) it meets by ``least`` overlap, or -1.

    Each takes the free true box that it overlaps most; one that is ``ignored`` only when there is no other.
    """
    met = np.full(len(overlaps), -1, np.intp)
    free = np.ones(overlaps.shape[1], np.bool_)
    counted = np.zeros(overlaps.shape[1], np.bool_) if ignored is None else ignored
    for row in np.flatnonzero((overlaps >= least).any(axis=1)):
        for group in (free & ~counted, free & counted):
            overlap = np.where(group, overlaps[row], -1.0)
            if len(overlap) and overlap.max() >= least:
                # Of equal ones the last, as COCO has it.
                met[row] = len(overlap) - 1 - int(overlap[::-1].argmax())
                free[met[row]] = False
                break
    return met


def ranked(pairs: Sequence[Pair], least: float = 0.5, size: tuple[float, float] | None = None) -> Ranking:
    """Every found box of the set, right where it meets a true one; picture by picture a part.

    With ``size`` true boxes of another size count neither way, nor do found ones that meet such a box, or meet nothing
    and are of another size themselves.
    """
    scores, right, part, totals = [], [], [], []
    for index, pair in enumerate(pairs):
        outside = np.zeros(len(pair.truth), np.bool_) if size is None else ~within(pair.truth, size)
        met = greedy(iou(pair.found.boxes, pair.truth), least, outside)
        kept = np.ones(len(met), np.bool_)
        if size is not None:
            kept = np.where(met >= 0, ~np.append(outside, False)[met], within(pair.found.boxes, size))
        scores.append(pair.found.scores[kept])
        right.append(met[kept] >= 0)
        part.append(np.full(int(kept.sum()), index, np.intp))
        totals.append(float((~outside).sum()))
    return Ranking.of(_joined(scores, np.float64), _joined(right, np.bool_), _joined(part, np.intp), np.array(totals))


def ranked_of(pairs: Sequence[Pair], marks: Sequence[NDArray[np.bool_]], least: float = 0.5) -> Ranking:
    """The same answers in the same order as `ranked` gives, right where they meet a true box that is marked: ``marks``
    holds one mark for each true box of each picture.
    """
    scores, right, part = [], [], []
    for index, (pair, marked) in enumerate(zip(pairs, marks, strict=True)):
        met = greedy(iou(pair.found.boxes, pair.truth), least)
        scores.append(pair.found.scores)
        right.append(np.append(marked, False)[met])
        part.append(np.full(len(met), index, np.intp))
    totals = np.array([float(marked.sum()) for marked in marks])
    return Ranking.of(_joined(scores, np.float64), _joined(right, np.bool_), _joined(part, np.intp), totals)


def average_over_ious(pairs: Sequence[Pair]) -> list[Ranking]:
    """A ranking for every one of `IOUS`: AP50-95 is the mean of their average precisions."""
    return [ranked(pairs, least) for least in IOUS]


def mean_average_precision(rankings: Sequence[Ranking], weights: Weights) -> float:
    """Mean of the average precisions of those rankings that have something to find; nan without any."""
    values = [average_precision(ranking, weights) for ranking in rankings]
    given = [value for value in values if not np.isnan(value)]
    return float(np.mean(given)) if given else float("nan")


def within(boxes: Boxes, size: tuple[float, float]) -> NDArray[np.bool_]:
    """Which of the boxes are of a size (one of `SIZES`), (n,)."""
    sides = side(boxes)
    return (sides >= size[0]) & (sides < size[1])


def _joined(arrays: Sequence[NDArray[np.generic]], kind: type) -> NDArray:  # type: ignore[type-arg]
    return np.concatenate(arrays).astype(kind) if arrays else np.zeros(0, kind)
