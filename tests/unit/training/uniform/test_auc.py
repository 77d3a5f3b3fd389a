"""`uniform_auc` on a set that is painted: what is told apart, what is not, and what never is on both sides."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from datasets import DatasetError
from tests.fixtures.toy_network import RED, write_red_network
from tests.fixtures.toy_torso import PLAIN, TEAL, painted, write_torso_network
from training.uniform import uniform_auc


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_torso_network(tmp_path_factory.mktemp("models") / "toy")


def painted_set(root: Path, worn: int, box: str = "0.5 0.5 1 1", uniform: tuple[int, int, int] = TEAL) -> Path:
    """``worn`` pictures of the uniform and 20 of plain clothes, each its own scene, and two of neither."""
    (root / "images").mkdir(parents=True)
    (root / "labels").mkdir()
    rows = ["file,group"]
    wanted = [(0, uniform)] * worn + [(1, PLAIN[seed % 6]) for seed in range(20)] + [(2, uniform)] * 2
    for number, (kind, colour) in enumerate(wanted):
        cv2.imwrite(str(root / "images" / f"{number:03d}.jpg"), painted(colour, number))
        (root / "labels" / f"{number:03d}.txt").write_text(f"{kind} {box}\n")
        rows.append(f"{number:03d}.jpg,{number * 100}")
    (root / "groups.csv").write_text("\n".join(rows) + "\n")
    (root / "classes.txt").write_text("uniform\nother\nstaff_other\n")
    return root


@pytest.mark.parametrize("box", ["0.5 0.5 1 1", "0.5 0.5 0.6 0.8"])
def test_uniform_of_its_own_is_told_apart(folder: Path, tmp_path: Path, box: str) -> None:
    draws = uniform_auc(folder, painted_set(tmp_path / "set", 40, box), references=10, draws=5)

    assert len(draws) == 5
    assert min(draws) > 0.99


def test_plain_clothes_are_not(folder: Path, tmp_path: Path) -> None:
    assert np.mean(uniform_auc(folder, painted_set(tmp_path / "set", 40, uniform=PLAIN[1]), draws=5)) < 0.97


def test_same_seed_gives_the_same(folder: Path, tmp_path: Path) -> None:
    root = painted_set(tmp_path / "set", 30, uniform=PLAIN[1])

    assert uniform_auc(folder, root, draws=3, seed=1) == uniform_auc(folder, root, draws=3, seed=1)


def test_too_few_pictures_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="10 boxes of class uniform"):
        uniform_auc(folder, painted_set(tmp_path / "set", 10))


def test_one_scene_is_refused(folder: Path, tmp_path: Path) -> None:
    root = painted_set(tmp_path / "set", 20)
    text = (root / "groups.csv").read_text().splitlines()
    (root / "groups.csv").write_text("\n".join([text[0], *(f"{row.split(',')[0]},1" for row in text[1:])]))

    with pytest.raises(DatasetError, match="of one scene"):
        uniform_auc(folder, root)


def test_detector_with_a_class_for_the_uniform_needs_no_references(tmp_path: Path) -> None:
    network = write_red_network(tmp_path / "own", "uniform")
    red, teal = painted_set(tmp_path / "red", 20, uniform=RED), painted_set(tmp_path / "teal", 20)

    assert uniform_auc(network, teal) == pytest.approx([0.5], abs=0.2)
    (told,) = uniform_auc(network, red)
    assert told > 0.8


def test_detector_is_measured_on_both_sides(tmp_path: Path) -> None:
    network = write_red_network(tmp_path / "own", "uniform")

    with pytest.raises(DatasetError, match="no box of class uniform"):
        uniform_auc(network, painted_set(tmp_path / "set", 0))
