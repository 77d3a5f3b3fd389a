"""Whether a post is occupied: yes, no, or cannot tell. A missed clerk is a false accusation: 'no' has to be earned."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.picture import Pixels
from vision.streamtime import SECOND, StreamTime
from vision.tracking import Box, Track

__all__ = ["Occupancy", "OccupancyLimits", "Presence"]


@dataclass(frozen=True, slots=True)
class OccupancyLimits:
    """Figures by which presence is judged; scores are the person network's, durations stream time.

    ``enter``: from here on a stranger counts. ``doubt``: from here on a stranger makes an empty post doubtful.
    Whoever was hardly seen may still be there: one ``hesitates`` so long to say no, unless she walked on.
    ``keep``: from here on the clerk who was there is still there. ``nearer``: a stranger whose foot is lower in the
    picture than the clerk's was, by this share of her height, may well be a customer before the counter. ``covered``:
    from this share of her box on somebody else may hide the clerk.
    """

    enter: float = 0.35
    doubt: float = 0.2
    keep: float = 0.08
    hesitates: int = 2 * SECOND
    dwell: int = 1 * SECOND
    dwell_stray: float = 0.35
    dwell_anyway: int = 5 * SECOND
    walked_off: float = 0.5
    sunk: float = 0.2
    bend: int = 20 * SECOND
    blink: int = 2 * SECOND
    remember: int = 30 * SECOND
    unchanged: float = 5.0
    nearer: float = 0.25
    covered: float = 0.6


@dataclass(frozen=True, slots=True)
class Presence:
    """One look's answer, how sure it is (0..1), and the tracks of those who are settled at the post."""

    occupied: bool | None
    confidence: float
    staff: tuple[Track, ...] = ()


@dataclass(slots=True)
class _Clerk:
    """Whoever was last settled at the post, and how the picture looked where she was."""

    track: int
    home: Box
    box: Box
    seen_at: StreamTime
    patch: npt.NDArray[np.float32]
    score: float


class Occupancy:
    """Follows one post; give it each look's people of this post in order of time."""

    def __init__(self, limits: OccupancyLimits | None = None) -> None:
        self._limits = limits or OccupancyLimits()
        self._clerk: _Clerk | None = None
        self._home: Box | None = None
        self._arrived: dict[int, StreamTime] = {}
        self._doubtful: dict[int, StreamTime] = {}
        self._forgot = False
        self._resumed: StreamTime | None = None

    def forget(self) -> None:
        """After a gap in the pictures nothing is known of who is there."""
        self._clerk = self._home = self._resumed = None
        self._arrived = {}
        self._doubtful = {}
        self._forgot = True

    def look(
        self, at: StreamTime, picture: Pixels, members: list[Track], elsewhere: list[Track], hidden: bool
    ) -> Presence:
        """Judge one look.

        ``members`` are the people at this post, ``elsewhere`` everybody else in the picture, ``hidden`` says that
        somebody stands between the camera and the post.
        """
        limits = self._limits
        self._arrived = {track.id: self._arrived.get(track.id, at) for track in members}
        if self._forgot:
            self._forgot, self._resumed = False, at
        settled = [track for track in members if self._is_settled(track, at, members)]
        if settled:
            self._doubtful = {}
            self._remember(self._clerk_among(settled), at, picture)
            return Presence(True, max(track.score for track in settled), tuple(settled))
        doubtful = [track for track in members if track.score >= limits.doubt]
        self._heed(doubtful, at, elsewhere)
        if doubtful:
            return Presence(None, 0.0)  # somebody is coming, passing by, or hardly seen
        if hidden or (self._resumed is not None and at - self._resumed < limits.dwell):
            return Presence(None, 0.0)
        if self._clerk is None:
            presence = Presence(False, 1.0 - max((track.score for track in members), default=0.0))
        else:
            presence = self._without(self._clerk, at, picture, elsewhere)
        return Presence(None, 0.0) if presence.occupied is False and self._doubtful else presence

    def _clerk_among(self, settled: list[Track]) -> Track:
        known = [track for track in settled if self._clerk is not None and track.id == self._clerk.track]
        return known[0] if known else max(settled, key=lambda track: track.score)

    def _is_settled(self, track: Track, at: StreamTime, members: list[Track]) -> bool:
        limits = self._limits
        clerk = self._clerk
        if clerk is not None and track.score >= limits.keep:
            if track.id == clerk.track:
                return True
            # The clerk under a new number, unless she is there under her own and this is somebody beside her.
            if _overlap(track.box, clerk.box) > 0.3 and all(other.id != clerk.track for other in members):
                return True
        if track.score < limits.enter or self._stands_nearer(track):
            return False
        stayed = at - self._arrived[track.id]
        if stayed >= limits.dwell_anyway:
            return True
        return stayed >= limits.dwell and track.strayed(StreamTime(at - limits.dwell)) <= limits.dwell_stray

    def _heed(self, doubtful: list[Track], at: StreamTime, elsewhere: list[Track]) -> None:
        """Remember who may be there, and forget whoever walks through, stands before the counter or is elsewhere."""
        limits = self._limits
        self._doubtful = {one: seen for one, seen in self._doubtful.items() if at - seen <= limits.hesitates}
        for track in doubtful:
            strayed = track.strayed(StreamTime(at - limits.dwell))
            if strayed <= limits.dwell_stray and not self._stands_nearer(track):
                self._doubtful[track.id] = at
            else:
                self._doubtful.pop(track.id, None)
        for track in elsewhere:
            self._doubtful.pop(track.id, None)

    def _stands_nearer(self, track: Track) -> bool:
        if self._home is None:
            return False
        return float(track.box[3] - self._home[3]) > self._limits.nearer * float(self._home[3] - self._home[1])

    def _remember(self, track: Track, at: StreamTime, picture: Pixels) -> None:
        clerk = self._clerk
        home = track.box
        if clerk is not None and (clerk.track == track.id or _overlap(track.box, clerk.box) > 0.3):
            # Home follows slowly, so that a step towards the door is a step away from home.
            share = min(1.0, (at - clerk.seen_at) / (4 * SECOND))
            home = (clerk.home + share * (track.box - clerk.home)).astype(np.float32)
        self._home = home
        self._clerk = _Clerk(track.id, home, track.box, at, _patch(picture, track.box), track.score)

    def _without(self, clerk: _Clerk, at: StreamTime, picture: Pixels, elsewhere: list[Track]) -> Presence:
        """The clerk who was there is not seen: has she gone, bent down, or does the network miss her?"""
        limits = self._limits
        unseen = at - clerk.seen_at
        if any(track.id == clerk.track for track in elsewhere) or _moved_off(clerk, limits.walked_off):
            self._clerk = None
            return Presence(False, 0.9)
        if any(_share_under(track.box, clerk.box) >= limits.covered for track in elsewhere):
            clerk.seen_at = at  # nobody can have seen her go; from when the view is free she is sought again
            return Presence(None, 0.0)
        if float(np.abs(_patch(picture, clerk.box) - clerk.patch).mean()) <= limits.unchanged:
            if unseen <= limits.remember:
                return Presence(True, clerk.score)
            if unseen <= 2 * limits.remember:
                return Presence(None, 0.0)
        elif unseen <= (limits.bend if _sank(clerk, limits.sunk) else limits.blink):
            return Presence(None, 0.0)
        self._clerk = None
        return Presence(False, 0.8)


def _moved_off(clerk: _Clerk, share: float) -> bool:
    width = max(float(clerk.home[2] - clerk.home[0]), 1.0)
    middle, home = float(clerk.box[0] + clerk.box[2]) / 2, float(clerk.home[0] + clerk.home[2]) / 2
    return abs(middle - home) / width >= share


def _sank(clerk: _Clerk, share: float) -> bool:
    height = max(float(clerk.home[3] - clerk.home[1]), 1.0)
    return float(clerk.box[1] - clerk.home[1]) / height >= share


def _share_under(cover: Box, box: Box) -> float:
    """The share of ``box`` that lies under ``cover``."""
    return _shared(cover, box) / max(float((box[2] - box[0]) * (box[3] - box[1])), 1.0)


def _shared(a: Box, b: Box) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return float(width * height) if width > 0 and height > 0 else 0.0


def _overlap(a: Box, b: Box) -> float:
    shared = _shared(a, b)
    if not shared:
        return 0.0
    return shared / (float((a[2] - a[0]) * (a[3] - a[1])) + float((b[2] - b[0]) * (b[3] - b[1])) - shared)


def _patch(picture: Pixels, box: Box) -> npt.NDArray[np.float32]:
    """The picture inside the box, 24 x 24 grey levels about their mean, so that a lamp switched on changes nothing."""
    x1, y1, x2, y2 = (round(float(edge)) for edge in box)
    inside = picture[max(y1, 0) : max(y2, y1 + 1), max(x1, 0) : max(x2, x1 + 1)]
    if not inside.size:
        return np.zeros((24, 24), np.float32)
    grey = cv2.cvtColor(inside, cv2.COLOR_BGR2GRAY)
    small = np.asarray(cv2.resize(grey, (24, 24), interpolation=cv2.INTER_AREA), np.float32)
    return small - np.float32(small.mean())
