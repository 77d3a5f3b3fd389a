"""From what was seen in one camera's picture to one observation a window."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vision.closeup import PERSON, Sight
from vision.detector import Detections
from vision.geometry import Boxes, contains
from vision.layout import CameraLayout, WindowLayout
from vision.observation import Observation, WindowId
from vision.occupancy import Occupancy, OccupancyLimits, Presence
from vision.phone import PHONE, PhoneAnswer, PhoneUse
from vision.picture import Picture
from vision.streamtime import StreamTime
from vision.tracking import Track, Tracker

__all__ = ["Observer", "ObserverLimits", "Seen"]


@dataclass(frozen=True, slots=True)
class ObserverLimits:
    """Shares of a box that has to lie in a zone, and of a post that others may hide."""

    member: float = 0.4
    hidden: float = 0.6


@dataclass(frozen=True, slots=True)
class Seen:
    """A box to draw: what it is, xyxy in pixels, score, the person's track and window where it has them."""

    label: str
    box: tuple[float, float, float, float]
    score: float
    track: int | None = None
    window: WindowId | None = None


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
        self._phones = [PhoneUse(phone_score) for _ in layout.windows]

    def forget(self) -> None:
        """After a stretch that could not be judged: nobody is known to be who she was."""
        self._tracker.forget()
        for post, phone in zip(self._posts, self._phones, strict=True):
            post.forget()
            phone.forget()

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

    def _phone(self, index: int, at: StreamTime, presence: Presence, things: Detections | None) -> PhoneAnswer:
        if presence.occupied is False:
            return PhoneAnswer(at, False, False, presence.confidence)
        return self._phones[index].look(at, presence.staff, things)

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
