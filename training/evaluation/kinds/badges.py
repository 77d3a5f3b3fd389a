"""badge-web, office-badge and badge-torso: cards found by box, and who wears one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

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
from vision.chest import ChestLimits, clearly_shown
from vision.conduct import Conduct, act_thresholds
from vision.dress import BadgeLimits, badge_on
from vision.picture import Pixels
from vision.still import Still

__all__ = ["BADGES", "OFFICE", "TORSO"]

_PERSON, _LANYARD, _NOT_WORN = "person", "lanyard", "not_worn"
_BOXES = ("badge.ap50", "badge.ap50_95", "badge.recall", "badge.precision", "badge.calibration")
_WHO = (
    "badge.balanced_accuracy",
    "badge.balanced_accuracy_clear",
    "badge.cannot_tell",
    "badge.flagged_wearers",
    "badge.worn_ap",
)
_ROOM = 4  # pixels put around a picture that is one person, which the camera's picture is not cut off at
_FEWEST = 5  # wearers, and people without, for a figure of both
_YES = frozenset(("worn", "yes", "true", "1", "with", "badge"))
_NO = frozenset(("not_worn", "not worn", "no", "false", "0", "without", "none"))


def _look(still: Still, sample: Sample, picture: Pixels) -> Glance:
    """The cards in the picture, and the conduct of the people that the set gives."""
    size = (picture.shape[1], picture.shape[0])
    boxes = np.array([box.pixels(*size) for box in _people(sample)], np.float32).reshape(-1, 4)
    conducts = tuple(still.conduct(picture, boxes))
    people = [conduct.person for conduct in conducts]
    clear = tuple(
        clearly_shown(picture, person, [*people[:index], *people[index + 1 :]], ChestLimits())
        for index, person in enumerate(people)
    )
    return Glance(sample, size, things=still.things(picture), conducts=conducts, clear=clear)


def _look_torso(still: Still, sample: Sample, picture: Pixels) -> Glance:
    """The cards in the picture, which is one person as a whole."""
    height, width = picture.shape[:2]
    whole = np.array([[0, 0, width, height]], np.float32)
    inside = np.pad(picture, ((_ROOM, _ROOM), (_ROOM, _ROOM), (0, 0)), mode="edge")
    clear = clearly_shown(inside, (_ROOM, _ROOM, width + _ROOM, height + _ROOM), (), ChestLimits())
    conducts = tuple(still.conduct(picture, whole))
    return Glance(sample, (width, height), things=still.things(picture), conducts=conducts, clear=(clear,))


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
    elif rows:
        reason = f"of {len(rows)} people with a box {worn} wear a badge; it takes {_FEWEST} of either side"
        findings.measures += [subject.unable(name, reason) for name in _WHO]
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
    clear = [subject.glances[index].clear[number] for index, _, number in rows]
    _judge_clear(subject, findings, persons, list(zip(conducts, clear, strict=True)), threshold)
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
    subject: Subject,
    findings: Findings,
    persons: Persons,
    looked: Sequence[tuple[Conduct, bool]],
    threshold: float,
) -> None:
    """With 'cannot tell' as an answer of its own, as one look at a post says it."""
    if any(conduct.front is None for conduct, _ in looked):
        reason = f"network {subject.objects.name} {subject.objects.version} does not say who faces the camera"
        findings.measures += [subject.unable(name, reason) for name in _WHO[1:4]]
        return
    answers = [_of_one_look(conduct, clear, threshold) for conduct, clear in looked]
    said, told = np.array([one is True for one in answers]), np.array([one is not None for one in answers])
    accused = np.array([one is False for one in answers])[persons.true]
    figure = partial(balanced_accuracy, said[told], persons.true[told], persons.part[told])
    findings.measures += [
        subject.measure("badge.balanced_accuracy_clear", figure, int(told.sum()), "persons", threshold),
        subject.measure("badge.cannot_tell", partial(share, ~told, persons.part), len(told), "persons", threshold),
        subject.measure(
            "badge.flagged_wearers",
            partial(share, accused, persons.part[persons.true]),
            len(accused),
            "persons",
            threshold,
        ),
    ]


def _of_one_look(conduct: Conduct, clear: bool, threshold: float) -> bool | None:
    return badge_on(conduct, threshold, BadgeLimits(), lambda _: clear).worn


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


BADGES = Kind("badge-web", ((WORN,),), (WORN, _PERSON), (*_BOXES, *_WHO), _look, _judge)
OFFICE = replace(BADGES, name="office-badge")
TORSO = Kind(
    "badge-torso", ((WORN,),), (WORN, _LANYARD, _NOT_WORN), (*_BOXES, *_WHO), _look_torso, _judge_torso, check=_worn
)
