"""What the uniform network sees of a person: cut as at run time, with boxes that miss a little and desks before her."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from training.look import Picture
from training.uniform.camera import Camera, Random
from training.uniform.people import Person
from vision.torso import Box, cut, torso_of

DESK = 0.3
TORSO_BOX = 0.25
COVERED = 0.15


def plain_view(person: Person, size: tuple[int, int], by_torso: bool = False) -> Picture:
    """The torso as it is, nothing drawn by chance."""
    torso = person.torso if by_torso and person.torso is not None else torso_of(person.box)
    return cut(person.pixels, torso, size)


def view(
    person: Person, size: tuple[int, int], camera: Camera | None, rng: Random, by_torso: bool | None = None
) -> Picture:
    """The torso through ``camera``; by the garment's own box in one of four views, or as ``by_torso`` says."""
    if by_torso is None:
        by_torso = bool(rng.random() < TORSO_BOX)
    pixels, scale = person.pixels, 1.0
    if camera is not None:
        pixels, scale = camera.see(pixels, person.box[3] - person.box[1], rng)
    if by_torso and person.torso is not None:
        torso = _jittered(_scaled(person.torso, scale), rng, 0.04)
    else:
        torso = torso_of(_jittered(_behind_a_desk(_scaled(person.box, scale), rng), rng, 0.06))
    return cut(pixels, torso, size)


def roughened(seen: Picture, rng: Random) -> Picture:
    """Mirrored in one of two, and partly covered in one of seven."""
    out = np.ascontiguousarray(seen[:, ::-1]) if rng.random() < 0.5 else seen.copy()
    if rng.random() < COVERED:
        height, width = out.shape[:2]
        tall, wide = int(rng.integers(8, height // 3)), int(rng.integers(8, width // 2))
        y, x = int(rng.integers(0, height - tall)), int(rng.integers(0, width - wide))
        shade = tuple(float(value) for value in rng.integers(0, 255, 3))
        cv2.rectangle(out, (x, y), (x + wide, y + tall), shade, -1)
    return out


def _scaled(box: Sequence[float], scale: float) -> Box:
    x1, y1, x2, y2 = (side * scale for side in box)
    return x1, y1, x2, y2


def _jittered(box: Box, rng: Random, share: float) -> Box:
    width, height = box[2] - box[0], box[3] - box[1]
    off = rng.normal(0, share, 4) * (width, 0.6 * height, width, height)
    x1, y1, x2, y2 = (side + move for side, move in zip(box, off.tolist(), strict=True))
    return x1, y1, max(x2, x1 + 0.3 * width), max(y2, y1 + 0.3 * height)


def _behind_a_desk(box: Box, rng: Random) -> Box:
    """Cut off somewhere between chest and hip, in three of ten."""
    if rng.random() >= DESK:
        return box
    x1, y1, x2, y2 = box
    width, height = x2 - x1, y2 - y1
    least = (0.45 if height < 1.5 * width else 0.3) * height
    return x1, y1, x2, y1 + max(least, min(height, rng.uniform(1.0, 2.2) * width))
