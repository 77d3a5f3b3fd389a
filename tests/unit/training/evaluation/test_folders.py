"""A folder is measured as what it is called, or as --map says; a class that is missing is named with its mend."""

from pathlib import Path

import pytest

from datasets import DatasetError
from tests.unit.training.evaluation.test_sets import draw, write
from training.evaluation.folders import Assigned, assigned, opened, parse_map
from vision.errors import BadInput


def folder(root: Path, name: str, classes: str = "badge") -> Path:
    draw(root / name / "images" / "a.jpg")
    write(root / name / "labels" / "a.txt", "0 0.5 0.5 0.2 0.2")
    write(root / name / "classes.txt", classes)
    return root / name


def found(root: Path, *maps: str) -> list[Assigned]:
    return assigned(root, [parse_map(text) for text in maps])[0]


def test_map_names_folder_kind_and_classes() -> None:
    one = parse_map("events=badge-web:ID Card=badge,guest=person")

    assert (one.folder, one.kind, one.renames) == ("events", "badge-web", {"ID Card": "badge", "guest": "person"})


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("events", "write it as FOLDER=KIND"),
        ("=badge-web", "write it as FOLDER=KIND"),
        ("events=badges", "there is no kind 'badges'; kinds are counter-scenes, "),
        ("events=badge-web:card", "such as events=badge-web:id_card=badge"),
    ],
)
def test_map_that_is_not_clear_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint):
        parse_map(text)


def test_known_names_are_found_in_the_order_of_kinds_and_the_rest_is_listed(tmp_path: Path) -> None:
    for name in ("badge-web", "Counter_Scenes", "uniform-bank", "holiday"):
        folder(tmp_path, name)
    (tmp_path / "notes").mkdir()

    measured, passed = assigned(tmp_path, [])

    assert [(one.name, one.kind.name) for one in measured] == [
        ("Counter_Scenes", "counter-scenes"),
        ("badge-web", "badge-web"),
        ("uniform-bank", "uniform-restaurant"),
    ]
    reasons = {one.set: one.reason for one in passed}
    assert "--map holiday=KIND" in reasons["holiday"]
    assert "smoking-web" in reasons
    assert "notes" not in reasons


def test_root_may_be_one_set(tmp_path: Path) -> None:
    folder(tmp_path, "badge-web")

    (one,) = found(tmp_path / "badge-web")

    assert (one.name, one.kind.name) == ("badge-web", "badge-web")


def test_mapped_folder_is_measured_as_its_kind(tmp_path: Path) -> None:
    folder(tmp_path, "events", "card")

    (one,) = found(tmp_path, "events=badge-web:card=badge")

    assert [box.kind for box in opened(one).samples[0].boxes] == ["badge"]


def test_mapped_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    folder(tmp_path, "events")

    with pytest.raises(BadInput, match="has no folder event; it has events"):
        found(tmp_path, "event=badge-web")


def test_root_of_which_nothing_can_be_measured_is_refused(tmp_path: Path) -> None:
    folder(tmp_path, "holiday")

    with pytest.raises(BadInput, match=r"say which is which with --map FOLDER=KIND; it has holiday"):
        found(tmp_path)
    with pytest.raises(BadInput, match="there is no such folder"):
        found(tmp_path / "nowhere")


def test_class_that_is_missing_is_named_with_the_mapping_that_would_give_it(tmp_path: Path) -> None:
    folder(tmp_path, "badge-web", "id_card")

    (one,) = found(tmp_path)

    with pytest.raises(
        DatasetError, match=r'needs the class "badge"; it has id_card\..*--map badge-web=badge-web:id_card'
    ):
        opened(one)


def test_word_that_says_neither_worn_nor_not_is_named(tmp_path: Path) -> None:
    write(folder(tmp_path, "badge-torso") / "worn.csv", "file,worn\na.jpg,perhaps\n")

    (one,) = found(tmp_path)

    with pytest.raises(DatasetError, match=r"worn\.csv: a\.jpg is 'perhaps'; write worn or not_worn"):
        opened(one)
