"""A store's pictures, or a revision's, in a format that others read: a folder or .zip, whole or not at all."""

import shutil
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from datasets.errors import DatasetError, unwritable
from datasets.formats import FolderTarget, LabelledPicture, LabelledSet, Target, ZipTarget, write_set
from datasets.label import Annotation
from datasets.revisions import Pinned
from datasets.store import Store
from datasets.telling import Tell, quiet
from vision.disk import put_in_place

__all__ = ["Outgoing", "export", "outgoing"]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A picture to be written: as a revision pins it, with its annotation."""

    pinned: Pinned
    annotation: Annotation

    @property
    def set(self) -> str:
        return self.pinned.set

    @property
    def split(self) -> str:
        return self.pinned.split


def outgoing(store: Store, pinned: Pinned) -> Outgoing:
    """``pinned`` with the annotation that the store keeps for it."""
    return Outgoing(pinned, store.annotation(pinned.annotation))


def export(
    store: Store,
    samples: Sequence[Outgoing],
    sets: Mapping[str, Mapping[str, Any]],
    to: Path,
    format_: str,
    classes: Sequence[str] = (),
    tell: Tell = quiet,
) -> list[str]:
    """Write ``samples`` to ``to``, each set in a folder of its own where there are several; returns what was lost.

    ``sets`` holds ``classes`` and ``extra`` of each. With ``classes`` every set gets these, in this order, and boxes
    of others are left out. Raises DatasetError where ``to`` is there already or a picture's file is gone.
    """
    if not samples:
        raise DatasetError("there is no picture to export; look at what the store has with: zaigang data list")
    parts: dict[str, list[Outgoing]] = {}
    for one in samples:
        parts.setdefault(one.set, []).append(one)
    told = Counter[str]()

    def bytes_of(part: Sequence[Outgoing]) -> Callable[[LabelledPicture], bytes]:
        files = {one.pinned.name: store.picture_file(one.pinned.picture, one.pinned.suffix) for one in part}

        def read(picture: LabelledPicture) -> bytes:
            told["done"] += 1
            tell(told["done"], len(samples))
            try:
                return files[picture.name].read_bytes()
            except OSError as error:
                file = files[picture.name]
                raise DatasetError(f"{picture.name}: its file {file} cannot be read; import its set again") from error

        return read

    lost: list[str] = []
    with _target(to) as target_of:
        for name, part in parts.items():
            said, notes = _said(name, part, sets[name], format_, classes)
            target = target_of(f"{name}/" if len(parts) > 1 else "")
            lost += [f"{name}: {note}" for note in (*notes, *write_set(target, format_, said, bytes_of(part)))]
    return lost


def _said(
    name: str, part: Sequence[Outgoing], facts: Mapping[str, Any], format_: str, classes: Sequence[str]
) -> tuple[LabelledSet, list[str]]:
    used = dict.fromkeys(kind for one in part for kind in (*one.annotation.labelled, *(_kinds(one))))
    all_ = tuple(classes) or tuple(dict.fromkeys((*facts["classes"], *used)))
    pictures = tuple(_picture(one, all_) for one in part)
    notes = []
    dropped = Counter(label.kind for one in part for label in one.annotation.labels if label.kind not in all_)
    if dropped:
        named = ", ".join(f"{kind} ({count})" for kind, count in sorted(dropped.items()))
        notes.append(f"boxes of other classes left out: {named}")
    unknown = sum(_partly(one, all_, format_) for one in pictures)
    if unknown:
        notes.append(
            f"in {unknown} of {len(pictures)} pictures some classes are unknown, which {format_} takes for absent; "
            "the column labelled of groups.csv says which are known"
        )
    return LabelledSet(format_, all_, pictures, facts["extra"]), notes


def _picture(one: Outgoing, classes: Sequence[str]) -> LabelledPicture:
    said = one.annotation
    said = replace(
        said,
        labels=tuple(label for label in said.labels if label.kind in classes),
        labelled=tuple(kind for kind in said.labelled if kind in classes),
    )
    pinned = one.pinned
    return LabelledPicture(
        pinned.name, "", said, pinned.size, pinned.group, pinned.split, pinned.licence, pinned.author
    )


def _partly(one: LabelledPicture, classes: Sequence[str], format_: str) -> bool:
    """A picture without any labelled class can be left without a label file, but for coco and cvat, which list all."""
    labelled = one.annotation.labelled
    return set(labelled) != set(classes) and (bool(labelled) or format_ in ("coco", "cvat"))


def _kinds(one: Outgoing) -> list[str]:
    return [label.kind for label in one.annotation.labels]


@contextmanager
def _target(to: Path) -> Iterator[Callable[[str], Target]]:
    """Where sets are written by their folder; takes its name only when everything is in it."""
    if to.exists() and not (to.is_dir() and not any(to.iterdir())):
        raise DatasetError(f"--to {to}: is there already; name another folder or .zip, or take it away first")
    draft = to.with_name(f".{to.name}.draft")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        _clear(draft)
        if to.suffix.lower() == ".zip":
            with zipfile.ZipFile(draft, "w") as archive:
                yield lambda folder: ZipTarget(archive, folder)
            put_in_place(draft, to)
        else:
            draft.mkdir()
            yield lambda folder: FolderTarget(draft / folder)
            draft.replace(to)
    except OSError as error:
        raise unwritable(to, error) from error
    finally:
        _clear(draft)


def _clear(draft: Path) -> None:
    if draft.is_dir():
        shutil.rmtree(draft)
    else:
        draft.unlink(missing_ok=True)
