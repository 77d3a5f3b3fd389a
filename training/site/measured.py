"""What the exported network does on the pictures that were held out: thresholds for a wanted precision, and figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.labels import read_picture
from training.look import Boxes, Found
from training.measure import DOUBLE, Outcomes, Truth, outcomes, stacked, suppressed
from training.site.pictures import Row, Teacher

FEWEST = 10
"""So many boxes a class must have among the held-out pictures; fewer say too little about a threshold."""

LOWEST, HIGHEST = 0.05, 0.95
_LEAST = 0.01
_NOTHING = np.zeros((0, 4), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Choice:
    """A class's threshold and why; ``precision`` and ``recall`` at it, None where there was too little to measure."""

    threshold: float
    reason: str
    precision: float | None = None
    recall: float | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """One class on the held-out pictures whose sets label it: ``boxes`` there are, AP at an overlap of 0.5."""

    boxes: int
    ap50: float


def answers(
    network: Teacher, names: Sequence[str], rows: Sequence[Row], folder: Path, size: int, done: Callable[[int], None]
) -> dict[str, Outcomes]:
    """Every class's detections on the pictures of ``rows`` whose sets label it, matched to the sets' own boxes."""
    pairs: dict[str, list[tuple[Found, Truth]]] = {name: [] for name in names}
    for number, row in enumerate(rows, start=1):
        picture = read_picture(folder / "images" / row.file)
        found = suppressed(network(picture, size, _LEAST), DOUBLE)
        for kind, name in enumerate(names):
            if name in row.labelled:
                truth = Truth(_boxes(row, name, picture.shape[1], picture.shape[0]), _NOTHING)
                pairs[name].append((found.above(_LEAST, kind), truth))
        done(number)
    return {name: outcomes(own) for name, own in pairs.items()}


def chosen(
    found: Mapping[str, Outcomes], wanted: float, before: Mapping[str, float], plain: float
) -> dict[str, Choice]:
    """For every class the lowest threshold with a precision of ``wanted``; ``before`` are the base's, for the rest."""
    return {name: _choice(own, wanted, before.get(name), plain) for name, own in found.items()}


def measures(found: Mapping[str, Outcomes]) -> dict[str, Measure]:
    """The classes that some held-out picture shows."""
    return {name: Measure(own.total, own.average_precision()) for name, own in found.items() if own.total}


def _choice(own: Outcomes, wanted: float, before: float | None, plain: float) -> Choice:
    if own.total < FEWEST:
        few = f"{own.total} boxes held out" if own.total else "none held out"
        return Choice(plain, f"{few}: taken as it is") if before is None else Choice(before, f"{few}: the base's kept")
    threshold = own.threshold_for(wanted)
    if own.precision(threshold) < wanted or own.recall(threshold) == 0:
        reason = f"precision {wanted:g} is not reached on {own.total} boxes held out: the best there is"
        return _held(own, _surest(own), reason)
    return _held(own, min(max(threshold, LOWEST), HIGHEST), f"precision {wanted:g} on {own.total} boxes held out")


def _surest(own: Outcomes) -> float:
    """The threshold of the highest precision at which a tenth is still found."""
    steps = [step / 100 for step in range(5, 96) if own.recall(step / 100) >= 0.1]
    return max(steps, key=own.precision, default=HIGHEST)


def _held(own: Outcomes, threshold: float, reason: str) -> Choice:
    return Choice(round(threshold, 2), reason, round(own.precision(threshold), 3), round(own.recall(threshold), 3))


def _boxes(row: Row, name: str, width: int, height: int) -> Boxes:
    sides = np.array([width, height, width, height], dtype=np.float32)
    return stacked([box[1:] for box in row.boxes if box[0] == name]) * sides
