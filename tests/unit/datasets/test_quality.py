"""What is wrong with pictures and labels is found, and what is not wrong is left alone."""

import tracemalloc
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from datasets.errors import DatasetError
from datasets.quality import Finding, Mark, balance, boxes, disagreement, duplicates, leaks, unreadable
from datasets.store import StoredSample, open_store
from tests.fixtures.labelled import imported, picture, yolo_set


def samples(store: Path) -> list[StoredSample]:
    with open_store(store) as opened:
        return opened.samples()


def kinds(findings: Iterable[Finding]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in findings:
        found.setdefault(one.kind, []).append(one.where)
    return found


def alike(data: bytes) -> bytes:
    """The same scene, brighter and smaller, in another file."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return cv2.imencode(".png", cv2.convertScaleAbs(cv2.resize(pixels, (60, 44)), alpha=1.02, beta=3))[1].tobytes()


def test_the_same_picture_and_one_that_looks_like_it_are_found(tmp_path: Path) -> None:
    source = yolo_set(tmp_path / "desk", {"a.png": "", "b.png": "", "c.png": "", "d.png": "0 .5 .5 .5 .5"}, groups={})
    (source / "images" / "b.png").write_bytes(alike(picture(0)))
    (source / "images" / "d.png").write_bytes(picture(0))
    imported(tmp_path / "store", source)

    found = list(duplicates(samples(tmp_path / "store")))

    assert kinds(found) == {"duplicate": ["desk/a.png"], "near_duplicate": ["desk/a.png"]}
    assert [(one.severity, one.others) for one in found] == [
        ("warning", ("desk/d.png",)),
        ("warning", ("desk/b.png", "desk/d.png")),
    ]
    assert "phone is labelled otherwise" in found[0].what


def test_black_pictures_are_not_taken_for_likenesses(tmp_path: Path) -> None:
    source = yolo_set(tmp_path / "desk", {"a.png": "", "b.png": ""})
    for name, shade in (("a.png", 2), ("b.png", 9)):
        whole = np.full((48, 64, 3), shade, np.uint8)
        (source / "images" / name).write_bytes(cv2.imencode(".png", whole)[1].tobytes())
    imported(tmp_path / "store", source)

    assert list(duplicates(samples(tmp_path / "store"))) == []


def test_a_group_and_a_likeness_on_both_sides_of_a_split_leak(tmp_path: Path) -> None:
    source = yolo_set(tmp_path / "desk", dict.fromkeys(("a.png", "b.png", "c.png", "d.png"), ""), groups={})
    (source / "images" / "b.png").write_bytes(alike(picture(0)))
    (source / "groups.csv").write_text("file,group\na.png,1\nb.png,2\nc.png,3\nd.png,3\n")
    imported(tmp_path / "store", source)
    with open_store(tmp_path / "store", writes=True) as opened:
        sides = {"a.png": "train", "b.png": "test", "c.png": "train", "d.png": "val"}
        opened.move([(one, sides[one.name]) for one in opened.samples()])

    found = list(leaks(samples(tmp_path / "store")))

    assert all(one.severity == "error" for one in found)
    assert [one.what.partition(";")[0] for one in found] == [
        "group '3' is in train and val",
        "looks like desk/b.png, but they are in test and train",
    ]


def test_boxes_that_cannot_be_right_are_found_and_rounding_at_the_edge_is_not(tmp_path: Path) -> None:
    lines = {
        "edge.png": "0 0.503 .5 1.006 1",
        "over.png": "0 .9 .5 .5 .5",
        "outside.png": "0 1.5 .5 .5 .5",
        "flat.png": "0 .5 .5 .5 0",
        "tiny.png": "0 .5 .5 .02 .5",
        "twice.png": "0 .5 .5 .5 .5\n0 .5 .5 .5 .49\n1 .5 .5 .5 .5",
    }
    imported(tmp_path / "store", yolo_set(tmp_path / "desk", lines))

    assert kinds(boxes(samples(tmp_path / "store"), tiny=4)) == {
        "no_area": ["desk/flat.png"],
        "out_of_range": ["desk/outside.png", "desk/over.png"],
        "tiny": ["desk/tiny.png"],
        "overlap": ["desk/twice.png"],
    }


def test_a_picture_with_very_many_boxes_is_checked_in_little_memory(tmp_path: Path) -> None:
    rows = [f"0 {(at % 100) / 100:.3f} {(at // 100) / 100:.3f} .005 .005" for at in range(8000)]
    imported(tmp_path / "store", yolo_set(tmp_path / "desk", {"a.png": "\n".join([*rows, rows[0]])}))

    tracemalloc.start()
    found = list(boxes(samples(tmp_path / "store"), tiny=0))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert sum(one.kind == "overlap" for one in found) == 1
    assert most < 200e6  # all pairs at once would take a gigabyte


def test_a_damaged_and_a_missing_file_are_named(tmp_path: Path) -> None:
    imported(tmp_path / "store", yolo_set(tmp_path / "desk", {"a.png": "", "b.png": "", "c.png": ""}))
    one, other, _ = samples(tmp_path / "store")
    with open_store(tmp_path / "store") as opened:
        opened.picture_file(one.picture, one.suffix).unlink()
        opened.picture_file(other.picture, other.suffix).write_bytes(b"rot")

        found = list(unreadable(opened, opened.samples()))

    assert [(one.where, one.severity) for one in found] == [("desk/a.png", "error"), ("desk/b.png", "error")]
    assert "is missing; import the set again" in found[0].what
    assert "is damaged" in found[1].what
    assert imported(tmp_path / "store", tmp_path / "desk").left_out == ()
    with open_store(tmp_path / "store") as opened:
        assert list(unreadable(opened, opened.samples())) == []


def test_what_a_set_lacks_as_a_whole_is_said(tmp_path: Path) -> None:
    many = {f"{at}.png": "0 .5 .5 .5 .5" for at in range(21)}
    source = yolo_set(tmp_path / "desk", {**many, "bare.png": None}, ("phone", "Phone", "cup"))
    (source / "labels" / "0.txt").write_text("0 .5 .5 .5 .5\n2 .5 .5 .5 .5")
    imported(tmp_path / "store", source, group_by="set")
    imported(tmp_path / "store", yolo_set(tmp_path / "loose", {"x.png": "", "y.png": ""}, first=50), licence="MIT")
    with open_store(tmp_path / "store", writes=True) as opened:
        opened.move([(one, "val" if one.name == "x.png" else "train") for one in opened.samples()])
        opened.move([(one, "val") for one in opened.samples() if one.name == "0.png"])

    assert kinds(balance(samples(tmp_path / "store"))) == {
        "rare_class": ["cup"],
        "one_group": ["phone"],
        "spelling": ["Phone"],
        "unlabelled": ["desk"],
        "no_licence": ["desk"],
        "no_groups": ["loose"],
    }


class Painted:
    """Sees what the test says, and counts how often it is asked."""

    name = "toy"
    classes = ("person",)

    def __init__(self, marks: Sequence[Mark]) -> None:
        self.marks = list(marks)
        self.asked = 0

    def find(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> list[list[Mark]]:
        self.asked += len(pictures)
        return [self.marks for _ in pictures]


def test_objects_without_a_label_and_labels_without_an_object_are_found_and_answers_are_kept(tmp_path: Path) -> None:
    source = yolo_set(tmp_path / "desk", {"a.png": "0 .25 .5 .5 1\n1 .5 .5 .5 1"}, ("staff", "phone"))
    imported(tmp_path / "store", source)
    seen = [
        Mark("person", (40, 0, 64, 48), 0.9),
        Mark("person", (0, 0, 30, 48), 0.07),
        Mark("person", (0, 0, 9, 9), 0.4),
    ]
    network = Painted(seen)

    with open_store(tmp_path / "store", writes=True) as opened:
        for _ in range(2):
            found = list(disagreement(opened, opened.samples(), network, 0.6, {"staff": "person"}))

    assert [(one.kind, one.marks[0].kind) for one in found] == [("maybe_missing", "person"), ("maybe_wrong", "staff")]
    assert found[0].rank == 0.9
    assert network.asked == 1


def test_a_network_that_knows_none_of_the_classes_is_refused_with_the_mapping_that_is_missing(tmp_path: Path) -> None:
    imported(tmp_path / "store", yolo_set(tmp_path / "desk", {"a.png": ""}))

    with open_store(tmp_path / "store", writes=True) as opened:
        network = Painted([])
        network.classes = ("car",)
        with pytest.raises(DatasetError, match="knows car, the labels person, phone; say which is which with --map"):
            list(disagreement(opened, opened.samples(), network, 0.6, {}))
