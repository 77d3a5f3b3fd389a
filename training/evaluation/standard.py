"""The measures that every class of boxes has: AP50, AP50-95, recall and precision, calibration, and AP50 by size."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from training.evaluation.boxes import SIZES, Pair, average_over_ious, mean_average_precision, ranked
from training.evaluation.measure import Measure, Subject
from training.evaluation.statistics import (
    average_precision,
    calibration_error,
    precision_at,
    recall_at,
    reliability,
)

__all__ = ["box_measures"]

_SCORED = 0.05  # calibration counts answers from here on: below it there are only the many that nobody would take


def box_measures(subject: Subject, family: str, pairs: Sequence[Pair], threshold: float) -> list[Measure]:
    """``family``.ap50, .ap50_95, .recall, .precision, .calibration, and .ap50.SIZE for every size that there is."""
    everything = ranked(pairs)
    boxes = int(everything.totals.sum())
    measures = [
        subject.measure(f"{family}.ap50", partial(average_precision, everything), boxes, "boxes"),
        subject.measure(f"{family}.ap50_95", partial(mean_average_precision, average_over_ious(pairs)), boxes, "boxes"),
        subject.measure(f"{family}.recall", partial(recall_at, everything, threshold), boxes, "boxes", threshold),
        subject.measure(f"{family}.precision", partial(precision_at, everything, threshold), boxes, "boxes", threshold),
        subject.measure(
            f"{family}.calibration",
            partial(calibration_error, everything, _SCORED),
            int((everything.scores >= _SCORED).sum()),
            "answers",
            bins=reliability(everything, _SCORED),
        ),
    ]
    for name, size in SIZES.items():
        sized = ranked(pairs, size=size)
        if sized.totals.any():
            measures.append(
                subject.measure(
                    f"{family}.ap50.{name}",
                    partial(average_precision, sized),
                    int(sized.totals.sum()),
                    "boxes",
                    detail=True,
                )
            )
    return measures
