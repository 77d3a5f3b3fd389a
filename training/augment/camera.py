"""A picture as a cheap ceiling camera would deliver it."""

from __future__ import annotations

from collections.abc import Callable

from training.augment.light import backlight, brightness, haze, infrared, low_light, white_balance
from training.augment.optics import motion, soft
from training.augment.signal import Random, compressed, noisy, overlay, sharpened
from training.look import Picture

Look = Callable[[Picture, Random], Picture]


def hall_camera(picture: Picture, rng: Random, strength: float = 1.0) -> Picture:
    """The picture as a cheap ceiling camera would deliver it; ``strength`` 0 leaves only the compression.

    The recipes' pictures are made by this: what it draws from ``rng``, and in which order, decides whether a recipe
    still makes the same ones.
    """
    for chance, look in _LOOKS:
        if rng.random() < chance * strength:
            picture = look(picture, rng)
    return compressed(picture, rng)


_LOOKS: tuple[tuple[float, Look], ...] = (
    (0.40, brightness),
    (0.35, white_balance),
    (0.12, low_light),
    (0.12, backlight),
    (0.12, haze),
    (0.15, infrared),
    (0.25, soft),
    (0.10, motion),
    (0.30, sharpened),
    (0.25, noisy),
    (0.25, overlay),
)
