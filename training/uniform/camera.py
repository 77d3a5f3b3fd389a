"""One camera's look, the same over many pictures but for a little: colours, light, size, noise, compression.

A uniform is enrolled and judged by the same camera, and so is everybody who does not wear it. Pictures of one step
therefore share cameras: light that is common to all must tell nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.look import Picture

Random = np.random.Generator


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """``gain`` (3,) of blue, green, red; ``tall``: a person's height in its picture in pixels; ``unrest``: how much one
    picture's light differs from the next.
    """

    gain: NDArray[np.float64]
    gamma: float
    saturation: float
    haze: float
    haze_grey: float
    noise: float
    sharpness: float
    blur: float
    tall: float
    quality: int
    unrest: float

    def see(self, pixels: Picture, height: float, rng: Random) -> tuple[Picture, float]:
        """The picture of somebody ``height`` pixels tall as this camera gives it, and by how much it was shrunk."""
        scale = min(1.0, self.tall * float(np.exp(rng.normal(0, 0.2))) / height)
        small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
        out = self._coloured(np.asarray(small, np.uint8), rng)
        if self.blur:
            out = np.asarray(cv2.GaussianBlur(out, (0, 0), self.blur), np.float32)
        if rng.random() < 0.1 * self.unrest:
            out = _moved(out, rng)
        if self.sharpness:
            out = out + self.sharpness * (out - np.asarray(cv2.GaussianBlur(out, (0, 0), 1.0), np.float32))
        if self.noise:
            grain = rng.normal(0, self.noise, (*out.shape[:2], 1)) + rng.normal(0, self.noise / 2, out.shape)
            out = out + grain.astype(np.float32)
        quality = int(np.clip(self.quality + rng.normal(0, 8), 20, 95))
        _, data = cv2.imencode(".jpg", np.clip(out, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8), scale

    def _coloured(self, pixels: Picture, rng: Random) -> NDArray[np.float32]:
        warmth, light, bend = rng.normal(0, 1, 3) * (0.035, 0.15, 0.06) * self.unrest
        gain = self.gain * np.exp(warmth * np.array([1, 0, -1]) + light)
        levels = (np.arange(256) / 255) ** (self.gamma * np.exp(bend))
        table = (np.clip(levels[:, None] * gain, 0, 1) * 255).astype(np.float32)
        out = np.stack([table[pixels[..., channel], channel] for channel in range(3)], axis=-1)
        grey = out.mean(axis=-1, keepdims=True)
        out = grey + (out - grey) * self.saturation
        return np.asarray(out * (1 - self.haze) + self.haze_grey * self.haze, np.float32)


def drawn_camera(rng: Random) -> Camera:
    """Some camera in some light: one in seven hangs under warm lamps, most show people small."""
    gain = np.exp(rng.normal(0, 0.13) * np.array([1, 0, -1]) + rng.normal(0, 0.05) * np.array([-0.5, 1, -0.5]))
    if rng.random() < 0.15:
        gain *= np.exp(rng.uniform(0.1, 0.35) * np.array([-1, -0.2, 0.6]))
    return Camera(
        gain * np.exp(rng.normal(0, 0.3)),
        float(np.exp(rng.normal(0, 0.18))),
        float(np.exp(rng.normal(-0.05, 0.2))),
        rng.uniform(0, 0.3) if rng.random() < 0.25 else 0.0,
        rng.uniform(100, 220),
        rng.uniform(0, 8) if rng.random() < 0.5 else 0.0,
        rng.uniform(0.3, 1.2) if rng.random() < 0.35 else 0.0,
        rng.uniform(0.4, 1.1) if rng.random() < 0.3 else 0.0,
        float(np.exp(rng.uniform(np.log(48), np.log(260)))) if rng.random() < 0.8 else 1e9,
        int(rng.integers(30, 92)),
        rng.uniform(0.4, 1.0),
    )


def _moved(pixels: NDArray[np.float32], rng: Random) -> NDArray[np.float32]:
    size = int(rng.integers(3, 6))
    kernel = np.zeros((size, size), np.float32)
    kernel[size // 2] = 1 / size
    return np.asarray(cv2.filter2D(pixels, -1, kernel.T if rng.random() < 0.5 else kernel), np.float32)
