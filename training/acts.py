"""What the person of a close look is known to do: the labels of the network's second output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from training.hands import LEFT_SHOULDER, NOSE, RIGHT_SHOULDER, Body
from training.labels import EVERY, Entry, Known, Region
from training.measure import iou_matrix, stacked

SAME_PERSON = 0.45
FOODS = frozenset(("banana", "apple", "sandwich", "orange", "broccoli", "carrot", "hot dog", "pizza", "donut", "cake"))
THINGS: Mapping[str, frozenset[str]] = {
    "phone": frozenset(("cell phone",)),
    "smoking": frozenset(("cigarette",)),
    "eating": FOODS,
    "badge": frozenset(("badge",)),
}
UPPER = 0.6
"""Food below this share of a person's height lies on the table."""


def acts_of(
    entry: Entry, person: Region, bodies: Sequence[Body], classes: Sequence[str], answers: Sequence[str]
) -> dict[str, bool]:
    """Of ``person`` what is known; an act that is missing is not."""
    told: dict[str, bool] = {}
    for answer in answers:
        value = facing(person, bodies) if answer == "front" else _by_things(entry.known, person, answer, classes)
        if value is not None:
            told[answer] = value
    best = max(entry.acts, key=lambda one: _overlap(one[0], person), default=None)
    if best is not None and _overlap(best[0], person) >= SAME_PERSON:
        told |= {act: done for act, done in best[1].items() if act in answers}
    return told


def facing(person: Region, bodies: Sequence[Body]) -> bool | None:
    """Whether nose and both shoulders are turned to the camera, by the pose network; None in between."""
    own = max(bodies, key=lambda body: _overlap(Region(EVERY, *body.box), person), default=None)
    if own is None or _overlap(Region(EVERY, *own.box), person) < SAME_PERSON:
        return None
    left, right = own.points[LEFT_SHOULDER], own.points[RIGHT_SHOULDER]
    shown = min(float(own.points[NOSE, 2]), float(left[2]), float(right[2]))
    apart = float(left[0] - right[0]) / max(1.0, person.x2 - person.x1)
    if shown > 0.7 and apart > 0.15:
        return True
    if float(own.points[NOSE, 2]) < 0.2 or apart < 0.02:
        return False
    return None


def _by_things(known: Known, person: Region, act: str, classes: Sequence[str]) -> bool | None:
    names = THINGS.get(act, frozenset())
    kinds = {index for index, name in enumerate(classes) if name in names}
    objects = [region for region in known.objects if region.kind in kinds]
    near = [region for region in objects if _reached(person, region)]
    if act == "eating" and near:
        return True if any(_middle(region)[1] < person.y1 + UPPER * person.height for region in near) else None
    if near:
        return True
    if any(region.kind in kinds | {EVERY} and _meets(person, region) for region in known.unknown):
        return None
    return None if objects and act in ("smoking", "badge") else False  # of several people, sources label some


def _reached(person: Region, thing: Region) -> bool:
    x, y = _middle(thing)
    aside = 0.15 * (person.x2 - person.x1)
    return person.x1 - aside <= x <= person.x2 + aside and person.y1 - 0.05 * person.height <= y <= person.y2


def _middle(region: Region) -> tuple[float, float]:
    return (region.x1 + region.x2) / 2, (region.y1 + region.y2) / 2


def _meets(one: Region, other: Region) -> bool:
    return one.x1 < other.x2 and other.x1 < one.x2 and one.y1 < other.y2 and other.y1 < one.y2


def _overlap(one: Region, other: Region) -> float:
    return float(iou_matrix(stacked([one.box]), stacked([other.box])).astype(np.float64)[0, 0])
