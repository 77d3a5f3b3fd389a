"""counter-scenes: clerks behind real counters, found by the product's two looks and by one look at the picture."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from datasets import Sample
from training.evaluation.boxes import SIZES, Pair, of_class, ranked, ranked_of, true_boxes, within
from training.evaluation.cases import box_cases
from training.evaluation.kinds.kind import Kind
from training.evaluation.looks import Glance, scene
from training.evaluation.measure import Findings, Measure, Subject
from training.evaluation.standard import box_measures
from training.evaluation.statistics import Weights, recall_at, recall_at_precision
from vision.closeup import PERSON
from vision.detector import Detections
from vision.occupancy import OccupancyLimits
from vision.picture import Pixels
from vision.still import Still

__all__ = ["COUNTERS"]

_STAFF = "staff_side"
_ALL = (_STAFF, "public_side", "side_unclear")
_PRECISION = 0.8
_SIDES = (640, 960)
_NAME = "people.recall_staff_at_p80"


def _look(still: Still, sample: Sample, picture: Pixels) -> Glance:
    size = (picture.shape[1], picture.shape[0])
    return Glance(sample, size, still.people(picture), {side: scene(still, picture, side) for side in _SIDES})


def _judge(subject: Subject) -> Findings:
    shipped = OccupancyLimits().doubt
    pairs = _pairs(subject, [glance.people for glance in subject.glances])
    headline = _recall_of_staff(subject, _NAME, pairs)
    measures = [headline]
    for side in _SIDES:
        once = _pairs(subject, [glance.scenes[side] for glance in subject.glances])
        measures.append(_recall_of_staff(subject, f"{_NAME}_{side}", once))
    clerks = ranked_of(pairs, _staff(subject))
    figure = partial(recall_at, clerks, shipped)
    measures.append(subject.measure("counters.recall_staff", figure, int(clerks.totals.sum()), "boxes", shipped))
    measures += box_measures(subject, "counters", pairs, shipped)
    at = headline.threshold or shipped
    measures += _by_size(subject, pairs, at)
    return Findings(measures, box_cases(subject, _NAME, pairs, at))


def _recall_of_staff(subject: Subject, name: str, pairs: Sequence[Pair]) -> Measure:
    """Recall of clerks at the lowest score at which four of five found people are people, customers counted too."""
    everyone, clerks = ranked(pairs), ranked_of(pairs, _staff(subject))

    def figure(weights: Weights) -> float:
        return recall_at_precision(everyone, clerks, _PRECISION, weights)[0]

    at = recall_at_precision(everyone, clerks, _PRECISION, everyone.once)[1]
    return subject.measure(name, figure, int(clerks.totals.sum()), "boxes", at)


def _by_size(subject: Subject, pairs: Sequence[Pair], threshold: float) -> list[Measure]:
    measures = []
    for name, size in SIZES.items():
        marks = [own & within(pair.truth, size) for own, pair in zip(_staff(subject), pairs, strict=True)]
        clerks = ranked_of(pairs, marks)
        if clerks.totals.any():
            figure = partial(recall_at, clerks, threshold)
            total = int(clerks.totals.sum())
            measures.append(subject.measure(f"{_NAME}.{name}", figure, total, "boxes", threshold, detail=True))
    return measures


def _pairs(subject: Subject, found: Sequence[Detections | None]) -> list[Pair]:
    return [
        Pair(of_class(one, PERSON), true_boxes(glance.sample, glance.size, _ALL))
        for one, glance in zip(found, subject.glances, strict=True)
    ]


def _staff(subject: Subject) -> list[NDArray[np.bool_]]:
    return [
        np.array([box.kind == _STAFF for box in glance.sample.boxes if box.kind in _ALL], np.bool_)
        for glance in subject.glances
    ]


COUNTERS = Kind(
    "counter-scenes",
    needs=((_STAFF,),),
    knows=_ALL,
    measures=(_NAME, *(f"{_NAME}_{side}" for side in _SIDES), "counters.recall_staff", "counters.ap50"),
    look=_look,
    judge=_judge,
)
