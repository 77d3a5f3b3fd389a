"""A trainer's sets, read and checked: every picture decodes, every box lies in it, and what they are is one hash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from datasets import DatasetError
from datasets.formats import LabelledPicture, Pictures, read_set
from datasets.picture import LARGEST_FILE, decoded
from training.errors import TrainingError

Shares = tuple[str, float, float, float, float]
"""A box: its class, and x1, y1, x2, y2 as shares of the picture's sides."""


@dataclass(frozen=True, slots=True)
class HallSet:
    """One set: its name (the folder's or the file's), its classes, its pictures that have labels, and their files.

    ``left_out`` counts the pictures that teach nothing: without labels, or kept for a test.
    """

    name: str
    classes: tuple[str, ...]
    pictures: tuple[LabelledPicture, ...]
    files: Pictures
    left_out: int

    def read(self, picture: LabelledPicture) -> bytes:
        return self.files.files.read(picture.picture, LARGEST_FILE)

    def title(self, picture: LabelledPicture) -> str:
        """What an error calls ``picture``."""
        return self.files.files.title(picture.picture)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What sets are: one SHA-256 over pictures, labels and groups; the bytes of their pictures, and their boxes.

    ``boxes`` by set and picture.
    """

    digest: str
    size: int
    boxes: dict[tuple[str, str], tuple[Shares, ...]]


def read_sets(paths: Sequence[Path]) -> list[HallSet]:
    """The sets in ``paths``: folders or zips in any form that ``datasets`` reads, or a folder of several of them.

    Raises DatasetError naming every file and line that is wrong, TrainingError for sets that no detector can learn
    from.
    """
    sets = [_read(path) for given in paths for path in _parts(given)]
    names = [one.name for one in sets]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise TrainingError(f"two of the sets are called {double}: rename one of the folders")
    return sets


def weighed(sets: Sequence[HallSet], done: Callable[[int], None]) -> Weighed:
    """Read every picture once; raises DatasetError naming the first that is damaged, or whose box lies outside."""
    digest, size = hashlib.sha256(), 0
    boxes: dict[tuple[str, str], tuple[Shares, ...]] = {}
    for one in sets:
        digest.update(repr((one.name, one.classes)).encode())
        for picture in one.pictures:
            data = one.read(picture)
            own = _boxes(one, picture, data)
            boxes[one.name, picture.name] = own
            facts = (picture.name, picture.group, picture.split, picture.annotation.labelled, own)
            digest.update(repr(facts).encode())
            digest.update(hashlib.sha256(data).digest())
            size += len(data)
            done(len(boxes))
    return Weighed(digest.hexdigest(), size, boxes)


def _parts(path: Path) -> list[Path]:
    """``path``, or where that is a folder of sets (as ``zaigang data export`` writes several) each of them."""
    if not path.exists():
        raise TrainingError(f"{path}: no such folder or zip")
    inner = sorted(one for one in path.iterdir() if (one / "classes.txt").is_file()) if path.is_dir() else []
    return inner if inner and not (path / "classes.txt").is_file() else [path]


def _read(path: Path) -> HallSet:
    said, files = read_set(path)
    labelled = [one for one in said.pictures if one.annotation.labelled or one.annotation.labels]
    kept = tuple(one for one in labelled if one.split != "test")
    if not kept:
        raise TrainingError(
            f"{path}: of its {len(said.pictures)} pictures none has boxes or is checked to be empty (or all are for a "
            "test), so a detector cannot learn from it; draw boxes first"
        )
    name = path.resolve().name if path.is_dir() else path.stem
    return HallSet(name, said.classes, kept, files, len(said.pictures) - len(kept))


def _boxes(one: HallSet, picture: LabelledPicture, data: bytes) -> tuple[Shares, ...]:
    height, width = decoded(data, one.title(picture)).shape[:2]
    boxes = []
    for label in picture.annotation.labels:
        x1, y1, x2, y2 = label.corners((width, height))
        x1, x2 = max(0.0, x1 / width), min(1.0, x2 / width)
        y1, y2 = max(0.0, y1 / height), min(1.0, y2 / height)
        if x2 <= x1 or y2 <= y1:
            where = f"{one.title(picture)}: {picture.origin}" if picture.origin else one.title(picture)
            raise DatasetError(f"{where}: a box of {label.kind} in {picture.name} has no area inside the picture")
        boxes.append((label.kind, x1, y1, x2, y2))
    return tuple(boxes)
