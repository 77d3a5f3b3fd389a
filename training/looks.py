"""Close looks: crops of one person at a hall's sizes, with phones, cigarettes, food, badges and what is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from training import things
from training.acts import THINGS, acts_of
from training.augment import Random, hall_camera, resized
from training.cutouts import Cutout
from training.hands import Body
from training.labels import EVERY, PERSON, Entry, Known, Region, read_picture
from training.look import Picture
from training.paste import (
    Box,
    at_ear,
    eaten,
    has_chest,
    has_hand,
    has_mouth,
    in_hand,
    pasted,
    shoulder_span,
    skin,
    smoked,
    worn,
)
from training.scenes import Made
from training.things import Thing
from vision.closeup import close_crop

LEAST_SIDE = 7.0
DEGRADED = 0.35
CLOSE_SIZES = (80.0, 400.0)
SMOKER_SIZES = (140.0, 400.0)
FINE_SIZES = (330.0, 560.0)
WHOLE_SIZES = (224.0, 560.0)


@dataclass(frozen=True, slots=True)
class Desk:
    """What close looks are made of: pictures with their bodies; real phones, badge cards, cups and food to paste."""

    classes: tuple[str, ...]
    answers: tuple[str, ...]
    entries: list[Entry]
    bodies: list[list[Body]]
    phones: list[Thing]
    cards: list[Thing]
    cups: list[Thing]
    foods: list[tuple[int, Thing]]

    def pick(self, rng: Random, fit: Callable[[Body], bool] | None = None, without: str | None = None) -> int:
        """A picture by the sources' weights; with ``fit`` one that shows such a body and is not wholly unknown for the
        class ``without``.
        """
        weights = np.array(
            [
                entry.times
                * ((fit is None or any(map(fit, bodies))) and (without is None or not self._unknown(entry, without)))
                for entry, bodies in zip(self.entries, self.bodies, strict=True)
            ]
        )
        return int(rng.choice(len(self.entries), p=weights / weights.sum()))

    def kind(self, name: str) -> int:
        return self.classes.index(name)

    def _unknown(self, entry: Entry, name: str) -> bool:
        return name in self.classes and any(
            area.kind in (self.kind(name), EVERY) and area.area > 0.9 * entry.width * entry.height
            for area in entry.known.unknown
        )


@dataclass(slots=True)
class Scene:
    """A picture of a source that things are being put into, and what is known of it and of its person."""

    source: str
    picture: Picture
    known: Known
    person: Region
    acts: dict[str, bool]

    def add(self, kind: int | None, box: Box | None) -> bool:
        if box is not None and kind is not None:
            self.known = Known((*self.known.objects, Region(kind, *box)), self.known.unknown)
        return box is not None

    def doubt(self, kind: int, box: Box | None) -> None:
        if box is not None:
            self.known = Known(self.known.objects, (*self.known.unknown, Region(kind, *box)))


def look(desk: Desk, rng: Random, sizes: tuple[float, float] = CLOSE_SIZES) -> Made:
    """A crop round one person, or round a thing where nobody is, as the camera gives it."""
    at = desk.pick(rng)
    entry = desk.entries[at]
    around = _around(desk, entry, rng)
    acts = acts_of(entry, around, desk.bodies[at], desk.classes, desk.answers) if around.kind == PERSON else {}
    return _finished(
        desk, Scene(entry.sample.name, read_picture(entry.sample.picture), entry.known, around, acts), rng, sizes
    )


def look_fine(desk: Desk, rng: Random) -> Made:
    """The same of somebody near the camera, for a finer input."""
    return look(desk, rng, FINE_SIZES)


def whole(desk: Desk, rng: Random) -> Made:
    """A whole picture of a source, at any size."""
    entry = desk.entries[desk.pick(rng)]
    picture = read_picture(entry.sample.picture)
    wanted = float(np.exp(rng.uniform(*np.log(WHOLE_SIZES))))
    scale = min(1.6, wanted / max(picture.shape[:2]))
    small = resized(picture, round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    known = _told_apart(entry.known.mapped(small.shape[1] / picture.shape[1], 0, 0))
    return Made(hall_camera(small, rng, DEGRADED), known, source=entry.sample.name)


def look_phone(desk: Desk, rng: Random) -> Made:
    """A phone in somebody's hand, at the ear or low before the body."""
    scene, body = _peopled(desk, rng, has_hand, "cell phone")
    real = desk.phones and rng.random() < 0.5
    thing = desk.phones[int(rng.integers(len(desk.phones)))] if real else things.phone(rng)
    where, angle = _held(body, rng)
    length = shoulder_span(body) * rng.uniform(0.32, 0.55)
    if scene.add(
        desk.kind("cell phone"), pasted(scene.picture, thing, where, angle, length, rng, skin(scene.picture, body))
    ):
        scene.acts["phone"] = True
    if rng.random() < 0.25:
        _wear(desk, scene, body, rng)
    return _finished(desk, scene, rng)


def look_badge(desk: Desk, rng: Random) -> Made:
    """A card on a lanyard, a clipped card or a name plate before somebody's chest."""
    scene, body = _peopled(desk, rng, has_chest, "badge")
    _wear(desk, scene, body, rng)
    if rng.random() < 0.3 and has_hand(body):
        _decoy(desk, scene, body, rng)
    return _finished(desk, scene, rng)


def look_cigarette(desk: Desk, rng: Random) -> Made:
    """A cigarette between the lips or two fingers."""
    scene, body = _peopled(desk, rng, lambda one: has_mouth(one) or has_hand(one), "cigarette")
    if scene.add(desk.kind("cigarette"), smoked(scene.picture, things.cigarette(rng), body, rng)):
        scene.acts["smoking"] = True
    return _finished(desk, scene, rng, SMOKER_SIZES)


def look_food(desk: Desk, rng: Random) -> Made:
    """Food at the mouth or in a hand; now and then on the table instead, which is no eating."""
    scene, body = _peopled(desk, rng, lambda one: has_mouth(one) and has_hand(one), None)
    kind, thing = desk.foods[int(rng.integers(len(desk.foods)))]
    if rng.random() < 0.25:
        x1, _, x2, y2 = body.box
        place = np.array([rng.uniform(x1, x2), y2 - rng.uniform(0.0, 0.12) * (y2 - body.box[1])])
        length = shoulder_span(body) * rng.uniform(0.3, 0.6)
        scene.add(kind, pasted(scene.picture, thing, place, rng.uniform(60, 120), length, rng, None))
    elif scene.add(kind, eaten(scene.picture, thing, body, rng)):
        scene.acts["eating"] = True
    return _finished(desk, scene, rng)


def look_decoy(desk: Desk, rng: Random) -> Made:
    """Papers, pens, calculators, receivers, cards and cups in hands, straws and pens at lips."""
    scene, body = _peopled(desk, rng, has_hand, "cell phone")
    if rng.random() < 0.4 and has_chest(body):
        _wear(desk, scene, body, rng)
    for _ in range(int(rng.integers(1, 3))):
        _decoy(desk, scene, body, rng)
    return _finished(desk, scene, rng)


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


def _peopled(desk: Desk, rng: Random, fit: Callable[[Body], bool], without: str | None) -> tuple[Scene, Body]:
    at = desk.pick(rng, fit, without)
    entry = desk.entries[at]
    able = [body for body in desk.bodies[at] if fit(body)]
    body = able[int(rng.integers(len(able)))]
    person = Region(PERSON, *body.box)
    acts = acts_of(entry, person, desk.bodies[at], desk.classes, desk.answers)
    return Scene(entry.sample.name, read_picture(entry.sample.picture), entry.known, person, acts), body


def _wear(desk: Desk, scene: Scene, body: Body, rng: Random) -> None:
    """A badge; the person then wears one, also where the card itself is hardly seen."""
    if not has_chest(body):
        return
    scene.add(desk.kind("badge") if "badge" in desk.classes else None, worn(scene.picture, desk.cards, body, rng))
    scene.acts["badge"] = True


def _decoy(desk: Desk, scene: Scene, body: Body, rng: Random) -> None:
    draw = rng.random()
    span, picture = shoulder_span(body), scene.picture
    if draw < 0.2 and has_mouth(body):
        smoked(picture, things.STICKS[int(rng.integers(len(things.STICKS)))](rng), body, rng)
        return
    where, angle = _held(body, rng)
    if draw < 0.4:
        cup = desk.cups[int(rng.integers(len(desk.cups)))] if desk.cups and rng.random() < 0.6 else things.cup(rng)
        turn, length = rng.uniform(-20, 20), span * rng.uniform(0.25, 0.4)
        scene.add(desk.kind("cup"), pasted(picture, cup, where, turn, length, rng, skin(picture, body)))
    elif draw < 0.55:
        # A card in a hand is no badge on a chest, and yet looks like one.
        length = span * rng.uniform(0.3, 0.5)
        held = pasted(picture, things.card(rng), where, angle, length, rng, skin(picture, body))
        if "badge" in desk.classes:
            scene.doubt(desk.kind("badge"), held)
            scene.acts.pop("badge", None) if held and not scene.acts.get("badge") else None
    else:
        make = things.DECOYS[int(rng.integers(len(things.DECOYS)))]
        length = span * (rng.uniform(0.5, 1.1) if make is things.paper else rng.uniform(0.3, 0.6))
        pasted(picture, make(rng), where, angle, length, rng, skin(picture, body) if rng.random() < 0.7 else None)


def _held(body: Body, rng: Random) -> tuple[np.ndarray, float]:
    ear = at_ear(body, rng) if rng.random() < 0.15 else None
    return ear or in_hand(body, rng)


def _around(desk: Desk, entry: Entry, rng: Random) -> Region:
    """A person, with preference for one that something is known of; else a box about a thing, or the whole picture."""
    people = entry.known.of(PERSON)
    if entry.acts and rng.random() < 0.8:
        told = entry.acts[int(rng.integers(len(entry.acts)))][0]
        return Region(PERSON, *told.box)
    rare = {desk.kind(name) for name in ("cell phone", "cigarette", "badge") if name in desk.classes}
    things_known = [region for region in entry.known.objects if region.kind in rare]
    busy = [person for person in people if any(_holds(person, thing) for thing in things_known)]
    if busy and rng.random() < 0.8:
        return busy[int(rng.integers(len(busy)))]
    if people and (not things_known or rng.random() < 0.5):
        return people[int(rng.integers(len(people)))]
    if things_known:
        thing = things_known[int(rng.integers(len(things_known)))]
        cx, cy = (thing.x1 + thing.x2) / 2, (thing.y1 + thing.y2) / 2
        half = max(thing.x2 - thing.x1, thing.height) * rng.uniform(0.8, 4.0)
        cx, cy = cx + rng.uniform(-0.5, 0.5) * half, cy + rng.uniform(-0.5, 0.5) * half
        return Region(EVERY, cx - half, cy - half, cx + half, cy + half)
    return Region(EVERY, 0.0, 0.0, float(entry.width), float(entry.height))


def _finished(desk: Desk, scene: Scene, rng: Random, sizes: tuple[float, float] = CLOSE_SIZES) -> Made:
    """The crop of a close look, a little off, brought to a hall's size and through its camera."""
    height, width = scene.picture.shape[:2]
    x1, y1, x2, y2 = _crop(scene.person, (width, height), rng)
    crop = scene.picture[y1:y2, x1:x2]
    wanted = float(np.exp(rng.uniform(*np.log(sizes))))
    scale = min(1.0, wanted / max(crop.shape[:2]))
    small = resized(crop, max(16, round(crop.shape[1] * scale)), max(16, round(crop.shape[0] * scale)))
    cut = scene.known.mapped(1, -x1, -y1).clipped(x2 - x1, y2 - y1, 0.35).mapped(small.shape[1] / (x2 - x1), 0, 0)
    person = scene.person.mapped(1, -x1, -y1).mapped(small.shape[1] / (x2 - x1), 0, 0)
    about = person.box if scene.person.kind == PERSON else None
    known = _told_apart(cut)
    acts = _still_seen(desk, scene, known)
    return Made(hall_camera(small, rng, DEGRADED), known, acts=acts, person=about, source=scene.source)


def _still_seen(desk: Desk, scene: Scene, left: Known) -> dict[str, bool]:
    """The acts, without those whose thing was seen before and is now too small to tell or cut away."""
    acts = dict(scene.acts)
    for act, names in THINGS.items():
        kinds = {desk.kind(name) for name in names if name in desk.classes}
        was, still = (any(region.kind in kinds for region in known.objects) for known in (scene.known, left))
        if acts.get(act) and was and not still:
            del acts[act]
    return acts


def _crop(person: Region, size: tuple[int, int], rng: Random) -> tuple[int, int, int, int]:
    wide, tall = person.x2 - person.x1, person.height
    shift = rng.normal(0, 0.04, 4) * np.array([wide, tall, wide, tall])
    box = tuple(float(side) for side in np.array(person.box) + shift)
    grow = float(rng.uniform(1.02, 1.45))
    if rng.random() < 0.7:
        x1, y1, x2, y2 = close_crop(box, size, grow)
    else:
        x1, y1 = max(0, int(box[0] - wide * (grow - 1))), max(0, int(box[1] - tall * (grow - 1)))
        x2, y2 = min(size[0], int(box[2] + wide * (grow - 1)) + 1), min(size[1], int(box[3] + tall * (grow - 1)) + 1)
    return (x1, y1, x2, y2) if min(x2 - x1, y2 - y1) >= 24 else (0, 0, *size)


def _told_apart(known: Known) -> Known:
    """Things of a few pixels are neither there nor not."""
    tiny = tuple(region for region in known.objects if max(region.x2 - region.x1, region.height) < LEAST_SIDE)
    return Known(tuple(region for region in known.objects if region not in tiny), (*known.unknown, *tiny))


def _holds(person: Region, thing: Region) -> bool:
    cx, cy = (thing.x1 + thing.x2) / 2, (thing.y1 + thing.y2) / 2
    return person.x1 <= cx <= person.x2 and person.y1 <= cy <= person.y2
