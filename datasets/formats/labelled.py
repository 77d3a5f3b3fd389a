"""A set of labelled pictures between a file format and the store, and the checks that all formats share."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from datasets.errors import DatasetError
from datasets.label import Annotation
from vision.geometry import Size

__all__ = [
    "SPLITS",
    "Faults",
    "LabelledPicture",
    "LabelledSet",
    "PictureBytes",
    "checked_class",
    "checked_name",
    "checked_words",
    "numbered",
    "split_named",
    "unheld",
]

SPLITS: Final = ("train", "val", "test")
_SPLIT_WORDS: Final = {"train": "train", "val": "val", "valid": "val", "validation": "val", "test": "test"}
_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """One picture of a set and what is said of it.

    ``name`` is its path within the set; ``picture`` where its bytes are (a name of the source's files); ``size`` what
    the labels' file says its size is, None where it does not; ``origin`` the file that says all this.
    """

    name: str
    picture: str
    annotation: Annotation
    size: Size | None = None
    group: str = ""
    split: str = ""
    licence: str = ""
    author: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """Pictures with their labels as one source gives them; ``classes`` in the order of their ids.

    ``extra`` holds what one format alone has, by its name; ``notes`` are sentences on what was not taken.
    """

    format: str
    classes: tuple[str, ...]
    pictures: tuple[LabelledPicture, ...]
    extra: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


PictureBytes: TypeAlias = Callable[[LabelledPicture], bytes]


class Faults:
    """What is wrong with a source, gathered so that all of it can be mended in one go."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._found: list[str] = []

    def add(self, fault: str) -> None:
        self._found.append(fault)

    def refuse(self) -> None:
        """Raise DatasetError naming what was found, if anything was."""
        if not self._found:
            return
        if len(self._found) == 1:
            raise DatasetError(self._found[0])
        more = len(self._found) - _SHOWN
        lines = [*self._found[:_SHOWN], *([f"and {more} more"] if more > 0 else [])]
        raise DatasetError(f"{self._where}: {len(self._found)} faults:\n  " + "\n  ".join(lines))


def checked_name(said: str, where: str) -> str:
    """``said`` as a picture's path within its set, in NFC with ``/``; ``where`` is what an error calls its place.

    Raises DatasetError for a path that is absolute, leaves the set, or holds what no file name may.
    """
    name = unicodedata.normalize("NFC", said.replace("\\", "/"))
    while name.startswith("./"):
        name = name[2:]
    parts = name.split("/")
    if name.startswith("/") or (len(parts[0]) == 2 and parts[0][1] == ":"):
        raise DatasetError(f"{where}: {said!r} is an absolute path; pictures are named within their set")
    if any(part in ("", ".", "..") for part in parts):
        raise DatasetError(f"{where}: {said!r} is no path within the set")
    if not name.isprintable() or any(len(part.encode(errors="replace")) > 240 for part in parts) or len(parts) > 20:
        raise DatasetError(f"{where}: {said[:80]!r} cannot be a file's name")
    return name


def checked_class(said: str, where: str) -> str:
    """``said`` as the name of a class. Raises DatasetError where it is empty or no text that fits on a line."""
    name = unicodedata.normalize("NFC", said.strip())
    if not name or not name.isprintable() or len(name) > 100:
        raise DatasetError(f"{where}: {said[:120]!r} is no name of a class")
    return name


def checked_words(said: str, where: str) -> str:
    """``said`` as a group, author or licence: a line of text. Raises DatasetError where it is more than that."""
    if said and (not said.isprintable() or len(said) > 200 or said != said.strip()):
        raise DatasetError(f"{where}: {said[:80]!r} is no plain line of text")
    return said


def split_named(word: str) -> str:
    """The split that a folder, file or subset called ``word`` is, or an empty text."""
    return _SPLIT_WORDS.get(word.lower(), "")


def numbered(given: Sequence[object]) -> list[int]:
    """The given ids where they are whole numbers and no two alike, else 1, 2, 3 …"""
    ids = [value for value in given if isinstance(value, int) and not isinstance(value, bool)]
    return ids if len(set(ids)) == len(given) else list(range(1, len(given) + 1))


def unheld(format_: str, pictures: Iterable[LabelledPicture], attributes: Literal["none", "text", "any"]) -> list[str]:
    """Sentences on what ``format_`` has no place for: others' extras, and those ``attributes`` that it cannot hold."""
    boxes: Counter[str] = Counter()
    extras: Counter[str] = Counter()
    for picture in pictures:
        for label in picture.annotation.labels:
            boxes.update(
                key
                for key, value in label.attributes.items()
                if attributes == "none" or (attributes == "text" and not isinstance(value, str))
            )
        extras.update(key for key in picture.annotation.extra if key != format_)
    said = []
    if boxes:
        how = "has no place for attributes; left out" if attributes == "none" else "holds attributes as text only"
        said.append(f"{format_} {how}: {_counted(boxes, 'boxes')}")
    if extras:
        what = f"{format_} has no place for what only another format says of a picture; left out"
        said.append(f"{what}: {_counted(extras, 'pictures')}")
    return said


def _counted(counts: Counter[str], what: str) -> str:
    return ", ".join(f"{key} ({count} {what})" for key, count in sorted(counts.items()))
