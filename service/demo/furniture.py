"""Draws what stands in an office: shelves, windows, cabinets, a board, plants, clocks, chairs, things on a counter."""

from collections.abc import Callable, Mapping
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from service.demo.paint import Canvas, Colour, cloudy, disc, oblong, shaded, turned, wood

__all__ = ["FURNITURE", "Thing", "draw_chair", "draw_monitor", "draw_papers"]

Thing = Literal["window", "shelves", "board", "cabinet", "plant", "clock"]

_FLOOR = 330.0
"""Row in pixels at which the floor meets the wall."""


def _window(canvas: Canvas, x: float) -> None:
    wide, y, high = 228.0, 44.0, 200.0
    canvas.shadow(oblong(x, y, wide, high), by=(5, 8), soft=8, strength=0.35)
    canvas.fill(oblong(x - 9, y - 9, wide + 18, high + 18), shaded((222, 226, 228), (1.05, 0.88)))
    view = _daylight(canvas, int(wide) * 2, int(high) * 2)
    canvas.fill(oblong(x, y, wide, high), view)
    canvas.fill(oblong(x + wide / 2 - 4, y, 8, high), shaded((214, 218, 220), (0.8, 1.05, 0.85), across=True))
    for row in np.arange(y + 2, y + high * 0.7, 7.5):
        canvas.fill(oblong(x + 2, float(row), wide - 4, 5), shaded((226, 230, 232), (1.0, 0.78)), opacity=0.86)
    canvas.fill(oblong(x - 13, y + high + 6, wide + 26, 8), shaded((220, 224, 226), (1.06, 0.72)))
    canvas.shadow(oblong(x - 13, y + high + 10, wide + 26, 6), by=(2, 7), soft=5, strength=0.4)


def _daylight(canvas: Canvas, width: int, height: int) -> NDArray[np.float32]:
    """What is seen through a window: sky, houses and trees, far out of focus, shape (height, width, 3)."""
    view = cv2.resize(shaded((244, 226, 204), (1.06, 0.98, 0.9)), (width, height)).astype(np.float32)
    view += cloudy(canvas.rng, (height, width), coarse=width // 2)[..., None] * 7
    x = 0
    while x < width:
        wide, top = int(canvas.rng.integers(50, 120)), int(height * canvas.rng.uniform(0.45, 0.7))
        view[top:, x : x + wide] = np.array(canvas.rng.uniform(135, 190, 1)) * (1.04, 1.0, 0.96)
        x += wide + int(canvas.rng.integers(0, 24))
    leaves = cloudy(canvas.rng, (height, width), coarse=60) + np.linspace(-3.2, 1.6, height)[:, None]
    green = np.array([96, 146, 124], np.float32) + cloudy(canvas.rng, (height, width), coarse=30)[..., None] * 22
    view = np.where((leaves > 0)[..., None], green, view)
    return np.asarray(cv2.GaussianBlur(view, (0, 0), 9), np.float32)


_BINDERS: tuple[Colour, ...] = (
    (142, 92, 58),
    (70, 66, 62),
    (64, 74, 138),
    (104, 128, 76),
    (168, 172, 174),
    (88, 138, 176),
    (120, 84, 96),
)


def _shelves(canvas: Canvas, x: float) -> None:
    wide, y, high, boards = 268.0, 40.0, 306.0, 4
    canvas.shadow(oblong(x, y, wide, high), by=(8, 8), soft=9, strength=0.45)
    canvas.fill(oblong(x, y, wide, high), wood(canvas.rng, 500, 600, (92, 128, 162), strength=9))
    room = (high - 10) / boards
    for board in range(boards):
        top = y + 8 + board * room
        canvas.fill(oblong(x + 8, top, wide - 16, room - 9), shaded((52, 70, 88), (0.55, 0.95, 1.1)))
        at = x + 12
        while at < x + wide - 26:
            thick = float(canvas.rng.uniform(11, 19))
            if canvas.rng.random() < 0.14:
                at += thick * 1.6
                continue
            tall = float(canvas.rng.uniform(0.7, 0.9)) * (room - 12)
            colour = _BINDERS[int(canvas.rng.integers(len(_BINDERS)))]
            foot = top + room - 10
            spine = oblong(at, foot - tall, thick, tall, 1.5)
            canvas.fill(spine, shaded(colour, (0.7, 1.15, 1.0, 0.6), across=True), grain=4)
            if canvas.rng.random() < 0.7:
                canvas.fill(oblong(at + 3, foot - tall * 0.8, thick - 6, tall * 0.3), (214, 220, 222), opacity=0.9)
            canvas.fill(disc(at + thick / 2, foot - tall * 0.2, 5, 5), (40, 40, 40), opacity=0.7)
            at += thick + 0.8
        canvas.shadow(oblong(x + 8, top, wide - 16, 5), by=(0, 4), soft=4, strength=0.6)
        canvas.fill(oblong(x + 4, top + room - 9, wide - 8, 6), shaded((100, 138, 174), (1.15, 0.8)))


def _board(canvas: Canvas, x: float) -> None:
    wide, y, high = 330.0, 52.0, 178.0
    canvas.shadow(oblong(x, y, wide, high), by=(4, 6), soft=5, strength=0.4)
    canvas.fill(oblong(x - 6, y - 6, wide + 12, high + 12, 3), shaded((176, 180, 182), (1.1, 0.8)))
    canvas.fill(oblong(x, y, wide, high), shaded((120, 132, 96), (1.05, 0.92)), grain=5)
    spots = (
        (14, 14, 64, 84),
        (90, 20, 88, 62),
        (192, 12, 58, 80),
        (262, 18, 54, 72),
        (24, 112, 96, 54),
        (138, 98, 70, 70),
    )
    for left, top, w, h in (*spots, (222, 106, 92, 60)):
        sheet = turned(
            oblong(x + left, y + top, w, h), (x + left + w / 2, y + top), float(canvas.rng.uniform(-2.5, 2.5))
        )
        canvas.shadow(sheet, by=(2, 3), soft=2, strength=0.4)
        tint = canvas.rng.uniform(0.86, 1.0, 3)
        canvas.fill(sheet, shaded((float(232 * tint[0]), float(236 * tint[1]), float(238 * tint[2])), (1.0, 0.94)))
        for line in np.arange(y + top + 12, y + top + h - 8, 6.5):
            length = (w - 16) * float(canvas.rng.uniform(0.55, 1))
            canvas.fill(oblong(x + left + 8, float(line), length, 2), (120, 116, 112), opacity=0.55)
        canvas.fill(disc(x + left + w / 2, y + top + 4, 6, 6), (52, 60, 190))


def _cabinet(canvas: Canvas, x: float) -> None:
    wide, y, high = 206.0, 96.0, 300.0
    steel = (172, 172, 164)
    canvas.shadow(oblong(x, y, wide, high), by=(9, 9), soft=10, strength=0.45)
    canvas.fill(oblong(x, y, wide, high, 2), shaded(steel, (0.92, 1.08, 1.02, 0.8), across=True), grain=3)
    for row in range(3):
        top = y + 8 + row * 96
        for column in range(2):
            left = x + 7 + column * (wide / 2 - 3)
            door = oblong(left, top, wide / 2 - 11, 88, 2)
            canvas.fill(door, (80, 80, 76), opacity=0.6, soft=1.2)
            canvas.fill(oblong(left + 1.5, top + 1.5, wide / 2 - 14, 85, 2), shaded(steel, (1.12, 0.96)), grain=2)
            canvas.fill(oblong(left + 34, top + 10, 26, 12), shaded((226, 230, 232), (1.0, 0.9)))
            canvas.fill(oblong(left + 30, top + 44, 34, 6, 2), shaded((96, 96, 92), (1.5, 0.7)))
    box = oblong(x + 26, y - 46, 92, 46)
    canvas.shadow(box, by=(4, 2), soft=4, strength=0.4)
    canvas.fill(box, shaded((112, 152, 180), (1.02, 0.86)), grain=4)
    canvas.fill(oblong(x + 50, y - 32, 40, 14), (206, 214, 218), opacity=0.8)


def _plant(canvas: Canvas, x: float) -> None:
    foot = _FLOOR + 34
    for _ in range(34):
        length, lean = float(canvas.rng.uniform(54, 122)), float(canvas.rng.normal(0, 40))
        wide = float(canvas.rng.uniform(9, 17))
        at = np.linspace(0, 1, 14)
        spine_x = x + np.sin(np.deg2rad(lean)) * length * at + np.sign(lean) * 18 * at**2
        spine_y = foot - 30 - np.cos(np.deg2rad(lean)) * length * at + 26 * at**2 * abs(lean) / 60
        half = wide / 2 * np.sin(np.pi * np.clip(at * 0.95 + 0.03, 0, 1)) ** 0.8
        leaf = np.concatenate([np.stack([spine_x - half, spine_y], 1), np.stack([spine_x + half, spine_y], 1)[::-1]])
        tone = float(canvas.rng.uniform(0.65, 1.15))
        canvas.shadow(leaf, by=(3, 4), soft=3, strength=0.22)
        canvas.fill(leaf, shaded((62 * tone, 122 * tone, 84 * tone), (1.2, 0.75)), grain=6)
    pot = [(x - 32, foot - 36), (x + 32, foot - 36), (x + 24, foot + 40), (x - 24, foot + 40)]
    canvas.fill(pot, shaded((196, 202, 204), (0.7, 1.08, 0.98, 0.62), across=True), grain=3)


def _clock(canvas: Canvas, x: float) -> None:
    y = 74.0
    canvas.shadow(disc(x, y, 58, 58), by=(4, 6), soft=5, strength=0.45)
    canvas.fill(disc(x, y, 58, 58), shaded((70, 70, 70), (1.4, 0.7)))
    canvas.fill(disc(x, y, 50, 50), shaded((236, 238, 238), (1.0, 0.93)))
    for hour in range(12):
        mark = turned(oblong(x - 1, y - 23, 2, 5), (x, y), hour * 30)
        canvas.fill(mark, (50, 50, 50))
    canvas.fill(turned(oblong(x - 1.6, y - 14, 3.2, 16), (x, y), 312), (40, 40, 40))
    canvas.fill(turned(oblong(x - 1.2, y - 20, 2.4, 22), (x, y), 144), (40, 40, 40))


def draw_chair(canvas: Canvas, x: float) -> None:
    """An office chair seen from the front, its middle at column ``x``."""
    y, dark = 262.0, (58.0, 52.0, 48.0)
    rest = oblong(x - 64, y, 128, 150, 34)
    canvas.shadow(rest, by=(16, 10), soft=13, strength=0.42)
    canvas.fill(oblong(x - 9, y + 120, 18, 70), shaded(dark, (0.5, 1.2, 0.5), across=True))
    canvas.fill(rest, shaded(dark, (0.62, 1.18, 1.3, 1.1, 0.55), across=True), grain=2)
    canvas.fill(oblong(x - 55, y + 9, 110, 128, 28), shaded((74, 68, 62), (1.15, 0.72)), grain=3)
    for row in np.arange(y + 16, y + 128, 4.5):
        canvas.fill(oblong(x - 50, float(row), 100, 1.6), (34, 31, 28), opacity=0.42)
    canvas.fill(oblong(x - 46, y + 2.5, 92, 3, 1.5), (150, 142, 134), opacity=0.5, soft=1)
    for side in (-1, 1):
        arm = oblong(x + side * 78 - 13, y + 84, 26, 13, 6)
        canvas.fill(oblong(x + side * 74 - 5, y + 90, 10, 50), shaded(dark, (0.6, 1.1, 0.6), across=True))
        canvas.fill(arm, shaded(dark, (1.5, 0.6)))


def draw_monitor(canvas: Canvas, x: float, edge: float) -> None:
    """A monitor seen from behind, on a counter that begins at row ``edge``."""
    foot = edge + 18
    back = np.array([(x - 74, foot - 118), (x + 66, foot - 128), (x + 72, foot - 30), (x - 68, foot - 26)], np.float64)
    canvas.shadow(disc(x + 6, foot + 2, 150, 18), by=(10, 4), soft=6, strength=0.45)
    canvas.fill(disc(x, foot, 92, 15), shaded((66, 62, 58), (1.3, 0.7)))
    canvas.fill(oblong(x - 11, foot - 46, 22, 46), shaded((60, 56, 52), (0.6, 1.25, 0.6), across=True))
    canvas.fill(np.add(back, (0, 2.5)), (22, 20, 18), soft=0.8)
    canvas.fill(back, shaded((62, 57, 52), (1.15, 0.72)), grain=3)
    canvas.fill(oblong(x - 38, foot - 108, 74, 58, 8), shaded((70, 65, 60), (0.92, 1.05)), soft=1)
    for row in range(5):
        canvas.fill(oblong(x - 30, foot - 66 + row * 4.2, 60, 1.7), (30, 28, 26), opacity=0.7)
    canvas.fill(oblong(x - 7, foot - 92, 14, 10, 3), (150, 146, 140), opacity=0.55)
    canvas.fill(
        [(x - 74, foot - 118), (x + 66, foot - 128), (x + 66, foot - 126), (x - 74, foot - 116)],
        (150, 146, 142),
        soft=0.6,
    )


def draw_papers(canvas: Canvas, seat: float, monitor: float, edge: float) -> None:
    """Papers and pens beside the clerk's ``seat``, away from her monitor, and leaflets towards it."""
    y = edge + 14
    away = 1 if monitor < seat else -1
    x = seat + away * 190
    for turn, tone in ((-9, 0.9), (4, 0.97), (-2, 1.0)):
        sheet = turned([(x - 46, y), (x + 46, y), (x + 54, y + 22), (x - 54, y + 22)], (x, y + 11), turn * 0.35)
        canvas.shadow(sheet, by=(2, 3), soft=2, strength=0.35)
        canvas.fill(sheet, shaded((236, 238, 238), (tone * 0.95, tone)))
    tray = x + away * 116
    canvas.shadow(disc(tray, y + 20, 50, 12), by=(4, 3), soft=3, strength=0.45)
    for lean, colour in ((-16, (150, 90, 40)), (7, (50, 50, 170)), (20, (50, 50, 50))):
        pen = turned(oblong(tray - 2, y - 36, 4, 42, 2), (tray, y + 6), lean)
        canvas.fill(pen, shaded(colour, (0.8, 1.4, 0.8), across=True))
    cup = [(tray - 17, y - 12), (tray + 17, y - 12), (tray + 14, y + 22), (tray - 14, y + 22)]
    canvas.fill(cup, shaded((84, 80, 76), (0.6, 1.5, 1.0, 0.6), across=True))
    leaflets = seat + (monitor - seat) * 0.44
    for turn, tint in ((-12, (196, 168, 120)), (3, (206, 214, 220))):
        sheet = turned(
            [(leaflets - 22, y + 1), (leaflets + 22, y), (leaflets + 27, y + 20), (leaflets - 26, y + 21)],
            (leaflets, y + 10),
            turn,
        )
        canvas.shadow(sheet, by=(2, 3), soft=2, strength=0.35)
        canvas.fill(sheet, shaded(tint, (0.92, 1.02)))


FURNITURE: Final[Mapping[Thing, Callable[[Canvas, float], None]]] = {
    "window": _window,
    "shelves": _shelves,
    "board": _board,
    "cabinet": _cabinet,
    "plant": _plant,
    "clock": _clock,
}
"""How to draw each thing on a canvas, from its left edge (plants and clocks: its middle) in pixels."""
