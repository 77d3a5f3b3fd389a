"""Whether a phone is in use at a post: sure looks begin it, and fainter ones at the same place go on with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vision.detector import Detections
from vision.geometry import iou
from vision.streamtime import SECOND, StreamTime
from vision.tracking import Box, Track

__all__ = ["PHONE", "PhoneAnswer", "PhoneLimits", "PhoneUse"]

PHONE: Final = "cell phone"


@dataclass(frozen=True, slots=True)
class PhoneLimits:
    """Where and how surely a phone has to be seen to be in use.

    As shares of the staff member's box: ``reach`` widens it sideways, since hands leave it; ``head`` is the part from
    the top in which a phone is at the ear; below ``lap`` a phone lies on the counter. As shares of the network's
    threshold: from ``doubt`` on something may be a phone, neither a yes nor a no; from ``keep`` on a phone that was
    surely seen twice ``within`` a short time, and overlaps by ``same``, is still held, until ``keeps`` after the last
    sure look; not seen at all so shortly after, nobody can tell. An answer ``holds`` until the next close look.
    """

    reach: float = 0.2
    head: float = 0.3
    lap: float = 1.0
    doubt: float = 0.5
    keep: float = 0.25
    same: float = 0.3
    within: int = 2 * SECOND
    keeps: int = 5 * SECOND
    holds: int = 1 * SECOND


@dataclass(frozen=True, slots=True)
class PhoneAnswer:
    at: StreamTime
    in_use: bool | None
    at_ear: bool | None
    score: float


@dataclass(frozen=True, slots=True)
class _Held:
    """A phone in somebody's hands: score, whether at the ear, its box."""

    score: float
    at_ear: bool
    box: Box


class PhoneUse:
    """Follows one post; give it each close look at its staff in order of time."""

    def __init__(self, threshold: float, limits: PhoneLimits | None = None) -> None:
        self._threshold = threshold
        self._limits = limits or PhoneLimits()
        self.forget()

    def forget(self) -> None:
        self._known: PhoneAnswer | None = None
        self._box: Box | None = None
        self._sure: tuple[StreamTime, ...] = ()
        self._confirmed = False

    def look(self, at: StreamTime, staff: Sequence[Track], things: Detections | None) -> PhoneAnswer:
        """The answer for ``staff``; ``things`` is None when no close look was due."""
        if not staff:
            return PhoneAnswer(at, None, None, 0.0)
        if things is None:
            known = self._known
            still = known is not None and at - known.at <= self._limits.holds
            return known if known is not None and still else PhoneAnswer(at, None, None, 0.0)
        phones = things.of(PHONE, self._threshold * self._limits.keep)
        held = [one for track in staff for one in self._in_hands(phones, track.box)]
        self._known = self._judged(at, held)
        return self._known

    def _judged(self, at: StreamTime, held: Sequence[_Held]) -> PhoneAnswer:
        best = max(held, key=lambda one: one.score, default=None)
        if best is not None and best.score >= self._threshold:
            self._sure = (*(past for past in self._sure if at - past <= self._limits.within), at)
            self._confirmed = len(self._sure) >= 2 or (self._confirmed and self._is_same(best))
            self._box = best.box
            return PhoneAnswer(at, True, best.at_ear, best.score)
        since = at - self._sure[-1] if self._confirmed else None
        if since is None or since > self._limits.keeps:
            self._confirmed, since = False, None
        kept = next((one for one in held if since is not None and self._is_same(one)), None)
        if kept is not None:
            self._box = kept.box
            return PhoneAnswer(at, True, kept.at_ear, kept.score)
        faint = best is not None and best.score >= self._threshold * self._limits.doubt
        if faint or (since is not None and since <= self._limits.within):
            return PhoneAnswer(at, None, None, best.score if best is not None else 0.0)
        return PhoneAnswer(at, False, False, 1.0 - self._threshold)

    def _is_same(self, one: _Held) -> bool:
        return self._box is not None and float(iou(one.box[None], self._box[None])[0, 0]) >= self._limits.same

    def _in_hands(self, phones: Detections, person: Box) -> list[_Held]:
        """The phones where this person's hands reach."""
        limits = self._limits
        x1, y1, x2, y2 = (float(edge) for edge in person)
        reach, height = limits.reach * (x2 - x1), y2 - y1
        found = []
        for box, score in zip(phones.boxes, phones.scores.tolist(), strict=True):
            x, y = float(box[0] + box[2]) / 2, float(box[1] + box[3]) / 2
            if x1 - reach <= x <= x2 + reach and y1 <= y <= y1 + limits.lap * height:
                found.append(_Held(score, y <= y1 + limits.head * height, np.asarray(box, np.float32)))
        return found
