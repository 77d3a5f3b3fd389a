"""A folder of pictures with their truth, read whatever its small print: forgiving of layout, strict about faults."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from datasets import Box, DatasetError, Sample
from datasets.picture import decoded
from vision.picture import Pixels

__all__ = ["PICTURES", "EvaluationSet", "column", "named", "read_picture", "read_set", "same_name", "spelled"]

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
"""What counts as a picture, upper case too."""

_ROUNDING = 0.02  # a box may stick out by so much of the picture: labels are rounded


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """One folder: its pictures with their boxes, groups and class folders.

    ``classes`` are all that its labels can name; ``sizes`` the width and height of each picture; ``labelled`` says
    whether it has label files at all; ``notes`` what was taken for granted while reading.
    """

    name: str
    root: Path
    classes: tuple[str, ...]
    samples: tuple[Sample, ...]
    sizes: tuple[tuple[int, int], ...]
    labelled: bool
    notes: tuple[str, ...] = ()

    def inner(self, sample: Sample) -> Path:
        """The picture's path inside the set, as tables such as groups.csv name it."""
        return _inner(self.root, sample.picture)


def read_set(root: Path, name: str, known: Sequence[str], renames: Mapping[str, str]) -> EvaluationSet:
    """The set in ``root``; class names are brought to the spelling of ``known``, after ``renames`` (theirs to ours).

    Pictures lie under ``images`` (or any folder called so, or in the folder itself), labels under ``labels`` or beside
    the pictures, class names in classes.txt or data.yaml. Without any label, folders of pictures are classes. Without
    groups.csv every picture is a group. Every picture is read once. Raises DatasetError naming file and line.
    """
    pictures = sorted(_pictures(root))
    if not pictures:
        raise DatasetError(f"{root}: no picture in it ({', '.join(PICTURES)})")
    own = _classes(root)
    classes = tuple(_ours(one, known, renames) for one in own)
    groups = column(root, "groups.csv", "group") or {}
    labels = {picture: label for picture in pictures if (label := _label_of(root, picture)) is not None}
    samples = []
    for picture in pictures:
        inner = _inner(root, picture)
        folder = _ours(inner.parent.name, known, renames) if not labels and inner.parent != Path() else ""
        boxes = tuple(_boxes(labels[picture], root, classes)) if picture in labels else ()
        group = named(groups, inner) or inner.as_posix()
        samples.append(Sample(name, picture, group, folder, boxes))
    notes = []
    if labels and len(labels) < len(pictures):
        notes.append(f"{name}: {len(pictures) - len(labels)} pictures have no label file and count as empty")
    folders = {sample.folder for sample in samples if sample.folder}
    return EvaluationSet(
        name,
        root,
        tuple(dict.fromkeys((*classes, *sorted(folders)))),
        tuple(samples),
        tuple(_size(picture) for picture in pictures),
        bool(labels),
        tuple(notes),
    )


def read_picture(path: Path) -> Pixels:
    """The pixels of ``path``, (height, width, 3) BGR; raises DatasetError for what is no whole picture."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read ({(error.strerror or str(error)).lower()})") from error
    if _is_cut_short(content):
        raise DatasetError(
            f"{path}: the file ends in the middle of the picture; get it again, or take it out of the set"
        )
    return decoded(content, str(path))


def _size(path: Path) -> tuple[int, int]:
    height, width = read_picture(path).shape[:2]
    return width, height


def column(root: Path, file: str, name: str) -> dict[str, str] | None:
    """The column ``name`` of a table in ``root`` by its column ``file``; None where there is no such table."""
    path = root / file
    if not path.is_file():
        return None
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream))
    except (UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"{path}: is no table that can be read ({error})") from error
    for wanted in ("file", name):
        if rows and wanted not in rows[0]:
            raise DatasetError(f"{path}: has no column {wanted}; it needs file and {name}")
    return {str(row["file"]).strip(): str(row[name] or "").strip() for row in rows}


def named(table: Mapping[str, str], inner: Path) -> str | None:
    """A picture's entry in a table, by its path in the set, its name, or its name without the ending."""
    return next((table[key] for key in (inner.as_posix(), inner.name, inner.stem) if key in table), None)


def spelled(name: str) -> str:
    """A class name as it is compared: ``Cell_Phone`` is ``cell-phone``."""
    return re.sub(r"[\s_-]+", "-", name.strip().lower())


def same_name(name: str, among: Sequence[str]) -> str | None:
    """The one of ``among`` that is ``name`` but for case, spaces and dashes."""
    return next((one for one in among if spelled(one) == spelled(name)), None)


def _ours(name: str, known: Sequence[str], renames: Mapping[str, str]) -> str:
    renamed = {spelled(theirs): ours for theirs, ours in renames.items()}.get(spelled(name), name)
    return same_name(renamed, known) or renamed


def _pictures(root: Path) -> Iterator[Path]:
    base = root / "images" if (root / "images").is_dir() else root
    for path in base.rglob("*"):
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.relative_to(base).parts)
        if path.suffix.lower() in PICTURES and not hidden and path.is_file():
            yield path


def _inner(root: Path, picture: Path) -> Path:
    parts = picture.relative_to(root).parts
    above = [index for index, part in enumerate(parts[:-1]) if part.lower() == "images"]
    return Path(*parts[above[-1] + 1 :]) if above else Path(*parts)


def _label_of(root: Path, picture: Path) -> Path | None:
    parts = list(picture.relative_to(root).parts)
    places = [picture.with_suffix(".txt"), (root / "labels" / _inner(root, picture)).with_suffix(".txt")]
    for index, part in enumerate(parts[:-1]):
        if part.lower() == "images":
            places.append(root.joinpath(*parts[:index], "labels", *parts[index + 1 :]).with_suffix(".txt"))
    return next((place for place in places if place.is_file()), None)


def _classes(root: Path) -> list[str]:
    for file in ("classes.txt", "labels/classes.txt", "obj.names"):
        if (root / file).is_file():
            return [line.strip() for line in _text(root / file).splitlines() if line.strip()]
    for file in ("data.yaml", "data.yml", "dataset.yaml"):
        if (root / file).is_file():
            return _yaml_names(root / file)
    return []


def _yaml_names(path: Path) -> list[str]:
    try:
        content = yaml.safe_load(_text(path))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise DatasetError(f"{path}: not readable as YAML ({' '.join(str(error).split())[:200]})") from error
    names = content.get("names") if isinstance(content, dict) else None
    if isinstance(names, dict):
        try:
            names = [names[index] for index in range(len(names))]
        except KeyError as missing:
            raise DatasetError(f"{path}: names has no class {missing}; ids count from 0") from None
    if not isinstance(names, list):
        raise DatasetError(f"{path}: has no list of class names under names")
    return [str(one) for one in names]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: is no text that can be read ({error})") from error


def _boxes(file: Path, root: Path, classes: Sequence[str]) -> Iterator[Box]:
    for number, line in enumerate(_text(file).splitlines(), start=1):
        if not line.strip():
            continue
        where = f"{file}, line {number}"
        words = line.split()
        try:
            kind, numbers = int(words[0]), [float(word) for word in words[1:]]
        except ValueError:
            raise DatasetError(f"{where}: expected 'class cx cy w h', found {line.strip()!r}") from None
        if not 0 <= kind < len(classes):
            known = f"classes.txt has {len(classes)}" if classes else f"{root} has no classes.txt that names it"
            raise DatasetError(f"{where}: class {kind}, but {known}")
        yield Box(classes[kind], *_centred(numbers, where, line))


def _centred(numbers: Sequence[float], where: str, line: str) -> tuple[float, float, float, float]:
    """Centre and size of a box (a fifth number is a score), or of an outline of three corners or more."""
    if len(numbers) in (4, 5):
        cx, cy, width, height = numbers[:4]
    elif len(numbers) >= 6 and len(numbers) % 2 == 0:
        left, right = min(numbers[0::2]), max(numbers[0::2])
        top, bottom = min(numbers[1::2]), max(numbers[1::2])
        cx, cy, width, height = (left + right) / 2, (top + bottom) / 2, right - left, bottom - top
    else:
        raise DatasetError(f"{where}: expected 'class cx cy w h', found {line.strip()!r}")
    sides = (cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2)
    inside = all(-_ROUNDING <= side <= 1 + _ROUNDING for side in sides)
    if not (np.isfinite(numbers).all() and inside and width > 0 and height > 0):
        raise DatasetError(f"{where}: box out of range (numbers are shares of the picture, 0 to 1): {line.strip()!r}")
    return cx, cy, width, height


def _is_cut_short(content: bytes) -> bool:
    """Whether a JPEG has no end after its last scan, or a PNG no end chunk: decoders fill the rest with grey."""
    if content.startswith(b"\xff\xd8"):
        return content.rfind(b"\xff\xd9") < content.rfind(b"\xff\xda")
    return content.startswith(b"\x89PNG") and b"IEND" not in content[-64:]
