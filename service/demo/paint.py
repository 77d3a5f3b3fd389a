"""A canvas to draw rooms and things on: filled shapes with soft edges, gradients, grain, wood and cast shadows."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Canvas", "Colour", "Picture", "cloudy", "disc", "oblong", "shaded", "turned", "wood"]

Picture = NDArray[np.uint8]
"""Pixels of the stage: (height, width, 3) BGR, or (height, width, 4) BGRA with the colours premultiplied."""

Paint = NDArray[np.float32]
Colour = tuple[float, float, float]
"""Blue, green, red in 0..255."""

Points = Sequence[tuple[float, float]] | NDArray[np.float64]
"""Corners of a shape in pixels of the finished picture, shape (n, 2)."""

_OVERSAMPLED = 2
_FRACTION_BITS = 4


class Canvas:
    """A layer of ``width`` x ``height`` pixels, drawn at twice that size so that every edge comes out smooth.

    It starts transparent; every method takes pixels of the finished picture and paints over what is there.
    """

    def __init__(self, width: int, height: int, seed: int) -> None:
        self.width, self.height = width, height
        self.rng = np.random.default_rng(seed)
        self._paint: Paint = np.zeros((height * _OVERSAMPLED, width * _OVERSAMPLED, 4), np.float32)

    def fill(
        self, corners: Points, colour: Colour | Paint, *, opacity: float = 1.0, soft: float = 0.0, grain: float = 0.0
    ) -> None:
        """A filled polygon in one colour, or in a texture of any size stretched over its bounding box.

        ``soft`` is the blur of its edge in pixels, ``grain`` the strength (0..255) of an uneven tone over it.
        """
        points = np.asarray(corners, np.float64) * _OVERSAMPLED
        spread = int(np.ceil(soft * _OVERSAMPLED * 3)) + 2
        x0, y0 = np.maximum(np.floor(points.min(axis=0)).astype(int) - spread, 0)
        x1, y1 = np.ceil(points.max(axis=0)).astype(int) + spread
        x1, y1 = min(x1, self._paint.shape[1]), min(y1, self._paint.shape[0])
        if x1 <= x0 or y1 <= y0:
            return
        mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        fixed = np.round((points - (x0, y0)) * (1 << _FRACTION_BITS)).astype(np.int32)
        cv2.fillPoly(mask, [fixed], (255,), cv2.LINE_AA, _FRACTION_BITS)
        cover = mask.astype(np.float32) * np.float32(opacity / 255)
        if soft:
            cover = cv2.GaussianBlur(cover, (0, 0), soft * _OVERSAMPLED).astype(np.float32)
        if isinstance(colour, tuple):
            paint: Paint = np.broadcast_to(np.asarray(colour, np.float32), (*mask.shape, 3))
        else:
            paint = cv2.resize(colour, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR).astype(np.float32)
        if grain:
            paint = paint + (cloudy(self.rng, mask.shape, coarse=48) * np.float32(grain))[..., None]
        self._over(slice(y0, y1), slice(x0, x1), paint, cover)

    def shadow(self, corners: Points, *, by: tuple[float, float], soft: float, strength: float) -> None:
        """The shadow of a polygon, moved ``by`` pixels; ``strength`` 0..1 is how much light it takes."""
        self.fill(np.asarray(corners, np.float64) + by, (12.0, 10.0, 8.0), opacity=strength, soft=soft)

    def light(self, gain: Paint) -> None:
        """Every colour times ``gain``, an array of any size (rows, columns) stretched over the layer."""
        size = (self._paint.shape[1], self._paint.shape[0])
        self._paint[..., :3] *= cv2.resize(gain, size, interpolation=cv2.INTER_CUBIC)[..., None]

    def blur(self, sigma: float) -> None:
        """Throws the layer out of focus by ``sigma`` pixels."""
        self._paint = cv2.GaussianBlur(self._paint, (0, 0), sigma * _OVERSAMPLED).astype(np.float32)

    def finished(self, warp: NDArray[np.float64] | None = None) -> Picture:
        """The layer as (height, width, 4) premultiplied BGRA, seen through the homography ``warp`` (3, 3) if given."""
        paint = cv2.resize(self._paint, (self.width, self.height), interpolation=cv2.INTER_AREA)
        if warp is not None:
            size = (self.width, self.height)
            paint = cv2.warpPerspective(paint, warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        paint[..., 3] *= 255
        return np.clip(np.round(paint), 0, 255).astype(np.uint8)

    def _over(self, rows: slice, columns: slice, paint: Paint, cover: Paint) -> None:
        here = self._paint[rows, columns]
        kept = (1 - cover)[..., None]
        here[..., :3] = here[..., :3] * kept + np.clip(paint, 0, 255) * cover[..., None]
        here[..., 3:] = here[..., 3:] * kept + cover[..., None]


def cloudy(rng: np.random.Generator, shape: tuple[int, ...], *, coarse: int, octaves: int = 5) -> Paint:
    """Smooth uneven values about 0, mostly within -1..1, shape ``shape``; the largest blots are ``coarse`` pixels."""
    height, width = shape[:2]
    total: Paint = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        step = max(coarse >> octave, 1)
        seeds = rng.standard_normal((height // step + 2, width // step + 2)).astype(np.float32)
        total += cv2.resize(seeds, (width, height), interpolation=cv2.INTER_CUBIC) * np.float32(0.5**octave)
    return total * np.float32(0.6)


def wood(rng: np.random.Generator, width: int, height: int, colour: Colour, *, strength: float = 14.0) -> Paint:
    """Wood of (height, width, 3) with its grain running from left to right."""
    lines = cv2.resize(rng.standard_normal((height, max(width // 90, 2))).astype(np.float32), (width, height))
    fine = cv2.resize(rng.standard_normal((height, max(width // 25, 2))).astype(np.float32), (width, height))
    bends = cloudy(rng, (height, width), coarse=max(width // 4, 8))
    rings = np.sin((np.arange(height, dtype=np.float32)[:, None] / max(height, 1) * 26) + bends * 3)
    tone = (cv2.GaussianBlur(lines, (0, 0), 1.2) * 0.7 + fine * 0.25 + rings * 0.55) * np.float32(strength)
    return np.asarray(np.asarray(colour, np.float32) + tone[..., None] * np.array([0.8, 1.0, 1.15], np.float32))


def shaded(colour: Colour, tones: Sequence[float], *, across: bool = False) -> Paint:
    """A gradient of one colour through ``tones`` (gains), from top to bottom or, ``across``, from left to right."""
    ramp = cv2.resize(np.asarray(tones, np.float32)[:, None], (1, 64), interpolation=cv2.INTER_LINEAR)
    ramp = ramp.reshape(1, 64) if across else ramp.reshape(64, 1)
    return np.asarray(ramp[..., None] * np.asarray(colour, np.float32))


def oblong(x: float, y: float, width: float, height: float, round_by: float = 0.0) -> NDArray[np.float64]:
    """An upright rectangle from its top left corner, its corners rounded by a radius; shape (n, 2)."""
    if not round_by:
        return np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], np.float64)
    r = min(round_by, width / 2, height / 2)
    quarter = np.linspace(0, np.pi / 2, 7)
    centres = ((x + width - r, y + r, -np.pi / 2), (x + width - r, y + height - r, 0.0))
    centres += ((x + r, y + height - r, np.pi / 2), (x + r, y + r, np.pi))  # type: ignore[assignment]
    return np.concatenate(
        [np.stack([cx + r * np.cos(quarter + a), cy + r * np.sin(quarter + a)], axis=1) for cx, cy, a in centres]
    )


def disc(x: float, y: float, width: float, height: float) -> NDArray[np.float64]:
    """An ellipse about a centre, as a polygon of shape (40, 2)."""
    a = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    return np.stack([x + width / 2 * np.cos(a), y + height / 2 * np.sin(a)], axis=1)


def turned(corners: Points, about: tuple[float, float], degrees: float) -> NDArray[np.float64]:
    """``corners`` turned clockwise about a point."""
    a = np.deg2rad(degrees)
    turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    return np.asarray((np.asarray(corners, np.float64) - about) @ turn + about)
