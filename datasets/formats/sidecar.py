"""`groups.csv`, beside the pictures of any format: the group of each, and what the format has no place for."""

import csv
import io
from dataclasses import replace
from typing import Final

from datasets.errors import DatasetError
from datasets.formats.files import Files, Target, text_of
from datasets.formats.labelled import Faults, LabelledPicture, LabelledSet, checked_class, checked_words, split_named

__all__ = ["SIDECAR", "declared_classes", "with_sidecar", "write_classes", "write_sidecar"]

SIDECAR: Final = "groups.csv"
_CLASSES: Final = "classes.txt"
_COLUMNS: Final = ("file", "group", "split", "licence", "author", "labelled", "tags")


def with_sidecar(said: LabelledSet, files: Files, faults: Faults) -> LabelledSet:
    """``said`` with what its groups.csv adds; the file's word goes before that of the format."""
    if SIDECAR not in files.names:
        return said
    title = files.title(SIDECAR)
    rows = _rows(text_of(files, SIDECAR), title, faults)
    pictures = []
    for picture in said.pictures:
        row = rows.pop(picture.name, None)
        if row is None:
            faults.add(f"{title}: no group for {picture.name}")
            continue
        try:
            pictures.append(_told(picture, row, title))
        except DatasetError as error:
            faults.add(str(error))
    for name in rows:
        faults.add(f"{title}: there is no picture {name}")
    return replace(said, pictures=tuple(pictures))


def write_sidecar(target: Target, pictures: tuple[LabelledPicture, ...]) -> None:
    """Write the groups.csv of an export."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for one in pictures:
        listed = (_cell(one.annotation.labelled), _cell(one.annotation.tags))
        writer.writerow((one.name, one.group, one.split, one.licence, one.author, *listed))
    target.put(SIDECAR, text.getvalue().encode())


def declared_classes(files: Files) -> tuple[str, ...]:
    """The classes of a classes.txt, by line; empty where there is none."""
    if _CLASSES not in files.names:
        return ()
    lines = text_of(files, _CLASSES).splitlines()
    title = files.title(_CLASSES)
    named = [checked_class(line, f"{title}, line {at}") for at, line in enumerate(lines, 1) if line.strip()]
    if len(set(named)) < len(named):
        twice = next(name for name in named if named.count(name) > 1)
        raise DatasetError(f"{title}: names {twice!r} twice")
    return tuple(named)


def write_classes(target: Target, classes: tuple[str, ...]) -> None:
    target.put(_CLASSES, "".join(f"{name}\n" for name in classes).encode())


def _rows(text: str, title: str, faults: Faults) -> dict[str, dict[str, str]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    rows: dict[str, dict[str, str]] = {}
    try:
        missing = {"file", "group"} - set(reader.fieldnames or ())
        if missing:
            raise DatasetError(f"{title}: no column {sorted(missing)[0]!r}; it needs file and group")
        for row in reader:
            if row["file"] in rows:
                faults.add(f"{title}, line {reader.line_num}: {row['file']} stands there twice")
            rows[row["file"]] = {key: value or "" for key, value in row.items() if isinstance(key, str)}
    except csv.Error as error:
        raise DatasetError(f"{title}, line {max(reader.line_num, 1)}: is no table ({error})") from error
    return rows


def _told(picture: LabelledPicture, row: dict[str, str], title: str) -> LabelledPicture:
    split = row.get("split", picture.split)
    if split and not split_named(split):
        raise DatasetError(f"{title}: {picture.name}: split is {split!r}; it is train, val, test or nothing")
    annotation = picture.annotation
    if "labelled" in row:
        annotation = replace(annotation, labelled=_list(row["labelled"], title))
    if "tags" in row:
        annotation = replace(annotation, tags=_list(row["tags"], title))
    return replace(
        picture,
        annotation=annotation,
        group=checked_words(row["group"], f"{title}: {picture.name}"),
        split=split_named(split),
        licence=checked_words(row.get("licence", picture.licence), f"{title}: {picture.name}"),
        author=checked_words(row.get("author", picture.author), f"{title}: {picture.name}"),
    )


def _cell(names: tuple[str, ...]) -> str:
    """Several names in one cell, as a line of CSV of their own."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(names)
    return text.getvalue()


def _list(cell: str, title: str) -> tuple[str, ...]:
    try:
        return tuple(checked_class(name, title) for row in csv.reader([cell]) for name in row) if cell else ()
    except csv.Error as error:
        raise DatasetError(f"{title}: {cell!r} is no list of names ({error})") from error
