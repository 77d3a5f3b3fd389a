"""badge-web, office-badge and badge-torso: cards found by box, and who wears one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from datasets import Box, DatasetError, Sample
from training.evaluation.boxes import Pair, of_class, true_boxes
from training.evaluation.cases import box_cases, case
from training.evaluation.kinds.kind import WORN, Kind, lacks, lacks_class
from training.evaluation.kinds.persons import Persons, score_of
from training.evaluation.looks import Glance
from training.evaluation.measure import Fault, Findings, Subject
from training.evaluation.sets import EvaluationSet, column, named
from training.evaluation.standard import box_measures
from training.evaluation.statistics import balanced_accuracy, calibration_error, ranked_precision, reliability, share
from vision.conduct import act_thresholds
from vision.dress import BadgeLimits
from vision.picture import Pixels
from vision.still import Still

__all__ = ["BADGES", "OFFICE", "TORSO"]

_PERSON, _LANYARD, _NOT_WORN = "person", "lanyard", "not_worn"
_BOXES = ("badge.ap50", "badge.ap50_95", "badge.recall", "badge.precision", "badge.calibration")
_WHO = ("badge.balanced_accuracy", "badge.balanced_accuracy_clear", "badge.cannot_tell", "badge.worn_ap")
_FEWEST = 5  # wearers, and people without, for a figure of both
_YES = frozenset(("worn", "yes", "true", "1", "with", "badge"))
_NO = frozenset(("not_worn", "not worn", "no", "false", "0", "without", "none"))


def _look(still: Still, sample: Sample, picture: Pixels) -> Glance:
    """The cards in the picture, and the conduct of the people that the set gives."""
    size = (picture.shape[1], picture.shape[0])
    boxes = np.array([box.pixels(*size) for box in _people(sample)], np.float32).reshape(-1, 4)
    return Glance(sample, size, things=still.things(picture), conducts=tuple(still.conduct(picture, boxes)))


def _look_torso(still: Still, sample: Sample, picture: Pixels) -> Glance:
    """The cards in the picture, which is one person as a whole."""
    height, width = picture.shape[:2]
    whole = np.array([[0, 0, width, height]], np.float32)
    return Glance(sample, (width, height), things=still.things(picture), conducts=tuple(still.conduct(picture, whole)))


def _judge(subject: Subject) -> Findings:
    findings = Findings()
    _judge_boxes(subject, findings)
    rows = [
        (index, worn, number)
        for index, glance in enumerate(subject.glances)
        for number, worn in enumerate(_wearers(glance.sample))
    ]
    worn = sum(wears for _, wears, _ in rows)
    if min(worn, len(rows) - worn) >= _FEWEST:
        _judge_people(subject, findings, rows)
    return findings


def _judge_torso(subject: Subject) -> Findings:
    findings = Findings()
    if any(box.kind == WORN for glance in subject.glances for box in glance.sample.boxes):
        _judge_boxes(subject, findings)
    worn = _worn(subject.set)
    _judge_people(subject, findings, [(index, one, 0) for index, one in enumerate(worn)])
    return findings


def _judge_boxes(subject: Subject, findings: Findings) -> None:
    reason = lacks_class(subject.objects, WORN)
    if reason:
        findings.measures += [subject.unable(name, reason) for name in _BOXES]
        return
    pairs = [
        Pair(of_class(glance.things, WORN), true_boxes(glance.sample, glance.size, (WORN,)))
        for glance in subject.glances
    ]
    threshold = subject.objects.threshold(WORN)
    findings.measures += box_measures(subject, "badge", pairs, threshold)
    findings.cases += box_cases(subject, "badge.ap50", pairs, threshold)


def _judge_people(subject: Subject, findings: Findings, rows: Sequence[tuple[int, bool, int]]) -> None:
    """``rows``: the picture, whether a badge is worn, and which of the picture's conducts is this person's."""
    reason = lacks(subject.objects, "badge")
    if reason:
        findings.measures += [subject.unable(name, reason) for name in _WHO]
        return
    conducts = [subject.glances[index].conducts[number] for index, _, number in rows]
    persons = Persons.of(
        [(index, worn, score_of(conduct, "badge")) for (index, worn, _), conduct in zip(rows, conducts, strict=True)],
        len(subject.glances),
    )
    threshold, ranking = act_thresholds(subject.objects)["badge"], persons.ranking()
    said = persons.scores >= threshold
    figure = partial(balanced_accuracy, said, persons.true, persons.part)
    measure, everyone = subject.measure, len(rows)
    findings.measures.append(measure("badge.balanced_accuracy", figure, everyone, "persons", threshold))
    _judge_clear(subject, findings, persons, said, [conduct.front for conduct in conducts])
    findings.measures += [
        measure("badge.worn_ap", partial(ranked_precision, ranking), everyone, "persons"),
        measure(
            "badge.worn_calibration",
            partial(calibration_error, ranking, 0.0),
            everyone,
            "persons",
            bins=reliability(ranking),
        ),
    ]
    for (index, worn, _), conduct, yes in zip(rows, conducts, said.tolist(), strict=True):
        if worn != yes:
            fault: Fault = "miss" if worn else "false alarm"
            sample, score = subject.glances[index].sample, score_of(conduct, "badge")
            findings.cases.append(case(subject, "badge.balanced_accuracy", fault, sample, conduct.person, score))


def _judge_clear(
    subject: Subject, findings: Findings, persons: Persons, said: NDArray[np.bool_], fronts: Sequence[float | None]
) -> None:
    """With 'cannot tell' as an answer of its own: no badge seen on somebody who may not face the camera."""
    if any(front is None for front in fronts):
        reason = f"network {subject.objects.name} {subject.objects.version} does not say who faces the camera"
        findings.measures += [subject.unable(name, reason) for name in _WHO[1:3]]
        return
    least = BadgeLimits().front
    clear = said | (np.array(fronts, np.float64) >= least)
    figure = partial(balanced_accuracy, said[clear], persons.true[clear], persons.part[clear])
    findings.measures += [
        subject.measure("badge.balanced_accuracy_clear", figure, int(clear.sum()), "persons", least),
        subject.measure("badge.cannot_tell", partial(share, ~clear, persons.part), len(clear), "persons", least),
    ]


def _people(sample: Sample) -> list[Box]:
    return [box for box in sample.boxes if box.kind == _PERSON]


def _wearers(sample: Sample) -> list[bool]:
    """For each of the picture's people whether one of its badges is hers: it lies in her box, and in no smaller one."""
    people, worn = _people(sample), set()
    for badge in (box for box in sample.boxes if box.kind == WORN):
        around = [
            (person.width * person.height, index)
            for index, person in enumerate(people)
            if abs(badge.cx - person.cx) <= person.width / 2 and abs(badge.cy - person.cy) <= person.height / 2
        ]
        if around:
            worn.add(min(around)[1])
    return [index in worn for index in range(len(people))]


def _worn(of: EvaluationSet) -> list[bool]:
    """Whether each picture's person wears a badge: by worn.csv, else by folder, else by a badge or lanyard box."""
    table = column(of.root, "worn.csv", "worn")
    said = []
    for sample in of.samples:
        inner = of.inner(sample)
        if table is not None:
            word = named(table, inner)
            if word is None or word.lower() not in _YES | _NO:
                raise DatasetError(f"{of.root / 'worn.csv'}: {inner.as_posix()} is {word!r}; write worn or not_worn")
            said.append(word.lower() in _YES)
        elif sample.folder:
            said.append(sample.folder == WORN)
        else:
            said.append(any(box.kind in (WORN, _LANYARD) for box in sample.boxes))
    return said


BADGES = Kind("badge-web", ((WORN,),), (WORN, _PERSON), _BOXES, _look, _judge)
OFFICE = replace(BADGES, name="office-badge")
TORSO = Kind(
    "badge-torso", ((WORN,),), (WORN, _LANYARD, _NOT_WORN), (*_BOXES, *_WHO), _look_torso, _judge_torso, check=_worn
)
