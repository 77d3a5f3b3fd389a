"""Where hands, ears and chests are: a pose network's keypoints, to paste things where people hold or wear them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.look import Boxes, Picture, letterbox
from training.measure import iou_matrix

NOSE, LEFT_EAR, RIGHT_EAR, LEFT_SHOULDER, RIGHT_SHOULDER = 0, 3, 4, 5, 6
LEFT_ELBOW, RIGHT_ELBOW, LEFT_WRIST, RIGHT_WRIST, LEFT_HIP, RIGHT_HIP = 7, 8, 9, 10, 11, 12


@dataclass(frozen=True, slots=True)
class Body:
    """One person: ``box`` xyxy and ``points`` (17, 3) x, y, visibility in COCO's order, pixels of the picture."""

    box: tuple[float, float, float, float]
    points: NDArray[np.float32]

    def at(self, point: int, least: float = 0.5) -> NDArray[np.float32] | None:
        return self.points[point, :2] if self.points[point, 2] >= least else None


class Poses:
    """A pose network's answers, kept in ``file``."""

    def __init__(self, network: Any, file: Path) -> None:
        self._network, self._file = network, file
        self._kept: dict[str, Any] = {}
        if file.exists():
            for line in file.read_text().splitlines():
                row = json.loads(line)
                self._kept[row["key"]] = row["bodies"]

    def bodies(self, key: str, picture: Picture) -> list[Body]:
        if key not in self._kept:
            self._kept[key] = self._ask(picture)
            with self._file.open("a") as stream:
                stream.write(json.dumps({"key": key, "bodies": self._kept[key]}) + "\n")
        return [Body(tuple(body["box"]), np.array(body["points"], dtype=np.float32)) for body in self._kept[key]]

    def _ask(self, picture: Picture) -> list[dict[str, Any]]:
        import torch

        batch, scale, left, top = letterbox(picture, 640, False)
        self._network.model[-1].end2end = True
        with torch.no_grad():
            rows = self._network(torch.from_numpy(np.ascontiguousarray(batch)))[0][0].numpy()
        rows = rows[rows[:, 4] > 0.4]
        kept: list[int] = []
        for at in range(len(rows)):
            if not kept or float(iou_matrix(rows[at : at + 1, :4], rows[kept, :4]).max()) < 0.6:
                kept.append(at)
        return [self._body(rows[at], scale, left, top) for at in kept]

    @staticmethod
    def _body(row: NDArray[np.float32], scale: float, left: int, top: int) -> dict[str, Any]:
        points = row[6:57].reshape(17, 3).copy()
        points[:, :2] = (points[:, :2] - [left, top]) / scale
        box: Boxes = (row[:4] - np.array([left, top, left, top], dtype=np.float32)) / scale
        return {
            "box": [round(float(side), 1) for side in box],
            "points": [[round(float(value), 2) for value in point] for point in points],
        }
