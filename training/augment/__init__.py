"""What a hall's camera does to a picture: little light, windows behind, blur, infrared, a wide lens, H.264 and JPEG."""

from __future__ import annotations

from typing import Any

from training.augment.camera import Look, hall_camera
from training.augment.optics import resized
from training.augment.signal import Random, h264

__all__ = ["Look", "Random", "h264", "hall_camera", "hall_transforms", "resized"]


def hall_transforms(strength: float = 1.0) -> list[Any]:
    """The same as albumentations transforms that move boxes along, for ultralytics' trainer.

    Kept apart, since albumentations comes with the extra ``training`` and takes two seconds to load.
    """
    from training.augment.transforms import hall_transforms as transforms

    return transforms(strength)
