"""Where a person's torso is, cut out as the uniform network looks at it, and whether it shows enough to be judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np
import numpy.typing as npt

from vision.geometry import Size
from vision.picture import Pixels

__all__ = ["Box", "TorsoLimits", "Unclear", "cut", "torso_of", "unclear"]

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels of the picture."""

Unclear = Literal["outside", "small", "dark", "blurred"]
"""Why a torso cannot be judged."""

# Of 876 people with both shoulders and hips seen, standing, seated and cut off by desks, the torso lies between 0.21
# and 0.78 of the box's width; shoulders are 0.37 to 0.68 of the width below its top, hips 0.9 to 1.6. Half of this cut
# is torso, where a third was of one as wide as the box: colours must not be those of the room.
_TOP: Final = 0.4
_TOP_MOST: Final = 0.3
_BOTTOM: Final = 1.3
_BOTTOM_MOST: Final = 0.8
_LEAST: Final = 0.3
_SIDE: Final = 0.2
_LOOKED_AT: Final = 64  # pixels of height at which sharpness is judged


@dataclass(frozen=True, slots=True)
class TorsoLimits:
    """From where on a torso shows enough. Pixels of the camera's picture, grey levels, and edge strength: the strongest
    hundredth of its edges per grey level of contrast.
    """

    least_height: float = 16.0
    least_width: float = 9.0
    least_inside: float = 0.6
    least_light: float = 14.0
    least_edges: float = 0.15


def torso_of(person: Sequence[float]) -> Box:
    """The torso's box in a person's box, for one who stands, sits, or is hidden below by a counter."""
    x1, y1, x2, y2 = person
    width, height = x2 - x1, y2 - y1
    top = min(_TOP * width, _TOP_MOST * height)
    bottom = max(min(_BOTTOM * width, _BOTTOM_MOST * height), top + _LEAST * height)
    return x1 + _SIDE * width, y1 + top, x2 - _SIDE * width, y1 + bottom


def cut(pixels: Pixels, torso: Sequence[float], size: Size) -> Pixels:
    """What of ``torso`` lies in the picture, stretched to ``size`` (width, height)."""
    x1, y1, x2, y2 = _whole(torso, pixels)
    part = pixels[y1:y2, x1:x2]
    shrinks = part.shape[0] > size[1] or part.shape[1] > size[0]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(part, size, interpolation=how), np.uint8)


def unclear(pixels: Pixels, torso: Sequence[float], limits: TorsoLimits | None = None) -> Unclear | None:
    """Why ``torso`` shows too little to be judged; None where it shows enough."""
    limits = limits or TorsoLimits()
    x1, y1, x2, y2 = torso
    height, width = pixels.shape[:2]
    seen = max(0.0, min(x2, width) - max(x1, 0.0)) * max(0.0, min(y2, height) - max(y1, 0.0))
    if seen < limits.least_inside * max((x2 - x1) * (y2 - y1), 1e-9):
        return "outside"
    if y2 - y1 < limits.least_height or x2 - x1 < limits.least_width:
        return "small"
    wide, tall = max(8, round(_LOOKED_AT * (x2 - x1) / (y2 - y1))), _LOOKED_AT
    grey = np.asarray(cv2.cvtColor(cut(pixels, torso, (wide, tall)), cv2.COLOR_BGR2GRAY), np.uint8)
    if float(np.percentile(grey, 90)) < limits.least_light:
        return "dark"
    return "blurred" if edges(grey) < limits.least_edges else None


def edges(grey: npt.NDArray[np.uint8]) -> float:
    """The strongest hundredth of the edges of ``grey`` per grey level of its contrast; light changes nothing."""
    dark, bright = np.percentile(grey, (2, 98))
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=0.125), cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=0.125)
    strength = np.hypot(across, down)
    strongest = max(1, strength.size // 100)
    return float(np.partition(strength, -strongest, axis=None)[-strongest:].mean() / max(bright - dark, 8.0))


def _whole(box: Sequence[float], pixels: Pixels) -> tuple[int, int, int, int]:
    """The box in whole pixels inside the picture, at least two wide and high."""
    height, width = pixels.shape[:2]
    x1, y1 = (min(max(0, round(at)), size - 2) for at, size in ((box[0], width), (box[1], height)))
    x2, y2 = (min(max(round(at), low + 2), size) for at, low, size in ((box[2], x1, width), (box[3], y1, height)))
    return x1, y1, x2, y2
