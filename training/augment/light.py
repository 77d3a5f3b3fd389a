"""What light does before a hall's camera: too little of it, windows behind, haze, infrared at night, a wrong white."""

from __future__ import annotations

import cv2
import numpy as np

from training.augment.signal import Random, as_bytes, noisy
from training.look import Picture


def low_light(picture: Picture, rng: Random) -> Picture:
    gain, gamma = rng.uniform(0.3, 0.8), rng.uniform(0.9, 1.4)
    return noisy(as_bytes(255 * (picture / 255.0) ** gamma * gain), rng)


def backlight(picture: Picture, rng: Random) -> Picture:
    height, width = picture.shape[:2]
    cx, cy = rng.uniform(0, width), rng.uniform(0, height * 0.5)
    y, x = np.mgrid[0:height, 0:width]
    glow = np.exp(
        -(((x - cx) / (width * rng.uniform(0.2, 0.5))) ** 2 + ((y - cy) / (height * rng.uniform(0.2, 0.5))) ** 2)
    )
    return as_bytes(picture * rng.uniform(0.5, 0.9) + glow[..., None] * rng.uniform(60, 160))


def haze(picture: Picture, rng: Random) -> Picture:
    share = rng.uniform(0.1, 0.4)
    return as_bytes(picture * (1 - share) + rng.uniform(120, 230) * share)


def white_balance(picture: Picture, rng: Random) -> Picture:
    return as_bytes(picture * rng.uniform(0.8, 1.2, (1, 1, 3)))


def brightness(picture: Picture, rng: Random) -> Picture:
    return as_bytes((picture - 128.0) * rng.uniform(0.7, 1.3) + 128 + rng.uniform(-30, 30))


def infrared(picture: Picture, rng: Random) -> Picture:
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    y, x = np.mgrid[-1 : 1 : grey.shape[0] * 1j, -1 : 1 : grey.shape[1] * 1j]
    vignette = 1 - rng.uniform(0, 0.5) * (x**2 + y**2) / 2
    return as_bytes(np.repeat((grey * vignette)[..., None], 3, axis=2))
