"""Boxes that lie outside of their picture, have no area, are too small to be seen, or are drawn twice."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from datasets.label import Corners
from datasets.quality.finding import Finding, Mark
from datasets.store import StoredSample
from vision.geometry import iou

__all__ = ["boxes"]

_ROUNDING: Final = 1.0  # pixels by which a box may leave the picture: what rounding does to one at the edge
_TWICE: Final = 0.9


def boxes(samples: Sequence[StoredSample], tiny: float) -> Iterator[Finding]:
    """What is wrong with single labels; ``tiny`` is the least shorter side in pixels that a network can see."""
    for sample in samples:
        marks = [Mark(label.kind, label.corners(sample.size)) for label in sample.annotation.labels]
        for mark in marks:
            finding = _shape(sample, mark, tiny)
            if finding is not None:
                yield finding
        yield from _twice(sample, marks)


def _shape(sample: StoredSample, mark: Mark, tiny: float) -> Finding | None:
    x1, y1, x2, y2 = mark.corners
    width, height = sample.size
    wide, high = x2 - x1, y2 - y1
    said = f"{mark.kind} at {_placed(mark.corners)}"
    if wide <= 0 or high <= 0:
        return Finding("no_area", "error", sample.title, f"{said} has no area", 1, (), (mark,))
    out = max(-x1, -y1, x2 - width, y2 - height)
    if x2 <= 0 or y2 <= 0 or x1 >= width or y1 >= height:
        what = f"{said} lies outside of the {width}x{height} picture"
        return Finding("out_of_range", "error", sample.title, what, out, (), (mark,))
    if out > _ROUNDING:
        what = f"{said} leaves the {width}x{height} picture by {out:.0f} pixels"
        return Finding("out_of_range", "warning", sample.title, what, out, (), (mark,))
    if min(wide, high) < tiny:
        what = f"{said} is {wide:.1f} by {high:.1f} pixels, too small to be seen"
        return Finding("tiny", "warning", sample.title, what, 1 / min(wide, high), (), (mark,))
    return None


def _twice(sample: StoredSample, marks: Sequence[Mark]) -> Iterator[Finding]:
    if len(marks) < 2:
        return
    corners = np.array([mark.corners for mark in marks], np.float32)
    kinds = np.array([mark.kind for mark in marks])
    for one in range(len(marks) - 1):  # a row at a time: a picture may hold very many boxes
        overlaps = iou(corners[one : one + 1], corners[one + 1 :])[0] * (kinds[one + 1 :] == kinds[one])
        for other in (one + 1 + np.flatnonzero(overlaps > _TWICE)).tolist():
            rank = float(overlaps[other - one - 1])
            what = f"{marks[one].kind} at {_placed(marks[one].corners)} is drawn twice ({rank:.2f} shared)"
            yield Finding("overlap", "warning", sample.title, what, rank, (), (marks[one], marks[other]))


def _placed(corners: Corners) -> str:
    return ",".join(f"{side:.0f}" for side in corners)
