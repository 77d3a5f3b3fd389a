"""Whether a camera's pictures can be judged at all: black, covered, blurred, frozen, or fine."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from vision.clarity import Clarity
from vision.life import Life
from vision.observation import Reason
from vision.picture import Pixels
from vision.streamtime import StreamTime

__all__ = ["HealthCheck"]

Grey = npt.NDArray[np.uint8]

_WIDE: Final = 480
_TINY: Final = 80
_BLACK: Final = 24  # no hundredth is brighter: a capped lens gives 16 to 20 with its noise, a hall at night over 30


class HealthCheck:
    """Follows one camera's pictures; ``judge`` them in order of stream time."""

    def __init__(self) -> None:
        self._life = Life()
        self._clarity = Clarity()

    def judge(self, at: StreamTime, picture: Pixels) -> Reason | None:
        """Why this picture cannot be judged, or None when it can."""
        grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
        wide = _shrunk(grey, _WIDE)
        tiny = _shrunk(wide, _TINY)
        if np.percentile(tiny, 99) < _BLACK:
            return "black"
        hidden = self._clarity.judge(at, wide)
        if hidden is not None:
            return hidden
        return "frozen" if self._life.is_frozen(at, grey, tiny) else None


def _shrunk(grey: Grey, width: int) -> Grey:
    """``grey`` scaled to ``width``; each pixel is the mean of what it stands for, so that noise goes."""
    height = max(1, round(grey.shape[0] * width / grey.shape[1]))
    return np.asarray(cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
