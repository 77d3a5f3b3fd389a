"""The pictures of a run as ultralytics reads them: copied, split by group, and labelled to the end."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Protocol

from datasets import Box
from training.labels import read_picture
from training.look import Found, Picture
from training.site.sets import HallSet
from training.site.split import Group, Key
from vision.disk import sync

SURE = 0.4
"""Score from which the base's own box becomes a label, as in the recipes' teaching."""

Part = Literal["train", "val"]


@dataclass(frozen=True, slots=True)
class Row:
    """One picture of the run; ``labelled`` are the classes that its set labels, so that misses in it are misses.

    ``boxes`` are those of the set alone: class, and x1, y1, x2, y2 as shares of the picture's sides.
    """

    file: str
    part: Part
    set: str
    group: str
    labelled: tuple[str, ...]
    boxes: tuple[tuple[str, float, float, float, float], ...]


class Teacher(Protocol):
    """A network that says what it sees in a picture, BGR; classes index its own names."""

    def __call__(self, picture: Picture, long_side: int, least_score: float = ..., square: bool = ...) -> Found: ...


@dataclass(frozen=True, slots=True)
class Teaching:
    """Who labels the classes that a set does not: the base, with the names of its classes, at ``size``."""

    network: Teacher
    names: tuple[str, ...]
    size: int


def groups_of(sets: Sequence[HallSet], meant: Mapping[str, Mapping[str, str | None]]) -> list[Group]:
    """Every group of every set with its pictures and its boxes of the network's classes."""
    counted: dict[Key, tuple[int, Counter[str]]] = {}
    for one in sets:
        for sample in one.samples:
            pictures, boxes = counted.setdefault((one.name, sample.group), (0, Counter()))
            boxes.update(kind for box in sample.boxes if (kind := meant[one.name][box.kind]) is not None)
            counted[one.name, sample.group] = (pictures + 1, boxes)
    return [Group(key, pictures, boxes) for key, (pictures, boxes) in counted.items()]


def laid_out(
    sets: Sequence[HallSet],
    meant: Mapping[str, Mapping[str, str | None]],
    classes: Sequence[str],
    held_out: frozenset[Key],
    teaching: Teaching | None,
    folder: Path,
    done: Callable[[int], None],
) -> list[Row]:
    """Copy pictures and write labels into ``folder``; it is there as a whole or not at all.

    Copied, since ultralytics writes pictures that it takes for damaged again where they lie, and so that a run that
    goes on has the pictures it began with. A class of the base that a set has no name for is labelled by the base:
    unlabelled it would be unlearnt, as whatever is not labelled is taught to be nothing.
    """
    if folder.is_dir():
        return read_rows(folder)
    draft = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    rows: list[Row] = []
    for one in sets:
        labelled = tuple(name for name in classes if name in meant[one.name].values())
        for sample in one.samples:
            part: Part = "val" if (one.name, sample.group) in held_out else "train"
            inner = f"{len(rows):06d}_{one.name}_{sample.picture.stem}"
            file = draft / "images" / part / f"{inner}{sample.picture.suffix}"
            label = draft / "labels" / part / f"{inner}.txt"
            for made in (file.parent, label.parent):
                made.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(sample.picture, file)
            boxes = [(kind, *_corners(box)) for box in sample.boxes if (kind := meant[one.name][box.kind]) is not None]
            taught = _taught(file, teaching, set(classes) - set(labelled))
            lines = [_line(classes.index(kind), *corners) for kind, *corners in (*boxes, *taught)]
            label.write_text("".join(lines), encoding="ascii")
            rows.append(Row(f"{part}/{file.name}", part, one.name, sample.group, labelled, tuple(boxes)))
            done(len(rows))
    (draft / "rows.json").write_text(json.dumps([asdict(row) for row in rows], ensure_ascii=False), encoding="utf-8")
    draft.replace(folder)
    sync(folder.parent)
    return rows


def read_rows(folder: Path) -> list[Row]:
    """What ``laid_out`` wrote."""
    given = json.loads((folder / "rows.json").read_text(encoding="utf-8"))
    return [
        Row(**{**row, "labelled": tuple(row["labelled"]), "boxes": tuple(tuple(box) for box in row["boxes"])})
        for row in given
    ]


def _taught(
    file: Path, teaching: Teaching | None, open_classes: set[str]
) -> list[tuple[str, float, float, float, float]]:
    """The base's sure boxes of ``open_classes``, which the picture's set says nothing of."""
    if teaching is None or not open_classes & set(teaching.names):
        return []
    picture = read_picture(file)
    height, width = picture.shape[:2]
    found = teaching.network(picture, teaching.size, SURE, square=True)
    return [
        (teaching.names[kind], *(float(side) for side in (x1 / width, y1 / height, x2 / width, y2 / height)))
        for (x1, y1, x2, y2), kind in zip(found.boxes.tolist(), found.classes.tolist(), strict=True)
        if teaching.names[kind] in open_classes
    ]


def _corners(box: Box) -> tuple[float, float, float, float]:
    return box.pixels(1, 1)


def _line(kind: int, x1: float, y1: float, x2: float, y2: float) -> str:
    return f"{kind} {(x1 + x2) / 2:.6f} {(y1 + y2) / 2:.6f} {x2 - x1:.6f} {y2 - y1:.6f}\n"
