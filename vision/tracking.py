"""Follows people from look to look in stream time: which box of this look is which person of the last.

Association is by overlap with where a person was or, at her pace, should be by now, confident boxes first and doubtful
ones after (the idea of ByteTrack, Zhang et al. 2022, arXiv:2110.06864); who overlaps with nobody is the nearest of like
height. It is our own because the maintained `trackers` package brings libGL, matplotlib and 1.2 s of
import into every worker; see docs/dependencies.md.
"""

from collections import deque
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from vision.detector import Detections
from vision.geometry import iou
from vision.streamtime import SECOND, StreamTime

__all__ = ["Track", "Tracker", "TrackerLimits"]

Box = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TrackerLimits:
    """When boxes are one person. A track is forgotten when unseen for ``forget_after``.

    ``reach``: how far, in widths, a person without overlap may have gone since the last look; ``alike``: how much her
    height may differ then, as a factor.
    """

    least_overlap: float = 0.2
    reach: float = 1.0
    alike: float = 1.4
    confident: float = 0.4
    begin_score: float = 0.15
    forget_after: int = 5 * SECOND
    path_length: int = 4 * SECOND


@dataclass(slots=True, eq=False)
class Track:
    """One person over time; ``path`` holds the last seconds of (time, box), the newest last."""

    id: int
    box: Box
    score: float
    seen_at: StreamTime
    path: deque[tuple[StreamTime, Box]] = field(default_factory=deque)

    def middle(self) -> float:
        """Horizontal middle of the box in pixels."""
        return float(self.box[0] + self.box[2]) / 2

    def width(self) -> float:
        return float(self.box[2] - self.box[0])

    def expected(self, at: StreamTime) -> Box:
        """Where the box should be at ``at`` if she goes on at the pace of the last two looks, for a second at most."""
        if len(self.path) < 2:
            return self.box
        (before, earlier), (last, box) = self.path[-2], self.path[-1]
        ahead = min(at - last, SECOND) / max(last - before, 1)
        step = ((box[0] + box[2]) - (earlier[0] + earlier[2])) / 2 * min(ahead, 3.0)
        return box + np.array([step, 0, step, 0], np.float32)

    def strayed(self, since: StreamTime) -> float:
        """How far its middle has moved sideways since ``since``, as a share of its width."""
        earlier = [box for at, box in self.path if at >= since]
        if not earlier:
            return 0.0
        middles = [float(box[0] + box[2]) / 2 for box in earlier]
        return (max(middles) - min(middles)) / max(self.width(), 1.0)


class Tracker:
    """The people of one camera; ``update`` it with each look in order of time."""

    def __init__(self, limits: TrackerLimits | None = None) -> None:
        self._limits = limits or TrackerLimits()
        self._tracks: list[Track] = []
        self._next = 1

    def forget(self) -> None:
        """Drop every track: after a gap in the pictures nobody is known to be the same."""
        self._tracks = []

    def update(self, at: StreamTime, people: Detections) -> list[Track | None]:
        """The track of each detection, in their order; None where a box is too doubtful to begin one."""
        limits = self._limits
        self._tracks = [track for track in self._tracks if at - track.seen_at <= limits.forget_after]
        found: list[Track | None] = [None] * len(people)
        free = list(self._tracks)
        confident = people.scores >= limits.confident
        for group in (np.flatnonzero(confident), np.flatnonzero(~confident)):
            for known, index in self._matches(at, free, people, group):
                free.remove(known)
                found[index] = known
        for index in range(len(people)):
            track: Track | None = found[index]
            if track is None and people.scores[index] >= limits.begin_score:
                track = Track(self._next, people.boxes[index], 0.0, at)
                self._next += 1
                self._tracks.append(track)
                found[index] = track
            if track is not None:
                self._extend(track, at, people.boxes[index], float(people.scores[index]))
        return found

    def _matches(
        self, at: StreamTime, tracks: list[Track], people: Detections, group: npt.NDArray[np.intp]
    ) -> list[tuple[Track, int]]:
        if not tracks or not len(group):
            return []
        boxes = people.boxes[group]
        last = np.stack([track.box for track in tracks])
        overlap = np.maximum(iou(last, boxes), iou(np.stack([track.expected(at) for track in tracks]), boxes))
        likeness = np.where(overlap >= self._limits.least_overlap, 1 + overlap, self._nearness(last, boxes))
        matches: list[tuple[Track, int]] = []
        # The best pair first: with the handful of people at a counter the optimum of an assignment solver is the same.
        for flat in np.argsort(-likeness, axis=None, kind="stable"):
            row, column = divmod(int(flat), len(group))
            if likeness[row, column] <= 0:
                break
            if any(track is tracks[row] or index == group[column] for track, index in matches):
                continue
            matches.append((tracks[row], int(group[column])))
        return matches

    def _nearness(self, last: npt.NDArray[np.float32], boxes: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """1 for the same middle down to 0 at ``reach`` widths away, and 0 for boxes of unlike height."""
        gone = np.abs((last[:, None, 0] + last[:, None, 2]) - (boxes[None, :, 0] + boxes[None, :, 2])) / 2
        width = np.maximum(last[:, None, 2] - last[:, None, 0], 1.0)
        was, is_now = last[:, None, 3] - last[:, None, 1], boxes[None, :, 3] - boxes[None, :, 1]
        unlike = np.maximum(was / np.maximum(is_now, 1.0), is_now / np.maximum(was, 1.0)) > self._limits.alike
        level = np.abs(last[:, None, 1] - boxes[None, :, 1]) <= was / 2
        near = np.clip(1 - gone / (self._limits.reach * width), 0, None)
        return np.where(unlike | ~level, 0.0, near).astype(np.float64)

    def _extend(self, track: Track, at: StreamTime, box: Box, score: float) -> None:
        track.box, track.score, track.seen_at = box, score, at
        track.path.append((at, box))
        while track.path[0][0] < at - self._limits.path_length:
            track.path.popleft()
