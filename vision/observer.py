"""From what was seen in one camera's picture to one observation a window."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from vision.acts import ActAnswer, ActWatch, at_ear
from vision.chest import ChestLimits, clearly_shown, is_hidden
from vision.closeup import PERSON, Sight
from vision.conduct import Act, Conduct
from vision.detector import Detections
from vision.dress import (
    CANNOT_TELL,
    BadgeWatch,
    UniformAt,
    UniformWatch,
    WornAnswer,
    of_all,
    outsider_among,
)
from vision.geometry import Boxes, contains
from vision.layout import CameraLayout, WindowLayout, Zone
from vision.observation import Observation, WindowId
from vision.occupancy import Occupancy, OccupancyLimits, Presence
from vision.picture import Picture
from vision.streamtime import StreamTime
from vision.tracking import Track, Tracker

__all__ = ["LABELS", "Observer", "ObserverLimits", "Seen"]

LABELS: Final[Mapping[Act, str]] = MappingProxyType(
    {"phone": "cell phone", "smoking": "cigarette", "eating": "food", "badge": "badge"}
)
"""What a box that shows an act is called."""

_DONE: Final[tuple[Act, ...]] = ("phone", "smoking", "eating")
_COUNTED: Final[tuple[Zone, ...]] = ("customer", "queue")

_Box = tuple[float, float, float, float]
_Staff = Sequence[tuple[Track, Conduct | None]]


@dataclass(frozen=True, slots=True)
class ObserverLimits:
    """Shares of a box that has to lie in a zone, and of a post that others may hide.

    ``member`` brings somebody to a post, ``stays`` keeps there whoever is settled at it. ``somebody``: whoever is so
    surely a person may hide another's chest.
    """

    member: float = 0.4
    stays: float = 0.2
    hidden: float = 0.6
    somebody: float = 0.35


@dataclass(frozen=True, slots=True)
class Seen:
    """A box to draw: what it is, xyxy in pixels, score, the person's track and the window where it has them."""

    label: str
    box: _Box
    score: float
    track: int | None = None
    window: WindowId | None = None


@dataclass(frozen=True, slots=True)
class _Post:
    """What is followed at one window: presence, and what the networks know of conduct and dress."""

    occupancy: Occupancy
    acts: Mapping[Act, ActWatch]
    badge: BadgeWatch | None
    uniform: UniformWatch | None

    def forget(self) -> None:
        self.occupancy.forget()
        for watch in self.acts.values():
            watch.forget()
        for dress in (self.badge, self.uniform):
            if dress is not None:
                dress.forget()


class Observer:
    """Follows one camera: people over time, each post's occupancy, and what its staff do and wear.

    ``thresholds``: from which score on an act counts as seen, of those that the network knows. ``uniforms`` knows what
    the hall wears. Signals beside these are never answered.
    """

    def __init__(
        self,
        layout: CameraLayout,
        thresholds: Mapping[Act, float],
        uniforms: UniformAt | None = None,
        limits: ObserverLimits | None = None,
        occupancy: OccupancyLimits | None = None,
        chest: ChestLimits | None = None,
    ) -> None:
        self._layout = layout
        self._thresholds = thresholds
        self._limits = limits or ObserverLimits()
        self._chest = chest or ChestLimits()
        self._tracker = Tracker()
        self._settled: dict[int, int] = {}
        self._posts = [
            _Post(
                Occupancy(occupancy),
                {act: ActWatch(act, thresholds[act]) for act in _DONE if act in thresholds},
                BadgeWatch(thresholds["badge"]) if "badge" in thresholds else None,
                _uniform_watch(uniforms),
            )
            for _ in layout.windows
        ]

    def wear(self, uniforms: UniformAt | None) -> None:
        """Judge by other uniforms from the next look on; people and posts stay who and what they were."""
        self._posts = [replace(post, uniform=_uniform_watch(uniforms)) for post in self._posts]

    def forget(self) -> None:
        """After a stretch that could not be judged: nobody is known to be who she was."""
        self._tracker.forget()
        self._settled = {}
        for post in self._posts:
            post.forget()

    def observe(self, picture: Picture, sight: Sight) -> tuple[list[Observation], list[Seen]]:
        """One observation a window, in the layout's order, and the boxes that explain them."""
        people = sight.people
        tracks = self._tracker.update(picture.at, people)
        settled = [None if track is None else self._settled.get(track.id) for track in tracks]
        places = self._layout.assign(people.boxes, self._limits.member, settled, self._limits.stays)
        self._settled = {}
        conducts = sight.conducts or (None,) * len(people)
        observations = []
        seen = self._seen_people(people, tracks, places)
        for index, (window, post) in enumerate(zip(self._layout.windows, self._posts, strict=True)):
            members = [track for track, place in zip(tracks, places, strict=True) if track and place == index]
            elsewhere = [track for track, place in zip(tracks, places, strict=True) if track and place != index]
            hidden = self._is_hidden(window, [track.box for track in elsewhere])
            presence = post.occupancy.look(picture.at, picture.pixels, members, elsewhere, hidden)
            self._settled |= {track.id: index for track in presence.staff}
            staff = [
                (track, conduct)
                for track, conduct in zip(tracks, conducts, strict=True)
                if track is not None and any(track is one for one in presence.staff)
            ]
            acts = _acts(post, picture.at, presence, staff)
            dress = self._dress(post, picture, presence, staff, people)
            counts = {zone: _standing_in(window, zone, people) for zone in _COUNTED}
            observations.append(_observation(window.id, picture.at, presence, acts, dress, counts))
            seen += self._seen_things(window.id, picture.at, acts, staff)
        return observations, seen

    def _dress(
        self, post: _Post, picture: Picture, presence: Presence, staff: _Staff, people: Detections
    ) -> dict[str, WornAnswer]:
        """Whether badge and uniform are worn, and by everybody; where nobody is, nothing is missing."""
        if presence.occupied is False:
            return {"outsider": WornAnswer(False, presence.confidence) if post.uniform is not None else CANNOT_TELL}
        somebody = _tuples(people.boxes[people.scores >= self._limits.somebody])

        def beside(person: _Box) -> list[_Box]:
            return [box for box in somebody if box != person]

        def is_clear(conduct: Conduct) -> bool:
            return clearly_shown(picture.pixels, conduct.person, beside(conduct.person), self._chest)

        def is_whole(person: _Box) -> bool:
            return not is_hidden(person, beside(person), self._chest)

        badge = post.badge.look(picture.at, staff, is_clear) if post.badge is not None else CANNOT_TELL
        tracks = [track for track, _ in staff]
        clothes = post.uniform.look(picture, tracks, is_whole) if post.uniform is not None else [CANNOT_TELL] * 2
        outsider = outsider_among(clothes) if presence.occupied else CANNOT_TELL
        return {"badge": badge, "uniform": of_all(clothes), "outsider": outsider}

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

    def _seen_people(
        self, people: Detections, tracks: Sequence[Track | None], places: Sequence[int | None]
    ) -> list[Seen]:
        seen = []
        for box, score, track, place in zip(_tuples(people.boxes), people.scores.tolist(), tracks, places, strict=True):
            if track is not None:
                window = self._layout.windows[place].id if place is not None else None
                seen.append(Seen(PERSON, box, score, track.id, window))
        return seen

    def _seen_things(
        self, window: WindowId, at: StreamTime, acts: Mapping[Act, ActAnswer], staff: _Staff
    ) -> list[Seen]:
        """The things on which this look's answers rest, and the badges that are worn."""
        found: dict[tuple[Act, _Box], float] = {}
        for act, answer in acts.items():
            if answer.doing and answer.at == at and answer.thing is not None:
                found[act, answer.thing] = answer.confidence
        shown: list[Act] = [act for act in self._thresholds if act == "badge" or (act in acts and acts[act].doing)]
        for _, conduct in staff:
            for act in shown:
                evidence = conduct.acts.get(act) if conduct is not None else None
                if evidence is not None and evidence.box is not None and evidence.score >= self._thresholds[act]:
                    found[act, evidence.box] = evidence.score
        return [Seen(LABELS[act], box, score, None, window) for (act, box), score in found.items()]


def _uniform_watch(uniforms: UniformAt | None) -> UniformWatch | None:
    return UniformWatch(uniforms) if uniforms is not None else None


def _standing_in(window: WindowLayout, zone: Zone, people: Detections) -> int | None:
    """How many people's feet are in the zone; None where it is not drawn."""
    if zone not in window.zones:
        return None
    standing = people.boxes[people.scores >= OccupancyLimits().enter]
    return sum(contains(window.zones[zone], (x1 + x2) / 2, y2) for x1, _, x2, y2 in standing.tolist())


def _acts(post: _Post, at: StreamTime, presence: Presence, staff: _Staff) -> dict[Act, ActAnswer]:
    """What the staff do, of what the network knows; where nobody is, nobody does anything."""
    if presence.occupied is False:
        return {act: ActAnswer(at, False, presence.confidence) for act in post.acts}
    conducts = [conduct for _, conduct in staff]
    return {act: watch.look(at, conducts) for act, watch in post.acts.items()}


def _observation(
    window: WindowId,
    at: StreamTime,
    presence: Presence,
    acts: Mapping[Act, ActAnswer],
    dress: Mapping[str, WornAnswer],
    counts: Mapping[Zone, int | None],
) -> Observation:
    unasked = ActAnswer(at, None, 0.0)
    phone, smoking, eating = (acts.get(act, unasked) for act in _DONE)
    answered = {
        "occupied": (presence.occupied, presence.confidence),
        "phone_in_use": (phone.doing, phone.confidence),
        "phone_at_ear": (at_ear(phone), phone.confidence),
        "smoking": (smoking.doing, smoking.confidence),
        "eating": (eating.doing, eating.confidence),
        **{signal: (answer.worn, answer.confidence) for signal, answer in dress.items()},
    }
    said = {signal: answer for signal, (answer, _) in answered.items()}
    return Observation(
        window,
        at,
        occupied=presence.occupied,
        phone_in_use=phone.doing,
        phone_at_ear=at_ear(phone),
        smoking=smoking.doing,
        eating=eating.doing,
        badge=said.get("badge"),
        uniform=said.get("uniform"),
        outsider=said.get("outsider"),
        staff_count=len(presence.staff) if presence.occupied is not None else None,
        customer_count=counts["customer"],
        queue_count=counts["queue"],
        confidence={signal: round(sure, 3) for signal, (answer, sure) in answered.items() if answer is not None},
    )


def _tuples(boxes: Boxes) -> list[_Box]:
    return [(x1, y1, x2, y2) for x1, y1, x2, y2 in boxes.tolist()]
