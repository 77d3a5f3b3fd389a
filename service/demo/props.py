"""Draws what people hold: a phone in a hand."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from service.demo.paint import Canvas, Colour, Picture, disc, oblong, shaded, turned

__all__ = ["HeldPhone", "PhoneLook", "draw_held_phone"]

PhoneLook = Literal["back", "screen"]
"""Which side of the phone the camera sees."""


@dataclass(frozen=True, slots=True)
class HeldPhone:
    """A forearm, a hand and the phone in it: (height, width, 4) premultiplied BGRA.

    ``grip`` is the middle of the phone in pixels of ``picture``.
    """

    picture: Picture
    grip: tuple[float, float]


_SKIN: Final[Colour] = (132, 160, 212)


def _capsule(a: tuple[float, float], b: tuple[float, float], r0: float, r1: float) -> NDArray[np.float64]:
    """A rounded bar from ``a`` to ``b`` of half widths ``r0`` and ``r1``, as a polygon of shape (n, 2)."""
    angle = np.arctan2(b[1] - a[1], b[0] - a[0])
    half = np.linspace(-np.pi / 2, np.pi / 2, 12)
    near = np.stack([a[0] + r0 * np.cos(angle + np.pi + half), a[1] + r0 * np.sin(angle + np.pi + half)], axis=1)
    far = np.stack([b[0] + r1 * np.cos(angle + half), b[1] + r1 * np.sin(angle + half)], axis=1)
    return np.concatenate([near, far])


def _round_bar(
    canvas: Canvas, a: tuple[float, float], b: tuple[float, float], r0: float, r1: float, colour: Colour
) -> None:
    """A bar that looks round: dark at its edges, lit from above."""
    canvas.fill(_capsule(a, b, r0, r1), shaded(colour, (0.78, 0.66)))
    up = min(r0, r1) * 0.22
    for narrow, gain, soft in ((0.8, 0.92, 0.16), (0.5, 1.08, 0.22)):
        tone = (colour[0] * gain, colour[1] * gain, colour[2] * gain)
        bar = _capsule((a[0], a[1] - up), (b[0], b[1] - up), r0 * narrow, r1 * narrow)
        canvas.fill(bar, tone, soft=max(soft * min(r0, r1), 0.3), opacity=0.85)


def draw_held_phone(look: PhoneLook, sleeve: Colour, *, length: float, turn: float) -> HeldPhone:
    """A phone ``length`` pixels long, turned clockwise by ``turn`` degrees, held by a hand that comes from below."""
    size = int(length * 4.2)
    canvas = Canvas(size, size, 5)
    cx, cy = size * 0.5, size * 0.3
    wide = length * 0.5
    wrist = (cx - length * 0.36, cy + length * 0.56)
    elbow = (cx - length * 1.3, cy + length * 1.7)
    cuff = (wrist[0] - length * 0.1, wrist[1] + length * 0.11)
    _round_bar(canvas, cuff, elbow, length * 0.29, length * 0.44, sleeve)
    canvas.fill(
        _capsule(cuff, (cuff[0] - 3, cuff[1] + 5), length * 0.27, length * 0.29), (24, 22, 20), opacity=0.35, soft=2
    )
    _round_bar(canvas, wrist, cuff, length * 0.22, length * 0.22, _SKIN)
    _round_bar(canvas, (cx - length * 0.1, cy + length * 0.34), wrist, length * 0.26, length * 0.2, _SKIN)
    body = turned(oblong(cx - wide / 2, cy - length / 2, wide, length, length * 0.08), (cx, cy), turn)
    canvas.shadow(body, by=(2, 3), soft=3, strength=0.5)
    _PHONES[look](canvas, cx, cy, wide, length, turn)
    _fingers(canvas, look, (cx, cy), wide, length, turn)
    return HeldPhone(canvas.finished(), (cx, cy))


def _fingers(
    canvas: Canvas, look: PhoneLook, middle: tuple[float, float], wide: float, length: float, turn: float
) -> None:
    """Four fingers round a phone's back and the tip of the thumb, or the thumb on its screen and four finger tips."""
    cx, cy = middle
    across = turned([(cx - wide * 0.62, cy), (cx + wide * 0.62, cy)], (cx, cy), turn)
    down = np.array([-np.sin(np.deg2rad(turn)), np.cos(np.deg2rad(turn))]) * length
    if look == "screen":
        thumb = across[0] + down * 0.34, across[0] * 0.55 + across[1] * 0.45 + down * 0.2
        _round_bar(canvas, _point(thumb[0]), _point(thumb[1]), length * 0.12, length * 0.085, _SKIN)
        for step in range(4):
            tip = across[1] + down * (-0.08 + 0.135 * step)
            _round_bar(
                canvas, _point(tip), _point(tip - (across[1] - across[0]) * 0.1), length * 0.062, length * 0.06, _SKIN
            )
    else:
        for step, far in enumerate((0.6, 0.72, 0.68, 0.52)):
            root = across[0] + down * (0.1 + 0.125 * step)
            tip = root + (across[1] - across[0]) * far * 0.62 - down * 0.05
            canvas.shadow(
                _capsule(_point(root), _point(tip), length * 0.075, length * 0.065), by=(1, 2), soft=1.5, strength=0.4
            )
            _round_bar(canvas, _point(root), _point(tip), length * 0.078, length * 0.066, _SKIN)
        thumb = across[1] + down * 0.12
        _round_bar(canvas, _point(thumb), _point(thumb - down * 0.18), length * 0.06, length * 0.06, _SKIN)


def _point(place: NDArray[np.float64]) -> tuple[float, float]:
    return float(place[0]), float(place[1])


def _phone_back(
    canvas: Canvas, x: float, y: float, wide: float, length: float, turn: float, colour: Colour = (46, 42, 40)
) -> None:
    def part(corners: NDArray[np.float64]) -> NDArray[np.float64]:
        return turned(corners, (x, y), turn)

    left, top = x - wide / 2, y - length / 2
    canvas.fill(part(oblong(left, top, wide, length, length * 0.08)), shaded((150, 148, 144), (1.2, 0.7)))
    inset = length * 0.016
    canvas.fill(
        part(oblong(left + inset, top + inset, wide - 2 * inset, length - 2 * inset, length * 0.07)),
        shaded(colour, (1.5, 1.0, 0.8)),
    )
    bump = wide * 0.44
    canvas.fill(
        part(oblong(left + wide * 0.07, top + wide * 0.07, bump, bump * 1.05, bump * 0.25)), shaded(colour, (0.8, 0.5))
    )
    for dx, dy in ((0.28, 0.28), (0.28, 0.74), (0.72, 0.5)):
        at = part(np.array([[left + wide * 0.07 + bump * dx, top + wide * 0.07 + bump * 1.05 * dy]]))[0]
        canvas.fill(disc(at[0], at[1], bump * 0.42, bump * 0.42), (120, 118, 114))
        canvas.fill(disc(at[0], at[1], bump * 0.33, bump * 0.33), (14, 12, 12))
        canvas.fill(
            disc(at[0] - bump * 0.05, at[1] - bump * 0.06, bump * 0.09, bump * 0.09), (200, 190, 180), opacity=0.8
        )
    canvas.fill(
        part(oblong(left + wide * 0.62, top + inset * 2, wide * 0.2, length * 0.9, 2)),
        (220, 220, 220),
        opacity=0.1,
        soft=2,
    )


def _phone_screen(canvas: Canvas, x: float, y: float, wide: float, length: float, turn: float) -> None:
    def part(corners: NDArray[np.float64]) -> NDArray[np.float64]:
        return turned(corners, (x, y), turn)

    left, top = x - wide / 2, y - length / 2
    canvas.fill(part(oblong(left, top, wide, length, length * 0.08)), (30, 28, 26))
    inset = length * 0.03
    glass = oblong(left + inset, top + inset * 1.4, wide - 2 * inset, length - 2.8 * inset, length * 0.05)
    canvas.fill(part(glass), shaded((246, 234, 220), (1.0, 0.92)), grain=3)
    canvas.fill(part(oblong(left + inset, top + inset * 1.4, wide - 2 * inset, length * 0.13)), (196, 132, 58))
    rng = np.random.default_rng(3)
    for row in range(5):
        line = top + length * (0.22 + row * 0.13)
        canvas.fill(
            part(disc(left + wide * 0.2, line + length * 0.04, wide * 0.17, wide * 0.17)),
            (90 + 20 * row, 140, 190 - 20 * row),
        )
        canvas.fill(
            part(
                oblong(left + wide * 0.36, line + length * 0.012, wide * float(rng.uniform(0.3, 0.5)), length * 0.022)
            ),
            (90, 88, 86),
        )
        canvas.fill(
            part(oblong(left + wide * 0.36, line + length * 0.05, wide * float(rng.uniform(0.2, 0.4)), length * 0.016)),
            (160, 158, 156),
        )


_PHONES = {"back": _phone_back, "screen": _phone_screen}
