"""Follows people from look to look in stream time: which box of this look is which person of the last.

Association is by overlap alone, confident boxes first and doubtful ones after (the idea of ByteTrack, Zhang et al.
2022, arXiv:2110.06864). It is our own because the maintained `trackers` package brings libGL, matplotlib and 1.2 s of
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
    """When boxes are one person. A track is forgotten when unseen for ``forget_after``."""

    least_overlap: float = 0.2
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
    first_at: StreamTime
    seen_at: StreamTime
    path: deque[tuple[StreamTime, Box]] = field(default_factory=deque)

    def middle(self) -> float:
        """Horizontal middle of the box in pixels."""
        return float(self.box[0] + self.box[2]) / 2

    def width(self) -> float:
        return float(self.box[2] - self.box[0])

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
            for known, index in self._matches(free, people, group):
                free.remove(known)
                found[index] = known
        for index in range(len(people)):
            track: Track | None = found[index]
            if track is None and people.scores[index] >= limits.begin_score:
                track = Track(self._next, people.boxes[index], 0.0, at, at)
                self._next += 1
                self._tracks.append(track)
                found[index] = track
            if track is not None:
                self._extend(track, at, people.boxes[index], float(people.scores[index]))
        return found

    def _matches(self, tracks: list[Track], people: Detections, group: npt.NDArray[np.intp]) -> list[tuple[Track, int]]:
        if not tracks or not len(group):
            return []
        overlap = iou(np.stack([track.box for track in tracks]), people.boxes[group])
        matches: list[tuple[Track, int]] = []
        # The best pair first: with the handful of people at a counter the optimum of an assignment solver is the same.
        for flat in np.argsort(-overlap, axis=None, kind="stable"):
            row, column = divmod(int(flat), len(group))
            if overlap[row, column] < self._limits.least_overlap:
                break
            if any(track is tracks[row] or index == group[column] for track, index in matches):
                continue
            matches.append((tracks[row], int(group[column])))
        return matches

    def _extend(self, track: Track, at: StreamTime, box: Box, score: float) -> None:
        track.box, track.score, track.seen_at = box, score, at
        track.path.append((at, box))
        while track.path[0][0] < at - self._limits.path_length:
            track.path.popleft()
