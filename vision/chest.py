"""Whether a look shows somebody's chest so clearly that what is not seen on it is not there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from vision.clarity import sharpness
from vision.picture import Pixels

__all__ = ["ChestLimits", "chest_of", "clearly_shown", "is_hidden"]

_EDGE: Final = 1.0  # pixels: boxes of whoever is cut off end so near to the picture's edge

_Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class ChestLimits:
    """When a chest is clearly shown.

    Measured on 20 clerks with a card in `office-badge`: it is 0.12 of the width of her box wide and 0.19 high, and
    hangs 0.94 widths below her crown (0.83 to 1.27). So at ``least_width`` pixels it is 10 by 15 pixels, the least that
    the pictures show which networks learn it from, and with ``least_height`` widths in view it is.

    ``least_sharp`` is the sharpness of the chest shrunk to that width: 300 people and cards of `plain-clothes`,
    `badge-torso` and `badge-halfbody` have 0.41 and more (median 0.64); blurred by 2 % of their width, a sixth of a
    card, 0.32, by 5 % 0.12. ``least_own``: the share of the chest before which nobody else may be.
    """

    least_width: float = 80.0
    least_height: float = 1.2
    least_sharp: float = 0.4
    least_own: float = 0.9
    top: float = 0.4
    bottom: float = 1.3
    aside: float = 0.2
    strongest: float = 0.005


def chest_of(person: _Box, limits: ChestLimits) -> _Box:
    """Where a badge hangs, xyxy in pixels; of whom little is in view, the lower half of that."""
    x1, y1, x2, y2 = person
    width = x2 - x1
    aside = limits.aside * width
    top, bottom = min(limits.top * width, 0.5 * (y2 - y1)), min(limits.bottom * width, y2 - y1)
    return x1 + aside, y1 + top, x2 - aside, y1 + bottom


def clearly_shown(picture: Pixels, person: _Box, others: Iterable[_Box], limits: ChestLimits) -> bool:
    """Whether the chest of ``person`` is large enough, in view, sharp, and before it none of ``others``.

    Boxes are xyxy in pixels of ``picture``; of whom its edge cuts off the head or a side nothing is clear. Whether she
    faces the camera is another question.
    """
    x1, y1, x2, y2 = person
    width = x2 - x1
    if width < limits.least_width or y2 - y1 < limits.least_height * width:
        return False
    if min(x1, y1, picture.shape[1] - x2) <= _EDGE:
        return False
    if is_hidden(person, others, limits):
        return False
    _, top, _, bottom = chest_of(person, limits)
    return _sharpness(picture, (x1, top, x2, bottom), limits) >= limits.least_sharp


def is_hidden(person: _Box, others: Iterable[_Box], limits: ChestLimits) -> bool:
    """Whether one of ``others`` is before, or behind and as near as, the chest of ``person``: boxes do not tell."""
    chest = chest_of(person, limits)
    return any(_share(chest, other) > 1 - limits.least_own for other in others)


def _share(chest: _Box, other: _Box) -> float:
    width = min(chest[2], other[2]) - max(chest[0], other[0])
    height = min(chest[3], other[3]) - max(chest[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / ((chest[2] - chest[0]) * (chest[3] - chest[1]))


def _sharpness(picture: Pixels, part: _Box, limits: ChestLimits) -> float:
    x1, y1, x2, y2 = (round(edge) for edge in part)
    grey = cv2.cvtColor(picture[max(y1, 0) : y2, max(x1, 0) : x2], cv2.COLOR_BGR2GRAY)
    wide = round(limits.least_width)
    if grey.shape[1] > wide:
        high = max(1, round(grey.shape[0] * wide / grey.shape[1]))
        grey = cv2.resize(grey, (wide, high), interpolation=cv2.INTER_AREA)
    return sharpness(np.asarray(grey, np.uint8), limits.strongest)
