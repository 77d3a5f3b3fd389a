"""Sets in YOLO form are read without guessing."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from datasets import DatasetError, is_held_out, read_yolo


def a_set(root: Path, label: str, group: str = "one.jpg,room") -> Path:
    (root / "images").mkdir(parents=True)
    (root / "labels").mkdir()
    cv2.imwrite(str(root / "images" / "one.jpg"), np.zeros((10, 20, 3), np.uint8))
    (root / "labels" / "one.txt").write_text(label)
    (root / "classes.txt").write_text("phone\nperson\n")
    (root / "groups.csv").write_text(f"file,group\n{group}\n")
    return root


def test_boxes_come_with_class_names_and_pixels(tmp_path: Path) -> None:
    sample = read_yolo(a_set(tmp_path / "desk", "1 0.5 0.5 0.5 1\n"))[0]
    assert (sample.name, sample.group) == ("desk", "room")
    assert [(box.kind, box.pixels(20, 10)) for box in sample.boxes] == [("person", (5.0, 0.0, 15.0, 10.0))]


@pytest.mark.parametrize(
    ("label", "complaint"),
    [
        ("7 0.5 0.5 0.5 0.5", "class 7, but classes.txt has 2"),
        ("0 0.5 0.5", "expected 'class cx cy w h'"),
        ("0 0.5 1.5 0.5 0.5", "box out of range"),
    ],
)
def test_a_bad_label_names_its_file_and_line(tmp_path: Path, label: str, complaint: str) -> None:
    with pytest.raises(DatasetError, match=r"one\.txt, line 1") as caught:
        read_yolo(a_set(tmp_path / "desk", label))
    assert complaint in str(caught.value)


def test_a_picture_without_a_group_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"groups\.csv: no group for one\.jpg"):
        read_yolo(a_set(tmp_path / "desk", "", group="two.jpg,room"))


def test_about_the_wanted_share_of_groups_is_held_out_and_always_the_same_ones() -> None:
    groups = [f"room-{number}" for number in range(400)]
    held = {group for group in groups if is_held_out("desk", group, 0.2, 7)}
    assert 50 < len(held) < 110
    assert held == {group for group in reversed(groups) if is_held_out("desk", group, 0.2, 7)}
