"""What a camera makes of what it saw: noise, sharpening, a burnt-in time stamp, JPEG and H.264."""

from __future__ import annotations

import io
from typing import Any

import av
import cv2
import numpy as np

from training.look import Picture

Random = np.random.Generator


def noisy(picture: Picture, rng: Random) -> Picture:
    sigma = rng.uniform(2, 9)
    coarse = rng.normal(0, sigma, (*picture.shape[:2], 1)) + rng.normal(0, sigma * 0.5, picture.shape)
    return as_bytes(picture + coarse)


def sharpened(picture: Picture, rng: Random) -> Picture:
    soft = cv2.GaussianBlur(picture, (0, 0), 1.0)
    amount = rng.uniform(0.3, 1.2)
    return as_bytes(cv2.addWeighted(picture, 1 + amount, soft, -amount, 0))


def overlay(picture: Picture, rng: Random) -> Picture:
    """A time stamp or a camera's name, as recorders burn in."""
    out = picture.copy()
    height, width = out.shape[:2]
    day = f"{rng.integers(2015, 2030)}-{rng.integers(1, 13):02d}-{rng.integers(1, 29):02d}"
    text = f"{day} {rng.integers(0, 24):02d}:{rng.integers(0, 60):02d}"
    at = (int(rng.uniform(0, width * 0.5)), int(rng.choice([height * 0.07, height * 0.97])))
    shade = int(rng.choice([255, 230, 20]))
    cv2.putText(out, text, at, cv2.FONT_HERSHEY_SIMPLEX, height / 700 + 0.1, (shade, shade, shade), 1, cv2.LINE_AA)
    return out


def compressed(picture: Picture, rng: Random) -> Picture:
    if rng.random() < 0.35 and min(picture.shape[:2]) >= 32:
        return recorded(picture, rng)
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 92))])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)


def recorded(picture: Picture, rng: Random) -> Picture:
    """As a recorder keeps it: H.264 from good to coarse."""
    return h264(picture, int(rng.integers(24, 37)))


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


def as_bytes(values: Any) -> Picture:
    return np.asarray(np.clip(values, 0, 255), dtype=np.uint8)
