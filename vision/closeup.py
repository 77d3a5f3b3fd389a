"""Looks twice: the whole picture for people, then crops at the camera's own resolution for what is small or missed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from vision.conduct import Conduct, conduct_of
from vision.detector import Detections, Detector
from vision.geometry import Boxes, Size, iou, square_around
from vision.layout import CameraLayout
from vision.picture import Picture, Pixels

__all__ = ["Eye", "EyeLimits", "Sight", "close_crop", "merged"]

PERSON: Final = "person"
_UPPER: Final = 1.6  # of a person's width: hands before the body included
_SHRUNK: Final = 1.1  # a crop may be so much larger than its input


@dataclass(frozen=True, slots=True)
class EyeLimits:
    """When to look twice, and how wide. Growth factors are of the longer side of what is looked at.

    1.7 is the crop on which the seated clerks of `office-cctv-desks` are found where the whole picture shows none.
    """

    member: float = 0.4
    sure: float = 0.5
    floor: float = 0.08
    least_scene: int = 448
    place_grow: float = 1.7
    person_grow: float = 1.2
    same_person: float = 0.5
    same_inside: float = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What was seen in one picture, in its pixels: people, and what close looks at them say.

    ``things`` is None when no close look at people was due; ``conducts`` holds one entry a person (a row of
    ``people``), None for whoever was not looked at closely.
    """

    people: Detections
    things: Detections | None
    conducts: tuple[Conduct | None, ...] = ()


class Eye:
    """Turns pictures into sights with two networks; holds no state, so pictures may be seen in any grouping."""

    def __init__(self, person: Detector, objects: Detector, limits: EyeLimits | None = None) -> None:
        self._person = person
        self._objects = objects
        self._limits = limits or EyeLimits()

    @property
    def person(self) -> Detector:
        return self._person

    @property
    def objects(self) -> Detector:
        return self._objects

    def see(self, looks: Sequence[tuple[CameraLayout, Picture, bool]]) -> list[Sight]:
        """One sight a look; the third of each look says whether a close look at the people's things is due."""
        people = self._with_missed(looks, self._scenes(looks))
        sights = [Sight(found, None, (None,) * len(found)) for found in people]
        return self._with_things(looks, sights)

    def _scenes(self, looks: Sequence[tuple[CameraLayout, Picture, bool]]) -> list[Detections]:
        by_side: dict[int, list[int]] = {}
        for index, (layout, _, _) in enumerate(looks):
            by_side.setdefault(self._scene_side(layout), []).append(index)
        found: dict[int, Detections] = {}
        for side, indices in by_side.items():
            seen = self._person.detect([looks[index][1].pixels for index in indices], side, self._limits.floor)
            found.update(zip(indices, (one.of(PERSON) for one in seen), strict=True))
        return [found[index] for index in range(len(looks))]

    def _scene_side(self, layout: CameraLayout) -> int:
        """The network's input for the whole picture: no finer than its posts need.

        A close look at the smallest post shows it at so many pixels; the whole picture need not show it finer by more
        than half. Posts that fill the picture are as well seen at two thirds of the input, for half the time.
        """
        inputs = self._person.card.inputs
        smallest = min((max(x2 - x1, y2 - y1) for x1, y1, x2, y2 in (one.place for one in layout.windows)), default=1.0)
        wanted = 1.5 * inputs["close"] * max(layout.size) / (self._limits.place_grow * smallest)
        return min(inputs["scene"], max(self._limits.least_scene, -(-round(wanted) // 32) * 32))

    def _with_missed(
        self, looks: Sequence[tuple[CameraLayout, Picture, bool]], scenes: list[Detections]
    ) -> list[Detections]:
        """The scenes' people, and those found on a close look at every post where no one was surely seen."""
        crops = []
        for index, (layout, _, _) in enumerate(looks):
            sure = scenes[index].boxes[scenes[index].scores >= self._limits.sure]
            for window in layout.windows:
                if not (window.membership(sure) >= self._limits.member).any():
                    crops.append((index, square_around(window.place, self._limits.place_grow, layout.size)))
        found = self._crop_and_detect(self._person, _pixels(looks), crops, self._person.card.inputs["close"])
        people = [
            merged(scene, Detections.none(scene.names), self._limits) for scene in self._looked_at_again(looks, scenes)
        ]
        for (index, _), more in zip(crops, found, strict=True):
            people[index] = merged(people[index], more.of(PERSON), self._limits)
        return people

    def _looked_at_again(
        self, looks: Sequence[tuple[CameraLayout, Picture, bool]], scenes: list[Detections]
    ) -> list[Detections]:
        """The scenes' people, with whoever is at a post and not sure looked at again."""
        doubtful = []
        for index, (layout, _, _) in enumerate(looks):
            posts = layout.assign(scenes[index].boxes, self._limits.member)
            for row, (post, score) in enumerate(zip(posts, scenes[index].scores.tolist(), strict=True)):
                if post is not None and score < self._limits.sure:
                    doubtful.append((index, row))
        return self.look_again(_pixels(looks), scenes, doubtful, self._limits.floor)

    def look_again(
        self, pictures: Sequence[Pixels], scenes: list[Detections], doubtful: Sequence[tuple[int, int]], floor: float
    ) -> list[Detections]:
        """The scenes' people; each ``doubtful`` one (picture, row) is scored by a close look at her too.

        The score is the geometric mean of both: what only one of the looks takes for a person is seldom one.
        """
        crops = []
        for index, row in doubtful:
            height, width = pictures[index].shape[:2]
            box = scenes[index].boxes[row].tolist()
            crops.append((index, square_around(box, self._limits.place_grow, (width, height))))
        found = self._crop_and_detect(self._person, pictures, crops, self._person.card.inputs["close"])
        scores = [scene.scores.copy() for scene in scenes]
        for (index, row), more in zip(doubtful, found, strict=True):
            people = more.of(PERSON)
            same = iou(scenes[index].boxes[row : row + 1], people.boxes)[0] >= self._limits.same_person
            again = float(people.scores[same].max(initial=0.0))
            scores[index][row] = math.sqrt(scores[index][row] * again)
        return [scene.scored(score, floor) for scene, score in zip(scenes, scores, strict=True)]

    def look_closely(self, picture: Pixels, people: Boxes, floor: float) -> list[Detections]:
        """What the objects network sees on a close look at each of ``people``, in pixels of ``picture``."""
        size = (picture.shape[1], picture.shape[0])
        crops = [(0, close_crop(box, size, self._limits.person_grow)) for box in people.tolist()]
        return self._crop_and_detect(self._objects, [picture], crops, self._objects.card.inputs["scene"], floor)

    def _with_things(self, looks: Sequence[tuple[CameraLayout, Picture, bool]], sights: list[Sight]) -> list[Sight]:
        """Close looks at everybody at a post, where one is due."""
        crops, whose = [], []
        for index, (layout, _, close) in enumerate(looks):
            people = sights[index].people
            for row, post in enumerate(layout.assign(people.boxes, self._limits.member) if close else ()):
                if post is not None and people.scores[row] >= self._limits.sure / 2:
                    crops.append((index, close_crop(_box(people, row), layout.size, self._limits.person_grow)))
                    whose.append(row)
        found = self._crop_and_detect(self._objects, _pixels(looks), crops, self._objects.card.inputs["scene"])
        things = [Detections.none(self._objects.card.classes) for _ in looks]
        conducts: list[list[Conduct | None]] = [list(sight.conducts) for sight in sights]
        for (index, _), row, more in zip(crops, whose, found, strict=True):
            things[index] = merged(things[index], more, self._limits)
            conducts[index][row] = conduct_of(_box(sights[index].people, row), more, self._objects.card)
        return [
            Sight(sight.people, thing, tuple(conduct)) if close else sight
            for sight, thing, conduct, (_, _, close) in zip(sights, things, conducts, looks, strict=True)
        ]

    def _crop_and_detect(
        self,
        network: Detector,
        pictures: Sequence[Pixels],
        crops: Sequence[tuple[int, tuple[int, int, int, int]]],
        finest: int,
        floor: float | None = None,
    ) -> list[Detections]:
        """What the network sees in each crop (picture index, xyxy), in pixels of the whole picture.

        Its input is that of close looks, and up to ``finest`` for a crop that would be shrunk by that.
        """
        close = network.card.inputs["close"]
        sides = [min(finest, _step(max(x2 - x1, y2 - y1), close)) for _, (x1, y1, x2, y2) in crops]
        found: dict[int, Detections] = {}
        for side in set(sides):
            indices = [index for index, one in enumerate(sides) if one == side]
            parts = [_part(pictures[crops[index][0]], crops[index][1]) for index in indices]
            found.update(
                zip(indices, network.detect(parts, side, self._limits.floor if floor is None else floor), strict=True)
            )
        return [found[index].moved(x1, y1) for index, (_, (x1, y1, _, _)) in enumerate(crops)]


def merged(known: Detections, more: Detections, limits: EyeLimits) -> Detections:
    """Both, without a box that shows the same thing as a better one.

    Much overlap is the same thing; so is a box of one look mostly inside a box of the other, since a crop cuts
    people off. Within one look a box inside another may well be somebody behind.
    """
    both = Detections(
        np.concatenate([known.boxes, more.boxes]),
        np.concatenate([known.scores, more.scores]),
        np.concatenate([known.classes, more.classes]),
        known.names,
    )
    order = np.argsort(-both.scores, kind="stable")
    overlap, inside = iou(both.boxes, both.boxes), _share_inside(both.boxes)
    of_known = np.arange(len(both)) < len(known)
    kept: list[int] = []
    for index in order.tolist():
        double = any(
            both.classes[index] == both.classes[other]
            and (
                overlap[index, other] >= limits.same_person
                or (
                    of_known[index] != of_known[other]
                    and max(inside[index, other], inside[other, index]) >= limits.same_inside
                )
            )
            for other in kept
        )
        if not double:
            kept.append(index)
    return both[np.array(kept, np.intp)]


def close_crop(person: Sequence[float], size: Size, grow: float = 1.2) -> tuple[int, int, int, int]:
    """The square, xyxy, of a close look at one person: her box and some more; of who stands in full, the upper part,
    where hands, mouth and chest are.
    """
    x1, y1, x2, y2 = person
    upper = (x1, y1, x2, min(y2, y1 + _UPPER * (x2 - x1)))
    return square_around(upper, grow, size)


def _box(people: Detections, row: int) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = people.boxes[row].tolist()
    return x1, y1, x2, y2


def _step(pixels: int, close: int) -> int:
    """The input for a crop of this side: ``close`` or so many halves more that little of it is lost."""
    return max(2, math.ceil(pixels / (_SHRUNK * close / 2))) * close // 2


def _pixels(looks: Sequence[tuple[CameraLayout, Picture, bool]]) -> list[Pixels]:
    return [picture.pixels for _, picture, _ in looks]


def _part(picture: Pixels, crop: tuple[int, int, int, int]) -> Pixels:
    x1, y1, x2, y2 = crop
    return picture[y1:y2, x1:x2]


def _share_inside(boxes: Boxes) -> npt.NDArray[np.float64]:
    """Share of each box (row) that lies inside each other box (column), shape (n, n)."""
    left_top = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    right_bottom = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = np.prod(np.clip(right_bottom - left_top, 0, None), axis=2, dtype=np.float64)
    own = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1, dtype=np.float64)
    share: npt.NDArray[np.float64] = shared / np.maximum(own, 1e-9)[:, None]
    return share
