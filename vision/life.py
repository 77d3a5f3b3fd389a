"""Whether a camera's pictures still show signs of life, or the same moment over and over: a frozen stream."""

import zlib
from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from vision.streamtime import SECOND, StreamTime

__all__ = ["Life", "LifeLimits"]

Grey = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LifeLimits:
    """When a stream counts as frozen; durations in stream time.

    A sensor's noise makes every picture new. A frozen stream repeats itself to the bit, key pictures too, as soon as
    its encoder has settled. So each look's *newness* is the share of the picture's 48 regions, far from what moves,
    that hold pixels which they did not hold within ``memory``; a look is stale when nothing moves and its newness is
    no more than ``share`` of the usual one (the median over ``memory``). Stale for ``least`` and ``least_looks`` is
    frozen, until something moves, or nothing is stale for ``least``: an encoder refines even a frozen key picture.

    Where the usual newness is below ``noisy``, or was watched for less than ``known``, the encoder keeps the noise from
    us and a living still scene looks frozen between its key pictures: then nothing at all may be new for ``quiet``.

    Measured at 5 looks a second with noise of 3 grey levels: a frozen stream is named in 2 to 5 s for MJPEG and for
    H.264 and H.265 up to crf 23. Limits: with key pictures every second x264's fastest preset and x265's slower ones
    settle so late that it takes 8 s. An encoder that leaves next to no noise (crf 28 and more, H.265 with noise of 1.5)
    takes ``quiet`` after its last key picture that differs. A living scene in which nothing moves for longer than
    ``quiet``, from such an encoder and without a key picture in that time, would be called frozen.
    """

    memory: int = 60 * SECOND
    share: float = 1 / 3
    noisy: float = 0.2
    known: int = 5 * SECOND
    least: int = 1_600_000
    least_looks: int = 6
    quiet: int = 40 * SECOND
    moved: float = 10.0
    lit: float = 0.15
    other_scene: float = 0.6
    gap: int = 2 * SECOND


_ROWS: Final = 6
_COLUMNS: Final = 8
_NOTHING: Final = 1.5 / (_ROWS * _COLUMNS)  # one region may be new by a clock in the picture


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look showed beside the last: whether anything moved, and the newness of the rest.

    newness: None where movement or a change of light make nearly everything new.
    """

    moved: bool
    newness: float | None


class Life:
    """Follows one camera's pictures in order of stream time."""

    def __init__(self, limits: LifeLimits | None = None) -> None:
        self._limits = limits or LifeLimits()
        self._last: tuple[StreamTime, Grey, Grey] | None = None
        self._prints: deque[tuple[StreamTime, npt.NDArray[np.uint32]]] = deque()
        self._begin(StreamTime(0))

    def _begin(self, at: StreamTime) -> None:
        """Nothing is known of this scene yet."""
        self._begun_at = self._alive_at = self._stale_at = at
        self._stale_looks = 0
        self._frozen = False
        self._newness: deque[tuple[StreamTime, float]] = deque()
        self._doubtful: list[tuple[StreamTime, float]] = []

    def is_frozen(self, at: StreamTime, grey: Grey, small: Grey) -> bool:
        """Whether the picture at ``at`` stands still; ``small`` is ``grey`` shrunk so far that its noise is gone."""
        look = self._look(at, grey, small)
        if look is None:
            self._begin(at)
            return False
        usual = self._usual(at)
        if look.newness is not None and not look.moved and look.newness <= max(_NOTHING, usual * self._limits.share):
            self._stale_at, self._stale_looks = at, self._stale_looks + 1
            if not self._frozen:  # a frozen stream's silence must not become usual
                self._doubtful.append((at, look.newness))
        else:
            self._alive_at, self._stale_looks = at, 0
            self._learn(at, look.newness)
        limit = self._limits.least if usual else self._limits.quiet
        stale = self._stale_looks >= self._limits.least_looks and at - self._alive_at >= limit
        refined = self._frozen and usual > 0 and not look.moved and at - self._stale_at < self._limits.least
        self._frozen = stale or refined
        return self._frozen

    def _learn(self, at: StreamTime, newness: float | None) -> None:
        """A living look: what seemed stale before it counts too, but not while it still may be the stream's end."""
        self._newness.extend(self._doubtful)
        self._doubtful.clear()
        if newness is not None:
            self._newness.append((at, newness))

    def _usual(self, at: StreamTime) -> float:
        """The median of the newness, 0 where it is too small or too little known to tell by."""
        while self._newness and self._newness[0][0] <= at - self._limits.memory:
            self._newness.popleft()
        usual = float(np.median([newness for _, newness in self._newness])) if self._newness else 0.0
        return usual if usual >= self._limits.noisy and at - self._begun_at >= self._limits.known else 0.0

    def _look(self, at: StreamTime, grey: Grey, small: Grey) -> _Look | None:
        """What there is to see, None where there is nothing to compare with: a first look, or another scene."""
        last, self._last = self._last, (at, grey, small)
        new = self._new_regions(at, grey)
        if last is None or last[1].shape != grey.shape:
            return None
        if at - last[0] > self._limits.gap:
            self._alive_at, self._stale_looks = at, 0  # what was not looked at was not stale
        apart = small.astype(np.int16) - last[2]
        moved = _anywhere(np.abs(apart) > self._limits.moved)
        if moved.mean() > self._limits.other_scene:
            return None
        lit = abs(float(apart[np.abs(apart) <= self._limits.moved].mean())) > self._limits.lit
        far = cv2.dilate(moved, np.ones((3, 3), np.uint8)) == 0
        newness = None if lit or far.mean() < 0.25 else float(new[far].mean())
        return _Look(bool(moved.any()), newness)

    def _new_regions(self, at: StreamTime, grey: Grey) -> Flags:
        """Which regions hold none of the pixels that they held before, shape (6, 8)."""
        rows = np.linspace(0, grey.shape[0], _ROWS + 1, dtype=int)
        columns = np.linspace(0, grey.shape[1], _COLUMNS + 1, dtype=int)
        prints = np.array(
            [
                [zlib.crc32(grey[top:bottom, left:right].tobytes()) for left, right in pairwise(columns)]
                for top, bottom in pairwise(rows)
            ],
            np.uint32,
        )
        while self._prints and self._prints[0][0] <= at - self._limits.memory:
            self._prints.popleft()
        known = np.array([past for _, past in self._prints], np.uint32).reshape(-1, _ROWS, _COLUMNS)
        self._prints.append((at, prints))
        new: Flags = ~(known == prints).any(axis=0)
        return new


def _anywhere(flags: Flags) -> Grey:
    """1 for each region in which ``flags`` holds anywhere, shape (6, 8)."""
    shares = cv2.resize(flags.astype(np.float32), (_COLUMNS, _ROWS), interpolation=cv2.INTER_AREA)
    return np.asarray(shares > 0, np.uint8)
