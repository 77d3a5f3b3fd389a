"""CVAT for images 1.1: one annotations.xml over all pictures, with the task's labels in its head."""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from datasets.errors import DatasetError
from datasets.formats.attributes import own_name, text_value, their_name
from datasets.formats.files import LARGEST_TEXT, Files, Pictures, Target
from datasets.formats.labelled import (
    SPLITS,
    Faults,
    LabelledPicture,
    LabelledSet,
    PictureBytes,
    checked_class,
    checked_name,
    numbered,
    split_named,
    unheld,
)
from datasets.formats.xml import Node, element, number_text, parsed
from datasets.label import Annotation, Corners, Label

__all__ = ["read", "recognised", "write"]

_SIDES: Final = ("xtl", "ytl", "xbr", "ybr")
_PLAIN: Final = {"source": "manual", "occluded": "0", "z_order": "0"}
_OWN: Final = frozenset({*_PLAIN, "group_id", "drawn"})
_IMAGE: Final = frozenset({"name", "width", "height"})


def recognised(files: Files) -> bool:
    return any(_is_cvat(files, name) for name in _sheets(files))


def read(files: Files, pictures: Pictures, faults: Faults) -> LabelledSet:
    """Every label of the task that can be a box is labelled in every image.

    Polygons and turned boxes count as the upright box around them, and keep how they were drawn.
    """
    classes: dict[str, None] = {}
    found = []
    for name in _sheets(files):
        if not _is_cvat(files, name):
            continue
        title = files.title(name)
        root = parsed(files.read(name, LARGEST_TEXT), title)
        if root.all("track"):
            raise DatasetError(
                f'{title}, line {root.all("track")[0].line}: has tracks; export the task as "CVAT for images 1.1"'
            )
        meta = root.first("meta") or Node("meta", 0)
        named = _classes(meta, title) or tuple(sorted({box.attributes.get("label", "") for box in _boxes(root)}))
        author = _author(meta)
        classes.update(dict.fromkeys(named))
        for node in root.all("image"):
            try:
                found.append(_image(node, title, pictures, named, author, name))
            except DatasetError as error:
                faults.add(str(error))
    return LabelledSet("cvat", tuple(classes), tuple(found))


def write(target: Target, said: LabelledSet, picture: PictureBytes) -> list[str]:
    """Write images and annotations.xml; returns what could not be held."""
    labels = "".join(
        f"<label>{element('name', {}, name)}<type>any</type><attributes></attributes></label>\n"
        for name in said.classes
    )
    size = len(said.pictures)
    lines = ['<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>']
    lines.append(f"<meta><task><size>{size}</size><mode>annotation</mode><labels>\n{labels}</labels></task></meta>")
    ids = numbered([_id(one.annotation.extra.get("cvat", {}).get("id")) for one in said.pictures])
    for number, one in zip(ids, said.pictures, strict=True):
        target.put(f"images/{one.name}", picture(one))
        width, height = one.size or (0, 0)
        own = {key: str(value) for key, value in one.annotation.extra.get("cvat", {}).items() if key != "id"}
        if split_named(own.get("subset", "")) != one.split:
            own["subset"] = one.split or "default"
        head = {"id": str(number), "name": one.name, **own, "width": str(width), "height": str(height)}
        lines.append(element("image", head).replace("/>", ">"))
        lines += [_written(label, one) for label in one.annotation.labels]
        lines += [element("tag", {"label": tag, "source": "manual"}) for tag in one.annotation.tags]
        lines.append("</image>")
    target.put("annotations.xml", "\n".join([*lines, "</annotations>\n"]).encode())
    return unheld("cvat", said.pictures, attributes="text")


def _sheets(files: Files) -> list[str]:
    return [name for name in files.names if name.lower().endswith(".xml")]


def _is_cvat(files: Files, name: str) -> bool:
    return b"<annotations" in files.read(name, LARGEST_TEXT)[:2000]


def _classes(meta: Node, title: str) -> tuple[str, ...]:
    """The task's labels but those that are tags of whole pictures only."""
    for owner in ("task", "project", "job"):
        labels = meta.first(owner, "labels")
        if labels is not None:
            return tuple(
                checked_class(label.words("name"), f"{title}, line {label.line}")
                for label in labels.all("label")
                if label.words("type") != "tag"
            )
    return ()


def _author(meta: Node) -> str:
    return meta.words("task", "owner", "username") or meta.words("project", "owner", "username")


def _boxes(root: Node) -> list[Node]:
    return [node for image in root.all("image") for node in image.children if node.tag in _CORNERS]


def _image(
    node: Node, title: str, pictures: Pictures, classes: tuple[str, ...], author: str, origin: str
) -> LabelledPicture:
    where = f"{title}, line {node.line}"
    name = checked_name(node.attributes.get("name", ""), where)
    labels = []
    tags = []
    for child in node.children:
        place = f"{title}, line {child.line}"
        kind = checked_class(child.attributes.get("label", ""), place)
        if child.tag == "tag":
            tags.append(kind)
            continue
        if kind not in classes:
            raise DatasetError(f"{place}: label {kind!r} is none of the task's labels")
        labels.append(_label(child, kind, place))
    extra: dict[str, Any] = {key: value for key, value in node.attributes.items() if key not in _IMAGE}
    if "id" in extra:
        extra["id"] = _id(extra["id"])
    if extra.get("subset") in SPLITS:
        extra.pop("subset", None)
    size = int(_number(node, "width", where)), int(_number(node, "height", where))
    return LabelledPicture(
        name,
        pictures.find(name, where),
        Annotation(tuple(labels), tuple(tags), classes, {"cvat": extra} if extra else {}),
        size,
        split=split_named(node.attributes.get("subset", "")),
        author=author,
        origin=origin,
    )


def _label(node: Node, kind: str, where: str) -> Label:
    if node.tag not in _CORNERS:
        raise DatasetError(f"{where}: <{node.tag}> is no box; draw a rectangle or a polygon around {kind!r} instead")
    corners = _CORNERS[node.tag](node, where)
    upright = node.tag == "box" and not float(node.attributes.get("rotation", "0") or 0)
    shape = {"label", *_SIDES, "rotation", "points"}
    attributes: dict[str, Any] = {
        key: value for key, value in node.attributes.items() if key not in shape and value != _PLAIN.get(key)
    }
    for inner in node.all("attribute"):
        attributes[own_name(inner.attributes.get("name", ""), _OWN)] = inner.text
    if not upright:
        drawn = {key: value for key, value in node.attributes.items() if key in shape and key != "label"}
        attributes["drawn"] = {"cvat": node.tag, **drawn}
    return Label(kind, "corners", corners, attributes)


def _box(node: Node, where: str) -> Corners:
    x1, y1, x2, y2 = (_number(node, side, where) for side in _SIDES)
    if "rotation" not in node.attributes:
        return x1, y1, x2, y2
    turn = math.radians(_number(node, "rotation", where))
    if not turn:
        return x1, y1, x2, y2
    across = abs((x2 - x1) / 2 * math.cos(turn)) + abs((y2 - y1) / 2 * math.sin(turn))
    down = abs((x2 - x1) / 2 * math.sin(turn)) + abs((y2 - y1) / 2 * math.cos(turn))
    cx, cy = (x1 + x2) / 2, (y1 + y2) / 2
    return cx - across, cy - down, cx + across, cy + down


def _polygon(node: Node, where: str) -> Corners:
    try:
        points = [tuple(map(float, pair.split(","))) for pair in node.attributes["points"].split(";")]
        xs, ys = [x for x, _ in points], [y for _, y in points]
    except (KeyError, ValueError) as error:
        raise DatasetError(f"{where}: points of the polygon must be x,y;x,y;…") from error
    if not all(abs(number) < 1e9 for number in (*xs, *ys)):
        raise DatasetError(f"{where}: points of the polygon are no places in a picture")
    return min(xs), min(ys), max(xs), max(ys)


_CORNERS: Final[Mapping[str, Callable[[Node, str], Corners]]] = {"box": _box, "polygon": _polygon}


def _number(node: Node, key: str, where: str) -> float:
    words = node.attributes.get(key, "")
    try:
        value = float(words)
    except ValueError:
        value = math.nan
    if not abs(value) < 1e9:
        raise DatasetError(f"{where}: {key} of <{node.tag}> is {words!r}; expected a number")
    return value


def _id(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _written(label: Label, one: LabelledPicture) -> str:
    drawn = label.attributes.get("drawn", {})
    own = {**_PLAIN, **{key: text_value(label.attributes[key]) for key in label.attributes if key in _OWN}}
    own.pop("drawn", None)
    if isinstance(drawn, dict) and drawn.get("cvat") in _CORNERS:
        tag = drawn["cvat"]
        shape = {key: str(value) for key, value in drawn.items() if key != "cvat"}
    else:
        tag = "box"
        numbers = label.written("corners", one.size or (1, 1))
        shape = dict(zip(_SIDES, map(number_text, numbers), strict=True))
    inner = "".join(
        element("attribute", {"name": their_name(key, _OWN)}, text_value(value))
        for key, value in label.attributes.items()
        if key not in _OWN
    )
    head = element(tag, {"label": label.kind, **own, **shape})
    return head.replace("/>", f">{inner}</{tag}>") if inner else head
