"""Crops of a seat, grown as at run time: taken, half hidden, empty, or with somebody only beside it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training import furniture
from training.augment import Random, hall_camera, resized
from training.labels import EVERY, PERSON, Entry, Known, Region
from training.look import Picture, grown_crop
from training.scenes import CLEAR, Bank, Box, Made, camera_format, hall, picture_of

ZONE_GROWTH = 1.7
IN_ZONE = 0.3


def seat(bank: Bank, rng: Random) -> Made:
    """The crop of a seat's zone with its person, half hidden as often as not."""
    entry = bank.entry_with_person(rng)
    people = entry.known.of(PERSON)
    person = people[int(rng.integers(len(people)))]
    wide, tall = person.x2 - person.x1, person.height
    seated = min(tall, 1.8 * wide)
    zone_w, zone_h = wide * rng.uniform(0.6, 1.3), seated * rng.uniform(0.4, 1.1)
    cx = person.x1 + wide * rng.uniform(0.25, 0.75)
    cy = person.y1 + seated * (rng.uniform(0.25, 0.6) if rng.random() < 0.85 else rng.uniform(0.6, 1.0))
    zone = (cx - zone_w / 2, cy - zone_h / 2, cx + zone_w / 2, cy + zone_h / 2)
    crop = grown_crop(zone, ZONE_GROWTH * rng.uniform(0.8, 1.3), entry.width, entry.height)
    scale = _seat_scale(rng, person.height, max(crop[2] - crop[0], crop[3] - crop[1]))
    picture, known = _cropped(entry, crop, scale)
    if rng.random() < 0.55:
        picture, known = _hidden_below(picture, known, bank, rng)
    place = Region(PERSON, *zone).mapped(scale, -crop[0] * scale, -crop[1] * scale).box
    return Made(hall_camera(picture, rng, 0.7), known, place, _occupied(known, place))


def seat_beside(bank: Bank, rng: Random) -> Made:
    """The crop of a place in a real picture with people, where nobody is but somebody may be next to it."""
    for _ in range(12):
        entry = bank.entry_with_person(rng)
        people = [*entry.known.of(PERSON), *(area for area in entry.known.unknown if area.kind in (PERSON, EVERY))]
        size = people[0].height * rng.uniform(0.3, 0.9)
        cx, cy = rng.uniform(0, entry.width), rng.uniform(0, entry.height)
        zone = (cx - size / 2, cy - size * rng.uniform(0.3, 0.6), cx + size / 2, cy + size * rng.uniform(0.3, 0.6))
        if any(zone_share(region.box, zone) > 0.02 for region in people):
            continue
        crop = grown_crop(zone, ZONE_GROWTH * rng.uniform(0.9, 1.3), entry.width, entry.height)
        if min(crop[2] - crop[0], crop[3] - crop[1]) < 32:
            continue
        scale = _seat_scale(rng, people[0].height, max(crop[2] - crop[0], crop[3] - crop[1]))
        picture, known = _cropped(entry, crop, scale)
        place = Region(PERSON, *zone).mapped(scale, -crop[0] * scale, -crop[1] * scale).box
        return Made(hall_camera(picture, rng, 0.7), known, place, False)
    return seat_bare(bank, rng)


def seat_bare(bank: Bank, rng: Random) -> Made:
    """The crop of a seat's zone with nobody on it: rooms, desks, screens, chairs with and without coats."""
    side = int(np.exp(rng.uniform(np.log(60), np.log(300))))
    canvas = furniture.room(rng, side, side, bank.views)
    if rng.random() < 0.6:
        _furnished(canvas, bank, rng)
    zone = (side * 0.2, side * 0.2, side * 0.8, side * 0.8)
    return Made(hall_camera(canvas, rng, 0.7), Known((), ()), zone, False)


def seat_counter(bank: Bank, rng: Random) -> Made:
    """The crop of a place behind a drawn counter, taken or not."""
    width, height = camera_format(rng)
    canvas, known, places = hall(bank, rng, width, height)
    zone = places[int(rng.integers(len(places)))]
    x1, y1, x2, y2 = grown_crop(zone, ZONE_GROWTH * rng.uniform(0.8, 1.3), width, height)
    if x2 - x1 < 24 or y2 - y1 < 24:
        return seat_bare(bank, rng)
    picture = hall_camera(canvas[y1:y2, x1:x2].copy(), rng, 0.7)
    cut = known.mapped(1, -x1, -y1).clipped(x2 - x1, y2 - y1, CLEAR)
    place = (zone[0] - x1, zone[1] - y1, zone[2] - x1, zone[3] - y1)
    return Made(picture, cut, place, _occupied(cut, place))


def zone_share(box: Box, zone: Box) -> float:
    """What box and zone share, as a part of the smaller of the two."""
    wide = min(box[2], zone[2]) - max(box[0], zone[0])
    tall = min(box[3], zone[3]) - max(box[1], zone[1])
    smaller = min((box[2] - box[0]) * (box[3] - box[1]), (zone[2] - zone[0]) * (zone[3] - zone[1]))
    return max(0.0, wide) * max(0.0, tall) / max(smaller, 1e-6)


def _occupied(known: Known, zone: Box) -> bool | None:
    """Whether a person has a good part of itself in the zone; None where that is not known or hard to say."""
    most = max((zone_share(region.box, zone) for region in known.objects if region.kind == PERSON), default=0.0)
    if most >= IN_ZONE:
        return True
    doubtful = any(zone_share(region.box, zone) > 0 for region in known.unknown)
    return None if most > IN_ZONE / 6 or doubtful else False


def _cropped(entry: Entry, crop: tuple[int, int, int, int], scale: float) -> tuple[Picture, Known]:
    x1, y1, x2, y2 = crop
    piece = picture_of(entry)[y1:y2, x1:x2]
    small = resized(piece, max(12, round((x2 - x1) * scale)), max(12, round((y2 - y1) * scale)))
    known = entry.known.mapped(1, -x1, -y1).clipped(x2 - x1, y2 - y1, CLEAR)
    return small, known.mapped(small.shape[1] / (x2 - x1), 0, 0)


def _seat_scale(rng: Random, person: float, crop: float) -> float:
    if rng.random() < 0.25:
        return min(1.0, 320 / crop)
    wanted = float(np.exp(rng.uniform(np.log(30), np.log(170)))) / person
    return min(1.0, max(wanted, 40 / crop), 320 / crop)


def _hidden_below(picture: Picture, known: Known, bank: Bank, rng: Random) -> tuple[Picture, Known]:
    """A desk over the lower part of everybody in the crop, perhaps a screen or a chair's back before them."""
    height, width = picture.shape[:2]
    people = known.of(PERSON)
    if not people:
        return picture, known
    largest = max(people, key=lambda region: region.area)
    edge = largest.y1 + largest.height * rng.uniform(0.35, 0.9)
    canvas = picture.copy()
    covered = np.zeros((height, width), dtype=bool)
    if rng.random() < 0.75:
        covered |= furniture.slab(canvas, rng, edge, height + 20, bank.views)
        furniture.clutter(canvas, rng, edge, height)
    cx = rng.uniform(largest.x1, largest.x2)
    wide = largest.x2 - largest.x1
    if rng.random() < 0.35:
        covered |= furniture.screen(canvas, rng, cx, edge + rng.uniform(0, 0.15) * height, wide * rng.uniform(0.4, 0.9))
    if rng.random() < 0.25:
        low = min(height + 10, largest.y2 + largest.height * 0.2)
        covered |= furniture.chair(canvas, rng, cx, low, max(8.0, low - edge), bank.views)
    if rng.random() < 0.15:
        furniture.glass(canvas, rng)
    return canvas, _uncovered(known, covered)


def _uncovered(known: Known, covered: NDArray[np.bool_]) -> Known:
    """Boxes shrunk to the rows and columns that are not wholly covered; nearly hidden objects become unknown."""
    objects, unknown = [], list(known.unknown)
    for region in known.objects:
        x1, y1, x2, y2 = (round(side) for side in region.box)
        hidden = covered[max(0, y1) : y2, max(0, x1) : x2]
        if hidden.size == 0 or not hidden.any():
            objects.append(region)
            continue
        rows = np.flatnonzero((~hidden).mean(axis=1) > 0.12)
        columns = np.flatnonzero((~hidden).mean(axis=0) > 0.08)
        if not len(rows) or not len(columns) or (~hidden).mean() < CLEAR:
            unknown.append(region)
            continue
        objects.append(
            Region(
                region.kind,
                max(region.x1, x1 + float(columns[0])),
                max(region.y1, y1 + float(rows[0])),
                min(region.x2, x1 + float(columns[-1]) + 1),
                min(region.y2, y1 + float(rows[-1]) + 1),
            )
        )
    return Known(tuple(objects), tuple(unknown))


def _furnished(canvas: Picture, bank: Bank, rng: Random) -> None:
    height, width = canvas.shape[:2]
    for _ in range(int(rng.integers(0, 3))):
        size = height * rng.uniform(0.25, 0.7)
        low = min(height + size * 0.3, rng.uniform(0.5, 1.1) * height)
        furniture.chair(canvas, rng, rng.uniform(0, width), low, size, bank.views)
    if rng.random() < 0.6:
        edge = height * rng.uniform(0.4, 0.9)
        furniture.slab(canvas, rng, edge, height + 20 if rng.random() < 0.6 else edge + height * 0.2, bank.views)
        furniture.clutter(canvas, rng, edge, height)
        if rng.random() < 0.6:
            furniture.screen(canvas, rng, rng.uniform(0, width), edge + height * 0.08, width * rng.uniform(0.12, 0.4))
    if rng.random() < 0.15:
        furniture.glass(canvas, rng)
