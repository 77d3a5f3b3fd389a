"""Hall-like pictures and crops of seats, made of labelled pictures, cut-out people and drawn furniture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from training import furniture
from training.augment import Random, hall_camera, resized
from training.cutouts import Cutout, reshaped
from training.labels import EVERY, PERSON, Entry, Known, Region, joined, read_picture
from training.look import Picture

SMALLEST = 14
CLEAR = 0.3

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Made:
    """A composed picture; ``zone`` (in its pixels) and ``occupied`` only for crops of a seat, ``acts`` and ``person``
    (in its pixels) only for close looks at one person. ``source`` is the set that most of it is from, if any.
    """

    picture: Picture
    known: Known
    zone: Box | None = None
    occupied: bool | None = None
    acts: Mapping[str, bool] = field(default_factory=dict)
    person: Box | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Bank:
    """What one split may be made of; ``views`` are pictures and parts of pictures with nobody in them."""

    entries: list[Entry]
    people: list[Cutout]
    views: list[Picture]
    weights: NDArray[np.float64] = field(init=False)
    peopled: list[int] = field(init=False)

    def __post_init__(self) -> None:
        weights = np.array([entry.times for entry in self.entries], dtype=np.float64)
        object.__setattr__(self, "weights", weights / weights.sum())
        object.__setattr__(self, "peopled", [at for at, entry in enumerate(self.entries) if entry.known.of(PERSON)])

    def entry(self, rng: Random) -> Entry:
        return self.entries[int(rng.choice(len(self.entries), p=self.weights))]

    def entry_with_person(self, rng: Random) -> Entry:
        weights = self.weights[self.peopled]
        return self.entries[self.peopled[int(rng.choice(len(self.peopled), p=weights / weights.sum()))]]


@lru_cache(maxsize=600)
def picture_of(entry: Entry) -> Picture:
    return read_picture(entry.sample.picture)


def bare_views(entries: list[Entry], seed: int, least_side: int = 80) -> list[Picture]:
    """Whole pictures without anybody; of the others strips beside and above the people, and squares between them."""
    views = []
    rng = np.random.default_rng([seed, len(entries)])
    for entry in entries:
        people = [*entry.known.of(PERSON), *(area for area in entry.known.unknown if area.kind in (PERSON, EVERY))]
        picture = entry.read()
        if not people:
            views.append(picture)
            continue
        left, right = int(min(area.x1 for area in people)), int(max(area.x2 for area in people))
        top = int(min(area.y1 for area in people))
        strips = [picture[:, : max(0, left - 3)], picture[:, right + 3 :], picture[: max(0, top - 3)]]
        for _ in range(8):
            side = int(min(picture.shape[:2]) * rng.uniform(0.3, 0.6))
            x, y = int(rng.integers(entry.width - side + 1)), int(rng.integers(entry.height - side + 1))
            if all(area.x2 < x or area.x1 > x + side or area.y2 < y or area.y1 > y + side for area in people):
                strips.append(picture[y : y + side, x : x + side])
        views += [strip.copy() for strip in strips if min(strip.shape[:2]) >= least_side]
    return views


def plain(bank: Bank, rng: Random) -> Made:
    """A picture as it is, in a camera's format: replay against forgetting."""
    width, height = camera_format(rng)
    picture, known = _placed(bank.entry(rng), rng, width, height, None)
    return Made(hall_camera(picture, rng, 0.4), known)


def mosaic(bank: Bank, rng: Random) -> Made:
    """Several pictures side by side with their people at a hall's sizes."""
    width, height = camera_format(rng)
    columns, rows = ((2, 1), (2, 2), (3, 2), (4, 2), (3, 1), (4, 3))[int(rng.integers(6))]
    xs = _cuts(rng, width, columns)
    ys = _cuts(rng, height, rows)
    canvas = np.full((height, width, 3), 114, dtype=np.uint8)
    parts = []
    for left, right in pairwise(xs):
        for top, low in pairwise(ys):
            tall = float(np.exp(rng.uniform(np.log(22), np.log(min(170, height * 0.7)))))
            if rng.random() < 0.3:
                canvas[top:low, left:right] = furniture.room(rng, right - left, low - top, bank.views)
                continue
            tile, known = _placed(bank.entry(rng), rng, right - left, low - top, tall)
            canvas[top:low, left:right] = tile
            parts.append(known.mapped(1, left, top))
    return Made(hall_camera(canvas, rng, 0.8), joined(parts))


def counter(bank: Bank, rng: Random) -> Made:
    """A drawn or photographed room with cut-out people behind counters, screens, chairs and glass."""
    width, height = camera_format(rng)
    canvas, known, _ = hall(bank, rng, width, height)
    return Made(hall_camera(canvas, rng, 0.8), known)


def camera_format(rng: Random) -> tuple[int, int]:
    width = int(rng.choice([400, 472, 480, 560, 640, 640]))
    return width, round(width * float(rng.choice([0.51, 0.5625, 0.5625, 0.6])))


def _cuts(rng: Random, length: int, parts: int) -> list[int]:
    inner = [round(length * (at + rng.uniform(-0.2, 0.2)) / parts) for at in range(1, parts)]
    return [0, *inner, length]


def _placed(entry: Entry, rng: Random, width: int, height: int, tall: float | None) -> tuple[Picture, Known]:
    """The entry's picture filling ``width`` x ``height``; ``tall`` is the wanted height of its people."""
    picture = picture_of(entry)
    fill = max(width / entry.width, height / entry.height)
    people = [region.height for region in entry.known.of(PERSON)]
    if tall is None or not people:
        scale = min(width / entry.width, height / entry.height) * rng.uniform(0.95, 1.5)
    else:
        scale = tall / float(np.median(people))
    scale = min(max(scale, fill * rng.uniform(0.7, 1.0)), 1.6 if tall is None else 1.2)
    large = resized(picture, round(entry.width * scale), round(entry.height * scale))
    scale_x = large.shape[1] / entry.width
    known = entry.known.mapped(scale_x, 0, 0)
    mirror = rng.random() < 0.5
    if mirror:
        large, known = np.ascontiguousarray(large[:, ::-1]), _mirrored(known, large.shape[1])
    spare_x, spare_y = width - large.shape[1], height - large.shape[0]
    left = int(rng.integers(min(0, spare_x), max(0, spare_x) + 1))
    top = int(rng.integers(min(0, spare_y), max(0, spare_y) + 1))
    canvas = np.full((height, width, 3), 114, dtype=np.uint8)
    x1, y1, x2, y2 = max(0, left), max(0, top), min(width, left + large.shape[1]), min(height, top + large.shape[0])
    canvas[y1:y2, x1:x2] = large[y1 - top : y2 - top, x1 - left : x2 - left]
    return canvas, known.mapped(1, left, top).clipped(width, height)


def _mirrored(known: Known, width: int) -> Known:
    def turned(region: Region) -> Region:
        return Region(region.kind, width - region.x2, region.y1, width - region.x1, region.y2)

    return Known(tuple(map(turned, known.objects)), tuple(map(turned, known.unknown)))


def hall(bank: Bank, rng: Random, width: int, height: int) -> tuple[Picture, Known, list[Box]]:
    """Rows of places from far to near, each with its counter; returns the places too, taken or empty."""
    canvas = furniture.room(rng, width, height, bank.views)
    owner = np.full((height, width), -1, dtype=np.int32)
    areas: list[int] = []
    places: list[Box] = []
    line = height * rng.uniform(0.2, 0.45)
    tall = height * rng.uniform(0.12, 0.3)
    for _ in range(int(rng.integers(1, 4))):
        cx = width * rng.uniform(0.02, 0.2)
        while cx < width * 0.97:
            high = tall * rng.uniform(0.75, 1.25)
            low = line + high * rng.uniform(-0.1, 0.1)
            places.append((cx - high * 0.35, low - high * 0.7, cx + high * 0.35, low))
            draw = rng.random()
            behind = rng.random() < 0.3
            if behind or 0.4 < draw < 0.6:
                owner[furniture.chair(canvas, rng, cx, low + high * 0.1, high * rng.uniform(0.6, 0.9), bank.views)] = -1
            if draw < 0.4 and bank.people:
                _stand(canvas, owner, areas, bank, rng, cx, low, high)
                if rng.random() < 0.2:
                    size = high * rng.uniform(0.4, 0.65)
                    owner[furniture.chair(canvas, rng, cx, low + high * 0.1, size, bank.views)] = -1
            cx += tall * rng.uniform(0.7, 2.4)
        deep = tall * rng.uniform(0.2, 0.7)
        if rng.random() < 0.8:
            owner[furniture.slab(canvas, rng, line, line + deep, bank.views)] = -1
            furniture.clutter(canvas, rng, line, line + deep * 0.5)
            for _ in range(int(rng.integers(0, 5))):
                at = rng.uniform(0, width)
                owner[furniture.screen(canvas, rng, at, line + deep * 0.2, tall * rng.uniform(0.25, 0.6))] = -1
        line += deep + tall * rng.uniform(0.4, 0.9)
        tall *= rng.uniform(1.1, 1.6)
        if line > height * 1.05:
            break
    for _ in range(int(rng.integers(0, 3))):
        if bank.people:
            high = tall * rng.uniform(0.9, 1.5)
            _stand(canvas, owner, areas, bank, rng, rng.uniform(0, width), height * rng.uniform(0.85, 1.3), high)
    if rng.random() < 0.2:
        furniture.glass(canvas, rng)
    return canvas, _visible(owner, areas), places


def _stand(
    canvas: Picture,
    owner: NDArray[np.int32],
    areas: list[int],
    bank: Bank,
    rng: Random,
    cx: float,
    low: float,
    high: float,
) -> None:
    """Pastes a person whose foot or lower edge is on row ``low``."""
    piece = bank.people[int(rng.integers(len(bank.people)))]
    if piece.upright > 1.9:
        high *= rng.uniform(1.2, 2.0)
        low += high * rng.uniform(0.0, 0.45)
    elif piece.upright < 0.8:
        high *= 0.6
    piece = reshaped(piece, max(SMALLEST, high), rng)
    tall, wide = piece.alpha.shape
    left, top = int(cx - wide / 2), int(low - tall)
    x1, y1, x2, y2 = max(0, left), max(0, top), min(canvas.shape[1], left + wide), min(canvas.shape[0], top + tall)
    if x2 - x1 < 3 or y2 - y1 < 3:
        return
    part = np.s_[y1 - top : y2 - top, x1 - left : x2 - left]
    alpha = piece.alpha[part][..., None]
    under = canvas[y1:y2, x1:x2]
    canvas[y1:y2, x1:x2] = (piece.picture[part] * alpha + under * (1 - alpha)).astype(np.uint8)
    owner[y1:y2, x1:x2][alpha[..., 0] > 0.5] = len(areas)
    areas.append(int((piece.alpha > 0.5).sum()))


def _visible(owner: NDArray[np.int32], areas: list[int]) -> Known:
    """Boxes round what is left of everybody; hardly visible people become unknown."""
    objects: list[Region] = []
    unknown: list[Region] = []
    for number, area in enumerate(areas):
        rows, columns = np.nonzero(owner == number)
        if not len(rows):
            continue
        y1, y2 = np.percentile(rows, (0.5, 99.5))
        x1, x2 = np.percentile(columns, (0.5, 99.5))
        region = Region(PERSON, float(x1), float(y1), float(x2) + 1, float(y2) + 1)
        clear = len(rows) > CLEAR * area and region.height >= SMALLEST
        (objects if clear else unknown).append(region)
    return Known(tuple(objects), tuple(unknown))
