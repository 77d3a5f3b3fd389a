"""What a cheap lens does: softness, motion, and the size at which a thing reaches the sensor."""

from __future__ import annotations

import cv2
import numpy as np

from training.augment.signal import Random, as_bytes
from training.look import Picture


def resized(picture: Picture, width: int, height: int) -> Picture:
    """Area sampling when it shrinks (as a sensor does), bilinear when it grows (as the letterbox does)."""
    shrinks = width * height < picture.shape[0] * picture.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (max(2, width), max(2, height)), interpolation=how), dtype=np.uint8)


def soft(picture: Picture, rng: Random) -> Picture:
    return as_bytes(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.1)))


def motion(picture: Picture, rng: Random) -> Picture:
    size = int(rng.integers(3, 6))
    kernel = np.zeros((size, size), dtype=np.float32)
    kernel[size // 2] = 1 / size
    turn = cv2.getRotationMatrix2D((size / 2 - 0.5, size / 2 - 0.5), rng.uniform(0, 180), 1)
    kernel = np.asarray(cv2.warpAffine(kernel, turn, (size, size)), dtype=np.float32)
    return as_bytes(cv2.filter2D(picture, -1, kernel / max(kernel.sum(), 1e-6)))
