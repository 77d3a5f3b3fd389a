"""People and things cut out of the training pictures, to be put into other scenes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.augment import Random, resized
from training.labels import Entry, Region
from training.look import Picture

Mask = NDArray[np.float32]

LONG_SIDE = 300


@dataclass(frozen=True, slots=True)
class Cutout:
    """``picture`` (h, w, 3) BGR with ``alpha`` (h, w) 0..1; ``open_below``: the source picture's edge cut it off."""

    kind: int
    picture: Picture
    alpha: Mask
    open_below: bool
    upright: float


def cutouts(entries: Sequence[Entry], kinds: Sequence[int], least_side: float, folder: Path) -> list[Cutout]:
    """Every object of ``kinds`` with a side of at least ``least_side`` pixels that GrabCut separates cleanly."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [
        (folder / _name(entry, region), entry, region)
        for entry in entries
        for region in entry.known.objects
        if region.kind in kinds and _fit(region, entry, least_side)
    ]
    missing = [one for one in wanted if not one[0].exists()]
    if missing:
        cv2.setNumThreads(1)  # a child would wait for ever for the threads that its parent had
        with get_context("fork").Pool(os.cpu_count()) as pool:
            pool.starmap(_cut, missing, chunksize=4)
    return [piece for file, _, region in wanted if (piece := _kept(file, region)) is not None]


def _name(entry: Entry, region: Region) -> str:
    corners = "-".join(str(round(side)) for side in region.box)
    return f"{entry.sample.name}-{entry.sample.picture.stem}-{region.kind}-{corners}.npz"


def _fit(region: Region, entry: Entry, least_side: float) -> bool:
    """Large enough, not cut off at a side, and not mixed up with another object of its kind."""
    if max(region.x2 - region.x1, region.height) < least_side:
        return False
    if region.kind == 0 and (region.x1 < 2 and region.x2 > entry.width - 2):
        return False
    for other in entry.known.objects:
        if other is not region and other.kind == region.kind:
            left, right = max(region.x1, other.x1), min(region.x2, other.x2)
            top, low = max(region.y1, other.y1), min(region.y2, other.y2)
            if right > left and low > top and (right - left) * (low - top) > 0.15 * region.area:
                return False
    return True


def _cut(file: Path, entry: Entry, region: Region) -> None:
    cv2.setNumThreads(1)
    piece = cut_out(entry.read(), region)
    beside = file.with_suffix(".part.npz")
    if piece is None:
        np.savez(beside, alpha=np.zeros((0, 0)))
    else:
        alpha = (piece.alpha * 255).astype(np.uint8)
        np.savez_compressed(beside, picture=piece.picture, alpha=alpha, below=piece.open_below)
    beside.replace(file)


def _kept(file: Path, region: Region) -> Cutout | None:
    """None for what GrabCut could not separate."""
    with np.load(file) as kept:
        if not kept["alpha"].size:
            return None
        alpha = kept["alpha"].astype(np.float32) / 255
        shape = alpha.shape[0] / alpha.shape[1]
        return Cutout(region.kind, kept["picture"], alpha, bool(kept["below"]), shape)


def cut_out(picture: Picture, region: Region) -> Cutout | None:
    """The object inside ``region`` by GrabCut, or None where fore- and background do not part."""
    height, width = picture.shape[:2]
    margin = 0.12 * max(region.x2 - region.x1, region.height)
    x1, y1 = max(0, int(region.x1 - margin)), max(0, int(region.y1 - margin))
    x2, y2 = min(width, int(region.x2 + margin)), min(height, int(region.y2 + margin))
    crop = picture[y1:y2, x1:x2]
    scale = min(1.0, LONG_SIDE / max(crop.shape[:2]))
    crop = resized(crop, round(crop.shape[1] * scale), round(crop.shape[0] * scale)) if scale < 1 else crop.copy()
    left, top = (region.x1 - x1) * scale, (region.y1 - y1) * scale
    right, low = (region.x2 - x1) * scale, (region.y2 - y1) * scale
    mask = np.full(crop.shape[:2], cv2.GC_BGD, dtype=np.uint8)
    mask[int(top) : int(low) + 1, int(left) : int(right) + 1] = cv2.GC_PR_FGD
    _corners_to_background(mask, int(left), int(top), int(right), int(low))
    if not (mask == cv2.GC_BGD).any():
        mask[:3, :] = cv2.GC_BGD
    try:
        cv2.grabCut(crop, mask, None, np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_MASK)  # type: ignore[call-overload]
    except cv2.error:
        return None
    front = ((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)).astype(np.uint8)
    count, parts, stats, _ = cv2.connectedComponentsWithStats(front)
    if count < 2:
        return None
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    front = (parts == largest).astype(np.uint8)
    front = cv2.morphologyEx(front, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    box_area = max(1.0, (right - left) * (low - top))
    box_x, box_y, box_w, box_h = cv2.boundingRect(front)
    if not 0.3 < front.sum() / box_area < 0.97 or box_h < 0.8 * (low - top) or box_w < 0.65 * (right - left):
        return None
    alpha = cv2.GaussianBlur(cv2.erode(front, np.ones((3, 3), np.uint8)).astype(np.float32), (0, 0), 0.8)
    cut = np.s_[box_y : box_y + box_h, box_x : box_x + box_w]
    kept = np.asarray(alpha[cut], dtype=np.float32)
    return Cutout(region.kind, np.ascontiguousarray(crop[cut]), kept, region.y2 > height - 3, box_h / box_w)


def _corners_to_background(mask: NDArray[np.uint8], left: int, top: int, right: int, low: int) -> None:
    """Beside a head there is background: the upper corners of the box start as probable background."""
    wide, high = int(0.22 * (right - left)), int(0.18 * (low - top))
    mask[top : top + high, left : left + wide] = cv2.GC_PR_BGD
    mask[top : top + high, right - wide : right + 1] = cv2.GC_PR_BGD


def reshaped(piece: Cutout, height: float, rng: Random) -> Cutout:
    """The cut-out at ``height`` pixels, mirrored, tilted and foreshortened a little as from under a ceiling."""
    squash = rng.uniform(0.75, 1.05)
    tall = max(6, round(height))
    wide = max(4, round(height / squash / piece.upright * rng.uniform(0.9, 1.1)))
    picture, alpha = (
        resized(piece.picture, wide, tall),
        cv2.resize(piece.alpha, (wide, tall), interpolation=cv2.INTER_AREA),
    )
    if rng.random() < 0.5:
        picture, alpha = np.ascontiguousarray(picture[:, ::-1]), np.ascontiguousarray(alpha[:, ::-1])
    if rng.random() < 0.5:
        turn = cv2.getRotationMatrix2D((wide / 2, tall / 2), rng.uniform(-14, 14), 1)
        picture = np.asarray(
            cv2.warpAffine(picture, turn, (wide, tall), borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8
        )
        alpha = cv2.warpAffine(alpha, turn, (wide, tall))
    light = rng.uniform(0.75, 1.2) * rng.uniform(0.93, 1.07, (1, 1, 3))
    picture = np.clip(picture * light, 0, 255).astype(np.uint8)
    return Cutout(piece.kind, picture, np.asarray(alpha, dtype=np.float32), piece.open_below, tall / wide)
