"""The people that the uniform network learns from: cut out, with their bodies' points and what they wear."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets import Sample, read_yolo
from training.errors import TrainingError
from training.hands import LEFT_SHOULDER, RIGHT_SHOULDER, Body, Poses
from training.labels import read_picture
from training.look import Picture
from training.uniform.recipe import People, UniformRecipe

Box = tuple[float, float, float, float]

WIDE = 150
"""Pixels that a person's box is wide at most: the network looks at fewer."""

LEAST_HEIGHT = 56
LEAST_SEEN = 0.5
MARGIN = 0.08
INSIDE = 0.8
SAME = 0.55


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One person: ``pixels`` BGR around the person's ``box``, which is in them, as are ``torso`` and ``points``.

    ``torso`` is the box of the top garment where its set labels it; ``points`` (17, 3) as in ``hands.Body``.
    ``garment`` names what is worn, the same for everybody in the same; ``""`` where nobody knows. ``group`` is the
    scene; two people of one ``crowd`` may be the same in the same clothes.
    """

    key: str
    set: str
    pixels: Picture
    box: Box
    torso: Box | None
    points: NDArray[np.float32] | None
    garment: str
    group: str
    crowd: str


@dataclass(frozen=True, slots=True)
class _Worn:
    x: float
    y: float
    garment: str


def gather(recipe: UniformRecipe, recipe_file: Path, train: Path, pose: Any, out: Path) -> list[Person]:
    """Everybody in the recipe's sets, in the sets' order; the pose network's answers are kept under ``out``."""
    worn = read_garments(recipe_file.parent / recipe.garments)
    poses = Poses(pose, out / "poses.jsonl")
    people: list[Person] = []
    for source in recipe.sets:
        for sample in read_yolo(train / source.set):
            name = _name(sample)
            people += _people(source, sample, poses, worn.get((source.set, name), ()), name)
    unused = {place for place in worn if place[0] not in {source.set for source in recipe.sets}}
    if unused:
        raise TrainingError(f"{recipe.garments}: set {min(unused)[0]!r} is not in the recipe's sets")
    return people


def read_garments(file: Path) -> Mapping[tuple[str, str], list[_Worn]]:
    """Who wears what, by set and picture: a point (shares of width and height) in the middle of the person's box."""
    try:
        with file.open(newline="", encoding="utf-8") as stream:
            found: dict[tuple[str, str], list[_Worn]] = {}
            for row in csv.DictReader(stream):
                point = _Worn(float(row["x"]), float(row["y"]), row["garment"])
                found.setdefault((row["set"], row["file"]), []).append(point)
            return found
    except FileNotFoundError:
        raise TrainingError(f"{file}: no such file") from None
    except (KeyError, TypeError, ValueError) as error:
        raise TrainingError(f"{file}: a line is not set,file,x,y,garment ({error})") from None


def _people(source: People, sample: Sample, poses: Poses, worn: Sequence[_Worn], name: str) -> Iterator[Person]:
    picture = read_picture(sample.picture)
    height, width = picture.shape[:2]
    bodies = poses.bodies(f"{source.set}/{name}", picture)
    boxes = [(box.kind, box.pixels(width, height)) for box in sample.boxes]
    torsos = [box for kind, box in boxes if kind in source.torsos]
    found = _found(source, bodies, boxes, torsos)
    left = list(worn)
    for number, (box, body, torso) in enumerate(found):
        point = min(left, key=lambda one: _off(one, box, width, height), default=None)
        garment = ""
        if point is not None and _off(point, box, width, height) < 0.5:
            garment = point.garment
            left.remove(point)
        if garment == "-":
            continue
        key = f"{source.set}/{name}#{number}"
        crowd = source.set if source.repeats and not garment else key
        pixels, moved = _cut_out(picture, box)
        yield Person(
            key,
            source.set,
            pixels,
            moved(box),
            moved(torso) if torso else None,
            _moved_points(body, moved) if body else None,
            garment,
            f"{source.set}/{sample.group}",
            crowd,
        )


def _found(
    source: People, bodies: Sequence[Body], boxes: Sequence[tuple[str, Box]], torsos: Sequence[Box]
) -> list[tuple[Box, Body | None, Box | None]]:
    """Each person's box, body and torso, as far as they are known."""
    if source.labelled:
        return [(box, _same(box, bodies), None) for kind, box in boxes if kind in source.labelled]
    found: list[tuple[Box, Body | None, Box | None]] = []
    for body in _clear(bodies):
        own = [torso for torso in torsos if share_inside(torso, body.box) > INSIDE]
        if len(own) <= 1:
            found.append((body.box, body, own[0] if own else None))
    matched = {torso for _, _, torso in found}
    # A garment on a hanger, or on somebody whom the pose network does not see, is its own box.
    alone = [torso for torso in torsos if torso not in matched and torso[3] - torso[1] >= LEAST_HEIGHT]
    return found + [(torso, None, torso) for torso in alone if not any(_off_boxes(torso, box) for box, _, _ in found)]


def _clear(bodies: Sequence[Body]) -> list[Body]:
    """Tall enough, with both shoulders, and not mostly inside somebody else's box."""
    tall = [body for body in bodies if body.box[3] - body.box[1] >= LEAST_HEIGHT]
    return [
        body
        for body in tall
        if body.points[[LEFT_SHOULDER, RIGHT_SHOULDER], 2].min() >= LEAST_SEEN
        and not any(other is not body and share_inside(body.box, other.box) > 0.6 for other in tall)
    ]


def _same(box: Box, bodies: Sequence[Body]) -> Body | None:
    near = [body for body in bodies if _overlap(box, body.box) > SAME]
    return max(near, key=lambda body: _overlap(box, body.box), default=None)


def _off(point: _Worn, box: Box, width: int, height: int) -> float:
    """How far the point is from the box's middle, 1 at its edge."""
    x, y = point.x * width, point.y * height
    across = abs(x - (box[0] + box[2]) / 2) / max(box[2] - box[0], 1.0)
    down = abs(y - (box[1] + box[3]) / 2) / max(box[3] - box[1], 1.0)
    return 2 * max(across, down)


def _off_boxes(torso: Box, box: Box) -> bool:
    return share_inside(torso, box) > 0.3


def share_inside(one: Box, other: Box) -> float:
    """The share of ``one`` that lies in ``other``."""
    wide = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    tall = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    return wide * tall / max((one[2] - one[0]) * (one[3] - one[1]), 1e-9)


def _overlap(one: Box, other: Box) -> float:
    shared = share_inside(one, other) * (one[2] - one[0]) * (one[3] - one[1])
    both = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)) - shared
    return shared / max(both, 1e-9)


def _cut_out(picture: Picture, box: Box) -> tuple[Picture, Any]:
    """The person with a little around her, at most ``WIDE`` wide, and how boxes move into that."""
    height, width = picture.shape[:2]
    x1, y1, x2, y2 = box
    margin = MARGIN * max(x2 - x1, y2 - y1)
    left, top = max(0, round(x1 - margin)), max(0, round(y1 - margin))
    right, low = min(width, round(x2 + margin)), min(height, round(y2 + margin))
    part = picture[top:low, left:right]
    scale = min(1.0, WIDE / max(x2 - x1, 1.0))
    pixels = np.asarray(cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)

    def moved(one: Iterable[float]) -> Box:
        a, b, c, d = one
        return ((a - left) * scale, (b - top) * scale, (c - left) * scale, (d - top) * scale)

    return pixels, moved


def _moved_points(body: Body, moved: Any) -> NDArray[np.float32]:
    points = body.points.copy()
    for row in points:
        row[:2] = moved((*row[:2], *row[:2]))[:2]
    return points


def _name(sample: Sample) -> str:
    return f"{sample.folder}/{sample.picture.name}" if sample.folder else sample.picture.name
