"""Two judges of a hall's uniform, those enrolled and a network's own class, on pictures of which it is known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

import numpy as np

from vision.enrolment import area_under_curve
from vision.errors import BadInput
from vision.geometry import Boxes
from vision.picture import Pixels
from vision.uniform import Wears

__all__ = ["LEAST_AUC", "MOST_ACCUSED", "Better", "Judged", "Seen", "better_of_two", "judged"]

LEAST_AUC: Final = 0.75
MOST_ACCUSED: Final = 0.05
"""Share of those who wear it whom a judge that is fit may call without; one look is no verdict yet."""


class _Judge(Protocol):
    def look(self, pixels: Pixels, people: Boxes) -> Sequence[Wears]: ...


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What both judges say of one person, and what is true of her."""

    worn: bool
    enrolled: Wears
    detector: Wears


@dataclass(frozen=True, slots=True)
class Judged:
    """One judge: its area under the ROC curve, 0.5 by chance, and how many answers were of which kind.

    ``accused``: of those who ``wear`` it, *no*. ``passed``: of the ``others``, *yes*. The rest is told right or, the
    ``untold``, not at all.
    """

    auc: float
    wear: int
    others: int
    accused: int
    passed: int
    untold: int

    @property
    def fit(self) -> bool:
        """Whether it may judge: it tells more than chance does, and accuses hardly anybody who wears it."""
        return self.auc >= LEAST_AUC and self.accused <= MOST_ACCUSED * self.wear


@dataclass(frozen=True, slots=True)
class Better:
    """Which of the two tells the uniform better, if either is fit to judge, and how each did."""

    judge: Literal["enrolled", "detector", "neither"]
    enrolled: Judged
    detector: Judged


def judged(
    people: Iterable[tuple[bool, Pixels, Sequence[float]]], enrolled: _Judge, detector: _Judge
) -> Iterable[Seen]:
    """Both judges' answers for each of ``people``: whether she wears it, a picture (h, w, 3) BGR, her box xyxy."""
    for worn, pixels, box in people:
        boxes = np.array([box], np.float32)
        yield Seen(worn, enrolled.look(pixels, boxes)[0], detector.look(pixels, boxes)[0])


def better_of_two(seen: Sequence[Seen]) -> Better:
    """The better judge of people that neither was made from: of those that are fit, by area under the curve.

    A tie goes to the enrolment, which learns a new uniform in a minute. Raises BadInput when one side is missing.
    """
    if len({one.worn for one in seen}) < 2:
        raise BadInput("to compare two judges of a uniform it takes pictures with it and pictures without it")
    first = _judged([(one.worn, one.enrolled) for one in seen])
    second = _judged([(one.worn, one.detector) for one in seen])
    if second.fit and (second.auc > first.auc or not first.fit):
        return Better("detector", first, second)
    return Better("enrolled" if first.fit else "neither", first, second)


def _judged(answers: Sequence[tuple[bool, Wears]]) -> Judged:
    worn = [one.score for wears, one in answers if wears]
    without = [one.score for wears, one in answers if not wears]
    return Judged(
        auc=area_under_curve(worn, without),
        wear=len(worn),
        others=len(without),
        accused=sum(wears and one.wears is False for wears, one in answers),
        passed=sum(not wears and one.wears is True for wears, one in answers),
        untold=sum(one.wears is None for _, one in answers),
    )
