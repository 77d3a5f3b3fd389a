"""What is written in a format is read back the same: boxes, classes, names, attributes, empty pictures, everything."""

import json
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.errors import DatasetError
from datasets.formats import LabelledPicture, LabelledSet, ZipTarget, read_set, write_set
from datasets.formats.labelled import checked_class, checked_name, checked_words
from datasets.label import Annotation, Form, Label

FORMS: dict[str, Form] = {
    "yolo": "centre", "coco": "extent", "voc": "corners", "cvat": "corners", "labelstudio": "percent"
}  # fmt: skip
SIGNS = "abcXYZ019 _-.,;'\"&<>%#?=+()[]{}|é工牌手机窗口号😀"


def fits(check: Any, text: str) -> bool:
    try:
        return bool(check(text, "") == text)
    except DatasetError:
        return False


words = st.text(SIGNS, min_size=1, max_size=12)
kinds = words.filter(lambda text: fits(checked_class, text))
lines = st.just("") | words.filter(lambda text: fits(checked_words, text))
stems = st.lists(words, min_size=1, max_size=3).map("/".join)
names = st.tuples(stems, st.sampled_from((".jpg", ".png", ".JPG"))).map("".join)
names = names.filter(lambda name: fits(checked_name, name) and not any(p.startswith(".") for p in name.split("/")))
texts = st.text(st.sampled_from([*SIGNS, "\n", "\t", "\r"]), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(-1e6, 1e6) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=4,
)


@st.composite
def labels(draw: st.DrawFn, format_: str, classes: tuple[str, ...]) -> Label:
    limit = 2.0 if format_ == "yolo" else 1e5
    numbers = draw(st.tuples(*[st.floats(-limit, limit)] * 4))
    attributes: dict[str, Any] = {}
    if format_ in ("coco", "labelstudio"):
        own = st.sampled_from(("score", "track", "difficult", "attribute score"))
        attributes = draw(st.dictionaries(own | kinds, values, max_size=3))
    elif format_ in ("voc", "cvat"):
        own = st.sampled_from(("occluded", "difficult", "group_id", "attribute occluded"))
        attributes = draw(st.dictionaries(own | kinds, texts, max_size=3))
        # An element of its own is no place for line ends, and its plain value is as good as none.
        attributes = {
            key: "1" if key in ("occluded", "difficult", "group_id") else it for key, it in attributes.items()
        }
    return Label(draw(st.sampled_from(classes)), FORMS[format_], numbers, attributes)


@st.composite
def sets(draw: st.DrawFn, format_: str) -> LabelledSet:
    classes = tuple(draw(st.lists(kinds, min_size=1, max_size=4, unique=True)))
    pictures = []
    known = draw(st.lists(names, min_size=1, max_size=5, unique_by=lambda name: name.rpartition(".")[0]))
    for name in known:
        labelled = draw(st.sampled_from((classes, classes[:1], ())))
        own = draw(st.lists(labels(format_, classes), max_size=3)) if labelled else []
        said = Annotation(tuple(own), tuple(draw(st.sets(kinds, max_size=2))), labelled)
        more = (draw(lines), draw(st.sampled_from(("", "train", "val", "test"))), draw(lines), draw(lines))
        pictures.append(LabelledPicture(name, "", said, (640, 480), *more))
    return LabelledSet(format_, classes, tuple(pictures))


def there_and_back(said: LabelledSet, format_: str) -> LabelledSet:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "set.zip"
        with zipfile.ZipFile(file, "w") as archive:
            write_set(ZipTarget(archive, ""), format_, said, lambda one: one.name.encode())
        back, pictures = read_set(file)
        assert {one.name: pictures.files.read(one.picture, 9999) for one in back.pictures} == {
            one.name: one.name.encode() for one in said.pictures
        }
    assert back.format == format_
    return back


def told(said: LabelledSet, extra: bool) -> dict[str, LabelledPicture]:
    """The pictures without what says where they were read, and unless ``extra`` without what one format alone has."""
    plain = {"picture": "", "origin": "", "size": None}
    return {
        one.name: replace(
            one,
            **plain,
            annotation=one.annotation if extra else replace(one.annotation, extra={}),  # type: ignore[arg-type]
        )
        for one in said.pictures
    }


@pytest.mark.parametrize("format_", list(FORMS))
@given(st.data())
@settings(max_examples=25, deadline=None)
def test_a_set_comes_back_whole(format_: str, data: st.DataObject) -> None:
    said = data.draw(sets(format_))

    back = there_and_back(said, format_)
    again = there_and_back(back, format_)

    assert back.classes == said.classes
    assert told(back, extra=False) == told(said, extra=False)
    assert told(again, extra=True) == told(back, extra=True)
    assert json.dumps(again.extra, sort_keys=True) == json.dumps(back.extra, sort_keys=True)


plain = st.none() | st.booleans() | st.integers(-3, 99) | st.floats(allow_nan=False) | texts | st.just([]) | st.just({})


def spoilt(draw: st.DrawFn, value: Any) -> Any:
    """``value`` with one thing in it put, taken out or replaced."""
    if isinstance(value, list) and value and draw(st.integers(0, 4)):
        at = draw(st.integers(0, len(value) - 1))
        return [*value[:at], spoilt(draw, value[at]), *value[at + 1 :]]
    if isinstance(value, dict) and value and draw(st.integers(0, 4)):
        key = draw(st.sampled_from(sorted(value)))
        rest = {name: inner for name, inner in value.items() if name != key}
        return rest if draw(st.integers(0, 4)) == 0 else {**rest, key: spoilt(draw, value[key])}
    return draw(plain)


@pytest.mark.parametrize("format_", list(FORMS))
@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_spoilt_label_file_is_read_or_refused_and_nothing_else(format_: str, data: st.DataObject) -> None:
    said = data.draw(sets(format_))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "set.zip"
        with zipfile.ZipFile(file, "w") as archive:
            write_set(ZipTarget(archive, ""), format_, said, lambda one: b"")
        with zipfile.ZipFile(file) as archive:
            entries = {name: archive.read(name) for name in archive.namelist()}
        name = data.draw(st.sampled_from(sorted(name for name in entries if entries[name])))
        if name.endswith(".json"):
            entries[name] = json.dumps(data.draw(st.composite(spoilt)(json.loads(entries[name])))).encode()
        else:
            at = data.draw(st.integers(0, len(entries[name])))
            end = data.draw(st.integers(at, min(len(entries[name]), at + 30)))
            entries[name] = (
                entries[name][:at] + data.draw(st.binary(max_size=8) | texts.map(str.encode)) + entries[name][end:]
            )
        with zipfile.ZipFile(file, "w") as archive:
            for entry, content in entries.items():
                archive.writestr(entry, content)
        refusals = []
        try:
            read_set(file)
        except DatasetError as refusal:
            refusals.append(str(refusal))
    assert all("set.zip" in refusal for refusal in refusals)


decimals = st.integers(0, 10**6).map(lambda number: number / 10**6)


@pytest.mark.parametrize("format_", ["coco", "voc", "cvat", "labelstudio"])
@given(st.lists(st.tuples(decimals, decimals, decimals, decimals), min_size=1, max_size=5), st.integers(16, 4000))
@settings(max_examples=25, deadline=None)
def test_yolo_numbers_come_back_from_another_format(
    format_: str, boxes: list[tuple[float, float, float, float]], side: int
) -> None:
    size = (side, 1080)
    said = Annotation(tuple(Label("a", "centre", box) for box in boxes), labelled=("a",))
    one = LabelledPicture("a.jpg", "", said, size)

    back = there_and_back(LabelledSet("yolo", ("a",), (one,)), format_).pictures[0]

    assert [label.written("centre", size) for label in back.annotation.labels] == boxes


pixels = st.integers(0, 400_000).map(lambda number: number / 100)


@given(st.lists(st.tuples(pixels, pixels, pixels, pixels), min_size=1, max_size=5), st.integers(16, 4000))
@settings(max_examples=100, deadline=None)
def test_pixels_come_back_from_yolo(boxes: list[tuple[float, float, float, float]], side: int) -> None:
    size = (side, 1080)
    for box in boxes:
        shares = Label("a", "corners", box).written("centre", size)

        assert Label("a", "centre", shares).written("corners", size) == box
