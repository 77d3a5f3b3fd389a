"""Composed pictures as batches of one input shape each, with what is known and what is not."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import cv2
import numpy as np

from training.compose import Composed
from training.labels import Known, Region, read_picture
from training.look import GREY, Picture

Shape = tuple[int, int]


class Batches:
    """Passes over composed pictures; a batch holds pictures of one group, so of one input shape.

    Composed pictures already look like a camera's; what is added here is only what keeps the same picture from being
    learnt by heart: mirroring, a shift and a change of scale by some percent.
    """

    def __init__(
        self, rows: list[Composed], shapes: dict[str, Shape], batch: int, seed: int, answers: Sequence[str] = ()
    ) -> None:
        self._rows, self._shapes, self._size, self._seed, self._answers = rows, shapes, batch, seed, answers
        self._groups: dict[str, list[int]] = {}
        for at, row in enumerate(rows):
            self._groups.setdefault(row.group, []).append(at)

    def __len__(self) -> int:
        return sum(len(members) // self._size for members in self._groups.values())

    def one_pass(self, number: int, skipped: int = 0) -> Iterator[dict[str, Any]]:
        """The batches of pass ``number`` after the first ``skipped``, read by a thread two batches ahead."""
        rng = np.random.default_rng([self._seed, number])
        plan: list[tuple[str, list[int]]] = []
        for group, members in self._groups.items():
            order = rng.permutation(members)
            for start in range(0, len(order) - self._size + 1, self._size):
                plan.append((group, [int(at) for at in order[start : start + self._size]]))
        plan = [plan[int(at)] for at in rng.permutation(len(plan))]
        seeds = rng.integers(2**31, size=len(plan))
        waiting: deque[Future[dict[str, Any]]] = deque()
        with ThreadPoolExecutor(max_workers=1) as pool:
            for (group, members), seed in list(zip(plan, seeds, strict=True))[skipped:]:
                waiting.append(pool.submit(self._batch, group, members, int(seed)))
                if len(waiting) > 2:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _batch(self, group: str, members: list[int], seed: int) -> dict[str, Any]:
        import torch

        rng = np.random.default_rng(seed)
        shape = self._shapes[group]
        pictures, owners, kinds, boxes, unknown = [], [], [], [], []
        for number, at in enumerate(members):
            row = self._rows[at]
            picture, known = framed(read_picture(row.file), row.known, shape, rng)
            pictures.append(picture[:, :, ::-1].transpose(2, 0, 1))
            for region in known.objects:
                owners.append(number)
                kinds.append([region.kind])
                boxes.append(_shares(region, shape))
            unknown += [[number, region.kind, *region.box] for region in known.unknown]
        return {
            "img": torch.from_numpy(np.ascontiguousarray(np.stack(pictures))),
            "batch_idx": torch.tensor(owners, dtype=torch.float32),
            "cls": torch.tensor(kinds, dtype=torch.float32).reshape(-1, 1),
            "bboxes": torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
            "unknown": torch.tensor(unknown, dtype=torch.float32).reshape(-1, 6),
            "acts": torch.tensor([self._acts(at) for at in members], dtype=torch.float32),
        }

    def _acts(self, at: int) -> list[float]:
        """0 or 1 for each answer of the second output, NaN where it is not known."""
        told = self._rows[at].acts
        return [float(told[answer]) if answer in told else math.nan for answer in self._answers]


def framed(picture: Picture, known: Known, shape: Shape, rng: np.random.Generator | None) -> tuple[Picture, Known]:
    """Letterboxed into ``shape`` as at run time, or with ``rng`` a little smaller, larger, moved and mirrored."""
    height, width = picture.shape[:2]
    scale = min(shape[0] / height, shape[1] / width) * (rng.uniform(0.85, 1.1) if rng else 1.0)
    small = np.asarray(
        cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_LINEAR),
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
    return canvas, known.mapped(1, left, top).clipped(shape[1], shape[0])


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
