"""YOLO: a text file of `class cx cy w h` lines beside each picture, as Ultralytics, Darknet and CVAT lay it out."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

import yaml

from datasets.errors import DatasetError
from datasets.formats.files import Files, Pictures, Target, text_of
from datasets.formats.labelled import (
    Faults,
    LabelledPicture,
    LabelledSet,
    PictureBytes,
    checked_class,
    checked_name,
    split_named,
    unheld,
)
from datasets.formats.sidecar import declared_classes, write_classes
from datasets.formats.xml import number_text
from datasets.label import Annotation, Label

__all__ = ["has_labels", "read", "recognised", "write"]

_DARKNET: Final = re.compile(r"obj_(\w+?)_data")
_CLASS_FILES: Final = ("classes.txt", "obj.names", "data.yaml", "data.yml")
_LISTS: Final = ("train.txt", "val.txt", "valid.txt", "test.txt")
_MOST: Final = 2.0


def recognised(files: Files) -> bool:
    return any(name in files.names for name in _CLASS_FILES)


def has_labels(files: Files) -> bool:
    return any(_is_label(name) for name in files.names)


def read(files: Files, pictures: Pictures, faults: Faults) -> LabelledSet:
    """A picture with an empty label file is checked and empty; one without a label file says nothing.

    Folders that are called like a class and have no label files are that class of the whole picture.
    """
    classes = _classes(files)
    known = set(files.names)
    listed = _listed(files)
    seen: dict[str, str] = {}
    found = []
    for path in pictures.names:
        label_file = _label_file(path)
        title = pictures.files.title(path)
        if seen.setdefault(label_file, path) != path:
            faults.add(f"{title}: {seen[label_file]} has the same name, so {label_file} could be of either")
            continue
        try:
            name = _name_of(path)
            annotation, origin = _annotation(files, label_file, path, classes, label_file in known)
        except DatasetError as error:
            faults.add(str(error))
            continue
        split = next((split_named(part) for part in _split_words(path) if split_named(part)), "")
        found.append(LabelledPicture(name, path, annotation, split=listed.get(path, split), origin=origin))
    for name in sorted(known):
        if _is_label(name) and name not in seen:
            faults.add(f"{files.title(name)}: there is no picture to these labels")
    return LabelledSet("yolo", classes, tuple(found))


def write(target: Target, said: LabelledSet, picture: PictureBytes) -> list[str]:
    """Write images, labels, classes.txt, data.yaml and a list of each split; returns what could not be held."""
    ids = {name: at for at, name in enumerate(said.classes)}
    seen: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    for one in said.pictures:
        path = f"images/{one.name}"
        label_file = _label_file(path)
        if seen.setdefault(label_file, one.name) != one.name:
            raise DatasetError(f"{seen[label_file]} and {one.name} would share one label file in yolo; export to coco")
        target.put(path, picture(one))
        if one.annotation.labelled or one.annotation.labels:
            target.put(label_file, "".join(_line(label, one, ids) for label in one.annotation.labels).encode())
        if one.split:
            lists.setdefault(one.split, []).append(f"./{path}\n")
    write_classes(target, said.classes)
    for split, lines in lists.items():
        target.put(f"{split}.txt", "".join(lines).encode())
    target.put("data.yaml", _data_yaml(said.classes, lists).encode())
    return unheld("yolo", said.pictures, attributes="none")


def _classes(files: Files) -> tuple[str, ...]:
    classes = declared_classes(files)
    if classes:
        return classes
    if "obj.names" in files.names:
        lines = [line for line in text_of(files, "obj.names").splitlines() if line.strip()]
        return tuple(checked_class(line, files.title("obj.names")) for line in lines)
    for name in ("data.yaml", "data.yml"):
        if name in files.names:
            return _from_yaml(text_of(files, name), files.title(name))
    raise DatasetError(f"{files.where}: there is no classes.txt, obj.names or data.yaml that names the classes")


def _from_yaml(text: str, title: str) -> tuple[str, ...]:
    try:
        names = (yaml.safe_load(text) or {}).get("names")
    except (yaml.YAMLError, AttributeError, ValueError, RecursionError) as error:
        raise DatasetError(f"{title}: is no YAML with keys and values") from error
    if isinstance(names, Mapping):
        if set(names) != set(range(len(names))):
            raise DatasetError(f"{title}: names must have the keys 0 to {len(names) - 1}")
        names = [names[at] for at in range(len(names))]
    if not isinstance(names, list) or not names or not all(isinstance(name, str | int) for name in names):
        raise DatasetError(f"{title}: has no names of classes")
    return tuple(checked_class(str(name), title) for name in names)


def _listed(files: Files) -> dict[str, str]:
    """The splits that train.txt and its like give, by the picture's path."""
    found = {}
    for file in _LISTS:
        if file not in files.names:
            continue
        for line in text_of(files, file).splitlines():
            path = line.strip().replace("\\", "/").removeprefix("./").removeprefix("data/")
            found[path] = split_named(file.removesuffix(".txt"))
    return found


def _annotation(
    files: Files, label_file: str, path: str, classes: tuple[str, ...], labelled: bool
) -> tuple[Annotation, str]:
    if labelled:
        lines = text_of(files, label_file).splitlines()
        title = files.title(label_file)
        labels = [_label(line, at, title, classes) for at, line in enumerate(lines, 1) if line.strip()]
        return Annotation(tuple(labels), labelled=classes), label_file
    folders = [part for part in PurePosixPath(path).parts[:-1] if part in classes]
    return Annotation(tags=tuple(folders[-1:])), ""


def _label(line: str, at: int, title: str, classes: tuple[str, ...]) -> Label:
    where = f"{title}, line {at}"
    words = line.split()
    try:
        kind, numbers = int(words[0]), [float(word) for word in words[1:]]
    except ValueError:
        numbers = []
    if len(numbers) != 4:
        raise DatasetError(f"{where}: expected 'class cx cy w h', found {line[:80]!r}")
    if not 0 <= kind < len(classes):
        raise DatasetError(f"{where}: class {kind}, but there are {len(classes)} classes")
    if not all(abs(number) <= _MOST for number in numbers):
        raise DatasetError(f"{where}: {line[:80]!r} are no shares of the picture (pixels instead?)")
    cx, cy, w, h = numbers
    return Label(classes[kind], "centre", (cx, cy, w, h))


def _line(label: Label, one: LabelledPicture, ids: Mapping[str, int]) -> str:
    numbers = label.written("centre", one.size or (1, 1))
    return " ".join([str(ids[label.kind]), *(number_text(number) for number in numbers)]) + "\n"


def _data_yaml(classes: tuple[str, ...], lists: Mapping[str, object]) -> str:
    paths = {split: f"{split}.txt" if split in lists else "images" for split in ("train", "val")}
    if "test" in lists:
        paths["test"] = "test.txt"
    body = {"path": ".", **paths, "names": dict(enumerate(classes))}
    return yaml.safe_dump(body, allow_unicode=True, sort_keys=False)


def _label_file(path: str) -> str:
    """Where the labels of the picture at ``path`` are: `images` becomes `labels`; without it they lie beside."""
    parts = list(PurePosixPath(path).with_suffix(".txt").parts)
    if "images" in parts[:-1]:
        parts[parts.index("images")] = "labels"
    return "/".join(parts)


def _is_label(name: str) -> bool:
    folders = PurePosixPath(name).parts[:-1]
    return name.endswith(".txt") and any(part == "labels" or _DARKNET.fullmatch(part) for part in folders)


def _name_of(path: str) -> str:
    parts = list(PurePosixPath(path).parts)
    for at, part in enumerate(parts[:-1]):
        if part == "images" or _DARKNET.fullmatch(part):
            del parts[at]
            break
    return checked_name("/".join(parts), path)


def _split_words(path: str) -> list[str]:
    words = []
    for part in PurePosixPath(path).parts[:-1]:
        darknet = _DARKNET.fullmatch(part)
        words.append(darknet.group(1) if darknet else part)
    return words
