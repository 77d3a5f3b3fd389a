"""Sets of other origins are read whatever their small print; what is broken is named."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from datasets import DatasetError
from training.evaluation.sets import EvaluationSet, read_picture, read_set


def draw(path: Path, size: tuple[int, int] = (64, 48)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    _, content = cv2.imencode(".jpg" if path.suffix.lower() in (".jpg", ".jpeg") else path.suffix, _pixels(size))
    path.write_bytes(content.tobytes())
    return path


def _pixels(size: tuple[int, int]) -> np.ndarray:  # type: ignore[type-arg]
    return np.random.default_rng(1).integers(0, 255, (size[1], size[0], 3), np.uint8)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def read(root: Path, **renames: str) -> EvaluationSet:
    return read_set(root, "set", ("badge", "cell phone"), renames)


def kinds(one: EvaluationSet) -> list[list[str]]:
    return [[box.kind for box in sample.boxes] for sample in one.samples]


def test_the_usual_layout(tmp_path: Path) -> None:
    draw(tmp_path / "images" / "a.jpg")
    draw(tmp_path / "images" / "b.jpg")
    write(tmp_path / "labels" / "a.txt", "0 0.5 0.5 0.2 0.2\n\n1 0.5 0.5 0.1 0.1 0.87\n")
    write(tmp_path / "labels" / "b.txt", "")
    write(tmp_path / "classes.txt", "badge\nlanyard\n")
    write(tmp_path / "groups.csv", "file,group\na.jpg,hall\nb.jpg,hall\n")

    one = read(tmp_path)

    assert kinds(one) == [["badge", "lanyard"], []]
    assert [sample.group for sample in one.samples] == ["hall", "hall"]
    assert one.notes == ()


def test_roboflows_layout_with_upper_case_other_formats_and_outlines(tmp_path: Path) -> None:
    draw(tmp_path / "valid" / "images" / "A.PNG")
    draw(tmp_path / "test" / "images" / "b.webp")
    draw(tmp_path / "test" / "images" / ".hidden.jpg")
    write(tmp_path / "valid" / "labels" / "A.txt", "1 0.1 0.2 0.5 0.2 0.5 0.6 0.1 0.6\n")
    write(tmp_path / "data.yaml", "names: {0: Badge, 1: Cell_Phone}\n")

    one = read(tmp_path)

    assert [sample.picture.name for sample in one.samples] == ["b.webp", "A.PNG"]
    (box,) = one.samples[1].boxes
    assert (box.kind, box.cx, box.cy) == ("cell phone", pytest.approx(0.3), pytest.approx(0.4))
    assert one.notes == ("set: 1 pictures have no label file and count as empty",)
    assert len({sample.group for sample in one.samples}) == 2


def test_labels_beside_the_pictures_and_their_names_for_ours(tmp_path: Path) -> None:
    draw(tmp_path / "a.jpeg")
    write(tmp_path / "a.txt", "0 0.5 0.5 0.2 0.2")
    write(tmp_path / "classes.txt", "ID-Card")

    assert kinds(read(tmp_path, id_card="badge")) == [["badge"]]


def test_folders_of_pictures_without_labels_are_classes(tmp_path: Path) -> None:
    draw(tmp_path / "images" / "with" / "a.jpg")
    draw(tmp_path / "images" / "without" / "b.jpg")

    one = read(tmp_path, **{"with": "badge"})

    assert [sample.folder for sample in one.samples] == ["badge", "without"]
    assert not one.labelled


def test_box_that_sticks_out_by_a_rounding_is_cut_at_the_edge(tmp_path: Path) -> None:
    draw(tmp_path / "images" / "a.jpg")
    write(tmp_path / "images" / "a.txt", "0 0.95 0.5 0.11 1.0")
    write(tmp_path / "classes.txt", "badge")

    assert read(tmp_path).samples[0].boxes[0].pixels(100, 100)[2:] == (100, 100)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("0 0.5 0.5 0.2", "a.txt, line 1: expected 'class cx cy w h'"),
        ("badge 0.5 0.5 0.2 0.2", "a.txt, line 1: expected 'class cx cy w h'"),
        ("3 0.5 0.5 0.2 0.2", "a.txt, line 1: class 3, but classes.txt has 1"),
        ("0 50 50 20 20", "a.txt, line 1: box out of range"),
        ("0 0.5 0.5 nan 0.2", "a.txt, line 1: box out of range"),
        ("0 0.5 0.5 0 0.2", "a.txt, line 1: box out of range"),
    ],
)
def test_wrong_label_line_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    draw(tmp_path / "images" / "a.jpg")
    write(tmp_path / "labels" / "a.txt", line)
    write(tmp_path / "classes.txt", "badge")

    with pytest.raises(DatasetError, match=complaint):
        read(tmp_path)


def test_label_without_any_class_names_is_named(tmp_path: Path) -> None:
    draw(tmp_path / "images" / "a.jpg")
    write(tmp_path / "labels" / "a.txt", "0 0.5 0.5 0.2 0.2")

    with pytest.raises(DatasetError, match=r"has no classes\.txt that names it"):
        read(tmp_path)


def test_folder_without_pictures_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no picture in it"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
@pytest.mark.parametrize("kept", [0.0, 0.3, 0.95])
def test_picture_that_is_cut_short_is_named(tmp_path: Path, name: str, kept: float) -> None:
    path = draw(tmp_path / name, (320, 240))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])

    with pytest.raises(DatasetError, match=name):
        read_picture(path)


def test_text_that_is_called_a_picture_is_named(tmp_path: Path) -> None:
    write(tmp_path / "a.jpg", "no picture")

    with pytest.raises(DatasetError, match="is no JPEG, PNG"):
        read_picture(tmp_path / "a.jpg")


def test_table_without_its_column_is_named(tmp_path: Path) -> None:
    draw(tmp_path / "images" / "a.jpg")
    write(tmp_path / "groups.csv", "file,scene\na.jpg,1\n")

    with pytest.raises(DatasetError, match="has no column group"):
        read(tmp_path)
