"""An exported network on pictures, for measuring: the file that ships is the file that is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Boxes = NDArray[np.float32]

GREY = 114
STRIDE = 32
ANCHORS = 300
"""So many places must an input have as the head answers with boxes; a narrow strip at a small size has fewer."""


@dataclass(frozen=True, slots=True)
class Found:
    """Detections of one picture, best first: ``boxes`` (n, 4) xyxy in its pixels, ``scores`` (n,), ``classes`` (n,);
    ``acts`` (answers,) where the network has a second output.
    """

    boxes: Boxes
    scores: NDArray[np.float32]
    classes: NDArray[np.int64]
    acts: NDArray[np.float32] | None = None

    def above(self, score: float, kind: int | None = None) -> Found:
        keep = self.scores >= score
        if kind is not None:
            keep &= self.classes == kind
        return replace(self, boxes=self.boxes[keep], scores=self.scores[keep], classes=self.classes[keep])

    def moved(self, dx: float, dy: float) -> Found:
        return replace(self, boxes=self.boxes + np.array([dx, dy, dx, dy], dtype=np.float32))


class Network:
    """An OpenVINO folder; compiled once for each input shape it meets."""

    def __init__(self, folder: Path, precision: Literal["f32", "bf16"] = "f32", threads: int = 2) -> None:
        import openvino as ov

        self._core = ov.Core()
        self._file = folder / "model.xml"
        self._settings: dict[str, Any] = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": threads}
        self._compiled: dict[tuple[int, int], Any] = {}

    def __call__(self, picture: Picture, long_side: int, least_score: float = 0.01, square: bool = False) -> Found:
        """``picture`` is (height, width, 3) BGR; ``square`` pads to a square as for crops of a fixed input."""
        batch, scale, left, top = letterbox(picture, long_side, square)
        height, width = batch.shape[2:]
        if (height, width) not in self._compiled:
            graph = self._core.read_model(self._file)
            graph.reshape([1, 3, height, width])
            self._compiled[height, width] = self._core.compile_model(graph, "CPU", self._settings)
        answers = self._compiled[height, width](batch)
        rows = np.asarray(answers[0][0])
        acts = np.asarray(answers[1][0], dtype=np.float32) if len(answers) > 1 else None
        rows = rows[rows[:, 4] >= least_score]
        boxes = (rows[:, :4] - np.array([left, top, left, top], dtype=np.float32)) / scale
        boxes[:, 0::2] = boxes[:, 0::2].clip(0, picture.shape[1])
        boxes[:, 1::2] = boxes[:, 1::2].clip(0, picture.shape[0])
        return Found(boxes.astype(np.float32), rows[:, 4].astype(np.float32), rows[:, 5].astype(np.int64), acts)


def letterbox(picture: Picture, long_side: int, square: bool) -> tuple[NDArray[np.float32], float, int, int]:
    """The network's input (1, 3, H, W) RGB 0..1, the scale, and the left and top margin in input pixels."""
    height, width = picture.shape[:2]
    scale = long_side / max(height, width)
    small = cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_LINEAR)
    if square:
        target_h = target_w = long_side
    else:
        target_h, target_w = (-(-side // STRIDE) * STRIDE for side in small.shape[:2])
    if target_h * target_w * (1 + 1 / 4 + 1 / 16) / 64 < ANCHORS:
        target_h = target_w = long_side
    top, left = (target_h - small.shape[0]) // 2, (target_w - small.shape[1]) // 2
    canvas = np.full((target_h, target_w, 3), GREY, dtype=np.uint8)
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    batch = np.divide(canvas[None, :, :, ::-1].transpose(0, 3, 1, 2), 255, dtype=np.float32)
    return batch, scale, left, top


def grown_crop(box: Sequence[float], grow: float, width: int, height: int) -> tuple[int, int, int, int]:
    """The square around ``box`` of ``grow`` times its longer side, clipped to the picture: x1, y1, x2, y2."""
    x1, y1, x2, y2 = box
    half = grow * max(x2 - x1, y2 - y1) / 2
    cx, cy = (x1 + x2) / 2, (y1 + y2) / 2
    return (
        max(0, round(cx - half)),
        max(0, round(cy - half)),
        min(width, round(cx + half)),
        min(height, round(cy + half)),
    )
