"""Label Studio's JSON export: a list of tasks with the rectangles that people drew, in percent of the picture."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from datasets.errors import DatasetError
from datasets.formats.attributes import own_name, their_name
from datasets.formats.files import LARGEST_TEXT, Files, Pictures, Target
from datasets.formats.jsonfile import json_of
from datasets.formats.labelled import (
    Faults,
    LabelledPicture,
    LabelledSet,
    PictureBytes,
    checked_class,
    checked_name,
    unheld,
)
from datasets.formats.sidecar import declared_classes, write_classes
from datasets.formats.xml import element
from datasets.label import Annotation, Label, is_number
from vision.geometry import Size

__all__ = ["read", "recognised", "write"]

_UPLOAD: Final = re.compile(r"^[0-9a-f]{8}-")
_SHAPES: Final = ("rectanglelabels", "labels", "polygonlabels")
_PLAIN: Final = ("id", "from_name", "to_name", "type", "value", "original_width", "original_height", "source")
_USUAL: Final = {"image_rotation": 0, "origin": "manual", "meta": {}, "readonly": False, "hidden": False}
_OWN: Final = frozenset({"image_rotation", "origin", "score", "meta", "readonly", "hidden", "parentID", "drawn"})
_TOOL: Final = "label"
_OUTLINE: Final = "outline"
_PICTURE: Final = "image"


def recognised(files: Files) -> bool:
    return any(_is_tasks(files, name) for name in files.names if name.lower().endswith(".json"))


def read(files: Files, pictures: Pictures, faults: Faults) -> LabelledSet:
    """Of several annotations of a task the ground truth counts, else the newest; a task without any is unlabelled.

    The export does not list the classes: without a classes.txt they are those that any task has.
    """
    found: list[_Task] = []
    for name in files.names:
        if name.lower().endswith(".json") and _is_tasks(files, name):
            found += _tasks(files, name, pictures, faults)
    drawn = sorted({label.kind for one in found for label in one.labels})
    classes = declared_classes(files) or tuple(drawn)
    strange = [kind for kind in drawn if kind not in classes]
    if strange:
        faults.add(f"{files.where}: boxes are called {', '.join(strange)}, which classes.txt does not have")
    more = sum(one.passed_over for one in found)
    notes = [f"{more} annotations left out: their tasks have a newer one or a ground truth"] if more else []
    return LabelledSet("labelstudio", classes, tuple(one.picture(classes) for one in found), notes=tuple(notes))


def write(target: Target, said: LabelledSet, picture: PictureBytes) -> list[str]:
    """Write images, tasks.json, labels.xml (the labelling interface) and classes.txt; returns what could not be held.

    Tasks name their pictures as local files below the folder that LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT names.
    """
    tasks = []
    for number, one in enumerate(said.pictures, 1):
        target.put(f"images/{one.name}", picture(one))
        tasks.append(_written(number, one))
    target.put("tasks.json", json.dumps(tasks, ensure_ascii=False, indent=1).encode())
    choices = "".join(element("Label", {"value": name}) for name in said.classes)
    tools = f'<RectangleLabels name="{_TOOL}" toName="{_PICTURE}">{choices}</RectangleLabels>'
    labels = [label for one in said.pictures for label in one.annotation.labels]
    if any("polygonlabels" in str(label.attributes.get("drawn")) for label in labels):
        tools += f'<PolygonLabels name="{_OUTLINE}" toName="{_PICTURE}">{choices}</PolygonLabels>'
    target.put("labels.xml", f'<View><Image name="{_PICTURE}" value="$image"/>{tools}</View>\n'.encode())
    write_classes(target, said.classes)
    return unheld("labelstudio", said.pictures, attributes="any")


@dataclass(frozen=True, slots=True)
class _Task:
    name: str
    path: str
    labels: tuple[Label, ...]
    tags: tuple[str, ...]
    labelled: bool
    size: Size | None
    author: str
    extra: Mapping[str, Any]
    passed_over: int
    origin: str

    def picture(self, classes: tuple[str, ...]) -> LabelledPicture:
        extra = {"labelstudio": dict(self.extra)} if self.extra else {}
        annotation = Annotation(self.labels, self.tags, classes if self.labelled else (), extra)
        return LabelledPicture(self.name, self.path, annotation, self.size, author=self.author, origin=self.origin)


def _is_tasks(files: Files, name: str) -> bool:
    data = files.read(name, LARGEST_TEXT)
    head = data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    return head == b"[" and (b'"annotations"' in data or b'"rectanglelabels"' in data)


def _tasks(files: Files, name: str, pictures: Pictures, faults: Faults) -> list[_Task]:
    title = files.title(name)
    found = []
    for at, task in enumerate(json_of(files, name)):
        where = f"{title}: task {task.get('id', at) if isinstance(task, dict) else at}"
        try:
            if not isinstance(task, dict) or not isinstance(task.get("data"), dict):
                raise DatasetError(f'{where}: has no data; export the project as "JSON", not as JSON-MIN')
            found.append(_task(task, where, pictures, name))
        except DatasetError as error:
            faults.add(str(error))
    return found


def _task(task: Mapping[str, Any], where: str, pictures: Pictures, origin: str) -> _Task:
    key, address = _address(task["data"], where)
    path = _found(address, where, pictures)
    name = checked_name(path.removeprefix("images/"), where)
    given = task.get("annotations")
    annotations = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    valid = [one for one in annotations if not one.get("was_cancelled")]
    chosen = _chosen(valid)
    results = chosen.get("result", []) if chosen else []
    if not isinstance(results, list) or not all(isinstance(one, dict) for one in results):
        raise DatasetError(f"{where}: result is no list of regions")
    labels, tags, others, size = _regions(results, where)
    facts = {name: value for name, value in (chosen or {}).items() if name in ("ground_truth", "lead_time") and value}
    extra: dict[str, Any] = {
        "data": {name: value for name, value in task["data"].items() if name != key},
        "annotation": facts,
        "results": others,
    }
    return _Task(
        name,
        path,
        tuple(labels),
        tuple(tags),
        chosen is not None,
        size,
        _author((chosen or {}).get("completed_by")),
        {name: value for name, value in extra.items() if value},
        max(0, len(valid) - 1),
        origin,
    )


def _address(data: Mapping[str, Any], where: str) -> tuple[str, str]:
    """The key and address of the task's picture: `image`, or the first text that ends like a picture."""
    for key in (_PICTURE, *data):
        value = data.get(key)
        if isinstance(value, str) and (key == _PICTURE or re.search(r"\.(jpe?g|png|bmp|webp)$", value, re.IGNORECASE)):
            return key, value
    raise DatasetError(f"{where}: its data names no picture")


def _found(address: str, where: str, pictures: Pictures) -> str:
    """The picture that an address means: an upload (with 8 digits before its name), a local file, or any URL."""
    parts = urlsplit(address)
    said = unquote(parts.query.partition("d=")[2]) if "d=" in parts.query else unquote(parts.path)
    base = said.rpartition("/")[2]
    for tried in (said.lstrip("/"), base):
        try:
            return pictures.find(tried, where)
        except DatasetError:
            if tried == base and not _UPLOAD.match(base):
                raise
    return pictures.find(_UPLOAD.sub("", base), where)


def _chosen(annotations: list[Any]) -> Any:
    truths = [one for one in annotations if one.get("ground_truth")]
    return max(truths or annotations, key=lambda one: str(one.get("updated_at", "")), default=None)


def _regions(results: list[Any], where: str) -> tuple[list[Label], list[str], list[Any], Size | None]:
    """Boxes, tags of the picture, results that are neither, and the size that the regions state."""
    beside: dict[str, dict[str, Any]] = {}
    for one in results:
        if one.get("type") not in _SHAPES and "id" in one:
            beside.setdefault(str(one["id"]), {})[str(one.get("from_name", ""))] = one.get("value")
    labels: list[Label] = []
    tags: list[str] = []
    others: list[Any] = []
    size: Size | None = None
    shapes = {str(one.get("id")) for one in results if one.get("type") in _SHAPES}
    for at, one in enumerate(results):
        place = f"{where}: result[{at}]"
        kind = one.get("type")
        if kind in _SHAPES:
            labels += _labels(one, beside.get(str(one.get("id")), {}), place)
            size = _size(one) or size
        elif kind in ("brushlabels", "keypointlabels", "ellipselabels", "rectangle", "polygon", "brush", "keypoint"):
            if str(one.get("id")) not in shapes:
                raise DatasetError(f"{place}: a {kind} is no box with a class; draw a rectangle instead")
        elif str(one.get("id")) not in shapes:
            chosen = _keyed(one.get("value")).get("choices")
            if kind == "choices" and isinstance(chosen, list):
                tags += [checked_class(str(word), place) for word in chosen]
            else:
                others.append(one)
    return labels, tags, others, size


def _labels(one: Mapping[str, Any], beside: Mapping[str, Any], where: str) -> list[Label]:
    value = one.get("value")
    kinds = value.get(one["type"]) if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(kinds, list) or not kinds:
        raise DatasetError(f"{where}: a region without a class")
    meta = _keyed(one.get("meta"))
    theirs = {**_keyed(meta.get("attributes")), **{key: told for key, told in beside.items() if key}}
    attributes: dict[str, Any] = {own_name(key, _OWN): told for key, told in theirs.items()}
    for key, told in one.items():
        if key == "meta":
            told = {name: inner for name, inner in meta.items() if name != "attributes"}
        if key not in _PLAIN and (key not in _USUAL or told != _USUAL[key]):
            attributes[key] = told
    numbers, drawn = _box(one, value, where)
    if drawn:
        attributes["drawn"] = {"labelstudio": one["type"], **drawn}
    return [Label(checked_class(str(kind), where), "percent", numbers, attributes) for kind in kinds]


def _box(
    one: Mapping[str, Any], value: Mapping[str, Any], where: str
) -> tuple[tuple[float, float, float, float], dict[str, Any]]:
    """The upright box in percent, and how it was drawn if not as that."""
    if one["type"] == "polygonlabels":
        points = value.get("points")
        if not isinstance(points, list) or not points or not all(_is_point(point) for point in points):
            raise DatasetError(f"{where}: points of a polygon must be [x, y] in percent")
        xs, ys = [float(point[0]) for point in points], [float(point[1]) for point in points]
        return (min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)), {"points": points}
    sides = [value.get(key) for key in ("x", "y", "width", "height")]
    if not all(is_number(side) for side in sides):
        raise DatasetError(f"{where}: x, y, width, height are {sides}; expected numbers in percent")
    x, y, w, h = (float(side) for side in sides if side is not None)
    turn = value.get("rotation") or 0
    if not is_number(turn):
        raise DatasetError(f"{where}: rotation is {turn!r}; expected a number")
    if not turn:
        return (x, y, w, h), {}
    return _turned(x, y, w, h, math.radians(turn), _size(one) or (1, 1)), {
        "x": x, "y": y, "width": w, "height": h, "rotation": turn
    }  # fmt: skip


def _turned(x: float, y: float, w: float, h: float, turn: float, size: Size) -> tuple[float, float, float, float]:
    """The upright box around one that is turned about its upper left corner, clockwise."""
    wide, high = w * size[0], h * size[1]
    xs = [along * wide * math.cos(turn) - down * high * math.sin(turn) for along in (0, 1) for down in (0, 1)]
    ys = [along * wide * math.sin(turn) + down * high * math.cos(turn) for along in (0, 1) for down in (0, 1)]
    left, top = x + min(xs) / size[0], y + min(ys) / size[1]
    return left, top, (max(xs) - min(xs)) / size[0], (max(ys) - min(ys)) / size[1]


def _is_point(point: object) -> bool:
    return isinstance(point, list) and len(point) == 2 and all(is_number(number) for number in point)


def _size(one: Mapping[str, Any]) -> Size | None:
    sides = one.get("original_width"), one.get("original_height")
    if all(isinstance(side, int) and side > 0 for side in sides):
        return int(sides[0] or 0), int(sides[1] or 0)
    return None


def _keyed(value: object) -> Mapping[str, Any]:
    """``value`` where it holds keys and values, else none."""
    return value if isinstance(value, dict) else {}


def _author(by: object) -> str:
    """Who completed it: an address or name where the export tells one, else the number."""
    if isinstance(by, Mapping):
        return str(by.get("email") or by.get("username") or by.get("id") or "")
    return "" if by is None else str(by)


def _written(number: int, one: LabelledPicture) -> dict[str, Any]:
    extra = one.annotation.extra.get("labelstudio", {})
    data = {_PICTURE: f"/data/local-files/?d=images/{quote(one.name)}", **extra.get("data", {})}
    if not one.annotation.labelled and not one.annotation.labels:
        return {"id": number, "data": data, "annotations": []}
    results = [_region(at, label, one) for at, label in enumerate(one.annotation.labels)]
    results += extra.get("results", [])
    return {"id": number, "data": data, "annotations": [{**extra.get("annotation", {}), "result": results}]}


def _region(at: int, label: Label, one: LabelledPicture) -> dict[str, Any]:
    width, height = one.size or (1, 1)
    drawn = label.attributes.get("drawn", {})
    kind = "rectanglelabels"
    if isinstance(drawn, dict) and "labelstudio" in drawn:
        kind = drawn["labelstudio"]
        value = {key: told for key, told in drawn.items() if key != "labelstudio"}
    else:
        x, y, w, h = label.written("percent", (width, height))
        value = {"x": x, "y": y, "width": w, "height": h, "rotation": 0}
    own = {key: told for key, told in label.attributes.items() if key in _OWN and key != "drawn"}
    theirs = {their_name(key, _OWN): told for key, told in label.attributes.items() if key not in _OWN}
    meta = {**own.pop("meta", {}), **({"attributes": theirs} if theirs else {})}
    return {
        "id": f"r{at}",
        "type": kind,
        "from_name": _OUTLINE if kind == "polygonlabels" else _TOOL,
        "to_name": _PICTURE,
        "original_width": width,
        "original_height": height,
        "image_rotation": 0,
        "value": {**value, kind: [label.kind]},
        **own,
        **({"meta": meta} if meta else {}),
    }
