"""Which pixels of a person are her top garment, and where on the body each of them lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.hands import (
    LEFT_ELBOW,
    LEFT_HIP,
    LEFT_SHOULDER,
    LEFT_WRIST,
    RIGHT_ELBOW,
    RIGHT_HIP,
    RIGHT_SHOULDER,
    RIGHT_WRIST,
)
from training.look import Picture
from training.uniform.people import Person

Mask = NDArray[np.uint8]
Points = NDArray[np.float32]

SEEN = 0.6
ARMS = (
    (LEFT_SHOULDER, LEFT_ELBOW),
    (RIGHT_SHOULDER, RIGHT_ELBOW),
    (LEFT_ELBOW, LEFT_WRIST),
    (RIGHT_ELBOW, RIGHT_WRIST),
)


@dataclass(frozen=True, slots=True, eq=False)
class Cloth:
    """The top garment of ``person``: ``mask`` (h, w) 0/1; ``trunk`` (4, 2): the shoulders left and right in the
    picture, then the hips right and left.
    """

    person: Person
    mask: Mask
    trunk: Points

    @property
    def shoulders(self) -> float:
        """Pixels from shoulder to shoulder."""
        return float(np.linalg.norm(self.trunk[0] - self.trunk[1]))


def cloths(people: Sequence[Person], folder: Path) -> list[Cloth]:
    """The garments that GrabCut separates cleanly; its answers are kept in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for person in people:
        trunk = trunk_of(person)
        if trunk is None or person.points is None:
            continue
        file = folder / f"{person.key.replace('/', '-')}.png"
        if not file.exists():
            mask = _garment(person.pixels, person.points, trunk)
            empty = np.zeros((1, 1), np.uint8)
            # A picture that is written only in part would be taken for whole when the run goes on.
            beside = file.with_suffix(".part.png")
            cv2.imwrite(str(beside), empty if mask is None else mask)
            beside.replace(file)
        kept = np.asarray(cv2.imread(str(file), cv2.IMREAD_GRAYSCALE), np.uint8)
        if kept.shape == person.pixels.shape[:2]:
            found.append(Cloth(person, kept, trunk))
    return found


def trunk_of(person: Person) -> Points | None:
    """Shoulders and hips, hips guessed where they are hidden; None where the body is seen too much from the side."""
    if person.points is None or person.points[[LEFT_SHOULDER, RIGHT_SHOULDER], 2].min() < SEEN:
        return None
    left, right = _sorted(person.points[[LEFT_SHOULDER, RIGHT_SHOULDER], :2])
    wide = float(np.linalg.norm(left - right))
    if wide < max(0.22 * (person.box[2] - person.box[0]), 10):
        return None
    if person.points[[LEFT_HIP, RIGHT_HIP], 2].min() > SEEN:
        low_left, low_right = _sorted(person.points[[LEFT_HIP, RIGHT_HIP], :2])
    else:
        middle = (left + right) / 2
        bottom = min(person.box[3], middle[1] + 1.35 * wide)
        if bottom - middle[1] < 0.45 * wide:
            return None
        low_left, low_right = (
            np.array([0.85 * one[0] + 0.15 * middle[0], bottom], np.float32) for one in (left, right)
        )
    return np.array([left, right, low_right, low_left], np.float32)


def _sorted(two: Points) -> Points:
    return two[np.argsort(two[:, 0])]


def _garment(pixels: Picture, points: Points, trunk: Points) -> Mask | None:
    """GrabCut, told that the trunk is garment, that arms may be, and that head and all else are not."""
    marks = _marks(pixels, points, trunk)
    if (marks == cv2.GC_FGD).sum() < 40:
        return None
    try:
        cv2.grabCut(pixels, marks, None, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK)  # type: ignore[call-overload]
    except cv2.error:
        return None
    front = ((marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)).astype(np.uint8)
    front = np.asarray(cv2.morphologyEx(front, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)
    inside = np.zeros_like(front)
    cv2.fillPoly(inside, [trunk.astype(np.int32)], 1)
    covered, trunk_area = int((front & inside).sum()), int(inside.sum())
    return front if covered > 0.6 * trunk_area and int(front.sum()) < 2.6 * trunk_area else None


def _marks(pixels: Picture, points: Points, trunk: Points) -> Mask:
    wide = float(np.linalg.norm(trunk[0] - trunk[1]))
    marks = np.full(pixels.shape[:2], cv2.GC_BGD, np.uint8)
    left, right = max(0, round(trunk[:, 0].min() - 0.35 * wide)), round(trunk[:, 0].max() + 0.35 * wide)
    collar = max(0, round(trunk[:2, 1].min() - 0.22 * wide))
    marks[collar : round(trunk[2:, 1].max() + 0.12 * wide), left:right] = cv2.GC_PR_BGD
    for start, end in ARMS:
        if points[[start, end], 2].min() > 0.5:
            ends = [tuple(points[point, :2].astype(int).tolist()) for point in (start, end)]
            cv2.line(marks, ends[0], ends[1], cv2.GC_PR_FGD, max(2, round(0.22 * wide)))
    centre = trunk.mean(axis=0)
    core = (trunk - centre) * np.array([0.75, 0.85], np.float32) + centre
    cv2.fillPoly(marks, [trunk.astype(np.int32)], cv2.GC_PR_FGD)
    cv2.fillPoly(marks, [core.astype(np.int32)], cv2.GC_FGD)
    head = points[:5][points[:5, 2] > 0.5]
    if len(head):
        middle = head[:, :2].mean(axis=0).astype(int).tolist()
        cv2.circle(marks, (middle[0], middle[1]), round(0.33 * wide), cv2.GC_BGD, -1)
    marks[:collar] = cv2.GC_BGD
    hue = cv2.cvtColor(pixels, cv2.COLOR_BGR2YCrCb)
    # Hands before the body: skin's chroma, of whatever lightness.
    skin = (hue[..., 1] > 140) & (hue[..., 1] < 175) & (hue[..., 2] > 85) & (hue[..., 2] < 125)
    marks[(marks == cv2.GC_FGD) & skin] = cv2.GC_PR_FGD
    return marks
