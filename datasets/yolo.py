"""What training reads: a folder in YOLO form with ``images``, ``labels``, ``classes.txt`` and ``groups.csv``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from datasets.errors import DatasetError
from datasets.picture import SUFFIXES


@dataclass(frozen=True, slots=True)
class Box:
    """A labelled box: its class by name, and centre and size as shares of the picture's width and height."""

    kind: str
    cx: float
    cy: float
    width: float
    height: float

    def pixels(self, width: int, height: int) -> tuple[float, float, float, float]:
        """x1, y1, x2, y2 in pixels of a picture of ``width`` x ``height``, inside the picture."""
        return (
            max(0.0, (self.cx - self.width / 2) * width),
            max(0.0, (self.cy - self.height / 2) * height),
            min(float(width), (self.cx + self.width / 2) * width),
            min(float(height), (self.cy + self.height / 2) * height),
        )


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture of a set; ``folder`` is that of its file, which is its class where it has no labels, else empty."""

    name: str
    picture: Path
    group: str
    folder: str
    boxes: tuple[Box, ...]


def read_yolo(root: Path) -> list[Sample]:
    """The samples of the set in ``root``, by file name; a set without a ``labels`` folder has no boxes at all.

    Raises ``DatasetError`` for a missing file, a label line that is no box, a class id that ``classes.txt`` does not
    know, a picture without a label file or without a group.
    """
    classes = read_classes(root)
    groups = _groups(root)
    images = root / "images"
    if not images.is_dir():
        raise DatasetError(f"{images}: no such folder")
    samples = []
    for picture in sorted(file for file in images.rglob("*") if file.suffix.lower() in SUFFIXES):
        inner = picture.relative_to(images)
        group = groups.get(inner.as_posix())
        if group is None:
            raise DatasetError(f"{root / 'groups.csv'}: no group for {inner.as_posix()}")
        folder = inner.parent.as_posix() if inner.parent != Path() else ""
        labels = root / "labels" / inner.with_suffix(".txt")
        bare = not (root / "labels").is_dir() or (bool(folder) and not labels.is_file())
        boxes = () if bare else _boxes(labels, classes)
        samples.append(Sample(root.name, picture, group, folder, boxes))
    if not samples:
        raise DatasetError(f"{images}: no picture in it")
    return samples


def read_classes(root: Path) -> list[str]:
    """The class names of a set, by id."""
    file = root / "classes.txt"
    try:
        return [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except FileNotFoundError:
        raise DatasetError(f"{file}: no such file") from None


def _groups(root: Path) -> dict[str, str]:
    file = root / "groups.csv"
    try:
        with file.open(newline="", encoding="utf-8") as stream:
            return {row["file"]: row["group"] for row in csv.DictReader(stream)}
    except FileNotFoundError:
        raise DatasetError(f"{file}: no such file") from None
    except KeyError as missing:
        raise DatasetError(f"{file}: no column {missing}") from None


def _boxes(file: Path, classes: list[str]) -> tuple[Box, ...]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise DatasetError(f"{file}: no such file (a picture without objects has an empty one)") from None
    boxes = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        words = line.split()
        try:
            kind, (cx, cy, width, height) = int(words[0]), (float(word) for word in words[1:])
        except ValueError:
            raise DatasetError(f"{file}, line {number}: expected 'class cx cy w h', found {line!r}") from None
        if not 0 <= kind < len(classes):
            raise DatasetError(f"{file}, line {number}: class {kind}, but classes.txt has {len(classes)}")
        if not (0 < width <= 1 and 0 < height <= 1 and 0 <= cx <= 1 and 0 <= cy <= 1):
            raise DatasetError(f"{file}, line {number}: box out of range: {line!r}")
        boxes.append(Box(classes[kind], cx, cy, width, height))
    return tuple(boxes)
