"""The report's figures of an exported network on the measuring sets and films: read, never chosen on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from datasets import read_yolo
from training.held_out import zone_score
from training.labels import read_picture
from training.look import Found, Network, Picture, grown_crop
from training.measure import DOUBLE, Truth, matched, outcomes, stacked, suppressed
from training.seats import ZONE_GROWTH
from vision.closeup import Eye
from vision.detector import load_detector
from vision.layout import layout
from vision.observation import WindowId
from vision.occupancy import OccupancyLimits
from vision.picture import Picture as SeenPicture
from vision.streamtime import StreamTime

STEP = 3


@dataclass(frozen=True, slots=True)
class Figure:
    measure: str
    value: float


def person_figures(folder: Path, shared: Path, scene: float, close: float) -> list[Figure]:
    """Counters, COCO people and the films, at the shipped thresholds of the scene and of crops."""
    network = Network(folder)
    out = counter_scenes_as_shipped(folder, shared / "data" / "eval" / "counter-scenes")
    sets, films = shared / "data" / "eval", shared / "footage"
    for size in (640, 960):
        out += counter_scenes(network, sets / "counter-scenes", size, scene)
    out += coco_people(network, sets / "coco-val")
    out += office(network, films / "office-cctv-desks.mp4", close)
    out += chair(network, films / "chair-sit-stand-leave.mp4", close)
    out += presence(network, films / "one-by-one-person-detection.mp4", scene)
    return out


def object_figures(network: Network, shared: Path, phone: int, threshold: float, person: Network) -> list[Figure]:
    """Phones: a real counter, hands with badges, hands at a table. ``person`` finds whom to crop."""
    sets, films = shared / "data" / "eval", shared / "footage"
    out = phone_cctv(network, sets / "phone-cctv", phone, threshold)
    out += badge_hands(network, person, films / "office-badge-hands.mp4", phone, threshold)
    out += phone_at_table(network, films / "phone-at-table.mp4", phone, threshold)
    return out


def counter_scenes(network: Network, root: Path, size: int, threshold: float) -> list[Figure]:
    """Recall of ``staff_side`` at 0.5 IoU at ``threshold``, and at the lowest threshold with precision 0.80 of all."""
    scores: list[float] = []
    right: list[bool] = []
    staff: list[bool] = []
    people = 0
    for sample in read_yolo(root):
        picture = read_picture(sample.picture)
        height, width = picture.shape[:2]
        truth = Truth(stacked([box.pixels(width, height) for box in sample.boxes]), stacked([]))
        kinds = [box.kind for box in sample.boxes]
        people += kinds.count("staff_side")
        found = suppressed(network(picture, size).above(0.02, 0), DOUBLE)
        met, _ = matched(found, truth, 0.5)
        scores += found.scores.tolist()
        right += (met >= 0).tolist()
        staff += [bool(at >= 0 and kinds[at] == "staff_side") for at in met]
    order = np.argsort(-np.array(scores), kind="stable")
    precision = np.cumsum(np.array(right)[order]) / np.arange(1, len(order) + 1)
    recall = np.cumsum(np.array(staff)[order]) / people
    kept = int((np.array(scores) >= threshold).sum()) - 1
    good = np.flatnonzero(precision >= 0.8)
    return [
        Figure(f"counter-scenes {size}: staff_side recall at {threshold}", round(float(recall[kept]), 3)),
        Figure(f"counter-scenes {size}: precision of all at {threshold}", round(float(precision[kept]), 3)),
        Figure(f"counter-scenes {size}: staff_side recall at precision 0.80", round(float(recall[good[-1]]), 3)),
    ]


def counter_scenes_as_shipped(folder: Path, root: Path) -> list[Figure]:
    """The same by the product's own looks (`vision.Eye`): the whole picture is a post's zone, doubtful people are
    looked at again. At the score from which a stranger makes an empty post doubtful.
    """
    detector = load_detector(folder)
    eye, least = Eye(detector, detector), OccupancyLimits().doubt
    found_all = right = staff_found = staff = 0
    for sample in read_yolo(root):
        picture = read_picture(sample.picture)
        height, width = picture.shape[:2]
        zone = {WindowId("w1"): {"staff": (0, 0, width, 0, width, height, 0, height)}}
        look = (layout("counter", (width, height), zone), SeenPicture(StreamTime(0), picture), False)
        people = eye.see([look])[0].people
        found = Found(people.boxes, people.scores, people.classes.astype(np.int64)).above(least)
        kinds = [box.kind for box in sample.boxes]
        truth = Truth(stacked([box.pixels(width, height) for box in sample.boxes]), stacked([]))
        met, _ = matched(found, truth, 0.5)
        found_all, right = found_all + len(met), right + int((met >= 0).sum())
        staff += kinds.count("staff_side")
        staff_found += sum(kinds[at] == "staff_side" for at in met if at >= 0)
    return [
        Figure(f"counter-scenes, both looks: staff_side recall at {least}", round(staff_found / staff, 3)),
        Figure(f"counter-scenes, both looks: precision of all at {least}", round(right / found_all, 3)),
    ]


def coco_people(network: Network, root: Path) -> list[Figure]:
    pairs = []
    for sample in read_yolo(root):
        picture = read_picture(sample.picture)
        height, width = picture.shape[:2]
        boxes = [box.pixels(width, height) for box in sample.boxes if box.kind == "person"]
        found = suppressed(network(picture, 640).above(0.02, 0), DOUBLE)
        pairs.append((found, Truth(stacked(boxes), stacked([]))))
    judged = outcomes(pairs)
    return [
        Figure("coco-val 640: person recall at 0.25", round(judged.recall(0.25), 3)),
        Figure("coco-val 640: person precision at 0.25", round(judged.precision(0.25), 3)),
        Figure("coco-val 640: person average precision", round(judged.average_precision(), 3)),
    ]


def office(network: Network, film: Path, threshold: float) -> list[Figure]:
    """Share of pictures with a person in the crop of each zone."""
    truth = _truth(film)
    zones = {name: tuple(float(side) for side in zone) for name, zone in truth["zones"].items()}
    seen: dict[str, list[bool]] = {}
    for moment, picture in _pictures(film):
        for name, zone in zones.items():
            if name == "w3":
                state = " present" if moment >= 10.9 else " absent" if moment < 10.3 else None
            else:
                state = ""
            if state is not None:
                seen.setdefault(name + state, []).append(seat_score(network, picture, zone) >= threshold)
    return [
        Figure(f"office-cctv-desks: {name} seen at {threshold}", _share(hits)) for name, hits in sorted(seen.items())
    ]


def chair(network: Network, film: Path, threshold: float) -> list[Figure]:
    """Missed where a person is in the chair's zone, phantoms where none is (only while nobody is in the picture)."""
    truth = _truth(film)
    zone = tuple(float(side) for side in truth["zone"])
    missed, phantoms = [], []
    for moment, picture in _pictures(film):
        score = seat_score(network, picture, zone)
        if any(part["start_s"] <= moment < part["end_s"] for part in truth["seated"]):
            missed.append(score < threshold)
        if any(event["start_s"] <= moment < event["end_s"] for event in truth["events"]):
            phantoms.append(score >= threshold)
    return [
        Figure(f"chair-sit-stand-leave: seated missed in the crop at {threshold}", _share(missed)),
        Figure(f"chair-sit-stand-leave: phantom on the empty chair at {threshold}", _share(phantoms)),
    ]


def presence(network: Network, film: Path, threshold: float) -> list[Figure]:
    """Whole picture at 640; pictures with less than a third of a body count neither way."""
    truth = _truth(film)
    missed, phantoms = [], []
    for moment, picture in _pictures(film):
        best = float(network(picture, 640).above(0.02, 0).scores.max(initial=0.0))
        if not any(part["start_s"] <= moment < part["end_s"] for part in truth["mostly_absent"]):
            missed.append(best < threshold)
        if any(event["start_s"] <= moment < event["end_s"] for event in truth["events"]):
            phantoms.append(best >= threshold)
    return [
        Figure(f"one-by-one: missed at {threshold}", _share(missed)),
        Figure(f"one-by-one: phantom at {threshold}", _share(phantoms)),
    ]


def phone_cctv(network: Network, root: Path, phone: int, threshold: float) -> list[Figure]:
    """Per person on crops with a 15 % margin: who uses a phone, found at ``threshold``, and average precision."""
    scores, uses = [], []
    for sample in read_yolo(root):
        picture = read_picture(sample.picture)
        height, width = picture.shape[:2]
        for box in sample.boxes:
            if box.kind in ("person", "person-phone"):
                found = person_look(network, picture, box.pixels(width, height))
                scores.append(float(found.above(0.01, phone).scores.max(initial=0.0)))
                uses.append(box.kind == "person-phone")
    marked = np.array(scores) >= threshold
    using = np.array(uses)
    ranked = using[np.argsort(-np.array(scores), kind="stable")]
    precision = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
    return [
        Figure("phone-cctv: per person average precision", round(float(precision[ranked].mean()), 3)),
        Figure(f"phone-cctv: person-phone recall at {threshold}", _share(marked[using].tolist())),
        Figure(f"phone-cctv: person without phone flagged at {threshold}", _share(marked[~using].tolist())),
    ]


def badge_hands(network: Network, person: Network, film: Path, phone: int, threshold: float) -> list[Figure]:
    flagged, best = [], 0.0
    for _, picture in _pictures(film, every=6):
        for box in suppressed(person(picture, 640).above(0.4, 0), DOUBLE).boxes:
            found = person_look(network, picture, tuple(float(side) for side in box)).above(0.01, phone)
            score = float(found.scores.max(initial=0.0))
            flagged.append(score >= threshold)
            best = max(best, score)
    return [
        Figure(f"office-badge-hands: person looks with a phone at {threshold}", _share(flagged)),
        Figure("office-badge-hands: highest phone score", round(best, 3)),
    ]


def phone_at_table(network: Network, film: Path, phone: int, threshold: float) -> list[Figure]:
    whole, crop = [], []
    for _, picture in _pictures(film):
        whole.append(bool(len(network(picture, 640).above(threshold, phone).scores)))
        side = picture.shape[0]
        left = (picture.shape[1] - side) // 2
        crop.append(bool(len(network(picture[:, left : left + side], 320, square=True).above(threshold, phone).scores)))
    return [
        Figure(f"phone-at-table: found in the whole picture at {threshold}", _share(whole)),
        Figure(f"phone-at-table: found in the middle square at 320 at {threshold}", _share(crop)),
    ]


def seat_score(network: Network, picture: Picture, zone: Sequence[float]) -> float:
    """Best person score in ``zone`` by its grown crop."""
    x1, y1, x2, y2 = grown_crop(zone, ZONE_GROWTH, picture.shape[1], picture.shape[0])
    found = network(picture[y1:y2, x1:x2], 320, square=True)
    return zone_score(found.moved(x1, y1), zone)


def person_look(network: Network, picture: Picture, box: Sequence[float], margin: float = 0.15) -> Found:
    """The detections in the crop of a person's box with a margin, at 320, in pixels of ``picture``."""
    wide, tall = (box[2] - box[0]) * margin, (box[3] - box[1]) * margin
    x1, y1 = max(0, int(box[0] - wide)), max(0, int(box[1] - tall))
    x2, y2 = min(picture.shape[1], int(box[2] + wide) + 1), min(picture.shape[0], int(box[3] + tall) + 1)
    return network(picture[y1:y2, x1:x2], 320, square=True).moved(x1, y1)


def _pictures(film: Path, every: int = STEP) -> Iterator[tuple[float, Picture]]:
    import av

    with av.open(str(film)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % every == 0:
                yield float(frame.time or 0.0), np.asarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)


def _truth(film: Path) -> Any:
    return json.loads(film.with_suffix("").with_suffix(".truth.json").read_text())


def _share(hits: Sequence[bool]) -> float:
    return round(float(np.mean(hits)), 3) if len(hits) else float("nan")
