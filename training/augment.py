"""What a hall's camera does to a picture: little light, windows behind, blur, infrared, sharpening, H.264 and JPEG."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import av
import cv2
import numpy as np

from training.look import Picture

Random = np.random.Generator


def hall_camera(picture: Picture, rng: Random, strength: float = 1.0) -> Picture:
    """The picture as a cheap ceiling camera would deliver it; ``strength`` 0 leaves only the compression."""
    for chance, look in _LOOKS:
        if rng.random() < chance * strength:
            picture = look(picture, rng)
    return _compressed(picture, rng)


def resized(picture: Picture, width: int, height: int) -> Picture:
    """Area sampling when it shrinks (as a sensor does), bilinear when it grows (as the letterbox does)."""
    shrinks = width * height < picture.shape[0] * picture.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (max(2, width), max(2, height)), interpolation=how), dtype=np.uint8)


def _low_light(picture: Picture, rng: Random) -> Picture:
    gain, gamma = rng.uniform(0.3, 0.8), rng.uniform(0.9, 1.4)
    return _noisy(_bytes(255 * (picture / 255.0) ** gamma * gain), rng)


def _noisy(picture: Picture, rng: Random) -> Picture:
    sigma = rng.uniform(2, 9)
    coarse = rng.normal(0, sigma, (*picture.shape[:2], 1)) + rng.normal(0, sigma * 0.5, picture.shape)
    return _bytes(picture + coarse)


def _backlight(picture: Picture, rng: Random) -> Picture:
    height, width = picture.shape[:2]
    cx, cy = rng.uniform(0, width), rng.uniform(0, height * 0.5)
    y, x = np.mgrid[0:height, 0:width]
    glow = np.exp(
        -(((x - cx) / (width * rng.uniform(0.2, 0.5))) ** 2 + ((y - cy) / (height * rng.uniform(0.2, 0.5))) ** 2)
    )
    return _bytes(picture * rng.uniform(0.5, 0.9) + glow[..., None] * rng.uniform(60, 160))


def _haze(picture: Picture, rng: Random) -> Picture:
    share = rng.uniform(0.1, 0.4)
    return _bytes(picture * (1 - share) + rng.uniform(120, 230) * share)


def _white_balance(picture: Picture, rng: Random) -> Picture:
    return _bytes(picture * rng.uniform(0.8, 1.2, (1, 1, 3)))


def _brightness(picture: Picture, rng: Random) -> Picture:
    return _bytes((picture - 128.0) * rng.uniform(0.7, 1.3) + 128 + rng.uniform(-30, 30))


def _infrared(picture: Picture, rng: Random) -> Picture:
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    y, x = np.mgrid[-1 : 1 : grey.shape[0] * 1j, -1 : 1 : grey.shape[1] * 1j]
    vignette = 1 - rng.uniform(0, 0.5) * (x**2 + y**2) / 2
    return _bytes(np.repeat((grey * vignette)[..., None], 3, axis=2))


def _soft(picture: Picture, rng: Random) -> Picture:
    return _bytes(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.1)))


def _motion(picture: Picture, rng: Random) -> Picture:
    size = int(rng.integers(3, 6))
    kernel = np.zeros((size, size), dtype=np.float32)
    kernel[size // 2] = 1 / size
    turn = cv2.getRotationMatrix2D((size / 2 - 0.5, size / 2 - 0.5), rng.uniform(0, 180), 1)
    kernel = np.asarray(cv2.warpAffine(kernel, turn, (size, size)), dtype=np.float32)
    return _bytes(cv2.filter2D(picture, -1, kernel / max(kernel.sum(), 1e-6)))


def _sharpened(picture: Picture, rng: Random) -> Picture:
    soft = cv2.GaussianBlur(picture, (0, 0), 1.0)
    amount = rng.uniform(0.3, 1.2)
    return _bytes(cv2.addWeighted(picture, 1 + amount, soft, -amount, 0))


def _overlay(picture: Picture, rng: Random) -> Picture:
    """A time stamp or a camera's name, as recorders burn in."""
    out = picture.copy()
    height, width = out.shape[:2]
    day = f"{rng.integers(2015, 2030)}-{rng.integers(1, 13):02d}-{rng.integers(1, 29):02d}"
    text = f"{day} {rng.integers(0, 24):02d}:{rng.integers(0, 60):02d}"
    at = (int(rng.uniform(0, width * 0.5)), int(rng.choice([height * 0.07, height * 0.97])))
    shade = int(rng.choice([255, 230, 20]))
    cv2.putText(out, text, at, cv2.FONT_HERSHEY_SIMPLEX, height / 700 + 0.1, (shade, shade, shade), 1, cv2.LINE_AA)
    return out


def _compressed(picture: Picture, rng: Random) -> Picture:
    if rng.random() < 0.35 and min(picture.shape[:2]) >= 32:
        return h264(picture, int(rng.integers(24, 37)))
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 92))])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)


def h264(picture: Picture, crf: int) -> Picture:
    """The picture as the second frame of an H.264 stream; an odd last row or column is repeated from its neighbour."""
    height, width = picture.shape[:2]
    even = np.ascontiguousarray(np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge"))
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream: Any = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = even.shape[1], even.shape[0], "yuv420p"
        stream.options = {"crf": str(crf), "preset": "ultrafast", "threads": "1"}
        for _ in range(2):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(even, format="bgr24")))
        container.mux(stream.encode(None))
    buffer.seek(0)
    with av.open(buffer, "r") as played:
        frames = [frame.to_ndarray(format="bgr24") for frame in played.decode(video=0)]
    return np.asarray(frames[-1][:height, :width], dtype=np.uint8)


def _bytes(values: Any) -> Picture:
    return np.asarray(np.clip(values, 0, 255), dtype=np.uint8)


_LOOKS: tuple[tuple[float, Callable[[Picture, Random], Picture]], ...] = (
    (0.40, _brightness),
    (0.35, _white_balance),
    (0.12, _low_light),
    (0.12, _backlight),
    (0.12, _haze),
    (0.15, _infrared),
    (0.25, _soft),
    (0.10, _motion),
    (0.30, _sharpened),
    (0.25, _noisy),
    (0.25, _overlay),
)
