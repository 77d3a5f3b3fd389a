"""Exports as colleagues' tools write them are read; what is wrong in one is refused by its file and line."""

import json
import zipfile
from pathlib import Path

import pytest

from datasets.errors import DatasetError
from datasets.formats import LabelledSet, Pictures, read_set
from tests.fixtures.labelled import picture, yolo_set

CVAT = """<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta><task><name>hall</name><owner><username>li.na</username></owner>
    <labels>
      <label><name>badge</name><type>rectangle</type></label>
      <label><name>手机</name><type>any</type></label>
      <label><name>night</name><type>tag</type></label>
    </labels></task></meta>
  <image id="7" name="a/窗口.png" subset="Train" width="64" height="48">
    <box label="badge" source="auto" occluded="1" xtl="1.50" ytl="2.25" xbr="10.00" ybr="20.75" z_order="0">
      <attribute name="side">left</attribute>
    </box>
    <polygon label="手机" source="manual" occluded="0" points="5.0,5.0;9.0,5.5;7.0,12.0" z_order="0"></polygon>
    <box label="badge" source="manual" occluded="0" xtl="10" ytl="20" xbr="30" ybr="30" rotation="90" z_order="0"/>
    <tag label="night" source="manual"></tag>
  </image>
  <image id="8" name="empty.png" subset="default" width="64" height="48"></image>
</annotations>
"""


def zipped(file: Path, entries: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file


def cvat(file: Path, text: str = CVAT) -> Path:
    return zipped(file, {"annotations.xml": text, "images/a/窗口.png": picture(1), "images/empty.png": picture(2)})


def by_name(read: tuple[LabelledSet, Pictures]) -> dict[str, list[tuple[str, tuple[float, ...]]]]:
    return {
        one.name: [(label.kind, label.corners((64, 48))) for label in one.annotation.labels] for one in read[0].pictures
    }


def test_cvat_zip_with_a_polygon_a_turned_box_a_tag_and_an_empty_picture(tmp_path: Path) -> None:
    said, _ = read_set(cvat(tmp_path / "hall.zip"))

    first, empty = said.pictures
    assert (said.format, said.classes) == ("cvat", ("badge", "手机"))
    assert (first.name, first.split, first.author, first.size) == ("a/窗口.png", "train", "li.na", (64, 48))
    assert first.annotation.tags == ("night",)
    straight, outline, turned = first.annotation.labels
    assert (straight.numbers, straight.attributes) == (
        (1.5, 2.25, 10.0, 20.75),
        {"source": "auto", "occluded": "1", "side": "left"},
    )
    assert (outline.kind, outline.numbers) == ("手机", (5.0, 5.0, 9.0, 12.0))
    assert turned.numbers == pytest.approx((15, 15, 25, 35))
    assert turned.attributes["drawn"]["rotation"] == "90"
    assert (empty.annotation.labels, empty.annotation.checked_empty) == ((), True)


def test_label_studio_export_with_upload_names_a_turned_box_and_two_annotations(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    for at, name in enumerate(("窗口 1.png", "two.png", "three.png")):
        (tmp_path / "pictures" / name).write_bytes(picture(at))
    box = {"x": 50.0, "y": 25, "width": 12.5, "height": 50, "rotation": 0, "rectanglelabels": ["badge"]}
    region = {"id": "x1", "type": "rectanglelabels", "value": box, "original_width": 64, "original_height": 48}
    turned = {**region, "id": "x2", "value": {**box, "rotation": 90}}
    choice = {"id": "x1", "type": "choices", "from_name": "clear", "value": {"choices": ["no"]}}
    old, new = ({"result": [], "updated_at": "2025"}, {"result": [region, turned, choice], "updated_at": "2026"})
    tasks = [
        {
            "id": 5,
            "data": {"image": "/data/upload/3/1a2b3c4d-%E7%AA%97%E5%8F%A3%201.png", "hall": "east"},
            "annotations": [new | {"completed_by": {"email": "li@example.org"}}, old, {"was_cancelled": True}],
        },
        {"id": 6, "data": {"image": "s3://bucket/hall/two.png"}, "annotations": [{"result": []}]},
        {"id": 7, "data": {"image": "three.png"}, "annotations": []},
    ]
    (tmp_path / "export.json").write_text(json.dumps(tasks))

    said, _ = read_set(tmp_path / "export.json", tmp_path / "pictures")

    first, second, third = said.pictures
    assert (first.name, first.author) == ("窗口 1.png", "li@example.org")
    assert first.annotation.labels[0].corners((64, 48)) == (32, 12, 40, 36)
    assert first.annotation.labels[0].attributes == {"clear": {"choices": ["no"]}}
    assert first.annotation.labels[1].corners((64, 48)) == pytest.approx((8, 12, 32, 20))
    assert first.annotation.extra == {"labelstudio": {"data": {"hall": "east"}}}
    assert second.annotation.checked_empty
    assert third.annotation.labelled == ()
    assert said.notes == ("1 annotations left out: their tasks have a newer one or a ground truth",)


def test_coco_with_gaps_in_its_ids_keeps_them_and_the_licences_names(tmp_path: Path) -> None:
    body = {
        "licenses": [{"id": 4, "name": "CC BY 2.0"}],
        "images": [
            {"id": 139, "file_name": "a.png", "width": 64, "height": 48, "license": 4},
            {"id": 7, "file_name": "b.png", "width": 64, "height": 48},
        ],
        "categories": [{"id": 1, "name": "person", "supercategory": "person"}, {"id": 77, "name": "cell phone"}],
        "annotations": [
            {
                "id": 3, "image_id": 139, "category_id": 77, "bbox": [1.5, 2, 10, 20], "area": 120.5, "iscrowd": 1,
                "segmentation": [[1, 2, 3, 4, 5, 6]], "attributes": {"occluded": True},
            }
        ],
    }  # fmt: skip
    (tmp_path / "annotations").mkdir()
    (tmp_path / "annotations" / "instances_val2017.json").write_text(json.dumps(body))
    (tmp_path / "val2017").mkdir()
    for name in ("a.png", "b.png"):
        (tmp_path / "val2017" / name).write_bytes(picture(1))

    said, _ = read_set(tmp_path)

    first, second = said.pictures
    assert said.extra["coco"]["categories"] == {
        "person": {"id": 1, "supercategory": "person"},
        "cell phone": {"id": 77},
    }
    assert (first.licence, first.split, second.annotation.checked_empty) == ("CC BY 2.0", "val", True)
    assert first.annotation.labels[0].attributes == {
        "occluded": True, "iscrowd": 1, "area": 120.5, "segmentation": [[1, 2, 3, 4, 5, 6]]
    }  # fmt: skip


def test_voc_as_label_tools_write_it_with_lists_of_splits_and_parts(tmp_path: Path) -> None:
    sheet = (
        "<annotation><folder>x</folder><filename>a.png</filename><path>C:\\data\\a.png</path>"
        "<source><database>hall</database></source><size><width>64</width><height>48</height><depth>3</depth></size>"
        "<segmented>0</segmented><object><name>person</name><pose>Left</pose><truncated>0</truncated>"
        "<difficult>1</difficult><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30.5</xmax><ymax>40</ymax></bndbox>"
        "<part><name>head</name><bndbox><xmin>1</xmin></bndbox></part></object></annotation>"
    )
    source = zipped(
        tmp_path / "voc.zip",
        {
            "VOC/Annotations/a.xml": sheet,
            "VOC/Annotations/b.xml": "<annotation><filename>b.png</filename></annotation>",
            "VOC/JPEGImages/a.png": picture(1),
            "VOC/JPEGImages/b.png": picture(2),
            "VOC/JPEGImages/c.png": picture(3),
            "VOC/ImageSets/Main/val.txt": "a\n",
            "VOC/labelmap.txt": "# label:color_rgb:parts:actions\nbackground:0,0,0::\nperson:1,2,3::\nphone:::\n",
        },
    )

    said, _ = read_set(source)

    first, second, third = said.pictures
    assert (said.classes, first.split) == (("person", "phone"), "val")
    assert first.annotation.labels[0].numbers == (1, 2, 30.5, 40)
    assert first.annotation.labels[0].attributes == {
        "pose": "Left", "difficult": "1", "voc": {"part": {"name": "head", "bndbox": {"xmin": "1"}}}
    }  # fmt: skip
    assert first.annotation.extra == {"voc": {"source": {"database": "hall"}}}
    assert second.annotation.checked_empty
    assert (third.name, third.annotation.labelled) == ("c.png", ())


@pytest.mark.parametrize(
    ("entries", "name", "split"),
    [
        (
            {"data.yaml": "names: {0: phone, 1: person}", "images/val/a.png": b"", "labels/val/a.txt": "1 .5 .5 .5 1"},
            "val/a.png",
            "val",
        ),
        (
            {"data.yaml": "names: [phone, person]", "valid/images/a.png": b"", "valid/labels/a.txt": "1 .5 .5 .5 1"},
            "valid/a.png",
            "val",
        ),
        (
            {
                "obj.names": "phone\nperson\n",
                "obj.data": "classes = 2\n",
                "train.txt": "obj_train_data/a.png\n",
                "obj_train_data/a.png": b"",
                "obj_train_data/a.txt": "1 .5 .5 .5 1\n",
            },
            "a.png",
            "train",
        ),
        ({"classes.txt": "phone\nperson", "a.png": b"", "a.txt": "1 .5 .5 .5 1", "test.txt": "a.png"}, "a.png", "test"),
    ],
    ids=["ultralytics", "roboflow", "darknet", "beside"],
)
def test_yolo_in_the_layouts_that_are_about(
    tmp_path: Path, entries: dict[str, str | bytes], name: str, split: str
) -> None:
    said, _ = read_set(zipped(tmp_path / "set.zip", entries))

    assert [(one.name, one.split) for one in said.pictures] == [(name, split)]
    assert by_name((said, _)) == {name: [("person", (16, 0, 48, 48))]}


def test_yolo_folders_called_like_classes_are_classes_of_whole_pictures(tmp_path: Path) -> None:
    said, _ = read_set(yolo_set(tmp_path / "set", {"phone/a.png": None, "b.png": "", "c.png": None}))

    assert {one.name: (one.annotation.tags, one.annotation.labelled) for one in said.pictures} == {
        "phone/a.png": (("phone",), ()),
        "b.png": ((), ("phone", "person")),
        "c.png": ((), ()),
    }


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('xtl="1.50"', 'xtl="left"', "annotations.xml, line 11: xtl of <box> is 'left'"),
        ('xtl="1.50"', 'xtl="nan"', "line 11: xtl of <box> is 'nan'"),
        ('label="badge" source="auto"', 'label="bag" source="auto"', "line 11: label 'bag' is none of the task's"),
        ('name="empty.png"', 'name="../empty.png"', "line 18: '../empty.png' is no path within the set"),
        ('name="empty.png"', 'name="/etc/empty.png"', "line 18: '/etc/empty.png' is an absolute path"),
        ('name="empty.png"', 'name="lost.png"', "line 18: there is no picture lost.png in"),
        ("<polygon", "<points", "is no XML"),
        ("</annotations>", "<track id='0'/></annotations>", 'export the task as "CVAT for images 1.1"'),
        ("<annotations>", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><annotations>", "document type"),
    ],
)
def test_a_fault_in_a_cvat_file_is_refused_by_its_line(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert CVAT.count(old) == 1

    with pytest.raises(DatasetError) as caught:
        read_set(cvat(tmp_path / "hall.zip", CVAT.replace(old, new)))

    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("entries", "complaint"),
    [
        ({"../evil.png": b""}, "entry: '../evil.png' is no path within the set"),
        ({"/evil.png": b""}, "entry: '/evil.png' is an absolute path"),
        ({"C:\\evil.png": b""}, "is an absolute path"),
        ({"a\x07.png": b""}, "cannot be a file's name"),
        ({"classes.txt": "phone\nphone\n", "a.png": b""}, "classes.txt: names 'phone' twice"),
        ({"classes.txt": "phone\n", "images/a.png": b"", "labels/b.txt": ""}, "labels/b.txt: there is no picture"),
        ({"classes.txt": "phone\n", "images/a.png": b"", "images/a.jpg": b"", "labels/a.txt": ""}, "has the same name"),
        ({"classes.txt": "phone\n", "a.png": b"", "a.txt": "0 320 200 64 64"}, "are no shares of the picture (pixels"),
        ({"classes.txt": "phone\n", "a.png": b"", "a.txt": "0 nan 0 0 0"}, "are no shares of the picture"),
        ({"classes.txt": "phone\n", "a.png": b"", "a.txt": "0 1 2 3 4 5 6"}, "line 1: expected 'class cx cy w h'"),
        ({"classes.txt": "phone\n", "a.png": b"", "a.txt": b"\xff\xfe"}, "is no UTF-8 text (byte 0)"),
        ({"classes.txt": "phone\n", "a.png": b"", "groups.csv": "name,group\n"}, "groups.csv: no column 'file'"),
        ({"classes.txt": "phone\n", "a.png": b"", "groups.csv": "file,group\nb.png,x\n"}, "no group for a.png"),
        ({"a.png": b""}, "holds no labels in a known form"),
        ({"c.json": '{"images": [], "annotations": [,]}'}, "c.json, line 1: is no JSON"),
        ({"c.json": '{"images": [], "annotations": [], "categories": [{"id": "1"}]}'}, "categories[0]: id is '1'"),
        ({"c.json": '{"images": [], "annotations": [{"bbox": [NaN]}]}'}, "a number is none"),
        ({"c.json": '{"info": {"v": 1e999}, "images": [], "annotations": []}'}, "a number is none"),
        ({"data.yaml": "names: {0: a, x: b}", "a.png": b"", "a.txt": ""}, "names must have the keys 0 to 1"),
        ({"data.yaml": "date: 2026-13-45", "a.png": b"", "a.txt": ""}, "data.yaml: is no YAML with keys and values"),
        ({"data.yaml": "[" * 3000, "a.png": b"", "a.txt": ""}, "data.yaml: is no YAML with keys and values"),
        (
            {"classes.txt": "phone\n", "a.png": b"", "groups.csv": "x" * 140_000 + ",group\n"},
            "groups.csv, line 1: is no table",
        ),
        ({"c.json": '[{"image": "a", "label": [{"rectanglelabels": []}]}]'}, "not as JSON-MIN"),
    ],
)
def test_a_fault_in_a_source_is_refused_by_its_file(
    tmp_path: Path, entries: dict[str, str | bytes], complaint: str
) -> None:
    with pytest.raises(DatasetError) as caught:
        read_set(zipped(tmp_path / "set.zip", entries))

    assert complaint in str(caught.value)
    assert "set.zip" in str(caught.value)


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="2 faults") as caught:
        read_set(yolo_set(tmp_path / "set", {"a.png": "9 0 0 0 0", "b.png": "\n0 0 0 0"}))

    assert "a.txt, line 1: class 9, but there are 2 classes" in str(caught.value)
    assert "b.txt, line 2: expected 'class cx cy w h'" in str(caught.value)


def test_coco_boxes_and_pictures_that_cannot_be_are_named_by_their_place(tmp_path: Path) -> None:
    image = {"id": 1, "file_name": "a.png", "width": 64, "height": 48}
    boxes = [
        {"image_id": 1, "category_id": 2, "bbox": [0, 0, 1, 1]},
        {"image_id": 1, "category_id": 1, "bbox": [0, 0, 1]},
        {"image_id": 1, "category_id": 1, "bbox": [0, 0, 1e99, True]},
        {"image_id": 9, "category_id": 1, "bbox": [0, 0, 1, 1]},
    ]
    body = {"images": [image, image], "annotations": boxes, "categories": [{"id": 1, "name": "x"}]}

    with pytest.raises(DatasetError) as caught:
        read_set(zipped(tmp_path / "set.zip", {"c.json": json.dumps(body), "a.png": b""}))

    for complaint in (
        "images[1]: id 1 is that of a.png too",
        "annotations[0]: category_id 2 is none of the categories",
        "annotations[1]: bbox is [0, 0, 1]",
        "annotations[2]: bbox is",
        "1 annotations are of images that the file does not name",
    ):
        assert complaint in str(caught.value)


def test_two_pictures_of_one_name_cannot_be_told_apart(tmp_path: Path) -> None:
    entries = {
        "annotations.xml": CVAT.replace("a/窗口.png", "one.png"),
        "x/one.png": b"",
        "y/one.png": b"",
        "empty.png": b"",
    }

    with pytest.raises(DatasetError, match=r"could be x/one\.png and y/one\.png"):
        read_set(zipped(tmp_path / "set.zip", entries))


def test_two_formats_in_one_place_have_to_be_told_apart(tmp_path: Path) -> None:
    source = yolo_set(tmp_path / "set", {"a.png": ""})
    (source / "a.json").write_text('{"images": [], "annotations": []}')

    with pytest.raises(DatasetError, match="could be coco or yolo; say which with --format"):
        read_set(source)
    assert read_set(source, format_="yolo")[0].format == "yolo"


def test_a_zip_from_chinese_windows_gives_its_names_back(tmp_path: Path) -> None:
    file = zipped(tmp_path / "set.zip", {"classes.txt": "phone\n", "XXXX.png": b""})
    raw = "窗口".encode("gb18030")
    file.write_bytes(file.read_bytes().replace(b"XXXX", raw))

    assert [one.name for one in read_set(file)[0].pictures] == ["窗口.png"]


def test_a_zip_that_is_cut_off_or_holds_a_link_is_refused(tmp_path: Path) -> None:
    whole = cvat(tmp_path / "hall.zip")
    (tmp_path / "cut.zip").write_bytes(whole.read_bytes()[:-30])
    link = zipfile.ZipInfo("a.png")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")

    with pytest.raises(DatasetError, match=r"cut\.zip: is no whole zip file"):
        read_set(tmp_path / "cut.zip")
    with pytest.raises(DatasetError, match=r"link\.zip: a\.png is a link"):
        read_set(tmp_path / "link.zip")
