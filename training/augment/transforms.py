"""A hall's camera as albumentations transforms, for a trainer that moves boxes along."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # it would ask the network for a newer version of itself

import albumentations as A
import cv2
import numpy as np

from training.augment.light import backlight, haze, infrared, low_light
from training.augment.signal import overlay, recorded
from training.look import GREY, Picture

_OURS = {look.__name__: look for look in (backlight, haze, infrared, low_light, overlay, recorded)}


class HallLook(A.ImageOnlyTransform):  # type: ignore[misc]  # albumentations ships no types that mypy can use
    """One of our own looks by its name, such as ``infrared``; a picture is (height, width, 3) BGR."""

    def __init__(self, look: str, p: float = 0.5) -> None:
        super().__init__(p=p)
        self.look = look

    def get_params(self) -> dict[str, Any]:
        return {"seed": self.py_random.getrandbits(32)}

    def apply(self, img: Picture, seed: int = 0, **_: Any) -> Picture:
        return _OURS[self.look](img, np.random.default_rng(seed))

    def get_transform_init_args_names(self) -> tuple[str, ...]:
        return ("look",)


def hall_transforms(strength: float = 1.0) -> list[Any]:
    """In the order in which a camera does it: lens, light, size on the sensor, signal, compression.

    ``strength`` scales every chance. Chances are those of ``hall_camera``, with two that move or lose detail: a wide
    lens (fisheye), and a picture of half to a fifth of the pixels.
    """
    return [
        A.OpticalDistortion(distort_limit=(0.05, 0.4), mode="fisheye", fill=GREY, p=0.15 * strength),
        HallLook("low_light", p=0.12 * strength),
        HallLook("backlight", p=0.12 * strength),
        HallLook("haze", p=0.1 * strength),
        HallLook("infrared", p=0.15 * strength),
        A.RandomBrightnessContrast(p=0.4 * strength),
        A.PlanckianJitter(p=0.35 * strength),
        A.OneOf(
            [A.GaussianBlur(blur_limit=0, sigma_limit=(0.4, 1.1)), A.MotionBlur(blur_limit=(3, 7))], p=0.3 * strength
        ),
        A.Downscale(
            scale_range=(0.2, 0.6),
            interpolation_pair={"downscale": cv2.INTER_AREA, "upscale": cv2.INTER_LINEAR},
            p=0.2 * strength,
        ),
        A.UnsharpMask(blur_limit=(3, 5), alpha=(0.3, 1.0), threshold=0, p=0.25 * strength),
        A.ISONoise(intensity=(0.1, 0.4), p=0.25 * strength),
        HallLook("overlay", p=0.2 * strength),
        A.OneOf(
            [A.ImageCompression(quality_range=(30, 90), p=2.0 / 3), HallLook("recorded", p=1.0 / 3)], p=0.8 * strength
        ),
    ]
