"""The pictures of a run as ultralytics reads them: copied, split by group, and labelled to the end."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Literal, Protocol

from datasets.formats import LabelledPicture
from training.errors import TrainingError
from training.labels import read_picture
from training.look import Found, Picture
from training.site.sets import HallSet, Shares, Weighed
from training.site.split import Group, Key
from vision.disk import sync

SURE = 0.4
"""Score from which the base's own box becomes a label, as in the recipes' teaching."""

Part = Literal["train", "val"]
Meant = Mapping[str, Mapping[str, str | None]]
"""By set, what each of its classes is for the network; None is left out."""


@dataclass(frozen=True, slots=True)
class Row:
    """One picture of the run; ``labelled`` are the classes that its set labels, so that misses in it are misses.

    ``boxes`` are those of the set alone.
    """

    file: str
    part: Part
    set: str
    group: str
    labelled: tuple[str, ...]
    boxes: tuple[Shares, ...]


class Teacher(Protocol):
    """A network that says what it sees in a picture, BGR; classes index its own names."""

    def __call__(self, picture: Picture, long_side: int, least_score: float = ..., square: bool = ...) -> Found: ...


@dataclass(frozen=True, slots=True)
class Teaching:
    """Who labels the classes that a set does not: the base, with the names of its classes, at ``size``."""

    network: Teacher
    names: tuple[str, ...]
    size: int


def groups_of(sets: Sequence[HallSet], meant: Meant) -> list[Group]:
    """Every group of every set with its pictures and its boxes of the network's classes.

    Raises TrainingError for a group that a set puts on both sides.
    """
    members: dict[Key, list[LabelledPicture]] = {}
    for one in sets:
        for picture in one.pictures:
            members.setdefault((one.name, picture.group), []).append(picture)
    groups = []
    for key, pictures in members.items():
        splits = {picture.split for picture in pictures}
        if len(splits) > 1:
            raise TrainingError(
                f'{key[0]}: the group "{key[1]}" is in {" and in ".join(sorted(split or "none" for split in splits))}; '
                "a group goes to one side, or figures are of pictures that were learnt from (zaigang data split)"
            )
        kinds = (meant[key[0]][label.kind] for picture in pictures for label in picture.annotation.labels)
        groups.append(Group(key, len(pictures), Counter(kind for kind in kinds if kind is not None), splits.pop()))
    return groups


def laid_out(
    sets: Sequence[HallSet],
    data: Weighed,
    meant: Meant,
    classes: Sequence[str],
    held_out: frozenset[Key],
    teaching: Teaching | None,
    folder: Path,
    done: Callable[[int], None],
) -> list[Row]:
    """Copy pictures and write labels into ``folder``; it is there as a whole or not at all.

    Copied, since ultralytics writes pictures that it takes for damaged again where they lie, and so that a run that
    goes on has the pictures it began with. A class of the base that is not labelled in a picture is labelled by the
    base: it would be unlearnt, as whatever is not labelled is taught to be nothing.
    """
    if folder.is_dir():
        return read_rows(folder)
    draft = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    rows: list[Row] = []
    for one in sets:
        for picture in one.pictures:
            part: Part = "val" if (one.name, picture.group) in held_out else "train"
            path = PurePosixPath(picture.name)
            name = f"{len(rows):06d}_{one.name}_{path.stem}"
            file, label = draft / "images" / part / f"{name}{path.suffix}", draft / "labels" / part / f"{name}.txt"
            for made in (file.parent, label.parent):
                made.mkdir(parents=True, exist_ok=True)
            file.write_bytes(one.read(picture))
            labelled = _labelled(picture, meant[one.name], classes)
            boxes = _meant(data.boxes[one.name, picture.name], meant[one.name])
            taught = _taught(file, teaching, set(classes) - set(labelled))
            lines = [_line(classes.index(kind), *corners) for kind, *corners in (*boxes, *taught)]
            label.write_text("".join(lines), encoding="ascii")
            rows.append(Row(f"{part}/{file.name}", part, one.name, picture.group, labelled, boxes))
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


def _labelled(picture: LabelledPicture, meant: Mapping[str, str | None], classes: Sequence[str]) -> tuple[str, ...]:
    """The network's classes of which every object in ``picture`` has a box: all that mean it are labelled there."""
    known = set(picture.annotation.labelled)
    sources = {name: {kind for kind, new in meant.items() if new == name} for name in classes}
    return tuple(name for name in classes if sources[name] and sources[name] <= known)


def _meant(boxes: Sequence[Shares], meant: Mapping[str, str | None]) -> tuple[Shares, ...]:
    named = ((meant[kind], corners) for kind, *corners in boxes)
    return tuple((kind, corners[0], corners[1], corners[2], corners[3]) for kind, corners in named if kind is not None)


def _taught(file: Path, teaching: Teaching | None, open_classes: set[str]) -> list[Shares]:
    """The base's sure boxes of ``open_classes``, which the picture's set says nothing of."""
    if teaching is None or not open_classes & set(teaching.names):
        return []
    picture = read_picture(file)
    height, width = picture.shape[:2]
    found = teaching.network(picture, teaching.size, SURE, square=True)
    return [
        (teaching.names[kind], x1 / width, y1 / height, x2 / width, y2 / height)
        for (x1, y1, x2, y2), kind in zip(found.boxes.tolist(), found.classes.tolist(), strict=True)
        if teaching.names[kind] in open_classes
    ]


def _line(kind: int, x1: float, y1: float, x2: float, y2: float) -> str:
    return f"{kind} {(x1 + x2) / 2:.6f} {(y1 + y2) / 2:.6f} {x2 - x1:.6f} {y2 - y1:.6f}\n"
