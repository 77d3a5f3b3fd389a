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

    A look is *stale* when it shows nothing new: no more than one of the picture's 48 regions holds pixels that it never
    held within ``memory``. A frozen stream is stale for good as soon as its encoder has settled, since it repeats
    itself to the bit, refinements and key pictures alike. A living one is stale at times, when the encoder keeps the
    sensor's noise from us; for how long depends on the camera and never on what happens before it.

    A frozen stream's encoder may refine single regions for many seconds more: where noise is usual, ``refined`` of it
    is stale too. So a stream is frozen when it is stale for ``times`` as long as it ever was in ``history``, but at
    least for ``least`` and ``least_looks``.

    Measured on a still scene at 5 looks a second, noise of 0.8 and 3 grey levels, x264 and x265, crf 18 to 35, key
    pictures 1, 4 and 17 s apart, 108 streams of 50 s: the longest stale stretch of a living one is 0 to 1.4 s up to
    crf 27, 0.8 s where key pictures come every second, and at worst the distance of key pictures. None was taken for
    frozen. Of the frozen ones 61 were named within 5 s, 14 within 9 s (x264's ultrafast preset with key pictures every
    second, whose rate control takes 5 s to settle); 33 show as little when they live (crf 27 and more with little
    noise) and take until their key pictures, or ``known_after``, to be told.

    What was seen has to be typical first: ``typical_after`` with at least ``typical_noise`` of the pixels new from look
    to look where nothing moved. With less, what an encoder shows before its second key picture may not come again, and
    what it shows while somebody moves will not when she has gone: then it takes two key pictures, or ``known_after``,
    without movement. Until then a stream is frozen only when it is stale for as long as that.
    """

    least: int = 1_600_000
    least_looks: int = 6
    times: float = 3.0
    history: int = 300 * SECOND
    memory: int = 60 * SECOND
    typical_noise: float = 0.01
    refined: float = 0.04
    typical_after: int = 5 * SECOND
    known_after: int = 40 * SECOND
    refines_for: int = 20 * SECOND
    moved: float = 10.0
    lit: float = 0.15
    other_scene: float = 0.6
    gap: int = 2 * SECOND


_FEW: Final = 1
_ROWS: Final = 6
_COLUMNS: Final = 8
_MOST_REMEMBERED: Final = 600


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look showed: which regions were new, which had moved, which share of each one's pixels was new.

    lit: the light changed, which makes everything new and tells nothing of the noise.
    """

    at: StreamTime
    new: Flags
    moved: Flags
    shares: npt.NDArray[np.float32]
    lit: bool

    @property
    def far(self) -> Flags:
        """The regions that are no neighbours of a movement: what is new there is noise."""
        grid = self.moved.reshape(_ROWS, _COLUMNS).astype(np.uint8)
        return ~np.asarray(cv2.dilate(grid, np.ones((3, 3), np.uint8)), bool).reshape(-1)

    def noise(self) -> float | None:
        """The share of pixels that are new where nothing moved, None where movement or light are nearly everywhere."""
        far = self.far
        return float(self.shares[far].mean()) if far.mean() >= 0.25 and not self.lit else None


class Life:
    """Follows one camera's pictures in order of stream time."""

    def __init__(self, limits: LifeLimits | None = None) -> None:
        self._limits = limits or LifeLimits()
        self._prints: deque[tuple[StreamTime, npt.NDArray[np.uint32]]] = deque(maxlen=_MOST_REMEMBERED)
        self._last: tuple[StreamTime, Grey, Grey] | None = None
        self._begin(StreamTime(0))

    def _begin(self, at: StreamTime) -> None:
        """Nothing is known of this scene yet."""
        self._begun_at = self._news_at = self._moved_at = self._repeated_at = at
        self._stretch_from: StreamTime | None = None
        self._stale_looks = 0
        self._stretches: deque[tuple[StreamTime, int]] = deque()
        self._noises: deque[tuple[StreamTime, float]] = deque(maxlen=_MOST_REMEMBERED)
        self._shares: deque[float] = deque([1.0, 1.0], maxlen=2)
        self._keys = self._lively = 0
        self._known_at: StreamTime | None = None
        self._frozen = False

    def is_frozen(self, at: StreamTime, grey: Grey, small: Grey) -> bool:
        """Whether the picture at ``at`` stands still; ``small`` is ``grey`` shrunk so far that its noise is gone."""
        look = self._look(at, grey, small)
        if look is None:
            self._begin(at)
            return False
        if self._frozen and not self._is_back(look):
            return self._goes_on(look)
        self._follow(look)
        stale_for = at - self._news_at
        self._frozen = self._stale_looks >= self._limits.least_looks and stale_for >= self._limit(at)
        self._repeated_at = at
        return self._frozen

    def _goes_on(self, look: _Look) -> bool:
        """Whether what counts as frozen still does: one that is refined for ever lives, with less noise than it had."""
        if int(look.new.sum()) <= _FEW:
            self._repeated_at = look.at
        elif look.at - self._repeated_at >= self._limits.refines_for:
            self._begin(look.at)
        return self._frozen

    def _look(self, at: StreamTime, grey: Grey, small: Grey) -> _Look | None:
        """What there is to see, None where there is nothing to compare with: a first look, or another scene."""
        last, self._last = self._last, (at, grey, small)
        prints = self._taken(at, grey)
        if last is None or last[1].shape != grey.shape:
            return None
        if at - last[0] > self._limits.gap:
            self._news_at, self._stale_looks, self._stretch_from = at, 0, None  # what was not looked at was not stale
        moved = _share(np.asarray(cv2.absdiff(small, last[2]), np.uint8) > self._limits.moved) > 0
        if moved.mean() > self._limits.other_scene:
            return None
        changed = _share(np.asarray(cv2.absdiff(grey, last[1]), np.uint8) > 0)
        apart = small.astype(np.int16) - last[2].astype(np.int16)
        lit = abs(float(apart[np.abs(apart) <= self._limits.moved].mean())) > self._limits.lit
        return _Look(at, prints, moved, changed * prints, lit)

    def _taken(self, at: StreamTime, grey: Grey) -> Flags:
        """Which regions hold none of the pixels that they held before."""
        height, width = grey.shape
        rows = [height * row // _ROWS for row in range(_ROWS + 1)]
        columns = [width * column // _COLUMNS for column in range(_COLUMNS + 1)]
        prints = np.array(
            [
                zlib.crc32(grey[top:bottom, left:right].tobytes())
                for top, bottom in pairwise(rows)
                for left, right in pairwise(columns)
            ],
            np.uint32,
        )
        while self._prints and self._prints[0][0] <= at - self._limits.memory:
            self._prints.popleft()
        known = np.array([past for _, past in self._prints], np.uint32).reshape(-1, len(prints))
        self._prints.append((at, prints))
        new: Flags = ~(known == prints).any(axis=0)
        return new

    def _is_stale(self, look: _Look, noise: float) -> bool:
        """Whether next to nothing is new; a frozen stream's encoder goes on refining a few regions for a while."""
        usual = self._usual_noise()
        refined = usual >= self._limits.typical_noise and noise <= self._limits.refined * usual
        return refined or int(look.new.sum()) <= _FEW

    def _follow(self, look: _Look) -> None:
        at, noise = look.at, look.noise()
        if noise is None or look.moved.any():
            self._moved_at = self._news_at = at
            self._stretch_from, self._stale_looks, self._keys = None, 0, 0
        elif self._is_stale(look, noise):
            self._stale_looks += 1
        else:
            if self._stretch_from is not None:
                self._stretches.append((at, at - self._stretch_from))
            self._stretch_from = self._news_at = at
            self._stale_looks = 0
            self._keys += self._is_key(look)
        if self._keys >= 2 or at - self._moved_at >= self._limits.known_after:
            self._known_at = at
        self._shares.append(float(look.new.mean()))
        if noise is not None:
            self._noises.append((at, noise))

    def _is_key(self, look: _Look) -> bool:
        """Whether this is a key picture of a stream that shows little else; at first all are being made good."""
        return look.new.mean() >= 0.9 and min(self._shares) <= 0.5 and look.at - self._begun_at > 2 * SECOND

    def _limit(self, at: StreamTime) -> int:
        """For how long a stream has to be stale to count as frozen."""
        limits = self._limits
        while self._stretches and self._stretches[0][0] <= at - limits.history:
            self._stretches.popleft()
        typical = at - self._begun_at >= limits.typical_after and self._usual_noise() >= limits.typical_noise
        known = self._known_at is not None and at - self._known_at < limits.history and bool(self._stretches)
        if not (typical or known):
            return limits.known_after
        longest = max((length for _, length in self._stretches), default=0)
        return max(limits.least, round(limits.times * longest))

    def _usual_noise(self) -> float:
        """The median of the noise in the ten seconds before the stream was last alive."""
        past = [noise for at, noise in self._noises if self._news_at - 10 * SECOND < at <= self._news_at]
        return float(np.median(past)) if past else 0.0

    def _is_back(self, look: _Look) -> bool:
        """Whether a frozen stream lives again: something moved, or three times in a row as much is new as ever was.

        Less may be a key picture of the frozen stream, where the encoder's rate control has not settled. A camera that
        shows no noise but in its key pictures was perhaps never frozen: it is known to be stale for so long now.
        """
        noise, usual = look.noise(), self._usual_noise()
        quiet = usual < self._limits.typical_noise
        if not quiet:
            self._stretch_from = None  # this one was no stale stretch of a living stream
        if look.moved.any() or noise is None:
            return True
        if self._is_stale(look, noise) or noise < usual / 2:
            self._lively = 0
            return False
        self._lively += 1
        return quiet or self._lively >= 3


def _share(flags: Flags) -> npt.NDArray[np.float32]:
    """The share of each region's pixels for which ``flags`` holds, shape (48,)."""
    shares = cv2.resize(flags.astype(np.float32), (_COLUMNS, _ROWS), interpolation=cv2.INTER_AREA)
    return np.asarray(shares, np.float32).reshape(-1)
