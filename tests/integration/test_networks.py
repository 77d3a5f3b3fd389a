"""The shipped networks see people, the same with either runtime, and their cards tell no other story."""

from pathlib import Path

import cv2
import matplotlib
import numpy as np
import numpy.typing as npt
import pytest

from vision.card import SHIPPED, read_card
from vision.detector import load_detector
from vision.geometry import iou

Pixels = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def officer() -> Pixels:
    """A photograph of one person that comes inside matplotlib, on a wide grey ground."""
    photograph = cv2.imread(str(Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"))
    assert photograph is not None
    picture = np.full((720, 1280, 3), 150, np.uint8)
    picture[60:660, 400:912] = cv2.resize(photograph, (512, 600))
    return picture


@pytest.mark.parametrize("name", ["person", "objects"])
def test_both_runtimes_see_the_same(officer: Pixels, name: str) -> None:
    seen = [
        load_detector(SHIPPED / name, runtime).detect([officer], side)[0].of("person", 0.4)
        for side in (640, 448)
        for runtime in ("openvino", "onnx")
    ]

    assert [len(one) for one in seen] == [1, 1, 1, 1]
    for one, other in ((seen[0], seen[1]), (seen[2], seen[3])):
        assert iou(one.boxes, other.boxes)[0, 0] > 0.95
        assert one.scores[0] == pytest.approx(other.scores[0], abs=0.05)


@pytest.mark.parametrize("name", ["person", "objects"])
def test_card_names_its_recipe_its_data_and_what_was_measured(name: str) -> None:
    card = read_card(SHIPPED / name)
    text = (SHIPPED / name / "card.yaml").read_text(encoding="utf-8")

    assert (Path(__file__).parents[2] / "training" / "recipes" / f"{name}.yaml").is_file()
    assert card.name == name
    for key in ("threshold_source:", "data:", "figures:", "parent:", "licence: AGPL-3.0", f"recipes/{name}.yaml"):
        assert key in text, key
