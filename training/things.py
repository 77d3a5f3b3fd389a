"""Things that people hold, drawn: phones, and what must not be taken for one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.augment import Random
from training.look import Picture

LONG = 96


@dataclass(frozen=True, slots=True)
class Thing:
    """``picture`` (h, w, 3) BGR with ``alpha`` (h, w) 0..1, upright, its long side some ``LONG`` pixels."""

    picture: Picture
    alpha: NDArray[np.float32]


def phone(rng: Random) -> Thing:
    """Front with a lit or dark screen, or the back with its cameras; sometimes in a coloured case."""
    wide = int(LONG / rng.uniform(1.9, 2.25))
    canvas, alpha = _plate(
        LONG, wide, int(wide * rng.uniform(0.08, 0.22)), _any(rng, 5, 60) if rng.random() < 0.7 else _any(rng, 60, 250)
    )
    if rng.random() < 0.6:
        rim = int(rng.integers(2, 5))
        lit = rng.random() < 0.65
        screen = np.full(
            (LONG - 2 * rim, wide - 2 * rim, 3), _any(rng, 120, 255) if lit else _any(rng, 3, 45), dtype=np.uint8
        )
        if lit:
            for _ in range(int(rng.integers(2, 10))):
                y, x = int(rng.integers(screen.shape[0])), int(rng.integers(screen.shape[1]))
                cv2.rectangle(
                    screen, (x, y), (x + int(rng.integers(4, 30)), y + int(rng.integers(2, 14))), _any(rng, 30, 250), -1
                )
        canvas[rim : LONG - rim, rim : wide - rim] = screen
        if not lit and rng.random() < 0.5:
            cv2.line(
                canvas,
                (int(rng.integers(wide)), 0),
                (int(rng.integers(wide)), LONG),
                (170, 170, 170),
                int(rng.integers(2, 9)),
            )
    else:
        left = 4 if rng.random() < 0.5 else wide - 18
        cv2.rectangle(canvas, (left, 4), (left + 14, 4 + int(rng.integers(12, 30))), _any(rng, 5, 90), -1)
        for at in range(int(rng.integers(1, 4))):
            cv2.circle(canvas, (left + 7, 9 + at * 9), 3, (15, 15, 15), -1)
    return Thing(canvas, alpha)


def card(rng: Random) -> Thing:
    """A badge: white or light card with a photograph, lines of text and often a coloured band."""
    wide = int(LONG / rng.uniform(1.25, 1.7))
    canvas, alpha = _plate(LONG, wide, 4, _any(rng, 190, 255))
    if rng.random() < 0.7:
        band = int(LONG * rng.uniform(0.12, 0.35))
        canvas[:band] = _any(rng, 40, 230)
    if rng.random() < 0.7:
        side = int(wide * rng.uniform(0.35, 0.55))
        x, y = int(rng.integers(3, wide - side)), int(LONG * rng.uniform(0.2, 0.4))
        cv2.rectangle(canvas, (x, y), (x + side, y + int(side * 1.2)), _any(rng, 90, 200), -1)
        cv2.circle(canvas, (x + side // 2, y + side // 2), side // 4, (120, 150, 200), -1)
    _lines(canvas, rng, int(LONG * 0.65), LONG - 5)
    return Thing(canvas, alpha)


def paper(rng: Random) -> Thing:
    tall, wide = LONG, int(LONG / rng.uniform(0.8, 1.6))
    canvas, alpha = _plate(tall, wide, 0, _any(rng, 200, 255))
    _lines(canvas, rng, 6, tall - 6)
    return Thing(canvas, alpha)


def calculator(rng: Random) -> Thing:
    wide = int(LONG / rng.uniform(1.2, 1.7))
    canvas, alpha = _plate(LONG, wide, 6, _any(rng, 20, 220))
    cv2.rectangle(canvas, (6, 6), (wide - 6, int(LONG * 0.25)), (150, 175, 160), -1)
    rows, columns = 5, 4
    shade = _any(rng, 20, 240)
    for row in range(rows):
        for column in range(columns):
            x, y = 6 + column * (wide - 12) // columns, int(LONG * 0.32) + row * int(LONG * 0.64) // rows
            cv2.rectangle(
                canvas, (x + 1, y + 1), (x + (wide - 12) // columns - 2, y + int(LONG * 0.64) // rows - 3), shade, -1
            )
    return Thing(canvas, alpha)


def handset(rng: Random) -> Thing:
    """The receiver of a desk telephone: a bow with two thick ends."""
    wide = int(LONG * rng.uniform(0.35, 0.5))
    mask = np.zeros((LONG, wide), dtype=np.uint8)
    thick = int(wide * rng.uniform(0.3, 0.45))
    cv2.ellipse(mask, (wide, LONG // 2), (wide - thick // 2, LONG // 2 - thick), 0, 100, 260, 255, thick)
    cv2.ellipse(mask, (wide // 2, thick), (wide // 2, thick), 0, 0, 360, 255, -1)
    cv2.ellipse(mask, (wide // 2, LONG - thick), (wide // 2, thick), 0, 0, 360, 255, -1)
    canvas = np.full((LONG, wide, 3), _any(rng, 10, 90) if rng.random() < 0.6 else _any(rng, 150, 240), dtype=np.uint8)
    canvas = _shaded(canvas, rng)
    return Thing(canvas, (mask / 255).astype(np.float32))


def cup(rng: Random) -> Thing:
    wide = int(LONG * rng.uniform(0.55, 0.9))
    mask = np.zeros((LONG, wide), dtype=np.uint8)
    narrow = rng.uniform(0, 0.2) * wide
    cv2.fillPoly(
        mask, [np.array([[0, 0], [wide, 0], [wide - narrow, LONG], [narrow, LONG]]).round().astype(np.int32)], 255
    )
    canvas = _shaded(np.full((LONG, wide, 3), _any(rng, 30, 255), dtype=np.uint8), rng)
    if rng.random() < 0.5:
        band = int(LONG * rng.uniform(0.3, 0.6))
        canvas[band : band + int(LONG * 0.25)] = _any(rng, 20, 250)
    return Thing(canvas, (mask / 255).astype(np.float32))


def wallet(rng: Random) -> Thing:
    """A broad folded block in leather colours: nearer to a square than any phone."""
    wide = int(LONG / rng.uniform(1.0, 1.35))
    shade = rng.uniform(40, 150)
    colour = (int(shade * 0.4), int(shade * 0.65), int(shade))
    canvas, alpha = _plate(LONG, wide, int(rng.integers(2, 10)), colour)
    cv2.line(canvas, (0, LONG // 2), (wide, LONG // 2), (20, 30, 45), 2)
    return Thing(_shaded(canvas, rng), alpha)


def cigarette(rng: Random) -> Thing:
    """White paper with a cork or white filter and often an ember; now and then a brown cigar."""
    wide = max(5, int(LONG * rng.uniform(0.06, 0.12)))
    cigar = rng.random() < 0.12
    wide = int(wide * 1.6) if cigar else wide
    shade = rng.uniform(40, 90) if cigar else rng.uniform(190, 255)
    colour = (int(shade * 0.45), int(shade * 0.7), int(shade)) if cigar else _any(rng, int(shade) - 10, int(shade))
    canvas, alpha = _plate(LONG, wide, 0, colour)
    filter_end = int(LONG * rng.uniform(0.2, 0.33))
    if not cigar and rng.random() < 0.7:
        canvas[:filter_end] = (int(rng.integers(70, 130)), int(rng.integers(130, 180)), int(rng.integers(190, 240)))
    if rng.random() < 0.7:
        ash = int(LONG * rng.uniform(0.02, 0.12))
        canvas[LONG - ash :] = _any(rng, 60, 170)
    if rng.random() < 0.3:
        canvas[LONG - 3 :] = (int(rng.integers(20, 90)), int(rng.integers(60, 140)), int(rng.integers(200, 255)))
    across = np.sin(np.linspace(0.5, np.pi - 0.3, canvas.shape[1]))[None, :, None]
    return Thing(np.clip(canvas * (0.55 + 0.45 * across), 0, 255).astype(np.uint8), alpha)


def pen(rng: Random) -> Thing:
    """A pen, a marker or a brush: a stick like a cigarette, of another colour or with a tip and a clip."""
    wide = max(4, int(LONG * rng.uniform(0.05, 0.1)))
    canvas, alpha = _plate(LONG, wide, 0, _any(rng, 10, 200))
    cap = int(LONG * rng.uniform(0.15, 0.45))
    canvas[:cap] = _any(rng, 5, 240)
    tip = int(LONG * rng.uniform(0.04, 0.1))
    canvas[LONG - tip :] = _any(rng, 60, 220)
    alpha[LONG - tip :, : wide // 3] = 0
    alpha[LONG - tip :, wide - wide // 3 :] = 0
    return Thing(_shaded(canvas, rng), alpha)


def straw(rng: Random) -> Thing:
    """A drinking straw: longer and thinner than a cigarette, striped or plain, bent or not."""
    wide = max(3, int(LONG * rng.uniform(0.03, 0.05)))
    canvas, alpha = _plate(LONG, wide, 0, _any(rng, 120, 255))
    if rng.random() < 0.5:
        for y in range(0, LONG, 8):
            canvas[y : y + 4] = _any(rng, 40, 220)
    return Thing(canvas, alpha)


def name_tag(rng: Random) -> Thing:
    """A name plate pinned to the chest: broad, metal, white or coloured, with a line or two."""
    tall = int(LONG / rng.uniform(2.2, 4.0))
    metal = rng.random() < 0.4
    shade = rng.uniform(150, 235)
    colour = (int(shade * 0.6), int(shade * 0.85), int(shade)) if metal else _any(rng, 30, 255)
    canvas, alpha = _plate(tall, LONG, 3, colour)
    if metal or rng.random() < 0.3:
        canvas = _shaded(canvas, rng)
    ink = _any(rng, 5, 90) if float(canvas.mean()) > 120 else _any(rng, 200, 255)
    for y in range(tall // 4, tall - 2, max(6, tall // 3)):
        left = int(rng.integers(4, LONG // 3))
        cv2.line(canvas, (left, y), (int(rng.integers(LONG // 2, LONG - 4)), y), ink, int(rng.integers(1, 4)))
    return Thing(canvas, alpha)


DECOYS: tuple[Callable[[Random], Thing], ...] = (paper, calculator, handset, wallet, pen, pen)
STICKS: tuple[Callable[[Random], Thing], ...] = (pen, straw, pen)


def turned(thing: Thing, rng: Random, length: float, angle: float) -> Thing:
    """The thing ``length`` pixels long, turned by ``angle`` degrees and seen a little from the side."""
    tall, wide = thing.alpha.shape
    scale = length / max(tall, wide)
    lean = rng.uniform(0.55, 1.0, 2)
    size = int(length * 1.5) + 4
    matrix = np.asarray(cv2.getRotationMatrix2D((wide / 2, tall / 2), angle, scale), dtype=np.float64)
    matrix[:, 0] *= float(lean[0])
    matrix[:, 1] *= float(lean[1]) if rng.random() < 0.5 else 1.0
    centre = matrix @ np.array([wide / 2, tall / 2, 1])
    matrix[:, 2] += size / 2 - centre
    shrunk = max(1.0, 1 / scale / 2)
    soft = cv2.GaussianBlur(thing.picture, (0, 0), 0.4 * shrunk) if scale < 0.7 else thing.picture
    alpha = cv2.GaussianBlur(thing.alpha, (0, 0), 0.4 * shrunk) if scale < 0.7 else thing.alpha
    picture = np.asarray(cv2.warpAffine(soft, matrix, (size, size), borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8)
    return Thing(picture, np.asarray(cv2.warpAffine(alpha, matrix, (size, size)), dtype=np.float32))


def _plate(tall: int, wide: int, radius: int, colour: tuple[int, int, int]) -> tuple[Picture, NDArray[np.float32]]:
    mask = np.zeros((tall, wide), dtype=np.uint8)
    cv2.rectangle(mask, (radius, 0), (wide - radius, tall), 255, -1)
    cv2.rectangle(mask, (0, radius), (wide, tall - radius), 255, -1)
    for x in (radius, wide - radius - 1):
        for y in (radius, tall - radius - 1):
            cv2.circle(mask, (x, y), radius, 255, -1)
    return np.full((tall, wide, 3), colour, dtype=np.uint8), (mask / 255).astype(np.float32)


def _lines(canvas: Picture, rng: Random, top: int, low: int) -> None:
    wide = canvas.shape[1]
    for y in range(top, low, int(rng.integers(5, 9))):
        cv2.line(canvas, (5, y), (int(wide * rng.uniform(0.4, 0.92)), y), _any(rng, 20, 140), int(rng.integers(1, 3)))


def _shaded(canvas: Picture, rng: Random) -> Picture:
    across = np.linspace(rng.uniform(0.7, 1.1), rng.uniform(0.7, 1.1), canvas.shape[1])[None, :, None]
    return np.clip(canvas * across, 0, 255).astype(np.uint8)


def _any(rng: Random, low: int, high: int) -> tuple[int, int, int]:
    base = rng.uniform(low, high)
    blue, green, red = (int(np.clip(base * part, 0, 255)) for part in rng.uniform(0.75, 1.25, 3))
    return blue, green, red
