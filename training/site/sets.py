"""A trainer's sets, read and checked: every picture decodes, every label fits, and what they are is one hash."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from datasets import DatasetError, Sample, read_classes, read_yolo
from training.errors import TrainingError

_TAIL = 4096
"""Bytes at a JPEG's end among which its end marker must be; cameras write some of their own behind it."""


@dataclass(frozen=True, slots=True)
class HallSet:
    """One set: its name (the folder's or the zip's), its classes by id and its pictures with their boxes."""

    name: str
    classes: tuple[str, ...]
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """What sets are: one SHA-256 over pictures, labels and groups, and the bytes of their pictures."""

    digest: str
    size: int


def read_sets(paths: Sequence[Path], unpacked: Path) -> list[HallSet]:
    """The sets in ``paths``, folders or zips of folders in YOLO form; zips are unpacked into ``unpacked``.

    Raises DatasetError naming file and line, TrainingError for sets that no detector can learn from.
    """
    sets = [_read(path, unpacked) for path in paths]
    names = [one.name for one in sets]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise TrainingError(f"two of the sets are called {double}: rename one of the folders")
    return sets


def weighed(sets: Sequence[HallSet], done: Callable[[int], None]) -> Weighed:
    """Read every picture once; raises DatasetError naming the first that cannot be decoded to its end."""
    digest, size, read = hashlib.sha256(), 0, 0
    for one in sets:
        digest.update(repr((one.name, one.classes)).encode())
        for sample in one.samples:
            data = sample.picture.read_bytes()
            _check_picture(sample.picture, data)
            digest.update(repr((sample.picture.name, sample.group, sample.boxes)).encode())
            digest.update(hashlib.sha256(data).digest())
            size, read = size + len(data), read + 1
            done(read)
    return Weighed(digest.hexdigest(), size)


def _read(path: Path, unpacked: Path) -> HallSet:
    if not path.exists():
        raise TrainingError(f"{path}: no such folder or zip")
    root = _unzipped(path, unpacked / path.stem) if path.is_file() else path
    samples = read_yolo(root)
    if any(sample.folder and not sample.boxes for sample in samples) and not any(sample.boxes for sample in samples):
        raise TrainingError(
            f"{path}: its pictures lie in folders by class and have no boxes, from which a detector cannot learn; "
            "draw boxes first"
        )
    return HallSet(
        path.resolve().stem if path.is_file() else path.resolve().name, tuple(read_classes(root)), tuple(samples)
    )


def _unzipped(path: Path, folder: Path) -> Path:
    """The folder that holds ``images``, at the top of the zip or one below."""
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
            if damaged is not None:
                raise TrainingError(f"{path}: {damaged} in it is damaged")
            archive.extractall(folder)
    except zipfile.BadZipFile as error:
        raise TrainingError(f"{path}: is neither a folder nor a zip ({error})") from error
    roots = [one for one in (folder, *sorted(folder.iterdir())) if (one / "images").is_dir()]
    if not roots:
        raise TrainingError(f"{path}: holds no folder called images, so it is no set in YOLO form")
    return roots[0]


def _check_picture(file: Path, data: bytes) -> None:
    if data.startswith(b"\xff\xd8") and b"\xff\xd9" not in data[-_TAIL:]:
        raise DatasetError(f"{file}: ends in the middle of the picture; remove it with its label, or replace it")
    picture = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR) if data else None
    if picture is None:
        raise DatasetError(f"{file}: cannot be read as a picture; remove it with its label, or replace it")
    if min(picture.shape[:2]) < 10:
        raise DatasetError(f"{file}: is {picture.shape[1]}x{picture.shape[0]}, too small to show anything")
