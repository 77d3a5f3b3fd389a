"""From what was seen in one camera's picture to one observation a window."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vision.closeup import PERSON, Sight
from vision.detector import Detections
from vision.geometry import Boxes, contains
from vision.layout import CameraLayout, WindowLayout
from vision.observation import Observation, WindowId
from vision.occupancy import Occupancy, OccupancyLimits, Presence
from vision.picture import Picture
from vision.streamtime import SECOND, StreamTime
from vision.tracking import Track, Tracker

__all__ = ["Observer", "ObserverLimits", "Seen"]

PHONE: Final = "cell phone"


@dataclass(frozen=True, slots=True)
class ObserverLimits:
    """Where a phone has to be to be in use, as shares of the staff member's box.

    ``reach`` widens the box sideways, since hands leave it; ``head`` is the part from the top in which a phone is at
    the ear; below ``lap`` a phone lies on the counter. From ``doubt`` of the network's threshold on something may be
    one: neither a yes nor a no. An answer of a close look holds for ``close_holds``.
    """

    member: float = 0.4
    hidden: float = 0.6
    reach: float = 0.2
    head: float = 0.3
    lap: float = 1.0
    doubt: float = 0.5
    close_holds: int = 1 * SECOND


@dataclass(frozen=True, slots=True)
class Seen:
    """A box to draw: what it is, xyxy in pixels, score, the person's track and window where it has them."""

    label: str
    box: tuple[float, float, float, float]
    score: float
    track: int | None = None
    window: WindowId | None = None


@dataclass(frozen=True, slots=True)
class _PhoneAnswer:
    at: StreamTime
    in_use: bool | None
    at_ear: bool | None
    score: float


class Observer:
    """Follows one camera: people over time, each post's occupancy, and what its staff hold."""

    def __init__(
        self,
        layout: CameraLayout,
        phone_score: float,
        limits: ObserverLimits | None = None,
        occupancy: OccupancyLimits | None = None,
    ) -> None:
        self._layout = layout
        self._phone_score = phone_score
        self._limits = limits or ObserverLimits()
        self._tracker = Tracker()
        self._posts = [Occupancy(occupancy) for _ in layout.windows]
        self._phones: list[_PhoneAnswer | None] = [None] * len(layout.windows)

    def forget(self) -> None:
        """After a stretch that could not be judged: nobody is known to be who she was."""
        self._tracker.forget()
        for post in self._posts:
            post.forget()
        self._phones = [None] * len(self._phones)

    def observe(self, picture: Picture, sight: Sight) -> tuple[list[Observation], list[Seen]]:
        """One observation a window, in the layout's order, and the boxes that explain them."""
        people = sight.people
        tracks = self._tracker.update(picture.at, people)
        posts = self._layout.assign(people.boxes, self._limits.member)
        observations = []
        for index, window in enumerate(self._layout.windows):
            members = [track for track, post in zip(tracks, posts, strict=True) if track and post == index]
            elsewhere = [track for track, post in zip(tracks, posts, strict=True) if track and post != index]
            hidden = self._is_hidden(window, [track.box for track in elsewhere])
            presence = self._posts[index].look(picture.at, picture.pixels, members, elsewhere, hidden)
            observations.append(self._observation(index, window, picture.at, presence, people, posts, sight.things))
        return observations, self._seen(people, tracks, posts, sight.things)

    def _observation(
        self,
        index: int,
        window: WindowLayout,
        at: StreamTime,
        presence: Presence,
        people: Detections,
        posts: Sequence[int | None],
        things: Detections | None,
    ) -> Observation:
        phone = self._phone(index, at, presence, things)
        queue = self._queue(window, people)
        confidence = {"occupied": round(presence.confidence, 3), "phone_in_use": round(phone.score, 3)}
        return Observation(
            window.id,
            at,
            occupied=presence.occupied,
            phone_in_use=phone.in_use,
            phone_at_ear=phone.at_ear,
            staff_count=len(presence.staff) if presence.occupied is not None else None,
            queue_count=queue,
            confidence=confidence,
        )

    def _phone(self, index: int, at: StreamTime, presence: Presence, things: Detections | None) -> _PhoneAnswer:
        if presence.occupied is False:
            return _PhoneAnswer(at, False, False, presence.confidence)
        known = self._phones[index]
        if things is None or not presence.staff:
            if known is not None and at - known.at <= self._limits.close_holds and presence.staff:
                return known
            return _PhoneAnswer(at, None, None, 0.0)
        phones = things.of(PHONE, self._phone_score * self._limits.doubt)
        held = [self._held(phones, track.box) for track in presence.staff]
        score, at_ear = max(held, default=(0.0, False))
        if score >= self._phone_score:
            answer = _PhoneAnswer(at, True, at_ear, score)
        elif score > 0:
            answer = _PhoneAnswer(at, None, None, score)
        else:
            answer = _PhoneAnswer(at, False, False, 1.0 - self._phone_score)
        self._phones[index] = answer
        return answer

    def _held(self, phones: Detections, person: np.ndarray[tuple[int], np.dtype[np.float32]]) -> tuple[float, bool]:
        """The best score of a phone in this person's hands (0 when none), and whether it is at the ear."""
        limits = self._limits
        x1, y1, x2, y2 = (float(edge) for edge in person)
        reach, height = limits.reach * (x2 - x1), y2 - y1
        best, ear = 0.0, False
        for box, score in zip(phones.boxes.tolist(), phones.scores.tolist(), strict=True):
            x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
            if x1 - reach <= x <= x2 + reach and y1 <= y <= y1 + limits.lap * height and score > best:
                best, ear = score, y <= y1 + limits.head * height
        return best, ear

    def _is_hidden(self, window: WindowLayout, others: list[np.ndarray[tuple[int], np.dtype[np.float32]]]) -> bool:
        """Whether somebody who does not belong to the post stands before most of its place."""
        x1, y1, x2, y2 = window.place
        size = max((x2 - x1) * (y2 - y1), 1e-9)
        for box in others:
            width = min(x2, float(box[2])) - max(x1, float(box[0]))
            height = min(y2, float(box[3])) - max(y1, float(box[1]))
            if width > 0 and height > 0 and width * height / size >= self._limits.hidden:
                return True
        return False

    def _queue(self, window: WindowLayout, people: Detections) -> int | None:
        zone = window.zones.get("queue")
        if zone is None:
            return None
        standing = people.boxes[people.scores >= OccupancyLimits().enter]
        return sum(contains(zone, (x1 + x2) / 2, y2) for x1, _, x2, y2 in standing.tolist())

    def _seen(
        self,
        people: Detections,
        tracks: Sequence[Track | None],
        posts: Sequence[int | None],
        things: Detections | None,
    ) -> list[Seen]:
        seen = []
        for box, score, track, post in zip(_tuples(people.boxes), people.scores.tolist(), tracks, posts, strict=True):
            if track is not None:
                window = self._layout.windows[post].id if post is not None else None
                seen.append(Seen(PERSON, box, score, track.id, window))
        if things is not None:
            phones = things.of(PHONE, self._phone_score)
            seen.extend(
                Seen(PHONE, box, score)
                for box, score in zip(_tuples(phones.boxes), phones.scores.tolist(), strict=True)
            )
        return seen


def _tuples(boxes: Boxes) -> list[tuple[float, float, float, float]]:
    return [(x1, y1, x2, y2) for x1, y1, x2, y2 in boxes.tolist()]
