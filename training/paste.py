"""Things put into hands, to mouths and ears, and onto chests of people in real pictures."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from training import things
from training.augment import Random
from training.hands import (
    LEFT_EAR,
    LEFT_ELBOW,
    LEFT_SHOULDER,
    LEFT_WRIST,
    NOSE,
    RIGHT_EAR,
    RIGHT_ELBOW,
    RIGHT_SHOULDER,
    RIGHT_WRIST,
    Body,
)
from training.look import Picture
from training.things import Thing

Point = NDArray[np.float64]
Box = tuple[float, float, float, float]
Colour = tuple[int, int, int]


def has_hand(body: Body) -> bool:
    return body.at(LEFT_WRIST) is not None or body.at(RIGHT_WRIST) is not None


def has_chest(body: Body) -> bool:
    return body.at(LEFT_SHOULDER) is not None and body.at(RIGHT_SHOULDER) is not None and has_mouth(body)


def has_mouth(body: Body) -> bool:
    return body.at(NOSE, 0.7) is not None


def shoulder_span(body: Body) -> float:
    """The width of the shoulders, or a guess at it from the box when they are not seen from the front."""
    left, right = body.at(LEFT_SHOULDER), body.at(RIGHT_SHOULDER)
    wide = float(np.linalg.norm(left - right)) if left is not None and right is not None else 0.0
    guess = 0.45 * min(body.box[2] - body.box[0], 0.8 * (body.box[3] - body.box[1]))
    return max(wide, 0.7 * guess)


def mouth(body: Body) -> Point:
    """A third of the way from the nose to the height of the shoulders; a seventh of their width without them."""
    nose = np.asarray(body.at(NOSE, 0.0), dtype=np.float64)
    left, right = body.at(LEFT_SHOULDER), body.at(RIGHT_SHOULDER)
    drop = shoulder_span(body) * 0.15
    if left is not None and right is not None:
        drop = min(drop * 1.6, max(drop * 0.6, 0.3 * (float(left[1] + right[1]) / 2 - float(nose[1]))))
    below: Point = nose + np.array([0.0, drop])
    return below


def in_hand(body: Body, rng: Random) -> tuple[Point, float]:
    """The middle of a hand and the angle of a thing held in it."""
    sides = [(LEFT_WRIST, LEFT_ELBOW), (RIGHT_WRIST, RIGHT_ELBOW)]
    sides = [side for side in sides if body.at(side[0]) is not None]
    wrist_at, elbow_at = sides[int(rng.integers(len(sides)))]
    wrist = np.asarray(body.at(wrist_at), dtype=np.float64)
    elbow = body.at(elbow_at)
    along = (
        (wrist - elbow) / max(1.0, float(np.linalg.norm(wrist - elbow))) if elbow is not None else np.array([0.0, 0.3])
    )
    angle = float(np.degrees(np.arctan2(along[0], along[1]))) + rng.uniform(-60, 60)
    return wrist + along * shoulder_span(body) * rng.uniform(0.15, 0.4), angle


def at_ear(body: Body, rng: Random) -> tuple[Point, float] | None:
    """A place beside an ear, where one is seen."""
    ears = [ear for ear in (body.at(LEFT_EAR), body.at(RIGHT_EAR)) if ear is not None]
    if not ears:
        return None
    ear = np.asarray(ears[int(rng.integers(len(ears)))], dtype=np.float64)
    return ear + rng.uniform(-0.12, 0.12, 2) * shoulder_span(body), float(rng.uniform(-30, 30))


def skin(picture: Picture, body: Body) -> Colour | None:
    """The colour at a wrist."""
    wrist = body.at(LEFT_WRIST)
    wrist = wrist if wrist is not None else body.at(RIGHT_WRIST)
    if wrist is None:
        return None
    x, y = (int(value) for value in wrist)
    patch = picture[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3].reshape(-1, 3)
    if not len(patch):
        return None
    blue, green, red = (int(value) for value in np.median(patch, axis=0))
    return blue, green, red


def pasted(
    picture: Picture, thing: Thing, where: Point, angle: float, length: float, rng: Random, fingers: Colour | None
) -> Box | None:
    """Puts the thing into ``picture`` and returns the box of what is left of it behind the fingers."""
    piece = things.turned(thing, rng, max(6.0, length), angle)
    side = len(piece.alpha)
    left, top = round(float(where[0]) - side / 2), round(float(where[1]) - side / 2)
    x1, y1, x2, y2 = max(0, left), max(0, top), min(picture.shape[1], left + side), min(picture.shape[0], top + side)
    if x2 - x1 < 4 or y2 - y1 < 4:
        return None
    part = np.s_[y1 - top : y2 - top, x1 - left : x2 - left]
    alpha = piece.alpha[part].copy()
    whole = float((piece.alpha > 0.5).sum())
    if fingers is not None:
        alpha *= 1 - _finger_mask(side, length, angle, rng)[part]
    light = np.clip(picture[y1:y2, x1:x2].mean() / 128, 0.5, 1.1)
    mixed = piece.picture[part] * light * alpha[..., None] + picture[y1:y2, x1:x2] * (1 - alpha[..., None])
    if fingers is not None:
        cover = piece.alpha[part] * _covered(piece.alpha[part], alpha)
        shade = np.array(fingers, dtype=np.float64) * rng.uniform(0.8, 1.1)
        mixed = mixed * (1 - cover[..., None]) + shade * cover[..., None]
    picture[y1:y2, x1:x2] = np.clip(mixed, 0, 255).astype(np.uint8)
    rows, columns = np.nonzero(alpha > 0.5)
    if not len(rows) or len(rows) < 0.3 * whole:
        return None
    return float(x1 + columns.min()), float(y1 + rows.min()), float(x1 + columns.max() + 1), float(y1 + rows.max() + 1)


def smoked(picture: Picture, thing: Thing, body: Body, rng: Random) -> Box | None:
    """A cigarette, or what is none, between the lips or between two fingers."""
    span = shoulder_span(body)
    length = span * rng.uniform(0.18, 0.34)
    if has_mouth(body) and (rng.random() < 0.5 or not has_hand(body)):
        aside = float(rng.uniform(-75, 75))
        turn = np.radians(aside)
        outwards = np.array([np.sin(turn), np.cos(turn)])
        where = mouth(body) + outwards * length * rng.uniform(0.35, 0.5) + rng.uniform(-0.03, 0.03, 2) * span
        return pasted(picture, thing, where, aside, length, rng, None)
    where, angle = in_hand(body, rng)
    return pasted(picture, thing, where, angle + 90 * float(rng.integers(2)), length, rng, skin(picture, body))


def eaten(picture: Picture, thing: Thing, body: Body, rng: Random) -> Box | None:
    """Food at the mouth, or in a hand that is raised at least to the chest."""
    span = shoulder_span(body)
    length = span * rng.uniform(0.25, 0.5)
    if rng.random() < 0.5:
        where = mouth(body) + np.array([rng.uniform(-0.3, 0.3), rng.uniform(0.3, 0.7)]) * length
        return pasted(picture, thing, where, rng.uniform(-60, 60), length, rng, skin(picture, body))
    where, angle = in_hand(body, rng)
    return pasted(picture, thing, where, angle, length, rng, skin(picture, body))


def worn(picture: Picture, cards: Sequence[Thing], body: Body, rng: Random) -> Box | None:
    """A card on a lanyard, clipped to the chest, or a name plate; the box of the card (None where nothing is left)."""
    left, right = body.at(LEFT_SHOULDER), body.at(RIGHT_SHOULDER)
    if left is None or right is None:
        return None
    span = shoulder_span(body)
    neck = np.asarray((left + right) / 2, dtype=np.float64)
    draw = rng.random()
    if draw < 0.2:
        side = (1 if rng.random() < 0.8 else -1) * np.sign(left[0] - right[0])
        where = neck + np.array([side * rng.uniform(0.12, 0.28), rng.uniform(0.2, 0.5)]) * span
        return pasted(
            picture, things.name_tag(rng), where, rng.uniform(-8, 8), span * rng.uniform(0.14, 0.24), rng, None
        )
    hung = draw < 0.75
    where = neck + np.array([rng.uniform(-0.2, 0.2), rng.uniform(0.3, 1.0 if hung else 0.6)]) * span
    if hung:
        _lanyard(picture, neck, where, span, rng)
    thing = cards[int(rng.integers(len(cards)))] if cards and rng.random() < 0.55 else things.card(rng)
    length = span * rng.uniform(0.18, 0.36)
    return pasted(picture, thing, where + np.array([0, 0.4 * length]), rng.uniform(-15, 15), length, rng, None)


def _lanyard(picture: Picture, neck: Point, where: Point, span: float, rng: Random) -> None:
    colour = tuple(int(value) for value in rng.integers(0, 255, 3))
    thick = max(1, int(span * rng.uniform(0.02, 0.05)))
    for side in (-0.18, 0.18):
        top = neck + np.array([side, -0.05]) * span
        start, end = tuple(top.round().astype(int).tolist()), tuple(where.round().astype(int).tolist())
        cv2.line(picture, start, end, colour, thick, cv2.LINE_AA)


def _finger_mask(side: int, length: float, angle: float, rng: Random) -> NDArray[np.float32]:
    """Three or four fingers, or a palm, reaching over one long edge."""
    mask = np.zeros((side, side), dtype=np.float32)
    turn = np.radians(-angle)
    along, across = np.array([-np.sin(turn), np.cos(turn)]), np.array([np.cos(turn), np.sin(turn)])
    if rng.random() < 0.5:
        across = -across
    centre = np.array([side / 2, side / 2]) + along * length * rng.uniform(-0.15, 0.25)
    thick = max(1, int(length * rng.uniform(0.08, 0.13)))
    for number in range(int(rng.integers(1, 5))):
        root = centre + along * thick * 1.25 * (number - 1.5) + across * length * 0.35
        tip = root - across * length * rng.uniform(0.15, 0.33)
        cv2.line(mask, tuple(root.round().astype(int).tolist()), tuple(tip.round().astype(int).tolist()), 1.0, thick)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 0.6), dtype=np.float32)


def _covered(before: NDArray[np.float32], after: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.clip(1 - after / np.maximum(before, 1e-3), 0, 1).astype(np.float32)
