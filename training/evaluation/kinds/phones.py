"""phone-lecture and phone-cctv: who, of the people given, uses a phone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from datasets import Box, Sample
from training.evaluation.boxes import SIZES, Pair, of_class, true_boxes, within
from training.evaluation.cases import box_cases, case
from training.evaluation.kinds.kind import FEW_GROUPS, PHONE, Kind, lacks
from training.evaluation.kinds.persons import Persons, score_of
from training.evaluation.looks import Glance
from training.evaluation.measure import Case, Findings, Measure, Subject
from training.evaluation.standard import box_measures
from training.evaluation.statistics import (
    Bin,
    Weights,
    calibration_error,
    ranked_precision,
    recall_at,
    reliability,
    share,
)
from vision.conduct import act_thresholds
from vision.geometry import Boxes
from vision.picture import Pixels
from vision.still import Still

__all__ = ["CCTV", "LECTURE"]

_NAMES = ("phone.ap", "phone.recall", "phone.flagged_others", "phone.calibration")


@dataclass(frozen=True, slots=True)
class _Words:
    """What a set's classes mean: people with a phone, people without, phones themselves; boxes under ``least`` pixels
    are left out.
    """

    using: frozenset[str]
    others: frozenset[str]
    things: frozenset[str] = frozenset()
    least: float = 0.0

    def look(self, still: Still, sample: Sample, picture: Pixels) -> Glance:
        size = (picture.shape[1], picture.shape[0])
        boxes = np.array([box for _, box in self.people(sample, size)], np.float32).reshape(-1, 4)
        things = still.things(picture) if self.things else None
        return Glance(sample, size, things=things, conducts=tuple(still.conduct(picture, boxes)))

    def people(self, sample: Sample, size: tuple[int, int]) -> list[tuple[bool, tuple[float, float, float, float]]]:
        """Whether each uses a phone, and her box in pixels; of a folder of a class the whole picture is the person."""
        boxes = (Box(sample.folder, 0.5, 0.5, 1, 1),) if sample.folder else sample.boxes
        known = [(box.kind in self.using, box.pixels(*size)) for box in boxes if box.kind in self.using | self.others]
        return [(uses, box) for uses, box in known if max(box[2] - box[0], box[3] - box[1]) >= self.least]

    def judge(self, subject: Subject) -> Findings:
        reason = lacks(subject.objects, "phone")
        if reason:
            return Findings([subject.unable(name, reason) for name in _NAMES])
        threshold = act_thresholds(subject.objects)["phone"]
        rows: list[tuple[int, bool, float]] = []
        boxes: list[tuple[float, ...]] = []
        cases: list[Case] = []
        for index, glance in enumerate(subject.glances):
            for (uses, box), conduct in zip(self.people(glance.sample, glance.size), glance.conducts, strict=True):
                score = score_of(conduct, "phone")
                rows.append((index, uses, score))
                boxes.append(box)
                if uses != (score >= threshold):
                    cases.append(
                        case(subject, "phone.ap", "miss" if uses else "false alarm", glance.sample, box, score)
                    )
        persons = Persons.of(rows, len(subject.glances))
        measures = _measures(subject, persons, threshold)
        measures += _parts(subject, persons, np.array(boxes, np.float32).reshape(-1, 4), threshold)
        if self.things and any(box.kind in self.things for glance in subject.glances for box in glance.sample.boxes):
            measures += self._of_things(subject, cases)
        return Findings(measures, cases)

    def _of_things(self, subject: Subject, cases: list[Case]) -> list[Measure]:
        """Of the phones themselves, where the set gives their boxes."""
        pairs = [
            Pair(of_class(glance.things, PHONE), true_boxes(glance.sample, glance.size, tuple(self.things)))
            for glance in subject.glances
        ]
        threshold = subject.objects.threshold(PHONE)
        cases += box_cases(subject, "phone_boxes.ap50", pairs, threshold)
        return box_measures(subject, "phone_boxes", pairs, threshold)


def _measures(
    subject: Subject, persons: Persons, threshold: float, part: str = "", detail: bool = False
) -> list[Measure]:
    ranking, others = persons.ranking(), persons.only(~persons.true)
    flagged = partial(share, others.scores >= threshold, others.part)
    using, everyone = int(persons.true.sum()), len(persons.true)
    calibration, bins = partial(calibration_error, ranking, 0.0), reliability(ranking)

    def one(
        name: str, figure: Callable[[Weights], float], n: int, at: float | None, bins: Sequence[Bin] = ()
    ) -> Measure:
        return subject.measure(name, figure, n, "persons", at, part, detail, bins)

    measures = [
        one("phone.ap", partial(ranked_precision, ranking), everyone, None),
        one("phone.recall", partial(recall_at, ranking, threshold), using, threshold),
        one("phone.flagged_others", flagged, everyone - using, threshold),
    ]
    return measures if detail else [*measures, one("phone.calibration", calibration, everyone, None, bins)]


def _parts(subject: Subject, persons: Persons, boxes: Boxes, threshold: float) -> list[Measure]:
    """The same by group, where there are few, and by size."""
    groups = np.array([glance.sample.group for glance in subject.glances])[persons.part]
    names = sorted(set(groups.tolist()))
    measures = []
    for name in names if 1 < len(names) <= FEW_GROUPS else ():
        measures += _measures(subject, persons.only(groups == name), threshold, name, detail=True)
    for name, size in SIZES.items():
        inside = within(boxes, size)
        if inside.any():
            measures += _measures(subject, persons.only(inside), threshold, name, detail=True)
    return measures


_LECTURE = _Words(frozenset(("phone",)), frozenset(("study", "sleep", "other")), least=20)
_CCTV = _Words(frozenset(("person-phone",)), frozenset(("person",)), frozenset(("phone",)))

LECTURE = Kind(
    "phone-lecture",
    (("phone",), ("study", "sleep", "other")),
    ("phone", "study", "sleep", "other"),
    _NAMES,
    _LECTURE.look,
    _LECTURE.judge,
)
CCTV = Kind(
    "phone-cctv",
    (("person-phone",), ("person",)),
    ("person-phone", "person", "phone"),
    (*_NAMES, "phone_boxes.ap50"),
    _CCTV.look,
    _CCTV.judge,
)
"""People with a phone in use and people without, by box or, in folders of classes, one a picture."""
