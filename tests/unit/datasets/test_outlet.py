"""What is exported is what the store or the revision holds; what a format has no place for is said."""

import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from datasets import read_yolo
from datasets.errors import DatasetError
from datasets.formats import FORMATS, read_set, sets_in
from datasets.outlet import export, outgoing
from datasets.quality import Mark
from datasets.revisions import current, freeze, read
from datasets.sheet import Cell, contact_sheet
from datasets.store import Store, open_store
from tests.fixtures.labelled import imported, kept, yolo_set


@pytest.fixture
def store(tmp_path: Path) -> Path:
    first = {"a.png": "0 .5 .5 .25 .25\n", "b.png": "", "c.png": None}
    imported(tmp_path / "store", yolo_set(tmp_path / "desk", first, groups={"a.png": "room"}), licence="MIT")
    imported(tmp_path / "store", yolo_set(tmp_path / "hall", {"d.png": "0 .5 .5 1 1"}, ("badge",), {}, first=7))
    return tmp_path / "store"


def exported(opened: Store, to: Path, format_: str, *sets: str, classes: tuple[str, ...] = ()) -> list[str]:
    now = current(opened)
    chosen = [outgoing(opened, one) for one in now.samples if not sets or one.set in sets]
    return export(opened, chosen, now.sets, to, format_, classes)


@pytest.mark.parametrize("format_", list(FORMATS))
@pytest.mark.parametrize("ending", ["", ".zip"])
def test_an_export_imported_again_is_the_same_set(store: Path, tmp_path: Path, format_: str, ending: str) -> None:
    with open_store(store) as opened:
        exported(opened, tmp_path / f"out{ending}", format_, "desk")

    imported(tmp_path / "second", tmp_path / f"out{ending}", set="desk")

    first, second = kept(store), kept(tmp_path / "second")
    assert set(second) == {"desk/a.png", "desk/b.png", "desk/c.png"}
    for title, one in second.items():
        was = first[title]
        assert (one.picture, one.group, one.licence) == (was.picture, was.group, was.licence)
        assert one.annotation.labelled == was.annotation.labelled
        assert [label.written("centre", one.size) for label in one.annotation.labels] == [
            label.numbers for label in was.annotation.labels
        ]


def test_several_sets_become_folders_that_training_reads(store: Path, tmp_path: Path) -> None:
    with open_store(store) as opened:
        lost = exported(opened, tmp_path / "out", "yolo")

    (sample,) = read_yolo(tmp_path / "out" / "hall")
    assert (sample.name, sample.group, [box.kind for box in sample.boxes]) == ("hall", "d.png", ["badge"])
    assert lost == []


def test_an_export_of_several_sets_is_imported_as_these_sets(store: Path, tmp_path: Path) -> None:
    with open_store(store) as opened:
        exported(opened, tmp_path / "out.zip", "coco")

    sets = sets_in(tmp_path / "out.zip")
    assert list(sets) == ["desk", "hall"]
    for name, files in sets.items():
        imported(tmp_path / "second", tmp_path / "out.zip", set=name, folder=name, files=files)
    assert set(kept(tmp_path / "second")) == set(kept(store))
    assert list(sets_in(tmp_path / "desk")) == [""]


def test_one_list_of_classes_for_every_set_says_what_it_leaves_out_and_what_is_unknown(
    store: Path, tmp_path: Path
) -> None:
    with open_store(store) as opened:
        lost = exported(opened, tmp_path / "out", "coco", classes=("badge", "person"))

    assert lost == [
        "desk: boxes of other classes left out: phone (1)",
        "desk: in 3 of 3 pictures some classes are unknown, which coco takes for absent; the column labelled of "
        "groups.csv says which are known",
        "hall: in 1 of 1 pictures some classes are unknown, which coco takes for absent; the column labelled of "
        "groups.csv says which are known",
    ]


def test_attributes_without_a_place_are_said(tmp_path: Path) -> None:
    text = (
        "<annotations><image id='0' name='a.png' width='64' height='48'>"
        "<box label='x' occluded='1' xtl='1' ytl='1' xbr='9' ybr='9'/></image></annotations>"
    )
    source = yolo_set(tmp_path / "cvat", {"a.png": None})
    (source / "annotations.xml").write_text(text)
    imported(tmp_path / "store", source, format="cvat")

    with open_store(tmp_path / "store") as opened:
        lost = exported(opened, tmp_path / "out", "yolo")

    assert lost == [
        "cvat: yolo has no place for attributes; left out: occluded (1 boxes)",
        "cvat: yolo has no place for what only another format says of a picture; left out: cvat (1 pictures)",
    ]


def test_a_revision_is_exported_as_it_was(store: Path, tmp_path: Path) -> None:
    with open_store(store, writes=True) as opened:
        revision, _ = freeze(opened)
    (tmp_path / "desk" / "labels" / "a.txt").write_text("")
    imported(store, tmp_path / "desk")

    with open_store(store) as opened:
        old = read(store, revision.sha256)
        export(opened, [outgoing(opened, one) for one in old.samples], old.sets, tmp_path / "old.zip", "yolo")

    with zipfile.ZipFile(tmp_path / "old.zip") as archive:
        assert archive.read("desk/labels/a.txt") == b"0 0.5 0.5 0.25 0.25\n"


def test_an_export_that_fails_leaves_nothing_and_one_that_is_there_is_not_touched(store: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "letter.txt").touch()
    with open_store(store) as opened:
        with pytest.raises(DatasetError, match="there: is there already"):
            exported(opened, tmp_path / "there", "yolo")
        for file in (store / "pictures").glob("*/*"):
            file.unlink()
        for name in ("out", "out.zip"):
            with pytest.raises(DatasetError, match="cannot be read; import its set again"):
                exported(opened, tmp_path / name, "yolo")

    assert sorted(file.name for file in tmp_path.iterdir()) == ["desk", "hall", "store", "there"]


def test_the_same_export_gives_the_same_zip(store: Path, tmp_path: Path) -> None:
    with open_store(store) as opened:
        for name in ("one.zip", "two.zip"):
            exported(opened, tmp_path / name, "cvat")

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_files_with_one_stem_are_refused_where_a_format_has_one_label_file_for_both(tmp_path: Path) -> None:
    source = yolo_set(tmp_path / "desk", {"a.png": None, "a.jpg": None})
    (source / "x.json").write_text('{"images": [], "annotations": [], "categories": [{"id": 1, "name": "x"}]}')
    imported(tmp_path / "store", source, format="coco")

    with open_store(tmp_path / "store") as opened:
        with pytest.raises(DatasetError, match=r"a\.jpg and a\.png would share one label file in yolo"):
            exported(opened, tmp_path / "out", "yolo")


def test_a_contact_sheet_has_a_place_for_every_picture_and_draws_chinese() -> None:
    grey = np.full((100, 200, 3), 128, np.uint8)
    plain = contact_sheet([Cell(grey, "a", "", ())] * 3, columns=2)
    named = contact_sheet([Cell(grey, "a", "", [Mark("工牌", (10, 40, 90, 90))])] * 3, columns=2)
    other = contact_sheet([Cell(grey, "a", "", [Mark("手机", (10, 40, 90, 90))])] * 3, columns=2)

    assert plain.shape == (2 * 288 + 8, 2 * 328 + 8, 3)
    assert np.any(plain != named)
    assert np.any(named != other)
    assert cv2.imencode(".png", named)[0]


def test_what_an_export_says_of_classes_can_be_read_by_any_tool(store: Path, tmp_path: Path) -> None:
    with open_store(store) as opened:
        exported(opened, tmp_path / "out", "yolo", "desk")

    assert (tmp_path / "out" / "data.yaml").read_text() == (
        "path: .\ntrain: images\nval: images\nnames:\n  0: phone\n  1: person\n"
    )
    assert (tmp_path / "out" / "groups.csv").read_text().splitlines() == [
        "file,group,split,licence,author,labelled,tags",
        'a.png,room,,MIT,,"phone,person",',
        'b.png,b.png,,MIT,,"phone,person",',
        "c.png,c.png,,MIT,,,",
    ]
    assert read_set(tmp_path / "out")[0].classes == ("phone", "person")
