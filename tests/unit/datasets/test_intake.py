"""What is imported is in the store once, can be imported again, and is refused or left out by name when it is bad."""

from pathlib import Path

import pytest

from datasets.errors import DatasetError
from datasets.store import open_store
from tests.fixtures.labelled import AT, files, imported, kept, picture, yolo_set


def test_a_set_is_kept_with_its_boxes_groups_licence_and_origin(tmp_path: Path) -> None:
    source = yolo_set(tmp_path / "desk", {"a.png": "0 .5 .5 .25 .25\n", "b.png": ""}, groups={"a.png": "room 1"})

    done = imported(tmp_path / "store", source, licence="CC BY 4.0", author="li.na")

    one = kept(tmp_path / "store")["desk/a.png"]
    assert (done.pictures, done.added, done.boxes, done.checked_empty, done.left_out) == (2, 2, 1, 1, ())
    assert (one.size, one.group, one.licence, one.author, one.added_at) == (
        (64, 48),
        "room 1",
        "CC BY 4.0",
        "li.na",
        AT,
    )
    assert one.annotation.labels[0].numbers == (0.5, 0.5, 0.25, 0.25)
    assert (one.annotation.labelled, one.origin) == (("phone", "person"), "labels/a.txt")


def test_importing_again_changes_only_what_was_labelled_otherwise(tmp_path: Path) -> None:
    source = yolo_set(tmp_path / "desk", {"a.png": "0 .5 .5 .25 .25\n", "b.png": ""}, groups={})
    imported(tmp_path / "store", source)
    before = files(tmp_path / "store")
    (source / "labels" / "b.txt").write_text("1 .5 .5 1 1\n")

    again = imported(tmp_path / "store", source, at="2027-01-01T00:00:00+00:00")

    samples = kept(tmp_path / "store")
    assert (again.added, again.changed) == (0, 1)
    assert [label.kind for label in samples["desk/b.png"].annotation.labels] == ["person"]
    assert samples["desk/b.png"].added_at == AT
    assert files(tmp_path / "store") == before


def test_importing_again_keeps_splits_and_groups_that_the_source_does_not_name(tmp_path: Path) -> None:
    source = yolo_set(tmp_path / "desk", {"cam1_a.png": ""})
    imported(tmp_path / "store", source, group_by="(cam[0-9])_")
    with open_store(tmp_path / "store", writes=True) as opened:
        opened.move([(one, "test") for one in opened.samples()])

    again = imported(tmp_path / "store", source)

    one = kept(tmp_path / "store")["desk/cam1_a.png"]
    assert (one.group, one.split, again.changed) == ("cam1", "test", 0)


def test_a_set_that_comes_again_is_renamed_as_before(tmp_path: Path) -> None:
    source = yolo_set(tmp_path / "desk", {"a.png": "0 .5 .5 .25 .25\n"}, ("cell phone", "cup"))
    imported(tmp_path / "store", source, mapping={"cell phone": "phone", "cup": ""})
    (source / "classes.txt").write_text("cell phone\n")

    again = imported(tmp_path / "store", source)

    assert (again.changed, kept(tmp_path / "store")["desk/a.png"].annotation.labelled) == (0, ("phone",))


def test_a_picture_that_is_cut_off_is_left_out_and_named_and_comes_with_the_next_import(tmp_path: Path) -> None:
    source = yolo_set(tmp_path / "desk", {"a.png": "", "b.png": ""})
    whole = (source / "images" / "b.png").read_bytes()
    (source / "images" / "b.png").write_bytes(whole[: len(whole) // 2])

    first = imported(tmp_path / "store", source)
    (source / "images" / "b.png").write_bytes(whole)
    second = imported(tmp_path / "store", source)

    assert first.left_out == (f"{source}/images/b.png: cannot be read as a picture (cut off or damaged)",)
    assert (first.pictures, second.added, len(kept(tmp_path / "store"))) == (1, 1, 2)


def test_another_picture_of_a_known_name_is_left_out_and_named(tmp_path: Path) -> None:
    source = yolo_set(tmp_path / "desk", {"a.png": ""})
    imported(tmp_path / "store", source)
    (source / "images" / "a.png").write_bytes(picture(99))

    again = imported(tmp_path / "store", source)

    assert "the set desk has another picture of this name" in again.left_out[0]


def test_a_set_of_the_same_name_from_elsewhere_is_no_addition_unless_that_is_said(tmp_path: Path) -> None:
    one = yolo_set(tmp_path / "train" / "desk", {"a.png": ""})
    other = yolo_set(tmp_path / "eval" / "desk", {"b.png": ""}, first=5)
    imported(tmp_path / "store", one)

    with pytest.raises(DatasetError, match=r"the store has a set desk from .*train/desk; name this one with --set"):
        imported(tmp_path / "store", other, adds=False)
    assert imported(tmp_path / "store", other).gone == ("a.png",)
    assert len(kept(tmp_path / "store")) == 2


def test_the_same_picture_in_two_sets_has_one_file(tmp_path: Path) -> None:
    for name in ("one", "two"):
        imported(tmp_path / "store", yolo_set(tmp_path / name, {"a.png": ""}))

    assert len(files(tmp_path / "store")) == 1
    assert len(kept(tmp_path / "store")) == 2


def test_boxes_drawn_on_another_size_than_the_pictures_are_left_out(tmp_path: Path) -> None:
    text = (
        "<annotation><filename>a.png</filename><size><width>1920</width><height>1080</height></size><object>"
        "<name>x</name><bndbox><xmin>0</xmin><ymin>0</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object></annotation>"
    )
    source = tmp_path / "voc"
    source.mkdir()
    (source / "a.xml").write_text(text)
    (source / "a.png").write_bytes(picture(1))

    done = imported(tmp_path / "store", source)

    assert "a.xml draws its boxes on 1920x1080 pixels, but the picture has 64x48" in done.left_out[0]


def test_a_fault_in_the_labels_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    imported(tmp_path / "store", yolo_set(tmp_path / "desk", {"a.png": ""}))
    bad = yolo_set(tmp_path / "bad", {"b.png": "", "c.png": "0 0 0"}, first=5)

    with pytest.raises(DatasetError, match=r"c\.txt, line 1"):
        imported(tmp_path / "store", bad)

    assert list(kept(tmp_path / "store")) == ["desk/a.png"]


@pytest.mark.parametrize(
    ("group_by", "group"), [("set", "desk"), ("folder", "east/night"), (r"/(cam\d+)_", "cam3"), (r"cam(?P<n>\d+)", "3")]
)
def test_groups_come_from_the_set_the_folder_or_the_name(tmp_path: Path, group_by: str, group: str) -> None:
    source = yolo_set(tmp_path / "desk", {"east/night/cam3_0001.png": ""})

    imported(tmp_path / "store", source, group_by=group_by)

    assert kept(tmp_path / "store")["desk/east/night/cam3_0001.png"].group == group


@pytest.mark.parametrize("group_by", ["(", "cam", "(room)"])
def test_a_group_that_no_name_has_is_refused(tmp_path: Path, group_by: str) -> None:
    with pytest.raises(DatasetError, match="--group-by"):
        imported(tmp_path / "store", yolo_set(tmp_path / "desk", {"cam3_1.png": ""}), group_by=group_by)


def test_a_set_is_named_like_a_folder(tmp_path: Path) -> None:
    source = yolo_set(tmp_path / "desk", {"a.png": ""})

    for name in ("../x", ".x", "a:b", " "):
        with pytest.raises(DatasetError, match="--set"):
            imported(tmp_path / "store", source, set=name)
