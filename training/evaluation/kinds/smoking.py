"""smoking-web, not-smoking and drinking: cigarettes found, and who is flagged as smoking or eating without reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from datasets import Sample
from training.evaluation.boxes import Pair, of_class, true_boxes
from training.evaluation.cases import box_cases, case
from training.evaluation.kinds.kind import FEW_GROUPS, SMOKED, Kind, lacks, lacks_class
from training.evaluation.kinds.persons import score_of
from training.evaluation.looks import Glance, everybody
from training.evaluation.measure import Case, Fault, Findings, Measure, Subject
from training.evaluation.standard import box_measures
from training.evaluation.statistics import share
from vision.conduct import Act, act_thresholds

__all__ = ["DRINKING", "NOT_SMOKING", "SMOKING"]

_BOXES = ("smoking.ap50", "smoking.ap50_95", "smoking.recall", "smoking.precision", "smoking.calibration")
_DRINKING = "drinking"


def _judge(subject: Subject) -> Findings:
    """Cigarettes by box; the share of smokers' pictures that are flagged, and of the others."""
    smoked = np.array([_is_smoking(glance.sample) for glance in subject.glances], np.bool_)
    findings = Findings()
    if any(box.kind == SMOKED for glance in subject.glances for box in glance.sample.boxes):
        _judge_boxes(subject, findings)
    if smoked.any():
        _share_flagged(subject, findings, "smoking.recall_pictures", ("smoking",), smoked, "miss")
        _share_flagged(subject, findings, "smoking.recall_people", ("smoking",), smoked, "miss", by_box=False)
    if not smoked.all():
        _share_flagged(subject, findings, "smoking.flagged", ("smoking",), ~smoked, "false alarm")
        _share_flagged(subject, findings, "smoking.flagged_people", ("smoking",), ~smoked, "false alarm", by_box=False)
    drinking = np.array([glance.sample.group == _DRINKING for glance in subject.glances], np.bool_)
    if drinking.any() and not drinking.all():
        _share_flagged(
            subject, findings, "eating.flagged", ("eating", "smoking"), drinking & ~smoked, "false alarm", _DRINKING
        )
    return findings


def _judge_drinking(subject: Subject) -> Findings:
    findings, everyone = Findings(), np.ones(len(subject.glances), np.bool_)
    _share_flagged(subject, findings, "eating.flagged", ("eating", "smoking"), everyone, "false alarm")
    return findings


def _judge_boxes(subject: Subject, findings: Findings) -> None:
    reason = lacks_class(subject.objects, SMOKED)
    if reason:
        findings.measures += [subject.unable(name, reason) for name in _BOXES]
        return
    pairs = [
        Pair(of_class(glance.things, SMOKED), true_boxes(glance.sample, glance.size, (SMOKED,)))
        for glance in subject.glances
    ]
    threshold = subject.objects.threshold(SMOKED)
    findings.measures += box_measures(subject, "smoking", pairs, threshold)
    findings.cases += box_cases(subject, "smoking.ap50", pairs, threshold)


def _share_flagged(
    subject: Subject,
    findings: Findings,
    name: str,
    acts: Sequence[Act],
    asked: NDArray[np.bool_],
    fault: Fault,
    part: str = "",
    by_box: bool = True,
) -> None:
    """Adds the share of the ``asked`` pictures in which somebody is flagged for one of ``acts``, and the wrong ones.

    ``by_box``: a cigarette is enough, whoever holds it; else somebody must be taken for smoking, as at a post.
    """
    known = [act for act in acts if lacks(subject.objects, act) is None]
    unknown = [str(lacks(subject.objects, act)) for act in acts if act not in known]
    if not known:
        findings.measures.append(subject.unable(name, "; ".join(unknown)))
        return
    excess = [_excess(subject, glance, known, by_box) for glance in subject.glances]
    flagged = np.array([most >= 1 for most, _ in excess], np.bool_)
    threshold = act_thresholds(subject.objects)[known[0]] if len(known) == 1 else None

    def one(of: NDArray[np.bool_], part: str, detail: bool) -> Measure:
        figure = partial(share, flagged[of], np.flatnonzero(of))
        return subject.measure(name, figure, int(of.sum()), "pictures", threshold, part, detail)

    measure = one(asked, part, detail=False)
    findings.measures.append(replace(measure, note="; ".join(unknown)) if unknown else measure)
    groups = np.array([glance.sample.group for glance in subject.glances])
    names = sorted(set(groups[asked].tolist()))
    if 1 < len(names) <= FEW_GROUPS:
        findings.measures += [one(asked & (groups == group), group, detail=True) for group in names]
    wrong = np.flatnonzero(asked & (flagged == (fault == "false alarm"))) if by_box else ()
    for index in wrong:
        findings.cases.append(_wrong(subject, name, fault, int(index), *excess[index]))


def _excess(subject: Subject, glance: Glance, acts: Sequence[Act], by_box: bool) -> tuple[float, str]:
    """The highest score of any of ``acts``, as a share of its threshold, of anybody in the picture; and which it is."""
    said: list[tuple[float, str]] = [(0.0, "nothing")]
    for act in acts:
        least = act_thresholds(subject.objects)[act]
        said += [(score_of(conduct, act) / least, act) for conduct in glance.conducts]
    if by_box and "smoking" in acts and SMOKED in subject.objects.classes:
        boxes = of_class(glance.things, SMOKED)
        said.append((float(boxes.scores.max(initial=0.0)) / subject.objects.threshold(SMOKED), SMOKED))
    return max(said)


def _wrong(subject: Subject, name: str, fault: Fault, index: int, most: float, act: str) -> Case:
    return case(subject, name, fault, subject.glances[index].sample, None, most, f"{act}, of its threshold")


def _is_smoking(sample: Sample) -> bool:
    return sample.folder == SMOKED or any(box.kind == SMOKED for box in sample.boxes)


SMOKING = Kind(
    "smoking-web",
    needs=((SMOKED,),),
    knows=(SMOKED,),
    measures=(*_BOXES, "smoking.recall_pictures", "smoking.recall_people"),
    look=everybody,
    judge=_judge,
)
NOT_SMOKING = Kind(
    "not-smoking",
    needs=(),
    knows=(SMOKED,),
    measures=("smoking.flagged", "smoking.flagged_people", "eating.flagged"),
    look=everybody,
    judge=_judge,
)
DRINKING = Kind(_DRINKING, needs=(), knows=(), measures=("eating.flagged",), look=everybody, judge=_judge_drinking)
