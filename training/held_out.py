"""How a network does on composed pictures of held-out groups, and the thresholds that follow from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.compose import Composed
from training.labels import EVERY, PERSON, Region, read_picture
from training.look import Found, Network
from training.measure import DOUBLE, Outcomes, Truth, outcomes, pooled, stacked, suppressed
from training.recipe import Recipe, Threshold
from training.seats import IN_ZONE, zone_share

LEAST = 0.01
FEW = 10
"""A class with fewer held-out boxes is judged together with its like."""
SEATS = ("seat", "seat_beside", "seat_bare", "seat_counter")


@dataclass(frozen=True, slots=True)
class Seats:
    """Best person score in the zone of every crop, by whether somebody is there."""

    taken: NDArray[np.float64]
    empty: NDArray[np.float64]

    def seen(self, threshold: float) -> float:
        return float((self.taken >= threshold).mean()) if len(self.taken) else float("nan")

    def phantoms(self, threshold: float) -> float:
        return float((self.empty >= threshold).mean()) if len(self.empty) else float("nan")

    def threshold_for(self, phantoms: float) -> float:
        """The lowest threshold at which no larger share of empty seats than this shows a person."""
        return lowest_quiet(self.empty, np.full(len(self.empty), 1 / max(1, len(self.empty))), phantoms)


class Answers:
    """The detections of one network on held-out pictures, asked once."""

    def __init__(self, network: Network, rows: Sequence[Composed], inputs: dict[str, int]) -> None:
        self._rows = list(rows)
        self._found: list[Found] = [
            suppressed(network(read_picture(row.file), inputs[row.group], LEAST, square=row.group != "scene"), DOUBLE)
            for row in self._rows
        ]

    def rows(self) -> Iterator[tuple[Composed, Found]]:
        return zip(self._rows, self._found, strict=True)

    def outcomes(self, kind: int, kinds: Sequence[str], iou: float = 0.5) -> Outcomes:
        """Detections of class ``kind`` on the pictures of ``kinds``; unknown regions count neither way."""
        return outcomes(
            (
                (
                    found.above(LEAST, kind),
                    Truth(_boxes(row.known.objects, kind), _boxes(row.known.unknown, kind, EVERY)),
                )
                for row, found in zip(self._rows, self._found, strict=True)
                if row.kind in kinds
            ),
            iou,
        )

    def seats(self, kinds: Sequence[str]) -> Seats:
        taken: list[float] = []
        empty: list[float] = []
        for row, found in zip(self._rows, self._found, strict=True):
            if row.kind not in kinds or row.occupied is None or row.zone is None:
                continue
            (taken if row.occupied else empty).append(zone_score(found, row.zone))
        return Seats(np.array(taken), np.array(empty))

    def bare(self, kind: int, kinds: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Best score of class ``kind`` in each picture that is known to show none, and what the picture counts."""
        scores, sources = [], []
        for row, found in zip(self._rows, self._found, strict=True):
            perhaps = {region.kind for region in (*row.known.objects, *row.known.unknown)}
            if row.kind in kinds and not perhaps & {kind, EVERY}:
                scores.append(float(found.above(LEAST, kind).scores.max(initial=0.0)))
                sources.append(row.source)
        return np.array(scores), even(sources)


def even(sources: Sequence[str]) -> NDArray[np.float64]:
    """What each picture counts, 1 together, where every source counts the same: how many pictures of look-alikes or of
    one room were composed says nothing of how often a hall sees such.
    """
    names, index, counts = np.unique(np.array(sources, dtype=str), return_inverse=True, return_counts=True)
    weights: NDArray[np.float64] = 1.0 / (counts[index] * max(1, len(names)))
    return weights


def zone_score(found: Found, zone: Sequence[float]) -> float:
    """The best person's score among the boxes that share enough with ``zone``."""
    x1, y1, x2, y2 = zone
    best = 0.0
    for box, score, kind in zip(found.boxes, found.scores, found.classes, strict=True):
        left, top, right, low = (float(side) for side in box)
        if kind == PERSON and zone_share((left, top, right, low), (x1, y1, x2, y2)) >= IN_ZONE:
            best = max(best, float(score))
    return best


def thresholds(recipe: Recipe, answers: Answers) -> dict[str, float]:
    """For every class the lowest threshold that holds what the recipe wants of it, within the recipe's bounds; classes
    with few held-out boxes that share a wish have one threshold.
    """
    chosen: dict[str, float] = {}
    rare: dict[str, list[tuple[str, Outcomes]]] = {}
    for index, name in enumerate(recipe.classes):
        key = name if name in recipe.thresholds else "others"
        wish = recipe.thresholds[key]
        if wish.alarms is not None:
            quiet = lowest_quiet(*answers.bare(index, wish.kinds), wish.alarms)
            chosen[name] = quiet if quiet >= 1 else _within(wish, quiet)
            continue
        found = answers.outcomes(index, wish.kinds)
        if found.total < FEW:
            rare.setdefault(key, []).append((name, found))
        else:
            chosen[name] = _within(wish, found.threshold_for(wish.precision or 1.0))
    for key, alike in rare.items():
        wish, together = recipe.thresholds[key], pooled([found for _, found in alike])
        shared = together.threshold_for(wish.precision or 1.0) if together.total >= FEW else wish.most
        chosen |= {name: _within(wish, shared) for name, _ in alike}
    return {name: chosen[name] for name in recipe.classes}


def _within(wish: Threshold, threshold: float) -> float:
    return round(min(max(threshold, wish.least), wish.most), 2)


def lowest_quiet(bare: NDArray[np.float64], counts: NDArray[np.float64], alarms: float) -> float:
    """The lowest threshold (in steps of 0.01) that at most the share ``alarms`` of ``bare`` scores reach, each counting
    ``counts``; else 1.
    """
    steps = (step / 100 for step in range(1, 100))
    return next((step for step in steps if len(bare) and float(counts[bare >= step].sum()) <= alarms), 1.0)


def seat_threshold(recipe: Recipe, answers: Answers) -> float | None:
    """The score from which a crop of a seat shows somebody, where the recipe says how many phantoms are allowed."""
    return None if recipe.phantoms is None else answers.seats(SEATS).threshold_for(recipe.phantoms)


def threshold_source(recipe: Recipe, answers: Answers, chosen: dict[str, float], seat: float | None) -> str:
    """One sentence for the card: from which pictures the ``chosen`` thresholds come, and what they hold."""
    wishes = [
        f"{'the other classes' if name == 'others' else name}: lowest score with {_said(wish)} on "
        f"{' and '.join(wish.kinds)} pictures"
        for name, wish in recipe.thresholds.items()
    ]
    said = f"Groups held out of the training sets, composed to look like a hall ({'; '.join(wishes)}"
    bounded = _at_bounds(recipe, answers, chosen)
    if bounded:
        said += f"; at a bound of the recipe, with what it holds there: {', '.join(bounded)}"
    if seat is not None and recipe.phantoms is not None:
        seats = answers.seats(SEATS)
        said += (
            f"; in crops of seats use {seat}: somebody on {seats.phantoms(seat):.1%} of empty seats, "
            f"{seats.seen(seat):.1%} of the taken ones seen, most of them half hidden"
        )
    return said + ")."


def _at_bounds(recipe: Recipe, answers: Answers, chosen: dict[str, float]) -> list[str]:
    """The classes whose threshold is the recipe's least or most, and how precise they are there."""
    told = []
    for index, name in enumerate(recipe.classes):
        wish = recipe.thresholds[name if name in recipe.thresholds else "others"]
        if wish.precision is not None and chosen[name] in (wish.least, wish.most):
            found = answers.outcomes(index, wish.kinds)
            held = f"precision {found.precision(chosen[name]):.2f}" if (found.scores >= chosen[name]).any() else "none"
            told.append(f"{name} {chosen[name]} ({held}, {found.total} boxes)")
    return told


def _said(wish: Threshold) -> str:
    if wish.alarms is None:
        return f"precision {wish.precision}"
    return f"false alarms on at most {wish.alarms:.0%}, every source counting the same,"


def _boxes(regions: Sequence[Region], *kinds: int) -> NDArray[np.float32]:
    return stacked([region.box for region in regions if region.kind in kinds])
