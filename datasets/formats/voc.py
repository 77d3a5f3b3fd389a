"""Pascal VOC: one XML a picture with its objects' corners, as LabelImg and CVAT write it. Numbers are taken as they
stand: the first pixel is 0 there, though the devkit of 2007 called it 1."""

from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, Final

from datasets.errors import DatasetError
from datasets.formats.attributes import own_name, text_value, their_name
from datasets.formats.files import LARGEST_TEXT, Files, Pictures, Target, text_of
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
from datasets.formats.xml import Node, element, number_text, parsed
from datasets.label import Annotation, Label
from vision.geometry import Size

__all__ = ["read", "recognised", "write"]

_PLAIN: Final = {"pose": "Unspecified", "truncated": "0", "difficult": "0", "occluded": "0"}
_TAKEN: Final = frozenset({*_PLAIN, "voc"})
_SIDES: Final = ("xmin", "ymin", "xmax", "ymax")
_KNOWN: Final = ("filename", "folder", "path", "size", "object")
_FOLDERS: Final = ("JPEGImages", "images")
_LABEL_MAP: Final = "labelmap.txt"


def recognised(files: Files) -> bool:
    named = any(name.startswith(f"{_FOLDERS[0]}/") for name in files.names)  # nothing in it may be labelled yet
    return named or any(_is_voc(files, name) for name in _sheets(files)[:1])


def read(files: Files, pictures: Pictures, faults: Faults) -> LabelledSet:
    """Without a classes.txt or labelmap.txt the classes are those that any object has."""
    splits = _splits(files)
    sheets = []
    for name in _sheets(files):
        try:
            sheets.append(_sheet(files, name, pictures, splits))
        except DatasetError as error:
            faults.add(str(error))
    found = sorted({label.kind for one in sheets for label in one.annotation.labels})
    classes = declared_classes(files) or _mapped(files) or tuple(found)
    strange = [kind for kind in found if kind not in classes]
    if strange:
        faults.add(f"{files.where}: objects are called {', '.join(strange)}, which its list of classes does not have")
    labelled = tuple(replace(one, annotation=replace(one.annotation, labelled=classes)) for one in sheets)
    return LabelledSet("voc", classes, labelled)


def write(target: Target, said: LabelledSet, picture: PictureBytes) -> list[str]:
    """Write JPEGImages, Annotations, ImageSets/Main and classes.txt; returns what could not be held."""
    lists: dict[str, list[str]] = {}
    seen: dict[str, str] = {}
    for one in said.pictures:
        sheet = PurePosixPath(one.name).with_suffix(".xml").as_posix()
        if seen.setdefault(sheet, one.name) != one.name:
            raise DatasetError(f"{seen[sheet]} and {one.name} would share {sheet} in voc; export to coco")
        target.put(f"JPEGImages/{one.name}", picture(one))
        if one.annotation.labelled or one.annotation.labels:
            target.put(f"Annotations/{sheet}", _written(one).encode())
        if one.split:
            lists.setdefault(one.split, []).append(sheet.removesuffix(".xml") + "\n")
    write_classes(target, said.classes)
    for split, lines in lists.items():
        target.put(f"ImageSets/Main/{split}.txt", "".join(lines).encode())
    return unheld("voc", said.pictures, attributes="text")


def _sheets(files: Files) -> list[str]:
    return [name for name in files.names if name.lower().endswith(".xml")]


def _is_voc(files: Files, name: str) -> bool:
    return b"<annotation>" in files.read(name, LARGEST_TEXT)[:2000]


def _sheet(files: Files, name: str, pictures: Pictures, splits: dict[str, str]) -> LabelledPicture:
    title = files.title(name)
    root = parsed(files.read(name, LARGEST_TEXT), title)
    if root.tag != "annotation":
        raise DatasetError(f"{title}, line {root.line}: <{root.tag}> where VOC has <annotation>")
    node = root.first("filename")
    said = (node.text.strip() if "\n" in node.text else node.text) if node else ""  # a name may begin with a space
    said = said if said.strip() else PurePosixPath(name).with_suffix(".jpg").name
    path = pictures.find(_beside(name, checked_name(said, f"{title}: filename")), title)
    labels = tuple(_label(node, title) for node in root.all("object"))
    facts = {child.tag: _facts(child) for child in root.children if child.tag not in _KNOWN}
    if facts.get("segmented") == "0":
        del facts["segmented"]
    annotation = Annotation(labels, extra={"voc": facts} if facts else {})
    own = _name_of(path)
    split = splits.get(PurePosixPath(own).with_suffix("").as_posix(), "")
    return LabelledPicture(own, path, annotation, _size(root, title), split=split, origin=name)


def _label(node: Node, title: str) -> Label:
    where = f"{title}, line {node.line}"
    kind = checked_class(node.words("name"), where)
    sides = []
    for side in _SIDES:
        words = node.words("bndbox", side)
        try:
            sides.append(float(words))
        except ValueError as error:
            raise DatasetError(f"{where}: {side} of {kind!r} is {words!r}; expected a number") from error
        if not abs(sides[-1]) < 1e9:
            raise DatasetError(f"{where}: {side} of {kind!r} is {words}; no picture is so large")
    attributes: dict[str, Any] = {}
    others: dict[str, Any] = {}
    for child in node.children:
        if child.tag == "attributes":
            for inner in child.all("attribute"):
                told = inner.first("value")
                attributes[own_name(inner.words("name"), _TAKEN)] = told.text if told else ""
        elif child.tag in _PLAIN:
            if child.text.strip() != _PLAIN[child.tag]:
                attributes[child.tag] = child.text.strip()
        elif child.tag not in ("name", "bndbox"):
            others[child.tag] = _facts(child)
    if others:
        attributes["voc"] = others
    x1, y1, x2, y2 = sides
    return Label(kind, "corners", (x1, y1, x2, y2), attributes)


def _facts(node: Node) -> Any:
    """An element's text, or its children's by their names; several of one name are a list."""
    if not node.children:
        return node.text.strip()
    facts: dict[str, Any] = {}
    for child in node.children:
        facts[child.tag] = [*facts.get(child.tag, []), _facts(child)]
    return {tag: values[0] if len(values) == 1 else values for tag, values in facts.items()}


def _size(root: Node, title: str) -> Size | None:
    sides = root.words("size", "width"), root.words("size", "height")
    try:
        width, height = (int(float(side or "0")) for side in sides)
    except (ValueError, OverflowError) as error:
        raise DatasetError(f"{title}: size is {sides[0]} x {sides[1]}; expected numbers") from error
    return (width, height) if width and height else None


def _mapped(files: Files) -> tuple[str, ...]:
    """The classes of CVAT's labelmap.txt: ``name:colour:parts:actions`` a line."""
    if _LABEL_MAP not in files.names:
        return ()
    lines = [line for line in text_of(files, _LABEL_MAP).splitlines() if line.strip() and not line.startswith("#")]
    named = (checked_class(line.split(":")[0], files.title(_LABEL_MAP)) for line in lines)
    return tuple(name for name in named if name != "background")


def _splits(files: Files) -> dict[str, str]:
    """What ImageSets/Main says, by the picture's name without its ending."""
    splits = {}
    for name in files.names:
        split = split_named(PurePosixPath(name).stem)
        if name.startswith("ImageSets/Main/") and split:
            splits.update({line.split()[0]: split for line in text_of(files, name).splitlines() if line.split()})
    return splits


def _beside(sheet: str, said: str) -> str:
    """``said`` within the folder of its sheet: Annotations/a/1.xml that says 1.jpg means a/1.jpg."""
    folder = PurePosixPath(sheet).parent.as_posix().removeprefix("Annotations").lstrip("/")
    return f"{folder}/{said}" if folder not in ("", ".") and "/" not in said else said


def _name_of(path: str) -> str:
    parts = path.split("/")
    return "/".join(parts[1:] if parts[0] in _FOLDERS and len(parts) > 1 else parts)


def _written(one: LabelledPicture) -> str:
    width, height = one.size or (0, 0)
    lines = [element("filename", {}, one.name)]
    lines.append(f"<size><width>{width}</width><height>{height}</height><depth>3</depth></size>")
    lines += [_fact(tag, value) for tag, value in one.annotation.extra.get("voc", {}).items()]
    for label in one.annotation.labels:
        lines.append("<object>" + element("name", {}, label.kind))
        own = {**_PLAIN, **{key: value for key, value in label.attributes.items() if key in _PLAIN}}
        lines += [_fact(key, value) for key, value in own.items()]
        lines += [_fact(key, value) for key, value in label.attributes.get("voc", {}).items()]
        sides = label.written("corners", one.size or (1, 1))
        inner = "".join(element(side, {}, number_text(value)) for side, value in zip(_SIDES, sides, strict=True))
        lines.append(f"<bndbox>{inner}</bndbox>")
        others = {their_name(key, _TAKEN): value for key, value in label.attributes.items() if key not in _TAKEN}
        if others:
            lines.append("<attributes>")
            for key, value in others.items():
                words = element("name", {}, key) + element("value", {}, text_value(value))
                lines.append(f"<attribute>{words}</attribute>")
            lines.append("</attributes>")
        lines.append("</object>")
    return "<annotation>\n" + "\n".join(lines) + "\n</annotation>\n"


def _fact(tag: str, value: Any) -> str:
    if isinstance(value, dict):
        return f"<{tag}>" + "".join(_fact(key, inner) for key, inner in value.items()) + f"</{tag}>"
    if isinstance(value, list):
        return "".join(_fact(tag, inner) for inner in value)
    return element(tag, {}, text_value(value))
