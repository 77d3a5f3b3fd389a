"""A picture file as the store takes it: whole, of a known kind and size, with a fingerprint that tells likeness."""

import hashlib
import struct
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from datasets.errors import DatasetError
from vision.geometry import Size

__all__ = ["LARGEST_FILE", "SUFFIXES", "Seen", "decoded", "examined", "fingerprint"]

SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})
"""Endings of the files that count as pictures."""

LARGEST_FILE: Final = 64 * 2**20
"""Bytes of a picture file; more is no photograph of a hall."""

_MOST_PIXELS: Final = 100_000_000
_THUMB: Final = 16


@dataclass(frozen=True, slots=True)
class Seen:
    """What looking at a picture file once gives: ``size`` as it is shown, its fingerprint and a thumbnail."""

    sha256: str
    suffix: str
    size: Size
    fingerprint: int
    thumb: bytes


def examined(data: bytes, name: str) -> Seen:
    """What is to know about the picture in ``data``; ``name`` is what an error calls it.

    Raises DatasetError where it is no picture, is cut off, or is larger than any camera's.
    """
    pixels = decoded(data, name)
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    thumb = cv2.resize(grey, (_THUMB, _THUMB), interpolation=cv2.INTER_AREA)
    height, width = pixels.shape[:2]
    return Seen(
        hashlib.sha256(data).hexdigest(),
        _suffix(data),
        (int(width), int(height)),
        fingerprint(np.asarray(grey, np.uint8)),
        np.asarray(thumb, np.uint8).tobytes(),
    )


def decoded(data: bytes, name: str) -> npt.NDArray[np.uint8]:
    """Pixels, shape (height, width, 3), BGR, turned as the file's EXIF asks for. Raises DatasetError naming it."""
    if not data:
        raise DatasetError(f"{name}: is empty")
    if _suffix(data) == "":
        raise DatasetError(f"{name}: is no JPEG, PNG, BMP or WebP picture")
    size = _stated(data)
    if size is not None and size[0] * size[1] > _MOST_PIXELS:
        raise DatasetError(f"{name}: {size[0]}x{size[1]} pixels; at most {_MOST_PIXELS // 10**6} million are taken")
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        pixels = None
    if pixels is None:
        raise DatasetError(f"{name}: cannot be read as a picture (cut off or damaged)")
    return np.asarray(pixels, np.uint8)


def fingerprint(grey: npt.NDArray[np.uint8]) -> int:
    """The 64-bit difference hash of a grey picture: each of 8x8 places brighter or darker than its right neighbour.

    Pictures that differ in few of the bits look alike (N. Krawetz, "Kind of Like That", 2013).
    """
    small = cv2.resize(grey, (9, 8), interpolation=cv2.INTER_AREA).astype(np.int16)
    bits = np.packbits((small[:, 1:] > small[:, :-1]).ravel())
    return int.from_bytes(bits.tobytes(), "big")


def _suffix(data: bytes) -> str:
    for suffix, start in ((".jpg", b"\xff\xd8\xff"), (".png", b"\x89PNG\r\n\x1a\n"), (".bmp", b"BM")):
        if data.startswith(start):
            return suffix
    return ".webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else ""


def _stated(data: bytes) -> Size | None:
    """Width and height from the header of a JPEG or PNG; the other kinds cannot be much larger than their files."""
    if data.startswith(b"\x89PNG") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return int(width), int(height)
    at = 2
    while data.startswith(b"\xff\xd8") and at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # a frame header, whatever the coding
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return int(width), int(height)
        at += 2 + length if marker != 0xFF else 1
    return None
