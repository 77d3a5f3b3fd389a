"""The single answers that were wrong, for contact sheets: boxes missed and imagined, people called the wrong thing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from datasets import Sample
from training.evaluation.boxes import Pair, greedy
from training.evaluation.measure import Case, Fault, Subject
from vision.geometry import iou

__all__ = ["box_cases", "case"]


def box_cases(subject: Subject, measure: str, pairs: Sequence[Pair], threshold: float) -> list[Case]:
    """True boxes that nothing of ``threshold`` or more meets, with the best score on them; and found ones that meet
    nothing.
    """
    cases = []
    for glance, pair in zip(subject.glances, pairs, strict=True):
        sure = pair.found[pair.found.scores >= threshold]
        met = greedy(iou(sure.boxes, pair.truth), 0.5)
        faint = iou(pair.found.boxes, pair.truth) >= 0.5
        for index in sorted(set(range(len(pair.truth))) - set(met.tolist())):
            best = float(pair.found.scores[faint[:, index]].max(initial=0.0)) if len(pair.found) else 0.0
            best = min(best, threshold)
            cases.append(case(subject, measure, "miss", glance.sample, pair.truth[index].tolist(), best, "best"))
        for row in np.flatnonzero(met < 0).tolist():
            box, score = sure.boxes[row].tolist(), float(sure.scores[row])
            cases.append(case(subject, measure, "false alarm", glance.sample, box, score))
    return cases


def case(
    subject: Subject,
    measure: str,
    fault: Fault,
    sample: Sample,
    box: Sequence[float] | None,
    score: float,
    said: str = "",
) -> Case:
    """One person (the whole picture, where ``box`` is None) called the wrong thing, with this score, as ``said``."""
    kept = None if box is None else (float(box[0]), float(box[1]), float(box[2]), float(box[3]))
    return Case(measure, subject.set.name, fault, sample.picture, kept, score, f"{said} {score:.2f}".strip())
