"""Composed pictures as batches of one input shape each, with what is known and what is not."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np

from training.compose import Composed
from training.labels import Known, Region, joined, read_picture
from training.look import GREY, Picture
from training.recipe import Fit

Shape = tuple[int, int]
MOST_READERS = 6


class Batches:
    """Passes over composed pictures; a batch holds pictures of one group, so of one input shape.

    Composed pictures already look like a camera's; what is added here is only what keeps the same picture from being
    learnt by heart: mirroring, a shift, a change of scale, and several side by side where the recipe says so.
    """

    def __init__(self, rows: list[Composed], fit: Fit, answers: Sequence[str] = ()) -> None:
        self._rows, self._fit, self._answers = rows, fit, answers
        self._groups: dict[str, list[int]] = {}
        for at, row in enumerate(rows):
            self._groups.setdefault(row.group, []).append(at)
        self._sizes = {group: fit.batch if isinstance(fit.batch, int) else fit.batch[group] for group in self._groups}

    def __len__(self) -> int:
        return sum(len(members) // self._sizes[group] for group, members in self._groups.items())

    def one_pass(self, number: int, skipped: int = 0) -> Iterator[dict[str, Any]]:
        """The batches of pass ``number`` after the first ``skipped``, made by other processes in good time."""
        from torch.utils.data import DataLoader

        loader: Any = DataLoader
        readers = max(1, min(MOST_READERS, (os.cpu_count() or 2) - 1))
        yield from loader(
            _Plan(self, self._planned(number)[skipped:]), batch_size=None, num_workers=readers, prefetch_factor=3
        )

    def _planned(self, number: int) -> list[tuple[str, list[int], int]]:
        rng = np.random.default_rng([self._fit.seed, number])
        plan: list[tuple[str, list[int], int]] = []
        for group, members in self._groups.items():
            order, size = rng.permutation(members), self._sizes[group]
            for start in range(0, len(order) - size + 1, size):
                plan.append((group, [int(at) for at in order[start : start + size]], int(rng.integers(2**31))))
        return [plan[int(at)] for at in rng.permutation(len(plan))]

    def batch(self, group: str, members: Sequence[int], seed: int) -> dict[str, Any]:
        """``img`` (n, height, width, 3) BGR 0..255 and, as ultralytics' loss wants them, the boxes of all its pictures;
        ``unknown`` (m, 6): picture, class, x1, y1, x2, y2 in pixels; ``acts`` (n, answers) 0, 1 or NaN.
        """
        import torch

        cv2.setNumThreads(1)
        rng = np.random.default_rng(seed)
        shape = self._fit.shapes[group]
        pictures = np.empty((len(members), *shape, 3), dtype=np.uint8)
        owners, kinds, boxes, unknown, acts = [], [], [], [], []
        for number, at in enumerate(members):
            if rng.random() < self._fit.mosaic.get(group, 0.0):
                others = [self._groups[group][int(rng.integers(len(self._groups[group])))] for _ in range(3)]
                pictures[number], known = self._side_by_side([at, *others], shape, rng)
                told: list[float] = [math.nan] * len(self._answers)
            else:
                row = self._rows[at]
                pictures[number], known = framed(read_picture(row.file), row.known, shape, rng, self._fit.scale)
                told = self._told(at)
            acts.append(told)
            for region in known.objects:
                owners.append(number)
                kinds.append([region.kind])
                boxes.append(_shares(region, shape))
            unknown += [[number, region.kind, *region.box] for region in known.unknown]
        return {
            "img": torch.from_numpy(pictures),
            "batch_idx": torch.tensor(owners, dtype=torch.float32),
            "cls": torch.tensor(kinds, dtype=torch.float32).reshape(-1, 1),
            "bboxes": torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
            "unknown": torch.tensor(unknown, dtype=torch.float32).reshape(-1, 6),
            "acts": torch.tensor(acts, dtype=torch.float32),
        }

    def _side_by_side(self, members: Sequence[int], shape: Shape, rng: np.random.Generator) -> tuple[Picture, Known]:
        """Four pictures round a point near the middle."""
        canvas = np.full((*shape, 3), GREY, dtype=np.uint8)
        down, across = (round(side * rng.uniform(0.35, 0.65)) for side in shape)
        parts = []
        for number, at in enumerate(members):
            top, low = (0, down) if number < 2 else (down, shape[0])
            left, right = (0, across) if number % 2 == 0 else (across, shape[1])
            row = self._rows[at]
            tile, known = framed(read_picture(row.file), row.known, (low - top, right - left), rng, self._fit.scale)
            canvas[top:low, left:right] = tile
            parts.append(known.mapped(1, left, top))
        return canvas, joined(parts)

    def _told(self, at: int) -> list[float]:
        """0 or 1 for each answer of the second output, NaN where it is not known."""
        told = self._rows[at].acts
        return [float(told[answer]) if answer in told else math.nan for answer in self._answers]


class _Plan:
    """One pass as a map from number to batch, for the processes that read."""

    def __init__(self, batches: Batches, plan: list[tuple[str, list[int], int]]) -> None:
        self._batches, self._plan = batches, plan

    def __len__(self) -> int:
        return len(self._plan)

    def __getitem__(self, number: int) -> dict[str, Any]:
        if number >= len(self._plan):
            raise IndexError(number)
        return self._batches.batch(*self._plan[number])


def framed(
    picture: Picture,
    known: Known,
    shape: Shape,
    rng: np.random.Generator | None,
    scales: tuple[float, float] = (0.85, 1.1),
) -> tuple[Picture, Known]:
    """Letterboxed into ``shape`` as at run time, or with ``rng`` smaller, larger, moved and mirrored."""
    height, width = picture.shape[:2]
    scale = min(shape[0] / height, shape[1] / width) * (rng.uniform(*scales) if rng else 1.0)
    small = np.asarray(
        cv2.resize(
            picture,
            (max(1, round(width * scale)), max(1, round(height * scale))),
            interpolation=cv2.INTER_LINEAR if scale > 0.6 else cv2.INTER_AREA,
        ),
        dtype=np.uint8,
    )
    known = known.mapped(scale, 0, 0)
    spare_y, spare_x = shape[0] - small.shape[0], shape[1] - small.shape[1]
    top, left = spare_y // 2, spare_x // 2
    if rng is not None:
        top += int(rng.integers(-abs(spare_y) // 2, abs(spare_y) // 2 + 1)) if spare_y else 0
        left += int(rng.integers(-abs(spare_x) // 2, abs(spare_x) // 2 + 1)) if spare_x else 0
        if rng.random() < 0.5:
            small = np.ascontiguousarray(small[:, ::-1])
            known = _mirrored(known, small.shape[1])
    canvas = np.full((*shape, 3), GREY, dtype=np.uint8)
    y1, x1 = max(0, top), max(0, left)
    y2, x2 = min(shape[0], top + small.shape[0]), min(shape[1], left + small.shape[1])
    canvas[y1:y2, x1:x2] = small[y1 - top : y2 - top, x1 - left : x2 - left]
    return canvas, known.mapped(1, left, top).clipped(shape[1], shape[0], 0.4)


def _mirrored(known: Known, width: float) -> Known:
    def turned(region: Region) -> Region:
        return Region(region.kind, width - region.x2, region.y1, width - region.x1, region.y2)

    return Known(tuple(map(turned, known.objects)), tuple(map(turned, known.unknown)))


def _shares(region: Region, shape: Shape) -> list[float]:
    height, width = shape
    return [
        (region.x1 + region.x2) / 2 / width,
        (region.y1 + region.y2) / 2 / height,
        (region.x2 - region.x1) / width,
        (region.y2 - region.y1) / height,
    ]
