"""Whether a camera's pictures can be judged at all: black, covered, blurred, frozen, or fine."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from vision.observation import Reason
from vision.picture import Pixels
from vision.streamtime import SECOND, StreamTime

__all__ = ["HealthCheck", "HealthLimits"]


@dataclass(frozen=True, slots=True)
class HealthLimits:
    """Where a picture stops being one to judge by.

    The figures were read off the films in `../shared/footage` at five looks a second: a still scene of a real camera
    changes at least 1.1 % of its pixels from look to look (one-by-one) where a frozen one changes none but at key
    pictures; every scene has detail in at least 29 % of its blocks.
    """

    frozen_after: int = 3 * SECOND
    frozen_changed: float = 0.002
    frozen_share: float = 0.6
    black_level: int = 40
    covered_detail: float = 0.05
    covered_drop: float = 0.2
    blurred_drop: float = 0.15
    baseline_looks: int = 25


_SMALL_WIDTH: Final = 160
_BLOCK: Final = 8
_BLOCK_DETAIL: Final = 4.0
_REFRESH: Final = 2.5  # grey levels: how far a key picture of a frozen stream may stray from the one before


class HealthCheck:
    """Follows one camera's pictures; ``judge`` them in order of stream time."""

    def __init__(self, limits: HealthLimits | None = None) -> None:
        self._limits = limits or HealthLimits()
        self._last: tuple[StreamTime, npt.NDArray[np.uint8]] | None = None
        self._still_since: StreamTime | None = None
        self._still_looks: list[bool] = []
        self._detail: list[float] = []
        self._sharpness: list[float] = []

    def judge(self, at: StreamTime, picture: Pixels) -> Reason | None:
        """Why this picture cannot be judged, or None when it can."""
        grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
        frozen = self._frozen(at, grey)
        small = _shrunk(grey)
        if _bright_end(small) < self._limits.black_level:
            return "black"
        detail, sharpness = _detail(small), _sharpness(grey)
        if detail < max(self._limits.covered_detail, self._limits.covered_drop * _usual(self._detail)):
            return "covered"
        if frozen:
            return "frozen"
        if sharpness < self._limits.blurred_drop * _usual(self._sharpness):
            return "blurred"
        self._remember(detail, sharpness)
        return None

    def _frozen(self, at: StreamTime, grey: npt.NDArray[np.uint8]) -> bool:
        last, self._last = self._last, (at, grey)
        if last is None or last[1].shape != grey.shape:
            self._still_since = None
            return False
        difference = np.asarray(cv2.absdiff(grey, last[1]), np.uint8)
        same = float(np.count_nonzero(difference)) / difference.size < self._limits.frozen_changed
        if not same and float(_blocks(difference, 16).max()) > _REFRESH:
            self._still_since = None
            return False
        if self._still_since is None:
            self._still_since, self._still_looks = last[0], []
        self._still_looks.append(same)
        long_enough = at - self._still_since >= self._limits.frozen_after
        return long_enough and sum(self._still_looks) >= self._limits.frozen_share * len(self._still_looks)

    def _remember(self, detail: float, sharpness: float) -> None:
        for values, value in ((self._detail, detail), (self._sharpness, sharpness)):
            values.append(value)
            del values[: -self._limits.baseline_looks]


def _usual(values: list[float]) -> float:
    # Half a baseline is enough: from then on a covered or defocused lens stands out against it.
    return float(np.median(values)) if len(values) >= 10 else 0.0


def _shrunk(grey: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    height = max(_BLOCK, round(grey.shape[0] * _SMALL_WIDTH / grey.shape[1]))
    return np.asarray(cv2.resize(grey, (_SMALL_WIDTH, height), interpolation=cv2.INTER_AREA), np.uint8)


def _bright_end(small: npt.NDArray[np.uint8]) -> float:
    return float(np.percentile(small, 99))


def _blocks(picture: npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.float32]:
    width, height = max(1, picture.shape[1] // side), max(1, picture.shape[0] // side)
    return np.asarray(cv2.resize(picture.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA), np.float32)


def _detail(small: npt.NDArray[np.uint8]) -> float:
    """Share of blocks whose grey levels vary; shrinking first has taken the sensor's noise away."""
    rows, columns = small.shape[0] // _BLOCK, small.shape[1] // _BLOCK
    blocks = small[: rows * _BLOCK, : columns * _BLOCK].reshape(rows, _BLOCK, columns, _BLOCK)
    return float((blocks.std(axis=(1, 3)) > _BLOCK_DETAIL).mean())


def _sharpness(grey: npt.NDArray[np.uint8]) -> float:
    """Mean strength of the strongest edges: how sharp the sharpest tenth of the picture is."""
    edges = np.abs(cv2.Laplacian(grey, cv2.CV_32F, ksize=3))
    strongest = max(1, edges.size // 1000)
    return float(np.partition(edges, -strongest, axis=None)[-strongest:].mean())
