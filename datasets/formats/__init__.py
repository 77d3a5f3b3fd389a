"""Five file formats of labelled pictures, each read and written without loss."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

from datasets.errors import DatasetError
from datasets.formats import coco, cvat, labelstudio, voc, yolo
from datasets.formats.files import Files, FilesIn, FolderTarget, Pictures, Target, ZipTarget, open_files
from datasets.formats.labelled import (
    SPLITS,
    Faults,
    LabelledPicture,
    LabelledSet,
    PictureBytes,
    checked_class,
    checked_name,
    checked_words,
)
from datasets.formats.sidecar import SIDECAR, with_sidecar, write_sidecar
from datasets.label import Annotation

__all__ = [
    "FORMATS",
    "SPLITS",
    "Files",
    "FolderTarget",
    "LabelledPicture",
    "LabelledSet",
    "Pictures",
    "Target",
    "ZipTarget",
    "checked_class",
    "checked_words",
    "read_set",
    "sets_in",
    "write_set",
]


class _Format(Protocol):
    def recognised(self, files: Files) -> bool: ...

    def read(self, files: Files, pictures: Pictures, faults: Faults) -> LabelledSet: ...

    def write(self, target: Target, said: LabelledSet, picture: PictureBytes) -> list[str]: ...


FORMATS: Final[Mapping[str, _Format]] = {
    "yolo": yolo,
    "coco": coco,
    "voc": voc,
    "cvat": cvat,
    "labelstudio": labelstudio,
}


def sets_in(source: Path) -> dict[str, Files]:
    """The folders of ``source`` that are a set each, as an export of several lays them out; else all under no name."""
    files = open_files(source)
    names = set(files.names)
    folders = sorted({name.partition("/")[0] for name in names})
    several = len(folders) > 1 and all(f"{folder}/{SIDECAR}" in names for folder in folders)
    return {folder: FilesIn(files, folder) for folder in folders} if several else {"": files}


def read_set(
    source: Path, pictures: Path | None = None, format_: str | None = None, files: Files | None = None
) -> tuple[LabelledSet, Pictures]:
    """The labelled pictures of a folder, .zip or label file, or of those ``files`` of it, and where their bytes are.

    Without ``pictures`` they lie in ``source``; without ``format_`` it is told by what lies there. Raises DatasetError
    naming every file, line or element that is wrong.
    """
    files = files or open_files(source)
    known = FORMATS[format_ or _told(files)]
    apart = pictures or (None if source.is_dir() or len(files.names) != 1 else source.parent)
    found = Pictures(open_files(apart) if apart else files)
    faults = Faults(str(source))
    said = known.read(files, found, faults)
    if apart is None:
        said = _with_unlabelled(said, found)
    said = with_sidecar(said, files, faults)
    for named in ((one.name for one in said.pictures), (one.picture for one in said.pictures)):
        for name, count in Counter(named).items():
            if count > 1:
                faults.add(f"{source}: {count} pictures would be {name}; every one needs a name of its own")
    faults.refuse()
    if not said.pictures:
        raise DatasetError(f"{source}: there is no picture in it")
    return said, found


def write_set(target: Target, format_: str, said: LabelledSet, picture: PictureBytes) -> list[str]:
    """Write a set with its groups.csv; returns sentences on what the format could not hold."""
    lost = FORMATS[format_].write(target, said, picture)
    write_sidecar(target, said.pictures)
    return lost


def _told(files: Files) -> str:
    """The format that the files are in. Raises DatasetError where it is none of ours, or could be several."""
    found = [name for name, known in FORMATS.items() if name != "yolo" and known.recognised(files)]
    if yolo.recognised(files) and (not found or yolo.has_labels(files)):
        found.append("yolo")
    if len(found) > 1:
        raise DatasetError(f"{files.where}: could be {' or '.join(found)}; say which with --format")
    if not found:
        raise DatasetError(
            f"{files.where}: holds no labels in a known form; there should be a classes.txt, obj.names or data.yaml "
            "(yolo), a .json with images and annotations (coco), .xml files (voc, cvat) or a .json of tasks "
            "(labelstudio)"
        )
    return found[0]


def _with_unlabelled(said: LabelledSet, pictures: Pictures) -> LabelledSet:
    """With the pictures that no label file names: every class is unknown in them."""
    named = {one.picture for one in said.pictures}
    more = [path for path in pictures.names if path not in named]
    if not more:
        return said
    names = {path: path.removeprefix("images/").removeprefix("JPEGImages/") for path in more}
    added = tuple(LabelledPicture(checked_name(names[path], path), path, Annotation()) for path in more)
    return replace(said, pictures=(*said.pictures, *added))
