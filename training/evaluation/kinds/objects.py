"""coco-val: people and things by COCO's labels: what a fine-tune must not forget, and food within somebody's reach."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from datasets import Sample
from training.evaluation.boxes import Pair, mean_average_precision, of_class, ranked, ranked_of, true_boxes
from training.evaluation.cases import box_cases
from training.evaluation.kinds.kind import Kind, lacks
from training.evaluation.looks import Glance, scene
from training.evaluation.measure import Findings, Measure, Subject
from training.evaluation.standard import box_measures
from training.evaluation.statistics import average_precision, recall_at
from vision.closeup import PERSON
from vision.conduct import FOODS
from vision.detector import Detections
from vision.geometry import Boxes
from vision.picture import Pixels
from vision.still import Still

__all__ = ["COCO"]

_SIDE = 640
_SCORE = 0.25  # people, by one look; the score at which the figures of the base network are known
_FEWEST = 5  # boxes of a class that has an average precision of its own
_WHERE = {"food.recall": "at all", "eating.recall": "within anybody's reach"}
_ASIDE, _LOW, _LARGEST = 0.1, 0.6, 0.5


def _look(still: Still, sample: Sample, picture: Pixels) -> Glance:
    size = (picture.shape[1], picture.shape[0])
    return Glance(sample, size, None, {_SIDE: scene(still, picture, _SIDE)}, still.things(picture))


def _judge(subject: Subject) -> Findings:
    people = [
        Pair(of_class(glance.scenes[_SIDE], PERSON), true_boxes(glance.sample, glance.size, (PERSON,)))
        for glance in subject.glances
    ]
    measures = box_measures(subject, "people", people, _SCORE)
    cases = box_cases(subject, "people.recall", people, _SCORE)
    measures += _of_things(subject)
    reason = lacks(subject.objects, "eating")
    if reason:
        return Findings(
            [*measures, subject.unable("food.recall", reason), subject.unable("eating.recall", reason)], cases
        )
    foods = [_foods(subject, glance) for glance in subject.glances]
    marks = [_in_reach(glance, pair.truth) for glance, pair in zip(subject.glances, foods, strict=True)]
    for name, ranking in (("food.recall", ranked(foods)), ("eating.recall", ranked_of(foods, marks))):
        figure, boxes = partial(recall_at, ranking, 1.0), int(ranking.totals.sum())
        one = subject.measure(name, figure, boxes, "boxes")
        measures.append(one if boxes else replace(one, note=f"no food {_WHERE[name]} in this set"))
    return Findings(measures, [*cases, *box_cases(subject, "food.recall", foods, 1.0)])


def _of_things(subject: Subject) -> list[Measure]:
    """AP50 of every class that the network shares with the set, and their mean."""
    rankings, measures = [], []
    for name in subject.objects.classes:
        if name not in subject.set.classes:
            continue
        ranking = ranked(
            [
                Pair(of_class(glance.things, name), true_boxes(glance.sample, glance.size, (name,)))
                for glance in subject.glances
            ]
        )
        boxes = int(ranking.totals.sum())
        if boxes:
            rankings.append(ranking)
        if boxes >= _FEWEST:
            figure = partial(average_precision, ranking)
            measures.append(subject.measure("objects.ap50", figure, boxes, "boxes", part=name, detail=True))
    total = int(sum(ranking.totals.sum() for ranking in rankings))
    mean = partial(mean_average_precision, rankings)
    return [subject.measure("objects.map50", mean, total, "boxes"), *measures]


def _foods(subject: Subject, glance: Glance) -> Pair:
    """Food as food, whichever: an apple that is called an orange is found. Scores are shares of the class's threshold,
    so that 1 is 'at the threshold'.
    """
    truth = true_boxes(glance.sample, glance.size, tuple(FOODS))
    if glance.things is None:
        return Pair(Detections.none(("food",)), truth)
    boxes, scores, names = glance.things.arrays()
    kept = np.array([name in FOODS for name in names], np.bool_)
    least = np.array([subject.objects.thresholds[name] for name in names], np.float32)
    food = Detections(boxes[kept], scores[kept] / least[kept], np.zeros(int(kept.sum()), np.intp), ("food",))
    return Pair(food.scored(food.scores, 0.0), truth)


def _in_reach(glance: Glance, foods: Boxes) -> NDArray[np.bool_]:
    """Which foods may be in somebody's hand or at her mouth: their middle is over her box, a little wider, down to
    where a table begins, and they are no larger than half of her. COCO does not say who holds what.
    """
    reached = np.zeros(len(foods), np.bool_)
    middle = (foods[:, :2] + foods[:, 2:]) / 2
    area = np.prod(foods[:, 2:] - foods[:, :2], axis=1)
    for x1, y1, x2, y2 in true_boxes(glance.sample, glance.size, (PERSON,)).tolist():
        aside = _ASIDE * (x2 - x1)
        across = (middle[:, 0] >= x1 - aside) & (middle[:, 0] <= x2 + aside)
        down = (middle[:, 1] >= y1) & (middle[:, 1] <= y1 + _LOW * (y2 - y1))
        reached |= across & down & (area <= _LARGEST * (x2 - x1) * (y2 - y1))
    return reached


COCO = Kind(
    "coco-val",
    needs=((PERSON,),),
    knows=(PERSON, *sorted(FOODS)),
    measures=("people.recall", "people.ap50", "objects.map50", "objects.ap50", "food.recall", "eating.recall"),
    look=_look,
    judge=_judge,
)
