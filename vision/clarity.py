"""Whether a picture shows its scene: what is usually sharp in it is sharp, and not hidden or out of focus."""

from collections import deque
from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np
import numpy.typing as npt

from vision.streamtime import SECOND, StreamTime

__all__ = ["Clarity", "ClarityLimits", "sharpness"]

Grey = npt.NDArray[np.uint8]
Hidden = Literal["covered", "blurred"]


@dataclass(frozen=True, slots=True)
class ClarityLimits:
    """Where a picture stops showing its scene. Edge strengths are per grey level of contrast, so that light and dusk
    change nothing.

    Measured on five films and two scenes at 480 pixels width, noise of 2 to 5 grey levels, crf 18 to 30: the sharpest
    thousandth of a scene in focus has 0.56 to 1.0, of one defocused by a hundredth of its width 0.1, of cloth, paper or
    a hand before the lens 0.08 to 0.27 (``least_edges``); of the cells with edges nobody's movement takes more
    than half, a hand over most of the lens 0.75 and more (``lost_share``), a cell being lost under ``lost`` of what it
    usually has. Noise alone is no edge: its sharpest thousandth is 3.9 to 5.1 times the mean over the picture, that of
    a scene 8 and more, at night with noise of 5 grey levels 6.4 (``least_peak``). ``alike``: a scene out of focus still
    looks like itself from afar, one behind a hand does not.
    """

    least_edges: float = 0.38
    least_peak: float = 5.5
    least_detail: float = 0.05
    lost: float = 0.3
    lost_share: float = 0.75
    found_share: float = 0.6
    clear_share: float = 0.4
    alike: float = 0.7
    clear_looks: int = 3
    baseline_looks: int = 50
    baseline_least: int = 10
    settles: int = 60 * SECOND


_ROWS: Final = 8
_COLUMNS: Final = 12
_NARROW: Final = 160
_TINY: Final = 40
_SOFT: Final = 1.2  # pixels: takes most of the sensor's noise away, and leaves more of what is sharp than of a blur
_BLOCK: Final = 8
_FEW_CELLS: Final = 6
_LEAST_CONTRAST: Final = 24.0  # a step of one grey level, 8 to the Laplacian, is then no edge
_CLOTH: Final = 80.0  # grey levels of contrast: scenes out of focus keep 110 and more, cloth and hands have 40 to 75


@dataclass(frozen=True, slots=True)
class _View:
    """What one picture shows: edge strength of its sharpest thousandth and of each cell, and itself from afar.

    peak: how many times the mean over the picture that sharpest thousandth is.
    """

    contrast: float
    edges: float
    peak: float
    cells: npt.NDArray[np.float32]
    afar: npt.NDArray[np.float32]
    detail: float


class Clarity:
    """Follows one camera's pictures in order of stream time."""

    def __init__(self, limits: ClarityLimits | None = None) -> None:
        self._limits = limits or ClarityLimits()
        self._views: deque[_View] = deque(maxlen=self._limits.baseline_looks)
        self._doubted_since: StreamTime | None = None
        self._hidden: Hidden | None = None
        self._clear_looks = 0

    def judge(self, at: StreamTime, wide: Grey) -> Hidden | None:
        """What keeps the scene from being seen in ``wide`` (480 pixels wide), None where it is seen."""
        found = self._found(at, wide)
        if found is not None:
            self._hidden, self._clear_looks = found, 0
        elif self._hidden is not None:
            # A key picture behind a cover may bring so much noise that it looks like something for a moment.
            self._clear_looks += 1
            if self._clear_looks >= self._limits.clear_looks:
                self._hidden = None
        return self._hidden

    def _found(self, at: StreamTime, wide: Grey) -> Hidden | None:
        limits = self._limits
        view = _view(wide)
        if view.detail < limits.least_detail:
            return "covered"
        usual = self._usual()
        if view.edges < limits.least_edges or view.peak < limits.least_peak:
            return self._named(view, usual)
        if usual is None:
            self._views.append(view)
            return None
        lost = _lost(view, usual, limits.lost)
        if lost >= (limits.found_share if self._hidden else limits.lost_share):
            return self._named(view, usual)
        if self._hidden is None:
            self._learn(at, view, lost)
        return None

    def _learn(self, at: StreamTime, view: _View, lost: float) -> None:
        """Only what is clearly the usual scene counts as usual; another is, when it has stayed for a while."""
        if lost < self._limits.clear_share:
            self._doubted_since = None
            self._views.append(view)
        elif self._doubted_since is None:
            self._doubted_since = at
        elif at - self._doubted_since >= self._limits.settles:
            self._doubted_since = None
            self._views.clear()

    def _usual(self) -> _View | None:
        if len(self._views) < self._limits.baseline_least:
            return None
        cells = np.median([view.cells for view in self._views], axis=0)
        afar = np.median([view.afar for view in self._views], axis=0)
        return _View(0.0, 0.0, 0.0, cells.astype(np.float32), afar.astype(np.float32), 0.0)

    def _named(self, view: _View, usual: _View | None) -> Hidden:
        if usual is None:
            return "blurred" if view.contrast >= _CLOTH else "covered"
        likeness = np.corrcoef(view.afar.ravel(), usual.afar.ravel())[0, 1]
        return "blurred" if likeness >= self._limits.alike else "covered"


def sharpness(grey: Grey, share: float = 0.001) -> float:
    """Edge strength of the sharpest ``share`` of ``grey``, per grey level of its contrast."""
    dark, bright = np.percentile(grey, (1, 99))
    return _edges(_strength(grey), share) / max(float(bright - dark), _LEAST_CONTRAST)


def _lost(view: _View, usual: _View, share: float) -> float:
    """The share of the cells that usually have edges in which they are gone."""
    edged = usual.cells >= max(0.15 * float(np.percentile(usual.cells, 95)), 0.1)
    if edged.sum() < _FEW_CELLS:
        return 0.0
    return float((view.cells[edged] < share * usual.cells[edged]).mean())


def _view(wide: Grey) -> _View:
    height = max(_BLOCK, round(wide.shape[0] * _NARROW / wide.shape[1]))
    small = np.asarray(cv2.resize(wide, (_NARROW, height), interpolation=cv2.INTER_AREA), np.uint8)
    dark, bright = np.percentile(small, (1, 99))
    contrast = max(float(bright - dark), _LEAST_CONTRAST)
    strength = _strength(wide)
    edges = _edges(strength, 0.001)
    peak = edges / max(float(strength.mean()), 0.1)
    tall, broad = strength.shape[0] // _ROWS, strength.shape[1] // _COLUMNS
    cells = strength[: tall * _ROWS, : broad * _COLUMNS].reshape(_ROWS, tall, _COLUMNS, broad).max(axis=(1, 3))
    afar = np.asarray(cv2.resize(small, (_TINY, _TINY), interpolation=cv2.INTER_AREA), np.float32)
    return _View(contrast, edges / contrast, peak, cells.astype(np.float32) / contrast, afar, _detail(small, contrast))


def _strength(grey: Grey) -> npt.NDArray[np.int16]:
    soft = cv2.GaussianBlur(grey, (0, 0), _SOFT)
    return np.asarray(np.abs(cv2.Laplacian(soft, cv2.CV_16S, ksize=3)), np.int16)


def _edges(strength: npt.NDArray[np.int16], share: float) -> float:
    strongest = max(1, int(strength.size * share))
    return float(np.partition(strength, -strongest, axis=None)[-strongest:].mean())


def _detail(small: Grey, contrast: float) -> float:
    """Share of blocks whose grey levels vary; shrinking first has taken the sensor's noise away."""
    rows, columns = small.shape[0] // _BLOCK, small.shape[1] // _BLOCK
    blocks = small[: rows * _BLOCK, : columns * _BLOCK].reshape(rows, _BLOCK, columns, _BLOCK)
    return float((blocks.std(axis=(1, 3)) > min(4.0, max(1.2, 0.03 * contrast))).mean())
