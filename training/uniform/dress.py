"""Drawn uniforms put on real people: their pose, folds and light stay, the cloth is another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.look import Picture
from training.uniform.cloth import Cloth
from training.uniform.garment import FRONT, Garment, Random, bgr, covers, drawn, near_miss
from training.uniform.people import Person
from training.uniform.recipe import Dress

Plane = NDArray[np.float32]

SWATCH = 48
PATTERNED = 14.0
"""Sum of the standard deviations of L, a and b (0..255) from which cloth has a pattern."""


def dressed(cloths: Sequence[Cloth], dress: Dress, folder: Path) -> list[Person]:
    """Everybody in a drawn uniform, kept in ``folder``: ``garment`` is ``drawn-N.0``, near misses ``.1`` and ``.2``.

    Every uniform has its own random numbers, so a killed run goes on where it stopped.
    """
    folder.mkdir(parents=True, exist_ok=True)
    swatches = [swatch for cloth in cloths if (swatch := swatch_of(cloth)) is not None]
    people: list[Person] = []
    for number in range(dress.uniforms):
        if not (folder / f"{number}.json").exists():
            _make(number, cloths, swatches, dress, folder)
        rows = json.loads((folder / f"{number}.json").read_text(encoding="utf-8"))
        people += [_read(row, folder) for row in rows]
    return people


def _make(number: int, cloths: Sequence[Cloth], swatches: Sequence[Picture], dress: Dress, folder: Path) -> None:
    rng = np.random.default_rng((dress.seed, number))
    garment = drawn(rng, swatches)
    rows = []
    for kind, (worn, people) in enumerate(
        ((garment, dress.people), (near_miss(garment, rng), dress.near), (near_miss(garment, rng), dress.near))
    ):
        for place in range(people):
            cloth = cloths[int(rng.integers(len(cloths)))]
            name = f"{number}.{kind}.{place}.png"
            cv2.imwrite(str(folder / name), put_on(cloth, worn, rng))
            across, down = cloth.trunk[:, 0], cloth.trunk[:, 1]
            arms, neck = 0.15 * float(np.ptp(across)), 0.05 * float(np.ptp(across))
            torso = (across.min() - arms, down.min() - neck, across.max() + arms, down.max())
            row = {"file": name, "box": cloth.person.box, "torso": torso, "garment": f"drawn-{number}.{kind}"}
            rows.append({**row, "box": [float(side) for side in row["box"]], "torso": [float(side) for side in torso]})
    # Written last, so that it stands for all pictures being there.
    beside = folder / f"{number}.part"
    beside.write_text(json.dumps(rows), encoding="utf-8")
    beside.replace(folder / f"{number}.json")


def _read(row: dict[str, object], folder: Path) -> Person:
    pixels = np.asarray(cv2.imread(str(folder / str(row["file"]))), np.uint8)
    box, torso = (tuple(row[name]) for name in ("box", "torso"))  # type: ignore[arg-type, var-annotated]
    key = f"dressed/{row['file']}"
    return Person(key, "dressed", pixels, box, torso, None, str(row["garment"]), key, key)


def put_on(cloth: Cloth, garment: Garment, rng: Random) -> Picture:
    """The person of ``cloth`` in ``garment``, seen from the front or (one in five) from behind."""
    top, left, part = _cropped(cloth)
    across, down = _body_grid(part)
    light, fine = _shading(part, garment.folds * rng.uniform(0.7, 1.1), rng)
    albedo = _albedo(part, garment, across, down, rng)
    pixels = part.person.pixels.astype(np.float32)
    bright = np.clip(np.percentile(cv2.cvtColor(part.person.pixels, cv2.COLOR_BGR2GRAY), 90) / 235, 0.55, 1.05)
    mean = pixels.reshape(-1, 3).mean(axis=0)
    tint = 1 + 0.25 * (mean / (mean.mean() + 1e-3) - 1)
    cloth_light = albedo * 255 * (bright * rng.uniform(0.85, 1.08) * tint) * light[..., None]
    cloth_light = np.where(cloth_light > 235, 235 + 0.35 * (cloth_light - 235), cloth_light) + 0.35 * fine[..., None]
    alpha = cv2.GaussianBlur(part.mask.astype(np.float32), (0, 0), 0.9)[..., None]
    out = cloth.person.pixels.copy()
    height, width = part.mask.shape
    out[top : top + height, left : left + width] = np.clip(pixels * (1 - alpha) + cloth_light * alpha, 0, 255)
    return out


def swatch_of(cloth: Cloth) -> Picture | None:
    """A square from the middle of the trunk, if it is all cloth and has a pattern."""
    x, y = cloth.trunk.mean(axis=0).astype(int)
    reach = int(0.3 * cloth.shoulders)
    rows, columns = slice(max(0, y - reach), y + reach), slice(max(0, x - reach), x + reach)
    square = cloth.person.pixels[rows, columns]
    if min(square.shape[:2]) < 20 or cloth.mask[rows, columns].mean() < 0.97:
        return None
    varied = cv2.cvtColor(square, cv2.COLOR_BGR2LAB).reshape(-1, 3).astype(np.float32).std(axis=0).sum()
    if varied < PATTERNED:
        return None
    return np.asarray(cv2.resize(square, (SWATCH, SWATCH), interpolation=cv2.INTER_AREA), np.uint8)


def _cropped(cloth: Cloth) -> tuple[int, int, Cloth]:
    """The cloth's own corner of the picture: blurring the rest would take most of the time."""
    x, y, wide, tall = cv2.boundingRect(cloth.mask)
    height, width = cloth.mask.shape
    left, top, right, low = max(0, x - 4), max(0, y - 4), min(width, x + wide + 4), min(height, y + tall + 4)
    person = replace(cloth.person, pixels=np.ascontiguousarray(cloth.person.pixels[top:low, left:right]))
    corner = np.array([left, top], np.float32)
    return top, left, Cloth(person, np.ascontiguousarray(cloth.mask[top:low, left:right]), cloth.trunk - corner)


def _body_grid(cloth: Cloth) -> tuple[Plane, Plane]:
    """Where on the body each pixel lies: -1..1 from shoulder to shoulder, 0..1 from shoulders to hips."""
    body = np.array([[-1, 0], [1, 0], [1, 1], [-1, 1]], np.float32)
    to_body = cv2.getPerspectiveTransform(cloth.trunk, body)
    height, width = cloth.mask.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    across, down, depth = (row[0] * x + row[1] * y + row[2] for row in to_body)
    depth = np.where(np.abs(depth) < 0.2, 0.2, depth)
    return (across / depth).astype(np.float32), (down / depth).astype(np.float32)


def _shading(cloth: Cloth, strength: float, rng: Random) -> tuple[Plane, Plane]:
    """How light falls on the body (1 in the middle), and the finest folds in grey levels."""
    grey = cv2.cvtColor(cloth.person.pixels, cv2.COLOR_BGR2GRAY).astype(np.float32) + 4
    mask = cloth.mask.astype(np.float32)
    soft = rng.uniform(0.012, 0.05) * cloth.shoulders + 0.6
    smooth = cv2.GaussianBlur(grey * mask, (0, 0), soft) / (cv2.GaussianBlur(mask, (0, 0), soft) + 1e-3)
    light = np.clip(smooth / max(float(np.median(smooth[cloth.mask > 0])), 1.0), 0.3, 1.7)
    return (1 + (light - 1) * strength).astype(np.float32), np.clip(grey - smooth, -12, 12).astype(np.float32)


def _albedo(cloth: Cloth, garment: Garment, across: Plane, down: Plane, rng: Random) -> NDArray[np.float32]:
    """The garment's own colours, (h, w, 3) 0..1."""
    colours = _pattern(garment, across, down, rng)
    if garment.sleeves is not None:
        colours[np.abs(across) > 0.8] = bgr(garment.sleeves)
    front = bool(rng.random() > 0.2)
    turned = across - (rng.normal(0, 0.08) + rng.normal(0, 0.06) * down) * front
    for piece in garment.pieces:
        if front or piece.kind not in FRONT:
            colours[covers(piece, turned.astype(np.float32), down, front, rng)] = bgr(piece.colour)
    soft = max(0.4, 0.006 * cloth.shoulders)
    return np.asarray(cv2.GaussianBlur(colours, (0, 0), soft), np.float32)


def _pattern(garment: Garment, across: Plane, down: Plane, rng: Random) -> NDArray[np.float32]:
    base, second = bgr(garment.base), bgr(garment.second)
    if garment.cloth is not None:
        return _woven(garment, garment.cloth, across, down, rng)
    colours = np.empty((*across.shape, 3), np.float32)
    colours[:] = base
    upright = (across / 2) % garment.period < garment.duty * garment.period
    level = (down * 0.7) % garment.period < garment.duty * garment.period
    if garment.pattern in ("stripes", "check"):
        colours[upright] = second if garment.pattern == "stripes" else (base + second) / 2
    if garment.pattern in ("bands", "check"):
        colours[level] = second if garment.pattern == "bands" else (colours[level] + second) / 2
    return colours


def _woven(garment: Garment, cloth: Picture, across: Plane, down: Plane, rng: Random) -> NDArray[np.float32]:
    """Real cloth laid over the body, mirrored at its edges; half of its pattern's size to the shoulders."""
    size, wide = cloth.shape[0], 2 * cloth.shape[0] * (0.6 + garment.period * 2)
    x = np.abs((across * 0.5 + rng.uniform(0, 1)) * wide % (2 * size - 2) - (size - 1))
    y = np.abs((down * 0.7 + rng.uniform(0, 1)) * wide % (2 * size - 2) - (size - 1))
    laid = cv2.remap(cloth, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR)
    colours = np.asarray(laid, np.float32) / 255
    if garment.tinted:
        colours = np.clip(colours / (colours.reshape(-1, 3).mean(axis=0) + 1e-3) * bgr(garment.base), 0, 1)
    return np.asarray(colours, np.float32)
