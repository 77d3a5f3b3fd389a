"""What a camera adds to the scene before it: vignetting, drifting light, noise, and what may be wrong."""

import cv2
import numpy as np
from numpy.typing import NDArray

from service.demo.paint import Picture, cloudy
from service.demo.room import HEIGHT, WIDTH
from service.demo.script import CameraScript, Happening

__all__ = ["Lens"]

_NOISE = 2.7
"""Standard deviation of the sensor's noise, in 8-bit steps, at normal light: an indoor camera of the cheaper kind."""

_FIELDS = 5
_SPARE = 64


class Lens:
    """One camera's optics and sensor. Everything depends on the time and the picture's number only."""

    def __init__(self, camera: CameraScript, duration: float) -> None:
        self._camera, self._duration = camera, duration
        rng = np.random.default_rng(camera.seed + 500)
        self._noise = _noise_fields(rng)
        y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
        away = ((x / WIDTH - 0.5) / 0.5) ** 2 + ((y / HEIGHT - 0.5) / 0.5) ** 2
        self._vignette = np.repeat(np.clip(255 * (1.0 - 0.13 * away), 0, 255)[..., None], 3, axis=2).astype(np.uint8)
        spare = _cloth(rng, WIDTH // 4 + 24, HEIGHT // 4 + 24)
        self._cloth = (
            cv2.resize(spare, (WIDTH + 96, HEIGHT + 96), interpolation=cv2.INTER_CUBIC).clip(0, 255).astype(np.uint8)
        )
        self._phase = rng.uniform(0, 2 * np.pi, 3)
        self._covers = camera.of("covered")
        self._blacks = camera.of("black")
        self._dims = camera.of("dims")

    def seen(self, scene: Picture, t: float, number: int) -> Picture:
        """What the sensor gives of ``scene`` (HEIGHT, WIDTH, 3) at ``t`` seconds; the noise is that of ``number``."""
        gain, grain = self._light(t), 1.0
        if any(h.at <= t < h.until for h in self._blacks):
            gain, grain, offset = 0.0, 1.0, 9.0
        else:
            scene = cv2.multiply(scene, self._vignette, scale=1 / 255).astype(np.uint8, copy=False)
            offset = 0.0
        cover = max((_slide(h, t) for h in self._covers), default=0.0)
        if cover > 0 and gain > 0:
            scene = self._covered(scene, cover, t)
        rng = np.random.default_rng((self._camera.seed, number))
        field = self._noise[int(rng.integers(_FIELDS))]
        dy, dx = int(rng.integers(_SPARE)), int(rng.integers(_SPARE))
        noise = field[dy : dy + HEIGHT, dx : dx + WIDTH]
        return np.asarray(cv2.addWeighted(scene, gain, noise, grain, offset - 128 * grain), np.uint8)

    def _light(self, t: float) -> float:
        """The lamps: slow drift, a trace of flicker, and dimmed as the script says."""
        turn = 2 * np.pi * t / self._duration
        slow = 0.014 * np.sin(turn * 3 + self._phase[0]) + 0.008 * np.sin(turn * 7 + self._phase[1])
        flicker = 0.006 * np.sin(turn * round(self._duration * 2.3) + self._phase[2])
        dim = 1.0
        for h in self._dims:
            dim *= 1 - (1 - h.depth) * _ease(min(t - h.at, h.until - t) / 0.6)
        return float((1 + slow + flicker) * dim)

    def _covered(self, scene: Picture, cover: float, t: float) -> Picture:
        """The scene behind a cloth that has slid over ``cover`` (0..1) of the lens, its edge far out of focus."""
        turn = 2 * np.pi * t / self._duration
        dy = round(44 + 36 * np.sin(turn * 31))
        dx = round(44 + 36 * np.sin(turn * 23 + 1))
        over = self._cloth[dy : dy + HEIGHT, dx : dx + WIDTH]
        if cover >= 1:
            return over
        edge = (cover * 1.7 - 0.35) * HEIGHT
        share = 1 / (1 + np.exp(np.clip((np.arange(HEIGHT) - edge) / 26, -30, 30)))
        mixed = scene + (over.astype(np.float32) - scene) * share[:, None, None].astype(np.float32)
        return mixed.astype(np.uint8)


def _noise_fields(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Grain about 128, shape (fields, HEIGHT + spare, WIDTH + spare, 3): mostly brightness, a little colour."""
    size = (HEIGHT + _SPARE, WIDTH + _SPARE)
    fields = np.empty((_FIELDS, *size, 3), np.uint8)
    for field in fields:
        bright = rng.standard_normal(size, np.float32) * _NOISE
        colour = cv2.resize(rng.standard_normal((size[0] // 2, size[1] // 2, 3), np.float32), size[::-1]) * _NOISE * 0.6
        field[:] = np.clip(128.5 + bright[..., None] + colour, 0, 255)
    return fields


def _cloth(rng: np.random.Generator, width: int, height: int) -> NDArray[np.float32]:
    """What a lens sees of a cloth that lies on it: a dark blur, (height, width, 3)."""
    tone = cloudy(rng, (height, width), coarse=width // 3, octaves=2)
    return np.asarray(np.array((40, 46, 62), np.float32) * (1 + 0.16 * tone[..., None]), np.float32)


def _slide(happening: Happening, t: float) -> float:
    return _ease(min(t - happening.at, happening.until - t) / 0.7)


def _ease(share: float) -> float:
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)
