"""What is measured: a figure with its interval, the cases behind it, and the set with what the networks said of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from training.evaluation.bootstrap import Clusters, Resampling, interval
from training.evaluation.looks import Glance
from training.evaluation.sets import EvaluationSet
from training.evaluation.statistics import Bin, Weights
from vision.card import ModelCard

__all__ = ["Case", "Fault", "Findings", "Measure", "Subject"]

Fault = Literal["miss", "false alarm"]
_Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of one set; ``value`` is None where it could not be measured, and ``note`` says why.

    ``n``: how many persons, boxes or pictures it is of (``unit``). ``threshold``: the score at which it was taken.
    ``drawn``: what the interval's resampling drew. ``detail``: a part of another figure (a size, a group).
    """

    name: str
    set: str
    value: float | None
    n: int = 0
    unit: str = ""
    ci95: tuple[float, float] | None = None
    threshold: float | None = None
    note: str | None = None
    drawn: Literal["groups", "pictures", "seconds", "references"] | None = None
    detail: bool = False
    bins: tuple[Bin, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One answer that was wrong: what was missed, or what was taken for something. ``box`` is xyxy in pixels."""

    measure: str
    set: str
    fault: Fault
    picture: Path
    box: _Box | None
    score: float
    caption: str


@dataclass(slots=True)
class Findings:
    """All that one set gave."""

    measures: list[Measure] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """One set, what the networks said of each of its pictures, and their cards."""

    set: EvaluationSet
    glances: Sequence[Glance]
    person: ModelCard
    objects: ModelCard
    uniform: Path | None
    clusters: Clusters
    resampling: Resampling

    def measure(
        self,
        name: str,
        figure: Callable[[Weights], float],
        n: int,
        unit: str,
        threshold: float | None = None,
        part: str = "",
        detail: bool = False,
        bins: Sequence[Bin] = (),
    ) -> Measure:
        """``figure`` of the weights of the pictures, with its interval; ``part`` is the group that it is of."""
        where = f"{self.set.name}/{part}" if part else self.set.name
        value = figure(self.clusters.once)
        if n == 0 or math.isnan(value):
            note = f"no {unit} to measure it on" if n == 0 else "nothing here to find, or no answer at the threshold"
            return Measure(name, where, None, n, unit, note=note, detail=detail)
        ci95 = interval(figure, self.clusters, self.resampling, n)
        return Measure(
            name, where, value, n, unit, ci95, threshold, None, self.clusters.by if ci95 else None, detail, tuple(bins)
        )

    def unable(self, name: str, reason: str) -> Measure:
        """The measure that these networks or this set do not allow."""
        return Measure(name, self.set.name, None, note=reason)
