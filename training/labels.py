"""What is known about one picture: boxes that are there, and regions of which a class's presence is not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

import cv2
import numpy as np

from datasets import DatasetError, Sample, is_held_out, read_classes, read_yolo
from training.errors import TrainingError
from training.look import Boxes, Picture
from training.measure import inside_matrix, iou_matrix, stacked
from training.recipe import Recipe, Source
from training.teacher import Opinion, Teachers

EVERY = -1
PERSON = 0


@dataclass(frozen=True, slots=True)
class Region:
    """A box in pixels of its picture with a class index (``EVERY``: any class)."""

    kind: int
    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        return self.x1, self.y1, self.x2, self.y2

    @property
    def height(self) -> float:
        return self.y2 - self.y1

    @property
    def area(self) -> float:
        return max(0.0, self.x2 - self.x1) * max(0.0, self.y2 - self.y1)

    def mapped(self, scale: float, dx: float, dy: float) -> Region:
        """Scaled first, then moved."""
        return Region(self.kind, self.x1 * scale + dx, self.y1 * scale + dy, self.x2 * scale + dx, self.y2 * scale + dy)


@dataclass(frozen=True, slots=True)
class Known:
    """``objects`` are there; inside ``unknown`` the loss of that class is not counted; all else is known to be bare."""

    objects: tuple[Region, ...]
    unknown: tuple[Region, ...]

    def mapped(self, scale: float, dx: float, dy: float) -> Known:
        return Known(
            tuple(region.mapped(scale, dx, dy) for region in self.objects),
            tuple(region.mapped(scale, dx, dy) for region in self.unknown),
        )

    def clipped(self, width: float, height: float, least: float = 0.2) -> Known:
        """What a cut to ``width`` x ``height`` leaves; objects with less than ``least`` of their area are unknown."""
        objects: list[Region] = []
        unknown: list[Region] = []
        for region in self.objects:
            rest = _cut(region, width, height)
            if rest.area <= 0:
                continue
            (objects if rest.area >= least * region.area else unknown).append(rest)
        unknown += [cut for cut in (_cut(region, width, height) for region in self.unknown) if cut.area > 0]
        return Known(tuple(objects), tuple(unknown))

    def of(self, kind: int) -> tuple[Region, ...]:
        return tuple(region for region in self.objects if region.kind == kind)


@dataclass(frozen=True, slots=True)
class Entry:
    """A labelled picture of the bank; ``acts``: what its source says people (their boxes) do."""

    sample: Sample
    width: int
    height: int
    known: Known
    held_out: bool
    times: float
    acts: tuple[tuple[Region, Mapping[str, bool]], ...] = field(default=(), hash=False)

    def read(self) -> Picture:
        return read_picture(self.sample.picture)


def read_picture(path: Path) -> Picture:
    picture = cv2.imread(str(path))
    if picture is None:
        raise DatasetError(f"{path}: cannot be read as a picture")
    return np.asarray(picture, dtype=np.uint8)


def labelled(recipe: Recipe, root: Path, teachers: Teachers) -> list[Entry]:
    """Every picture of the recipe's sources with what is known about it; ``root`` holds the sets."""
    return [entry for source in recipe.sources for entry in _of_source(recipe, source, root, teachers)]


def _of_source(recipe: Recipe, source: Source, root: Path, teachers: Teachers) -> Iterator[Entry]:
    samples = read_yolo(root / source.set)
    strange = sorted(set(source.truth) - set(read_classes(root / source.set)))
    if strange:
        raise TrainingError(f"sources ({source.set}): truth names {strange[0]!r}, not in the set's classes.txt")
    for sample in samples:
        if source.folder is not None and sample.folder != source.folder:
            continue
        if source.groups is not None and not any(fnmatchcase(sample.group, one) for one in source.groups):
            continue
        picture = read_picture(sample.picture)
        height, width = picture.shape[:2]
        opinion = teachers.opinion(f"{source.set}/{sample.folder}/{sample.picture.name}", picture)
        known = known_of(recipe, source, sample, opinion, width, height)
        acts = _acts(source, sample, known, width, height)
        yield Entry(sample, width, height, known, _held_out(recipe, source, sample), source.times, acts)


def _acts(
    source: Source, sample: Sample, known: Known, width: int, height: int
) -> tuple[tuple[Region, Mapping[str, bool]], ...]:
    told = [
        (Region(EVERY, *box.pixels(width, height)), source.acts[box.kind])
        for box in sample.boxes
        if box.kind in source.acts
    ]
    everywhere = source.acts.get("*")
    if everywhere:
        largest = max(known.of(PERSON), key=lambda person: person.area, default=None)
        told.append((largest or Region(EVERY, 0, 0, width, height), everywhere))
    return tuple(told)


def known_of(recipe: Recipe, source: Source, sample: Sample, opinion: Opinion, width: int, height: int) -> Known:
    """The source's word first, the teachers' for the rest."""
    kinds = {name: index for index, name in enumerate(recipe.classes)}
    objects: list[Region] = []
    unknown: list[Region] = []
    for box in sample.boxes:
        name = source.truth.get(box.kind)
        if name is None:
            continue
        region = Region(kinds[name], *box.pixels(width, height))
        if name in source.loose:
            tight = _tightened(region, opinion, recipe.teaching.doubtful / 2)
            unknown.append(region)
            objects.append(tight or _shrunk(region))
        else:
            objects.append(region)
    for name in source.present:
        everywhere = Region(kinds[name], 0, 0, width, height)
        best = _tightened(everywhere, opinion, recipe.teaching.doubtful / 2)
        unknown.append(everywhere)
        objects += [best] if best else []
    closed = {kinds[name] for name in (*source.whole, *source.absent)}
    for name in source.unsure:
        unknown.append(Region(kinds[name], 0, 0, width, height))
    for corners, score, kind in zip(opinion.boxes, opinion.scores, opinion.kinds, strict=True):
        region = Region(kind, *(float(side) for side in corners))
        if score < recipe.teaching.doubtful or _seen(region, objects):
            continue
        if kind in closed or recipe.classes[kind] in source.unsure:
            continue
        taught = recipe.classes[kind] not in source.untaught
        if taught and score >= recipe.teaching.sure and not _inside(region, objects):
            objects.append(region)
        else:
            unknown.append(region)
    return Known(tuple(objects), tuple(unknown))


def _held_out(recipe: Recipe, source: Source, sample: Sample) -> bool:
    if isinstance(source.held_out, list):
        return sample.group in source.held_out
    unit = sample.group if source.split_by == "group" else sample.picture.name
    return is_held_out(source.set, unit, source.held_out, recipe.split_seed)


def _tightened(region: Region, opinion: Opinion, least: float) -> Region | None:
    """The teachers' best box of that class with most of itself in ``region``, if they see one."""
    best: Region | None = None
    best_score = least
    for corners, score, kind in zip(opinion.boxes, opinion.scores, opinion.kinds, strict=True):
        if kind != region.kind or score < best_score:
            continue
        if float(inside_matrix(corners[None], stacked([region.box]))[0, 0]) > 0.6:
            best, best_score = Region(kind, *(float(side) for side in corners)), score
    return best


def _shrunk(region: Region, share: float = 0.7) -> Region:
    """The middle of a box that holds a hand and the thing in it."""
    cx, cy = (region.x1 + region.x2) / 2, (region.y1 + region.y2) / 2
    wide, tall = (region.x2 - region.x1) * share / 2, region.height * share / 2
    return Region(region.kind, cx - wide, cy - tall, cx + wide, cy + tall)


def _seen(region: Region, objects: Iterable[Region]) -> bool:
    same = _boxes(objects, region.kind)
    return bool(len(same)) and float(iou_matrix(stacked([region.box]), same).max()) > 0.5


def _inside(region: Region, objects: Iterable[Region]) -> bool:
    same = _boxes(objects, region.kind)
    return bool(len(same)) and float(inside_matrix(stacked([region.box]), same).max()) > 0.75


def _boxes(objects: Iterable[Region], kind: int) -> Boxes:
    return stacked([region.box for region in objects if region.kind == kind])


def _cut(region: Region, width: float, height: float) -> Region:
    return replace(
        region, x1=max(0.0, region.x1), y1=max(0.0, region.y1), x2=min(width, region.x2), y2=min(height, region.y2)
    )


def joined(parts: Sequence[Known]) -> Known:
    return Known(
        tuple(region for part in parts for region in part.objects),
        tuple(region for part in parts for region in part.unknown),
    )
