"""What one close look says about one person: a phone, smoking, eating, a badge, each a score and where it was seen."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np

from vision.card import ActWeights, ModelCard
from vision.detector import Detections
from vision.geometry import iou

__all__ = [
    "ACTS",
    "FOODS",
    "FRONT",
    "Act",
    "Conduct",
    "Evidence",
    "act_thresholds",
    "conduct_of",
    "joined",
    "logit",
    "thing_seen",
    "things_of",
]

Act = Literal["phone", "smoking", "eating", "badge"]
ACTS: Final[tuple[Act, ...]] = get_args(Act)
"""``phone``: in use. ``smoking``, ``eating``. ``badge``: worn before the chest."""

FOODS: Final = frozenset(
    ("banana", "apple", "sandwich", "orange", "broccoli", "carrot", "hot dog", "pizza", "donut", "cake")
)

FRONT: Final = "front"
"""The answer of a network to 'does she face the camera', where it has one."""

_CLASSES: Final[Mapping[Act, frozenset[str]]] = {
    "phone": frozenset(("cell phone",)),
    "smoking": frozenset(("cigarette",)),
    "eating": FOODS,
    "badge": frozenset(("badge",)),
}
_REACH: Final[Mapping[Act, tuple[float, float, float]]] = {
    # Widened sideways, top and bottom, as shares of the person's box: hands leave it; food below is on the table.
    "phone": (0.2, 0.0, 1.0),
    "smoking": (0.2, -0.05, 1.0),
    "eating": (0.1, 0.0, 0.6),
    "badge": (0.0, 0.1, 1.0),
}
_LEAST: Final = 1e-3
# Not of phones and badges: a card is often taken for a phone as well.
_RIVALS: Final[Mapping[Act, frozenset[str]]] = {
    "smoking": _CLASSES["phone"] | FOODS,
    "eating": _CLASSES["phone"] | _CLASSES["smoking"],
}
_SAME: Final = 0.5  # from this overlap on two boxes are of one thing

_Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Evidence:
    """How surely, 0..1, to be held against the card's threshold of that act, and the box of the thing, xyxy in pixels
    of the picture; None where posture alone says it.
    """

    score: float
    box: _Box | None = None


@dataclass(frozen=True, slots=True)
class Conduct:
    """One person's: ``acts`` lacks what the network does not know.

    ``front``: how surely she faces the camera, None where the network cannot say.
    """

    person: _Box
    acts: Mapping[Act, Evidence]
    front: float | None = None


def conduct_of(person: _Box, things: Detections, card: ModelCard) -> Conduct:
    """Of whom the close look ``things`` was taken; her box and theirs in pixels of the same picture.

    A thing counts where hands (a phone, a cigarette), the mouth (food) or the chest (a badge) can be. Where the network
    judges posture too, both words are joined as its card weighs them (a logistic model fitted on held-out people).
    """
    acts: dict[Act, Evidence] = {}
    for act in ACTS:
        known = _CLASSES[act] & set(card.classes)
        if not known and act not in card.acts:
            continue
        box, score = thing_seen(person, things, act)
        weights = card.acts.get(act)
        if weights is not None and things.acts is not None and act in things.acts:
            score = joined(weights, score, things.acts[act])
        acts[act] = Evidence(score, box)
    return Conduct(person, acts, None if things.acts is None else things.acts.get(FRONT))


def things_of(act: Act) -> frozenset[str]:
    """The classes any of which shows the act."""
    return _CLASSES[act]


def act_thresholds(card: ModelCard) -> dict[Act, float]:
    """From which score on each act counts as seen, of the acts that the network knows.

    Where posture has a say, the card's threshold of the act; else the class's own, of several (food) the largest.
    A threshold of 1 means that none keeps false alarms rare: such an act is not known, whatever it scores.
    """
    found: dict[Act, float] = {}
    for act in ACTS:
        known = _CLASSES[act] & set(card.classes)
        if act in card.acts:
            found[act] = card.acts[act].threshold
        elif known:
            found[act] = max(card.threshold(name) for name in known)
    return {act: threshold for act, threshold in found.items() if threshold < 1}


def thing_seen(person: _Box, things: Detections, act: Act) -> tuple[_Box | None, float]:
    """The best thing of that act where this person may hold, bite or wear it, and its score.

    What is more surely something else in the hand (a phone's edge for a cigarette) is that and not this.
    """
    names, (aside, top, bottom) = _CLASSES[act], _REACH[act]
    x1, y1, x2, y2 = person
    aside, top, bottom = aside * (x2 - x1), y1 + top * (y2 - y1), y1 + bottom * (y2 - y1)
    for box, score, kind in zip(things.boxes.tolist(), things.scores.tolist(), things.classes.tolist(), strict=True):
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        if things.names[kind] in names and x1 - aside <= x <= x2 + aside and top <= y <= bottom:
            found = (box[0], box[1], box[2], box[3])
            if not _is_other(found, score, things, _RIVALS.get(act, frozenset())):
                return found, score
    return None, 0.0


def _is_other(box: _Box, score: float, things: Detections, names: frozenset[str]) -> bool:
    """Whether what is in ``box`` is more surely one of ``names``."""
    rivals = [row for row, kind in enumerate(things.classes) if things.names[kind] in names]
    overlaps = iou(np.array([box], np.float32), things.boxes[rivals])[0]
    return bool(((overlaps >= _SAME) & (things.scores[rivals] > score)).any())


def joined(weights: ActWeights, thing: float, posture: float) -> float:
    """An act's score, 0..1, of its thing's and its posture's."""
    return 1 / (1 + math.exp(-(weights.bias + weights.thing * logit(thing) + weights.posture * logit(posture))))


def logit(share: float) -> float:
    kept = min(1 - _LEAST, max(_LEAST, share))
    return math.log(kept / (1 - kept))
