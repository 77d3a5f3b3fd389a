"""COCO: one JSON with images, annotations and categories, such as `instances_train.json`."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, Final

from datasets.errors import DatasetError
from datasets.formats.attributes import own_name, their_name
from datasets.formats.files import LARGEST_TEXT, Files, Pictures, Target
from datasets.formats.jsonfile import json_of, listed, whole
from datasets.formats.labelled import (
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
from datasets.label import Annotation, Label, is_number

__all__ = ["read", "recognised", "write"]

_IMAGE_KEYS: Final = frozenset({"file_name", "width", "height"})
_BOX_KEYS: Final = frozenset({"id", "image_id", "category_id", "bbox", "attributes"})
_OWN_KEYS: Final = frozenset({"area", "iscrowd", "segmentation", "keypoints", "num_keypoints", "score", "caption"})


def recognised(files: Files) -> bool:
    return any(_is_coco(files, name) for name in files.names if name.lower().endswith(".json"))


def read(files: Files, pictures: Pictures, faults: Faults) -> LabelledSet:
    """Every class of a file's categories is labelled in every image of that file, as COCO means it."""
    said = LabelledSet("coco", (), ())
    for name in files.names:
        if name.lower().endswith(".json") and _is_coco(files, name):
            said = _joined(said, _one(files, name, pictures, faults))
    return said


def write(target: Target, said: LabelledSet, picture: PictureBytes) -> list[str]:
    """Write images and annotations.json; returns what could not be held."""
    extra = said.extra.get("coco", {})
    facts = extra.get("categories", {})
    given = [facts.get(name, {}).get("id") for name in said.classes]
    ids = dict(zip(said.classes, numbered(given), strict=True))
    image_ids = numbered([one.annotation.extra.get("coco", {}).get("id") for one in said.pictures])
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for image_id, one in zip(image_ids, said.pictures, strict=True):
        target.put(f"images/{one.name}", picture(one))
        own = {key: value for key, value in one.annotation.extra.get("coco", {}).items() if key != "id"}
        width, height = one.size or (0, 0)
        images.append({"id": image_id, "file_name": one.name, "width": width, "height": height, **own})
        for label in one.annotation.labels:
            annotations.append(_written(label, len(annotations) + 1, image_id, ids[label.kind], one))
    categories = [{**facts.get(name, {}), "id": ids[name], "name": name} for name in said.classes]
    others = {key: value for key, value in extra.items() if key != "categories"}
    body = {**others, "images": images, "annotations": annotations, "categories": categories}
    target.put("annotations.json", json.dumps(body, ensure_ascii=False).encode())
    return unheld("coco", said.pictures, attributes="any")


def _is_coco(files: Files, name: str) -> bool:
    data = files.read(name, LARGEST_TEXT)
    return data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{" and b'"images"' in data and b'"annotations"' in data


def _one(files: Files, name: str, pictures: Pictures, faults: Faults) -> LabelledSet:
    title = files.title(name)
    body = json_of(files, name)
    kinds, facts = _categories(listed(body, "categories", title), title)
    classes = tuple(kinds.values())
    folder = PurePosixPath(name).parent.name
    words = PurePosixPath(name).stem.replace("-", "_").replace(".", "_").split("_")
    split = next((found for found in (_split_of(word) for word in (*words, folder)) if found), "")
    licences = _licences(body)
    found: dict[int, LabelledPicture] = {}
    for at, image in enumerate(listed(body, "images", title)):
        where = f"{title}: images[{at}]"
        try:
            image_id = whole(image, "id", where)
            if image_id in found:
                raise DatasetError(f"{where}: id {image_id} is that of {found[image_id].name} too")
            one = _image(image, where, pictures, classes)
            found[image_id] = replace(
                one, split=split, licence=licences.get(str(image.get("license")), ""), origin=name
            )
        except DatasetError as error:
            faults.add(str(error))
    labels: dict[int, list[Label]] = {}
    unplaced = 0
    for at, entry in enumerate(listed(body, "annotations", title)):
        where = f"{title}: annotations[{at}]"
        try:
            image_id = whole(entry, "image_id", where)
            label = _label(entry, kinds, where)
        except DatasetError as error:
            faults.add(str(error))
            continue
        unplaced += image_id not in found
        labels.setdefault(image_id, []).append(label)
    if unplaced:
        faults.add(f"{title}: {unplaced} annotations are of images that the file does not name")
    labelled = [_with(one, labels.get(image_id, [])) for image_id, one in found.items()]
    others = {key: value for key, value in body.items() if key not in ("images", "annotations", "categories")}
    return LabelledSet("coco", classes, tuple(labelled), {"coco": {**others, "categories": facts}})


def _licences(body: Any) -> dict[str, str]:
    """The names of the licences that images refer to by id."""
    entries = body.get("licenses")
    named = entries if isinstance(entries, list) else []
    return {str(one["id"]): str(one["name"]) for one in named if isinstance(one, dict) and {"id", "name"} <= set(one)}


def _categories(entries: list[Any], title: str) -> tuple[dict[int, str], dict[str, Any]]:
    kinds: dict[int, str] = {}
    facts: dict[str, Any] = {}
    for at, entry in enumerate(entries):
        where = f"{title}: categories[{at}]"
        number = whole(entry, "id", where)
        name = checked_class(str(entry.get("name", "")), where)
        if number in kinds or name in facts:
            raise DatasetError(f"{where}: id {number} or name {name!r} stands there twice")
        kinds[number] = name
        facts[name] = {key: value for key, value in entry.items() if key != "name"}
    return kinds, facts


def _image(entry: Any, where: str, pictures: Pictures, classes: tuple[str, ...]) -> LabelledPicture:
    said = entry.get("file_name")
    if not isinstance(said, str):
        raise DatasetError(f"{where}: has no file_name")
    name = checked_name(said, where)
    sides = entry.get("width"), entry.get("height")
    size = (int(sides[0]), int(sides[1])) if is_number(sides[0]) and is_number(sides[1]) and all(sides) else None
    extra = {"coco": {key: value for key, value in entry.items() if key not in _IMAGE_KEYS}}
    annotation = Annotation(labelled=classes, extra=extra)
    return LabelledPicture(name, pictures.find(name, where), annotation, size)


def _label(entry: Any, kinds: Mapping[int, str], where: str) -> Label:
    category = whole(entry, "category_id", where)
    if category not in kinds:
        raise DatasetError(f"{where}: category_id {category} is none of the categories")
    box = entry.get("bbox")
    if not isinstance(box, list) or len(box) != 4 or not all(is_number(number) for number in box):
        raise DatasetError(f"{where}: bbox is {str(box)[:80]}; expected four numbers x, y, width, height")
    x, y, w, h = (float(number) for number in box)
    nested = entry.get("attributes")
    nested = nested if isinstance(nested, dict) else {}
    own = {key: value for key, value in entry.items() if key not in _BOX_KEYS and not _implied(key, value, w * h)}
    beside = {(key if key in _OWN_KEYS or key not in nested else f"coco {key}"): value for key, value in own.items()}
    inside = {own_name(key, _OWN_KEYS): value for key, value in nested.items()}
    return Label(kinds[category], "extent", (x, y, w, h), {**inside, **beside})


def _implied(key: str, value: Any, area: float) -> bool:
    """What every COCO file says of a plain box, and tells nothing."""
    plain = {"iscrowd": 0, "area": area, "segmentation": value if not value else None}
    return key in plain and value == plain[key]


def _written(label: Label, number: int, image_id: int, category: int, one: LabelledPicture) -> dict[str, Any]:
    x, y, w, h = label.written("extent", one.size or (1, 1))
    own = {key: value for key, value in label.attributes.items() if key in _OWN_KEYS}
    nested = {their_name(key, _OWN_KEYS): value for key, value in label.attributes.items() if key not in _OWN_KEYS}
    entry = {"id": number, "image_id": image_id, "category_id": category, "bbox": [x, y, w, h]}
    return {**entry, "area": w * h, "iscrowd": 0, **own, **({"attributes": nested} if nested else {})}


def _with(one: LabelledPicture, labels: list[Label]) -> LabelledPicture:
    return replace(one, annotation=replace(one.annotation, labels=tuple(labels)))


def _joined(first: LabelledSet, second: LabelledSet) -> LabelledSet:
    classes = tuple(dict.fromkeys((*first.classes, *second.classes)))
    extra = {"coco": {**first.extra.get("coco", {}), **second.extra.get("coco", {})}}
    facts = (first.extra.get("coco", {}).get("categories", {}), second.extra.get("coco", {}).get("categories", {}))
    extra["coco"]["categories"] = {**facts[1], **facts[0]}
    return LabelledSet("coco", classes, (*first.pictures, *second.pictures), extra)


def _split_of(word: str) -> str:
    """``train`` of ``train2017``."""
    return split_named(word.rstrip("0123456789"))
