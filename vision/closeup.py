"""Looks twice: the whole picture for people, then crops at the camera's own resolution for what is small or missed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from vision.detector import Detections, Detector
from vision.geometry import Boxes, iou, square_around
from vision.layout import CameraLayout
from vision.picture import Picture, Pixels

__all__ = ["Eye", "EyeLimits", "Sight"]

PERSON: Final = "person"
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
    """What was seen in one picture, in its pixels: people, and the things seen on close looks at them.

    ``things`` is None when no close look at people was due.
    """

    people: Detections
    things: Detections | None


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
        things = self._things(looks, people)
        return [
            Sight(found, thing if close else None)
            for found, thing, (_, _, close) in zip(people, things, looks, strict=True)
        ]

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
        found = self._crop_and_detect(self._person, looks, crops, self._person.card.inputs["close"])
        people = [self._merge(scene, Detections.none(scene.names)) for scene in self._looked_at_again(looks, scenes)]
        for (index, _), more in zip(crops, found, strict=True):
            people[index] = self._merge(people[index], more.of(PERSON))
        return people

    def _looked_at_again(
        self, looks: Sequence[tuple[CameraLayout, Picture, bool]], scenes: list[Detections]
    ) -> list[Detections]:
        """The scenes' people; whoever is at a post and not sure is scored by a close look at her too.

        The score is the geometric mean of both: what only one of the looks takes for a person is seldom one.
        """
        crops, doubtful = [], []
        for index, (layout, _, _) in enumerate(looks):
            posts = layout.assign(scenes[index].boxes, self._limits.member)
            for row, (post, score) in enumerate(zip(posts, scenes[index].scores.tolist(), strict=True)):
                if post is not None and score < self._limits.sure:
                    box = scenes[index].boxes[row].tolist()
                    crops.append((index, square_around(box, self._limits.place_grow, layout.size)))
                    doubtful.append((index, row))
        found = self._crop_and_detect(self._person, looks, crops, self._person.card.inputs["close"])
        scores = [scene.scores.copy() for scene in scenes]
        for (index, row), more in zip(doubtful, found, strict=True):
            people = more.of(PERSON)
            same = iou(scenes[index].boxes[row : row + 1], people.boxes)[0] >= self._limits.same_person
            again = float(people.scores[same].max(initial=0.0))
            scores[index][row] = math.sqrt(scores[index][row] * again)
        return [scene.scored(score, self._limits.floor) for scene, score in zip(scenes, scores, strict=True)]

    def _things(
        self, looks: Sequence[tuple[CameraLayout, Picture, bool]], people: list[Detections]
    ) -> list[Detections]:
        crops = []
        for index, (layout, _, close) in enumerate(looks):
            if close:
                sure = people[index][people[index].scores >= self._limits.sure / 2]
                for box, window in zip(sure.boxes, layout.assign(sure.boxes, self._limits.member), strict=True):
                    if window is not None:
                        crops.append((index, square_around(box.tolist(), self._limits.person_grow, layout.size)))
        found = self._crop_and_detect(self._objects, looks, crops, self._objects.card.inputs["scene"])
        things = [Detections.none(self._objects.card.classes) for _ in looks]
        for (index, _), more in zip(crops, found, strict=True):
            things[index] = self._merge(things[index], more)
        return things

    def _crop_and_detect(
        self,
        network: Detector,
        looks: Sequence[tuple[CameraLayout, Picture, bool]],
        crops: Sequence[tuple[int, tuple[int, int, int, int]]],
        finest: int,
    ) -> list[Detections]:
        """What the network sees in each crop (look index, xyxy), in pixels of the whole picture.

        Its input is that of close looks, and up to ``finest`` for a crop that would be shrunk by that.
        """
        close = network.card.inputs["close"]
        sides = [min(finest, _step(max(x2 - x1, y2 - y1), close)) for _, (x1, y1, x2, y2) in crops]
        found: dict[int, Detections] = {}
        for side in set(sides):
            indices = [index for index, one in enumerate(sides) if one == side]
            parts = [_part(looks[crops[index][0]][1], crops[index][1]) for index in indices]
            found.update(zip(indices, network.detect(parts, side, self._limits.floor), strict=True))
        return [found[index].moved(x1, y1) for index, (_, (x1, y1, _, _)) in enumerate(crops)]

    def _merge(self, known: Detections, more: Detections) -> Detections:
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
                    overlap[index, other] >= self._limits.same_person
                    or (
                        of_known[index] != of_known[other]
                        and max(inside[index, other], inside[other, index]) >= self._limits.same_inside
                    )
                )
                for other in kept
            )
            if not double:
                kept.append(index)
        return both[np.array(kept, np.intp)]


def _step(pixels: int, close: int) -> int:
    """The input for a crop of this side: ``close`` or so many halves more that little of it is lost."""
    return max(2, math.ceil(pixels / (_SHRUNK * close / 2))) * close // 2


def _part(picture: Picture, crop: tuple[int, int, int, int]) -> Pixels:
    x1, y1, x2, y2 = crop
    return picture.pixels[y1:y2, x1:x2]


def _share_inside(boxes: Boxes) -> npt.NDArray[np.float64]:
    """Share of each box (row) that lies inside each other box (column), shape (n, n)."""
    left_top = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    right_bottom = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = np.prod(np.clip(right_bottom - left_top, 0, None), axis=2, dtype=np.float64)
    own = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1, dtype=np.float64)
    share: npt.NDArray[np.float64] = shared / np.maximum(own, 1e-9)[:, None]
    return share
