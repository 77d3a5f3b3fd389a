"""Close looks: crops of one clerk at a hall's sizes, with phones and with things that are none put into hands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training import things
from training.augment import Random, hall_camera, resized
from training.cutouts import Cutout
from training.hands import (
    LEFT_EAR,
    LEFT_ELBOW,
    LEFT_SHOULDER,
    LEFT_WRIST,
    RIGHT_EAR,
    RIGHT_ELBOW,
    RIGHT_SHOULDER,
    RIGHT_WRIST,
    Body,
)
from training.labels import EVERY, Entry, Known, Region, read_picture
from training.look import Picture
from training.scenes import Made
from training.things import Thing

Point = NDArray[np.float64]
LEAST_SIDE = 10.0


@dataclass(frozen=True, slots=True)
class Desk:
    """What close looks are made of: pictures with their bodies, real phones, badge cards and cups to paste."""

    entries: list[Entry]
    bodies: list[list[Body]]
    phones: list[Thing]
    cards: list[Thing]
    cups: list[Thing]
    phone: int
    cup: int

    def pick(self, rng: Random, with_hands: bool = False) -> int:
        weights = np.array(
            [
                entry.times * (not with_hands or (any(map(_grip_of, bodies)) and not self._phone_unknown(entry)))
                for entry, bodies in zip(self.entries, self.bodies, strict=True)
            ]
        )
        return int(rng.choice(len(self.entries), p=weights / weights.sum()))

    def _phone_unknown(self, entry: Entry) -> bool:
        return any(
            area.kind in (self.phone, EVERY) and area.area > 0.9 * entry.width * entry.height
            for area in entry.known.unknown
        )


def look(desk: Desk, rng: Random) -> Made:
    """A crop round one person, or round a thing where nobody is, as the camera gives it."""
    entry = desk.entries[desk.pick(rng)]
    return _finished(read_picture(entry.sample.picture), entry.known, _around(desk, entry, rng), rng)


def look_phone(desk: Desk, rng: Random) -> Made:
    """A phone in somebody's hand, at the ear or low before the body."""
    at = desk.pick(rng, with_hands=True)
    entry, picture = desk.entries[at], read_picture(desk.entries[at].sample.picture)
    body = _handy(desk.bodies[at], rng)
    thing = (
        desk.phones[int(rng.integers(len(desk.phones)))] if desk.phones and rng.random() < 0.5 else things.phone(rng)
    )
    where, angle = _held_at(body, rng)
    length = _span(body) * rng.uniform(0.32, 0.55)
    box = _pasted(picture, thing, where, angle, length, rng, fingers=_skin(picture, body))
    known = entry.known
    if box is not None:
        known = Known((*known.objects, Region(desk.phone, *box)), known.unknown)
    if rng.random() < 0.3:
        _wear_card(picture, desk, body, rng)
    return _finished(picture, known, _body_box(body), rng)


def look_decoy(desk: Desk, rng: Random) -> Made:
    """Cards on the chest, papers, calculators, receivers and cups in the hands: all of it no phone."""
    at = desk.pick(rng, with_hands=True)
    entry, picture = desk.entries[at], read_picture(desk.entries[at].sample.picture)
    body = _handy(desk.bodies[at], rng)
    known = entry.known
    if rng.random() < 0.5:
        _wear_card(picture, desk, body, rng)
    for _ in range(int(rng.integers(1, 3))):
        where, angle = _held_at(body, rng)
        draw = rng.random()
        if draw < 0.2:
            cup = desk.cups[int(rng.integers(len(desk.cups)))] if desk.cups and rng.random() < 0.6 else things.cup(rng)
            box = _pasted(
                picture,
                cup,
                where,
                rng.uniform(-20, 20),
                _span(body) * rng.uniform(0.25, 0.4),
                rng,
                _skin(picture, body),
            )
            known = known if box is None else Known((*known.objects, Region(desk.cup, *box)), known.unknown)
            continue
        make: Callable[[Random], Thing] = things.DECOYS[int(rng.integers(len(things.DECOYS)))]
        length = _span(body) * (rng.uniform(0.5, 1.1) if make is things.paper else rng.uniform(0.3, 0.6))
        _pasted(picture, make(rng), where, angle, length, rng, _skin(picture, body) if rng.random() < 0.7 else None)
    return _finished(picture, known, _body_box(body), rng)


def pasteable(pieces: Sequence[Cutout]) -> list[Thing]:
    """Cut-outs as things, upright, at the size of drawn ones."""
    out = []
    for piece in pieces:
        picture, alpha = piece.picture, piece.alpha
        if alpha.shape[1] > alpha.shape[0]:
            picture, alpha = np.ascontiguousarray(np.rot90(picture)), np.ascontiguousarray(np.rot90(alpha))
        scale = things.LONG / alpha.shape[0]
        wide = max(4, round(alpha.shape[1] * scale))
        small = cv2.resize(alpha, (wide, things.LONG), interpolation=cv2.INTER_AREA)
        out.append(Thing(resized(picture, wide, things.LONG), np.asarray(small, dtype=np.float32)))
    return out


def _around(desk: Desk, entry: Entry, rng: Random) -> tuple[float, float, float, float]:
    """A person's box, with preference for one who has a phone; else a box about a thing, or the whole picture."""
    people, phones = entry.known.of(0), entry.known.of(desk.phone)
    busy = [person for person in people if any(_holds(person, phone) for phone in phones)]
    if busy and rng.random() < 0.8:
        return busy[int(rng.integers(len(busy)))].box
    if people and (not phones or rng.random() < 0.5):
        return people[int(rng.integers(len(people)))].box
    if phones:
        phone = phones[int(rng.integers(len(phones)))]
        cx, cy = (phone.x1 + phone.x2) / 2, (phone.y1 + phone.y2) / 2
        half = max(phone.x2 - phone.x1, phone.height) * rng.uniform(0.8, 3.0)
        cx, cy = cx + rng.uniform(-0.5, 0.5) * half, cy + rng.uniform(-0.5, 0.5) * half
        return cx - half, cy - half, cx + half, cy + half
    return 0.0, 0.0, float(entry.width), float(entry.height)


def _finished(picture: Picture, known: Known, box: tuple[float, float, float, float], rng: Random) -> Made:
    """The crop of ``box`` with a margin of some 15 %, brought to a hall's size and through its camera."""
    height, width = picture.shape[:2]
    grow = rng.uniform(0.02, 0.35)
    wide, tall = box[2] - box[0], box[3] - box[1]
    if tall > 2 * wide:
        box = (box[0], box[1], box[2], box[1] + tall * rng.uniform(0.55, 1.0))
        tall = box[3] - box[1]
    if rng.random() < 0.5:
        box = _squared(box)
        wide = tall = box[2] - box[0]
    x1, y1 = max(0, int(box[0] - wide * grow)), max(0, int(box[1] - tall * grow))
    x2, y2 = min(width, int(box[2] + wide * grow) + 1), min(height, int(box[3] + tall * grow) + 1)
    if x2 - x1 < 24 or y2 - y1 < 24:
        x1, y1, x2, y2 = 0, 0, width, height
    crop = picture[y1:y2, x1:x2]
    long_side = max(crop.shape[:2])
    wanted = float(np.exp(rng.uniform(np.log(70), np.log(330))))
    scale = min(1.0, wanted / long_side)
    small = resized(crop, max(16, round(crop.shape[1] * scale)), max(16, round(crop.shape[0] * scale)))
    cut = known.mapped(1, -x1, -y1).clipped(x2 - x1, y2 - y1, 0.35).mapped(small.shape[1] / (x2 - x1), 0, 0)
    return Made(hall_camera(small, rng, 0.7), _told_apart(cut))


def _squared(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    half = max(box[2] - box[0], box[3] - box[1]) / 2
    cx, cy = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return cx - half, cy - half, cx + half, cy + half


def _told_apart(known: Known) -> Known:
    """Things of a few pixels are neither there nor not."""
    tiny = tuple(region for region in known.objects if max(region.x2 - region.x1, region.height) < LEAST_SIDE)
    return Known(tuple(region for region in known.objects if region not in tiny), (*known.unknown, *tiny))


def _grip_of(body: Body) -> bool:
    return body.at(LEFT_WRIST) is not None or body.at(RIGHT_WRIST) is not None


def _handy(bodies: Sequence[Body], rng: Random) -> Body:
    able = [body for body in bodies if _grip_of(body)]
    return able[int(rng.integers(len(able)))]


def _held_at(body: Body, rng: Random) -> tuple[Point, float]:
    """The middle of a hand, or a place beside an ear, and the angle of a thing held there."""
    sides = [(LEFT_WRIST, LEFT_ELBOW, LEFT_EAR), (RIGHT_WRIST, RIGHT_ELBOW, RIGHT_EAR)]
    sides = [side for side in sides if body.at(side[0]) is not None]
    wrist_at, elbow_at, ear_at = sides[int(rng.integers(len(sides)))]
    ear = body.at(ear_at)
    if ear is not None and rng.random() < 0.15:
        return ear + rng.uniform(-0.12, 0.12, 2) * _span(body), float(rng.uniform(-30, 30))
    wrist = np.asarray(body.at(wrist_at), dtype=np.float64)
    elbow = body.at(elbow_at)
    along = (
        (wrist - elbow) / max(1.0, float(np.linalg.norm(wrist - elbow))) if elbow is not None else np.array([0.0, 0.3])
    )
    angle = float(np.degrees(np.arctan2(along[0], along[1]))) + rng.uniform(-60, 60)
    return wrist + along * _span(body) * rng.uniform(0.15, 0.4), angle


def _span(body: Body) -> float:
    """The width of the shoulders, or a guess at it from the box when they are not seen from the front."""
    left, right = body.at(LEFT_SHOULDER), body.at(RIGHT_SHOULDER)
    wide = float(np.linalg.norm(left - right)) if left is not None and right is not None else 0.0
    guess = 0.45 * min(body.box[2] - body.box[0], 0.8 * (body.box[3] - body.box[1]))
    return max(wide, 0.7 * guess)


def _skin(picture: Picture, body: Body) -> tuple[int, int, int] | None:
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


def _pasted(
    picture: Picture, thing: Thing, where: Point, angle: float, length: float, rng: Random,
    fingers: tuple[int, int, int] | None,
) -> tuple[float, float, float, float] | None:  # fmt: skip
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
        cover = piece.alpha[part] * _finger_mask_like(piece.alpha[part], alpha)
        shade = np.array(fingers, dtype=np.float64) * rng.uniform(0.8, 1.1)
        mixed = mixed * (1 - cover[..., None]) + shade * cover[..., None]
    picture[y1:y2, x1:x2] = np.clip(mixed, 0, 255).astype(np.uint8)
    rows, columns = np.nonzero(alpha > 0.5)
    if len(rows) < 0.3 * whole:
        return None
    return float(x1 + columns.min()), float(y1 + rows.min()), float(x1 + columns.max() + 1), float(y1 + rows.max() + 1)


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


def _finger_mask_like(before: NDArray[np.float32], after: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.clip(1 - after / np.maximum(before, 1e-3), 0, 1).astype(np.float32)


def _wear_card(picture: Picture, desk: Desk, body: Body, rng: Random) -> None:
    """A badge on a lanyard or a clip before the chest."""
    left, right = body.at(LEFT_SHOULDER), body.at(RIGHT_SHOULDER)
    if left is None or right is None:
        return
    span = _span(body)
    neck = (left + right) / 2
    where = neck + np.array([rng.uniform(-0.2, 0.2), rng.uniform(0.35, 0.95)]) * span
    if rng.random() < 0.7:
        colour = tuple(int(value) for value in rng.integers(0, 255, 3))
        thick = max(1, int(span * 0.03))
        for side in (-0.18, 0.18):
            top = neck + np.array([side, -0.05]) * span
            start, end = tuple(top.round().astype(int).tolist()), tuple(where.round().astype(int).tolist())
            cv2.line(picture, start, end, colour, thick, cv2.LINE_AA)
    real = desk.cards and rng.random() < 0.5
    thing = desk.cards[int(rng.integers(len(desk.cards)))] if real else things.card(rng)
    _pasted(
        picture,
        thing,
        where + np.array([0, 0.1 * span]),
        rng.uniform(-15, 15),
        span * rng.uniform(0.2, 0.36),
        rng,
        None,
    )


def _body_box(body: Body) -> tuple[float, float, float, float]:
    return body.box


def _holds(person: Region, phone: Region) -> bool:
    cx, cy = (phone.x1 + phone.x2) / 2, (phone.y1 + phone.y2) / 2
    return person.x1 <= cx <= person.x2 and person.y1 <= cy <= person.y2


__all__ = ["Desk", "look", "look_decoy", "look_phone", "pasteable"]
