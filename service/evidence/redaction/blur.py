"""Blurs what nobody may recognise, keeps what may be seen, and measures how much detail is left."""

from collections.abc import Sequence
from typing import Final, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from service.evidence.redaction.people import Box
from vision.geometry import Polygon, Size
from vision.picture import Pixels

__all__ = ["CYCLES", "LIMIT", "Mask", "blurred", "composed", "detail", "sharp_mask", "spread_of"]

Mask: TypeAlias = npt.NDArray[np.uint8]
"""Shape (height, width): 255 where the picture stays as it is, 0 where it is blurred."""

CYCLES: Final = 2.0
"""Detail is what is finer than so many cycles a head height. People recognise faces of somebody they know from some
seven samples across, 3.5 cycles (Yip and Sinha 2002, doi:10.1068/p3376; Harmon and Julesz 1973)."""

LIMIT: Final = 2.0
"""Grey levels of 255 (root mean square) of detail that a blurred head may have: what coding leaves, no feature."""

_SMALL: Final = 4.0  # pixels that the blur's spread measures where it is computed
_LEAST: Final = 16  # the spread is at least this part of the picture's height: enough for most heads that nobody saw
_HEADS: Final = 3  # ... and of the highest head that was seen
_MOST: Final = 6
_ROOM: Final = (0.15, 0.15, 0.15, 0.05)  # left, top, right, bottom, in shares of a person's box
_SOFT: Final = 5


def spread_of(size: Size, largest_head: float) -> float:
    """The blur's standard deviation in pixels, for a whole clip: a third of the highest head.

    Detail of two cycles a head is then left with 0.02 % of its contrast, far under one grey level.
    """
    height = size[1]
    return min(max(height / _LEAST, largest_head / _HEADS), height / _MOST)


def blurred(picture: Pixels, spread: float) -> Pixels:
    """``picture`` under a Gaussian of ``spread`` pixels, computed on so small a copy that nothing finer is in it.

    A Gaussian and no mosaic: blocks alias, so that the blocks of many pictures tell more than each.
    """
    height, width = picture.shape[:2]
    shrink = max(spread / _SMALL, 1.0)
    small = (max(1, round(width / shrink)), max(1, round(height / shrink)))
    coarse = cv2.resize(picture, small, interpolation=cv2.INTER_AREA)
    coarse = cv2.GaussianBlur(coarse, (0, 0), spread / shrink, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def sharp_mask(size: Size, zone: Polygon | None, own: Sequence[Box], others: Sequence[Box]) -> Mask:
    """What stays as it is in a picture of ``size``: the staff zone and the window's own staff, without anybody else.

    ``others`` are given room around them; where they overlap with staff they win.
    """
    mask = np.zeros((size[1], size[0]), np.uint8)
    if zone is not None:
        cv2.fillPoly(mask, [np.round(zone).astype(np.int32)], (255,))
    for x1, y1, x2, y2 in own:
        cv2.rectangle(mask, (round(x1), round(y1)), (round(x2), round(y2)), (255,), -1)
    for x1, y1, x2, y2 in others:
        left, top, right, bottom = (share * side for share, side in zip(_ROOM, (x2 - x1, y2 - y1) * 2, strict=True))
        corners = (round(x1 - left), round(y1 - top)), (round(x2 + right), round(y2 + bottom))
        cv2.rectangle(mask, *corners, (0,), -1)
    return mask


def composed(picture: Pixels, coarse: Pixels, mask: Mask) -> Pixels:
    """``coarse`` with ``picture`` where ``mask`` says so; the edge is soft towards the inside only."""
    out = coarse.copy()
    x, y, width, height = cv2.boundingRect(mask)
    if not width:
        return out
    part = slice(max(y - 2 * _SOFT, 0), y + height + 2 * _SOFT), slice(max(x - 2 * _SOFT, 0), x + width + 2 * _SOFT)
    inner = cv2.erode(mask[part], np.ones((2 * _SOFT + 1, 2 * _SOFT + 1), np.uint8), borderValue=255)
    soft = cv2.blur(inner, (2 * _SOFT + 1, 2 * _SOFT + 1))
    soft = np.minimum(soft, mask[part])
    share = cv2.merge([soft, soft, soft])
    mixed = cv2.add(
        cv2.multiply(picture[part], share, scale=1 / 255),
        cv2.multiply(out[part], cv2.bitwise_not(share), scale=1 / 255),
    )
    out[part] = mixed
    return out


def detail(grey: npt.NDArray[np.uint8], head: float) -> float:
    """Grey levels (root mean square) of what is finer than ``CYCLES`` a ``head`` height (pixels) in a patch.

    From the cosine transform of the patch, which unlike Fourier's takes its edges for no detail.
    """
    height, width = (side // 2 * 2 for side in grey.shape)
    waves = cv2.dct(np.asarray(grey[:height, :width], np.float32))
    down, across = np.arange(height)[:, None] / (2 * height), np.arange(width)[None, :] / (2 * width)
    fine = np.hypot(down, across) * head > CYCLES
    return float(np.sqrt((waves[fine] ** 2).sum() / (height * width)))
