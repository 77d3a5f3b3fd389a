"""Drawn uniforms: colours, patterns, and what is worn over or sewn onto the base."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from training.look import Picture

Random = np.random.Generator
Colour = NDArray[np.float32]
"""CIE L*a*b*, shape (3,)."""

Plane = NDArray[np.float32]

Pattern = Literal["plain", "stripes", "bands", "check", "cloth"]
Kind = Literal["vest", "blazer", "apron", "tie", "scarf", "collar", "badge", "reflective", "print"]


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Something over the base: its colour and two measures in units of the body (see ``covers``)."""

    kind: Kind
    colour: Colour
    a: float
    b: float


@dataclass(frozen=True, slots=True, eq=False)
class Garment:
    """``second``, ``period`` and ``duty`` belong to the pattern; ``cloth`` is a square of real cloth."""

    base: Colour
    pattern: Pattern
    second: Colour
    period: float
    duty: float
    cloth: Picture | None
    tinted: bool
    sleeves: Colour | None
    pieces: tuple[Piece, ...]
    folds: float


FRONT: frozenset[Kind] = frozenset(("tie", "scarf", "badge"))
"""Pieces that are not seen from behind."""


def drawn(rng: Random, cloths: Sequence[Picture]) -> Garment:
    """A uniform as one might meet it; ``cloths`` are squares of patterned cloth to choose from."""
    base = colour(rng)
    pattern: Pattern = str(rng.choice(["stripes", "bands", "check", "cloth", "plain"], p=[0.1, 0.07, 0.09, 0.2, 0.54]))  # type: ignore[assignment]
    if pattern == "cloth" and not cloths:
        pattern = "plain"
    return Garment(
        base,
        pattern,
        near(base, rng, rng.uniform(10, 50)),
        rng.uniform(0.03, 0.16) if pattern == "stripes" else rng.uniform(0.07, 0.35),
        rng.uniform(0.15, 0.6),
        cloths[int(rng.integers(len(cloths)))] if pattern == "cloth" else None,
        bool(rng.random() < 0.4),
        (near(base, rng, rng.uniform(25, 80)) if rng.random() < 0.5 else colour(rng)) if rng.random() < 0.15 else None,
        tuple(piece for make in (_over, _at_the_neck, _sewn_on) for piece in make(rng)),
        rng.uniform(0.6, 1.2),
    )


def near_miss(garment: Garment, rng: Random) -> Garment:
    """Almost the same: another shade, a piece of another colour, a piece left out."""
    pieces = list(garment.pieces)
    at = int(rng.integers(len(pieces))) if pieces else 0
    chance = rng.random() if pieces else 1.0
    if chance < 0.25:
        del pieces[at]
    elif chance < 0.45:
        pieces[at] = replace(pieces[at], colour=near(pieces[at].colour, rng, rng.uniform(18, 50)))
    else:
        return replace(garment, base=near(garment.base, rng, rng.uniform(12, 30)))
    return replace(garment, pieces=tuple(pieces))


def colour(rng: Random) -> Colour:
    """As clothes have them: white, black, grey, blue, and all others."""
    chance = rng.random()
    if chance < 0.16:
        return _lab(rng.uniform(84, 97), rng.normal(0, 2), rng.normal(1, 4))
    if chance < 0.30:
        return _lab(rng.uniform(8, 28), rng.normal(0, 2), rng.normal(0, 3))
    if chance < 0.42:
        return _lab(rng.uniform(28, 80), rng.normal(0, 2), rng.normal(0, 4))
    if chance < 0.58:
        return _polar(rng.uniform(12, 80), rng.uniform(8, 45), np.radians(rng.uniform(245, 295)))
    return _polar(rng.uniform(20, 85), rng.gamma(3, 11), rng.uniform(0, 2 * np.pi))


def near(one: Colour, rng: Random, distance: float) -> Colour:
    """A colour some ``distance`` of L*a*b* away."""
    way = rng.normal(0, 1, 3) * (0.8, 1, 1)
    return (one + way / np.linalg.norm(way) * distance * (1.3, 1, 1)).astype(np.float32)


def bgr(one: Colour) -> NDArray[np.float32]:
    """Blue, green, red, 0..1."""
    scaled = np.clip(one * (2.55, 1, 1) + (0, 128, 128), 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(scaled[None, None], cv2.COLOR_LAB2BGR)[0, 0] / 255, np.float32)


def covers(piece: Piece, across: Plane, down: Plane, front: bool, rng: Random) -> NDArray[np.bool_]:
    """Where the piece lies; ``across`` is -1 and 1 at the shoulders, ``down`` 0 at them and 1 at the hips."""
    return _SHAPES[piece.kind](piece, across, down, front, rng)


def _lab(lightness: float, a: float, b: float) -> Colour:
    return np.array([lightness, a, b], np.float32)


def _polar(lightness: float, chroma: float, hue: float) -> Colour:
    return _lab(lightness, chroma * np.cos(hue), chroma * np.sin(hue))


def _over(rng: Random) -> list[Piece]:
    chance = rng.random()
    if chance < 0.16:
        return [Piece("vest", colour(rng), rng.uniform(0.6, 0.85), rng.uniform(0.25, 0.6))]
    if chance < 0.34:
        return [Piece("blazer", colour(rng), rng.uniform(0.18, 0.34), rng.uniform(0.45, 0.9))]
    if chance < 0.46:
        return [Piece("apron", colour(rng), rng.uniform(0.1, 0.65), rng.uniform(0.5, 1.2))]
    return []


def _at_the_neck(rng: Random) -> list[Piece]:
    pieces = []
    if rng.random() < 0.25:
        pieces.append(Piece("tie", colour(rng), rng.uniform(0.05, 0.09), rng.uniform(0.6, 0.95)))
    elif rng.random() < 0.15:
        pieces.append(Piece("scarf", colour(rng), rng.uniform(0.2, 0.4), rng.uniform(0.12, 0.25)))
    if rng.random() < 0.25:
        pieces.append(
            Piece("collar", colour(rng) if rng.random() < 0.6 else _lab(93, 0, 1), rng.uniform(0.06, 0.14), 0)
        )
    return pieces


def _sewn_on(rng: Random) -> list[Piece]:
    pieces = []
    if rng.random() < 0.3:
        side = float(rng.choice([-1, 1])) * rng.uniform(0.35, 0.6)
        pieces.append(Piece("badge", colour(rng), side, rng.uniform(0.06, 0.14)))
    if rng.random() < 0.08:
        pieces.append(
            Piece("reflective", near(_lab(88, 0, 5), rng, 6), rng.uniform(0.35, 0.7), rng.uniform(0.05, 0.09))
        )
    if rng.random() < 0.12:
        pieces.append(Piece("print", colour(rng), rng.uniform(0.2, 0.55), rng.uniform(0.15, 0.35)))
    return pieces


def _vest(piece: Piece, across: Plane, down: Plane, front: bool, rng: Random) -> NDArray[np.bool_]:
    open_neck = (np.abs(across) < 0.22 * (1 - down / piece.b)) & (down < piece.b)
    return (np.abs(across) < piece.a) & ~(open_neck & front)


def _blazer(piece: Piece, across: Plane, down: Plane, front: bool, rng: Random) -> NDArray[np.bool_]:
    return ~((np.abs(across) < piece.a * (1 - down / piece.b) + 0.02) & (down < piece.b) & front)


def _apron(piece: Piece, across: Plane, down: Plane, front: bool, rng: Random) -> NDArray[np.bool_]:
    return (down > piece.a) & (np.abs(across) < piece.b)


def _tie(piece: Piece, across: Plane, down: Plane, front: bool, rng: Random) -> NDArray[np.bool_]:
    return (np.abs(across) < piece.a * (0.6 + 0.5 * down)) & (down > -0.1) & (down < piece.b)


def _scarf(piece: Piece, across: Plane, down: Plane, front: bool, rng: Random) -> NDArray[np.bool_]:
    return (np.abs(across) < piece.a) & (down < piece.b)


def _collar(piece: Piece, across: Plane, down: Plane, front: bool, rng: Random) -> NDArray[np.bool_]:
    return (down < piece.a) & (np.abs(across) < 0.45)


def _badge(piece: Piece, across: Plane, down: Plane, front: bool, rng: Random) -> NDArray[np.bool_]:
    return _within(across - piece.a, piece.b) & _within(down - 0.28, piece.b / 2)


def _reflective(piece: Piece, across: Plane, down: Plane, front: bool, rng: Random) -> NDArray[np.bool_]:
    return _within(down - piece.a, piece.b) & _within(across, 0.95)


def _print(piece: Piece, across: Plane, down: Plane, front: bool, rng: Random) -> NDArray[np.bool_]:
    # Letters from afar: the same size and colour on everybody, never the same blots.
    blots = cv2.resize(rng.random((9, 9)).astype(np.float32), across.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return _within(across, 1.6 * piece.b) & _within(down - piece.a, 0.6 * piece.b) & (np.asarray(blots) < 0.5)


def _within(off: Plane, reach: float) -> NDArray[np.bool_]:
    return np.asarray(np.abs(off) < reach)


_SHAPES: dict[Kind, Callable[[Piece, Plane, Plane, bool, Random], NDArray[np.bool_]]] = {
    "vest": _vest,
    "blazer": _blazer,
    "apron": _apron,
    "tie": _tie,
    "scarf": _scarf,
    "collar": _collar,
    "badge": _badge,
    "reflective": _reflective,
    "print": _print,
}
