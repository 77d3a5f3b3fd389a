"""Drawn halls: rooms, counters, desks, screens, chairs and glass, which hide people or stand empty."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from training.augment import Random, resized
from training.look import Picture

Painted = NDArray[np.bool_]


def room(rng: Random, width: int, height: int, views: Sequence[Picture]) -> Picture:
    """An empty room: a person-free picture where there is one, else drawn walls with panels and lamps."""
    if len(views) and rng.random() < 0.55:
        view = views[int(rng.integers(len(views)))]
        scale = max(width / view.shape[1], height / view.shape[0]) * rng.uniform(1, 1.6)
        large = resized(view, int(view.shape[1] * scale) + 1, int(view.shape[0] * scale) + 1)
        left, top = int(rng.integers(large.shape[1] - width + 1)), int(rng.integers(large.shape[0] - height + 1))
        return large[top : top + height, left : left + width].copy()
    wall, floor = _shade(rng, 90, 235), _shade(rng, 60, 200)
    out = np.empty((height, width, 3), dtype=np.float32)
    horizon = int(height * rng.uniform(0.1, 0.6))
    out[:horizon], out[horizon:] = wall, floor
    out *= np.linspace(rng.uniform(0.8, 1.1), rng.uniform(0.8, 1.1), width)[None, :, None]
    canvas = _bytes(out)
    for _ in range(int(rng.integers(2, 14))):
        x, y = int(rng.integers(-20, width)), int(rng.integers(-20, height))
        w, h = int(8 + rng.uniform(0, width * 0.3)), int(8 + rng.uniform(0, height * 0.5))
        cv2.rectangle(canvas, (x, y), (x + w, y + h), _shade(rng, 20, 250), -1 if rng.random() < 0.7 else 2)
    if rng.random() < 0.5:
        step = int(rng.integers(12, 50))
        for x in range(int(rng.integers(step)), width, step):
            cv2.line(canvas, (x, horizon), (int(x + (x - width / 2) * 0.8), height), _shade(rng, 60, 200), 1)
    return _grained(canvas, rng)


def slab(canvas: Picture, rng: Random, top: float, bottom: float, views: Sequence[Picture]) -> Painted:
    """A counter or desk across the whole width from about row ``top`` down to ``bottom``; returns what it covers."""
    height, width = canvas.shape[:2]
    slope = rng.uniform(-0.06, 0.06) * width
    bow = rng.uniform(-0.03, 0.03) * width
    x = np.linspace(-1, 1, 9)
    upper = top + slope * x / 2 + bow * (1 - x**2)
    lower = bottom + slope * x / 2
    columns = (x + 1) / 2 * width
    outline = np.concatenate([np.stack([columns, upper], 1), np.stack([columns, lower], 1)[::-1]])
    covered = np.zeros((height, width), dtype=np.uint8)
    cv2.fillPoly(covered, [outline.round().astype(np.int32)], 1)
    front = _surface(rng, width, height, views)
    canvas[covered > 0] = front[covered > 0]
    edge = np.stack([columns, upper], 1).round().astype(np.int32)
    cv2.polylines(canvas, [edge], False, _shade(rng, 20, 250), int(rng.integers(1, 4)))
    if rng.random() < 0.5:
        lip = edge + np.array([0, int(max(2, (bottom - top) * rng.uniform(0.1, 0.4)))])
        cv2.polylines(canvas, [lip.astype(np.int32)], False, _shade(rng, 20, 250), 1)
    return covered > 0


def screen(canvas: Picture, rng: Random, cx: float, bottom: float, size: float) -> Painted:
    """A monitor standing on row ``bottom``, seen from its back or front; ``size`` is its width."""
    wide, tall = size, size * rng.uniform(0.55, 0.85)
    x1, y1 = int(cx - wide / 2), int(bottom - tall)
    x2, y2 = int(cx + wide / 2), int(bottom - tall * 0.15)
    lean = int(size * rng.uniform(-0.15, 0.15))
    outline = np.array([[x1 + lean, y1], [x2 + lean, y1], [x2, y2], [x1, y2]], dtype=np.int32)
    painted = np.zeros(canvas.shape[:2], dtype=np.uint8)
    cv2.fillPoly(painted, [outline], 1)
    cv2.rectangle(painted, (int(cx - wide * 0.08), y2), (int(cx + wide * 0.08), int(bottom)), 1, -1)
    canvas[painted > 0] = _shade(rng, 15, 70) if rng.random() < 0.7 else _shade(rng, 150, 240)
    if rng.random() < 0.5:
        inner = (outline + np.array([[2, 2], [-2, 2], [-2, -2], [2, -2]])).astype(np.int32)
        cv2.fillPoly(canvas, [inner], _shade(rng, 60, 250))
    return painted > 0


def clutter(canvas: Picture, rng: Random, top: float, bottom: float) -> None:
    """Papers, boxes and keyboards on a surface between two rows."""
    height, width = canvas.shape[:2]
    for _ in range(int(rng.integers(0, 9))):
        cx, cy = rng.uniform(0, width), rng.uniform(top, max(top + 1, bottom))
        box = ((cx, cy), (4 + rng.uniform(0, width * 0.08), 3 + rng.uniform(0, height * 0.05)), rng.uniform(-30, 30))
        corners = cv2.boxPoints(box).round().astype(np.int32)
        cv2.fillPoly(canvas, [corners], _shade(rng, 30, 255))
        if rng.random() < 0.4:
            cv2.polylines(canvas, [corners], True, _shade(rng, 20, 120), 1)


def chair(canvas: Picture, rng: Random, cx: float, bottom: float, size: float, views: Sequence[Picture]) -> Painted:
    """An office chair's back (sometimes with a coat or a cushion over it), ``size`` high, its foot on ``bottom``."""
    painted = np.zeros(canvas.shape[:2], dtype=np.uint8)
    wide = size * rng.uniform(0.5, 0.85)
    top, back_low = bottom - size, bottom - size * rng.uniform(0.3, 0.5)
    radius = int(max(1, wide * rng.uniform(0.08, 0.3)))
    x1, x2 = int(cx - wide / 2), int(cx + wide / 2)
    _round_box(painted, x1, int(top), x2, int(back_low), radius)
    if rng.random() < 0.3:
        head = wide * rng.uniform(0.2, 0.35)
        rest = int(top - size * rng.uniform(0.02, 0.12))
        _round_box(painted, int(cx - head), rest - int(head), int(cx + head), rest, max(1, int(head * 0.4)))
        cv2.line(painted, (int(cx), rest), (int(cx), int(top)), 1, max(1, int(wide * 0.12)))
    kind = rng.random()
    colour = _shade(rng, 10, 80) if kind < 0.6 else _shade(rng, 40, 220)
    canvas[painted > 0] = colour
    front = back_low + size * 0.14
    corners = [(-0.55, back_low), (0.55, back_low), (0.5, front), (-0.5, front)]
    seat = np.array([(cx + across * wide, y) for across, y in corners]).round().astype(np.int32)
    cv2.fillPoly(painted, [seat], 1)
    cv2.fillPoly(canvas, [seat], tuple(int(part * 0.8) for part in colour))
    cv2.line(canvas, (int(cx), int(back_low)), (int(cx), int(bottom)), (40, 40, 40), max(1, int(size * 0.06)))
    for lean in (-0.4, 0.4):
        cv2.line(canvas, (int(cx), int(bottom - size * 0.1)), (int(cx + lean * wide), int(bottom)), (40, 40, 40), 2)
    if rng.random() < 0.25:
        gap = _shade(rng, 20, 230)
        for y in range(int(top + size * 0.08), int(back_low - 2), max(3, int(size * 0.12))):
            cv2.line(canvas, (x1 + radius, y), (x2 - radius, y), gap, max(1, int(size * 0.025)))
    if rng.random() < 0.5:
        for x in (x1, x2):
            cv2.line(canvas, (x, int(back_low - size * 0.1)), (x, int(back_low + size * 0.05)), (30, 30, 30), 2)
    if rng.random() < 0.3 and len(views):
        _coat(canvas, painted, rng, (x1, int(top), x2, int(back_low)), views)
    return painted > 0


def glass(canvas: Picture, rng: Random) -> None:
    """A pane before everything: bars of a frame, a streak of reflection, a poster's edge."""
    height, width = canvas.shape[:2]
    if rng.random() < 0.6:
        streak = np.zeros((height, width), dtype=np.float32)
        x = int(rng.integers(width))
        lean = int(rng.uniform(-0.4, 0.4) * width)
        broad = int(5 + rng.uniform(0, width * 0.25))
        cv2.fillPoly(streak, [np.array([[x, 0], [x + broad, 0], [x + broad + lean, height], [x + lean, height]])], 1.0)
        veil = cv2.GaussianBlur(streak, (0, 0), 4)[..., None] * rng.uniform(0.1, 0.45)
        canvas[:] = _bytes(canvas * (1 - veil) + veil * rng.uniform(150, 255))
    for _ in range(int(rng.integers(0, 4))):
        x = int(rng.integers(width))
        colour = _shade(rng, 40, 230)
        cv2.line(canvas, (x, 0), (int(x + rng.uniform(-8, 8)), height), colour, int(rng.integers(1, 5)))


def _coat(
    canvas: Picture, painted: NDArray[np.uint8], rng: Random, box: tuple[int, int, int, int], views: Sequence[Picture]
) -> None:
    x1, y1, x2, y2 = box
    wide, tall = x2 - x1, y2 - y1
    left, right, low = x1 - wide * 0.1, x2 + wide * 0.1, y2 + tall * 0.3
    sloping, collar = y1 + tall * 0.25, y1 - tall * 0.06
    corners = [(left, sloping), (x1 + wide * 0.25, collar), (x2 - wide * 0.25, collar), (right, sloping)]
    outline = np.array([*corners, (right, low - tall * 0.1), (left, low)]).round().astype(np.int32)
    cover = np.zeros_like(painted)
    cv2.fillPoly(cover, [outline], 1)
    cloth = _surface(rng, canvas.shape[1], canvas.shape[0], views)
    canvas[cover > 0] = cloth[cover > 0]
    painted |= cover


def _round_box(mask: NDArray[np.uint8], x1: int, y1: int, x2: int, y2: int, radius: int) -> None:
    cv2.rectangle(mask, (x1 + radius, y1), (x2 - radius, y2), 1, -1)
    cv2.rectangle(mask, (x1, y1 + radius), (x2, y2 - radius), 1, -1)
    for x in (x1 + radius, x2 - radius):
        for y in (y1 + radius, y2 - radius):
            cv2.circle(mask, (x, y), radius, 1, -1)


def _surface(rng: Random, width: int, height: int, views: Sequence[Picture]) -> Picture:
    """Wood, stone, cloth: a patch of a person-free picture drawn wide, or a shaded colour with grain."""
    if len(views) and rng.random() < 0.35:
        view = views[int(rng.integers(len(views)))]
        side = int(min(view.shape[:2]) * rng.uniform(0.15, 0.5))
        left, top = int(rng.integers(view.shape[1] - side + 1)), int(rng.integers(view.shape[0] - side + 1))
        return resized(view[top : top + side, left : left + side], width, height)
    base = np.full((height, width, 3), _shade(rng, 40, 240), dtype=np.float32)
    base *= np.linspace(rng.uniform(0.75, 1.1), rng.uniform(0.75, 1.1), height)[:, None, None]
    return _grained(_bytes(base), rng)


def _grained(canvas: Picture, rng: Random) -> Picture:
    height, width = canvas.shape[:2]
    fine = rng.normal(0, rng.uniform(1, 7), (height, width, 1))
    if rng.random() < 0.3:
        drawn = cv2.resize(rng.normal(0, 9, (height, 8)), (width, height))
        fine = np.asarray(drawn, dtype=np.float64)[..., None]
    return _bytes(canvas + fine)


def _shade(rng: Random, low: int, high: int) -> tuple[int, int, int]:
    base = rng.uniform(low, high)
    tint = rng.uniform(-0.18, 0.18, 3)
    blue, green, red = (int(np.clip(base * (1 + part), 0, 255)) for part in tint)
    return blue, green, red


def _bytes(values: NDArray[np.floating]) -> Picture:
    return np.asarray(np.clip(values, 0, 255), dtype=np.uint8)
