"""Raw network output to boxes in the picture, for both layouts, and the folder's card."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from vision.card import SHIPPED, ModelCard, read_card
from vision.detector import Letterbox, decode, letterbox, load_detector
from vision.errors import ModelError


def card(output: str = "yolo26", classes: tuple[str, ...] = ("person", "cell phone")) -> ModelCard:
    folder = Path("model")
    thresholds = dict.fromkeys(classes, 0.3)
    return ModelCard("m", "1", folder, folder / "model.xml", "0" * 64, classes, output, {"scene": 640}, thresholds)  # type: ignore[arg-type]


def test_wide_picture_is_scaled_to_its_long_side_and_padded_to_whole_strides() -> None:
    canvas, fit = letterbox(np.full((1080, 1920, 3), 200, np.uint8), 640)

    assert canvas.shape == (384, 640, 3)
    assert fit.scale == pytest.approx(1 / 3)
    assert (canvas[:360] == 200).all()
    assert (canvas[360:] == 114).all()


def test_small_picture_is_grown() -> None:
    canvas, fit = letterbox(np.zeros((240, 470, 3), np.uint8), 640)

    assert canvas.shape[1] == 640
    assert fit.scale > 1


def test_nms_free_output_is_mapped_back_best_first() -> None:
    raw = np.zeros((300, 6), np.float32)
    raw[0] = 32, 16, 64, 48, 0.4, 1
    raw[1] = 100, 100, 200, 300, 0.9, 0
    raw[2] = 10, 10, 20, 20, 0.01, 0

    found = decode((raw,), card(), Letterbox(0.5, 1280, 720), 0.05)

    assert found.arrays()[2] == ["person", "cell phone"]
    assert found.boxes.tolist() == [[200, 200, 400, 600], [64, 32, 128, 96]]
    assert len(found.of("cell phone")) == 1
    assert len(found.of("cell phone", 0.5)) == 0


def test_classic_output_is_thinned_out_by_class() -> None:
    raw = np.zeros((6, 8400), np.float32)
    raw[:, 0] = 100, 100, 50, 80, 0.8, 0.0
    raw[:, 1] = 102, 101, 50, 80, 0.7, 0.0  # the same person again
    raw[:, 2] = 102, 101, 50, 80, 0.0, 0.6  # a phone of the same size is another thing
    raw[:, 3] = 300, 300, 40, 40, 0.5, 0.0

    found = decode((raw,), card("yolov8"), Letterbox(1.0, 640, 480), 0.25)

    assert found.arrays()[2] == ["person", "cell phone", "person"]
    assert found.scores.tolist() == pytest.approx([0.8, 0.6, 0.5])
    assert found.boxes[0].tolist() == [75, 60, 125, 140]


def test_boxes_stay_in_the_picture() -> None:
    raw = np.zeros((300, 6), np.float32)
    raw[0] = -20, -10, 900, 700, 0.9, 0
    raw[1] = 640, 100, 700, 200, 0.9, 0  # wholly in the padding

    found = decode((raw,), card(), Letterbox(1.0, 640, 360), 0.05)

    assert found.boxes.tolist() == [[0, 0, 640, 360]]


def test_output_that_is_not_what_the_card_says_is_refused() -> None:
    with pytest.raises(ModelError, match="yolo26"):
        decode(np.zeros((84, 8400), np.float32), card(), Letterbox(1, 640, 640), 0.1)
    with pytest.raises(ModelError, match="2 classes"):
        decode(np.zeros((84, 8400), np.float32), card("yolov8"), Letterbox(1, 640, 640), 0.1)


def test_missing_class_is_refused_by_name() -> None:
    with pytest.raises(ModelError, match=r'model "m".*has no class cigarette, which rule "smoking" needs'):
        card().require(frozenset({"cigarette", "person"}), 'rule "smoking"')


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"classes": None}, "classes"),
        ({"thresholds": {"person": 0.1}}, "thresholds must name every class"),
        ({"output": "yolo99"}, "output is 'yolo99'"),
        ({"files": {"model.xml": "0" * 64, "model.bin": "0" * 64}}, "damaged or was exchanged"),
        ({"files": {"weights.bin": "0" * 64}}, "is missing"),
        ({"name": ...}, "name is missing"),
    ],
)
def test_bad_card_is_refused_with_the_key(tmp_path: Path, change: dict[str, object], says: str) -> None:
    for file in ("model.xml", "model.bin"):
        (tmp_path / file).write_bytes(b"network")
    entries = yaml.safe_load((SHIPPED / "objects" / "card.yaml").read_text(encoding="utf-8"))
    entries.update(change)
    entries = {key: value for key, value in entries.items() if value is not ...}
    (tmp_path / "card.yaml").write_text(yaml.safe_dump(entries), encoding="utf-8")

    with pytest.raises(ModelError, match=says):
        read_card(tmp_path)


def test_folder_without_card_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no card"):
        load_detector(tmp_path)


def test_shipped_networks_see_a_person_in_an_astronauts_portrait() -> None:
    from skimage import data

    picture = cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2BGR)

    boxes, scores, names = load_detector(SHIPPED / "person").detect([picture])[0].arrays()

    assert names[0] == "person"
    assert scores[0] > 0.7
    x1, y1, x2, y2 = boxes[0]
    assert x1 < 130
    assert y1 < 60
    assert x2 > 350
    assert y2 > 480


def test_pictures_of_several_shapes_are_seen_side_by_side_as_alone() -> None:
    detector = load_detector(SHIPPED / "person")
    from skimage import data

    portrait = cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2BGR)
    pictures = [portrait, portrait[:300], portrait[:, :300].copy(), portrait]

    together = detector.detect(pictures, 320)
    alone = [detector.detect([picture], 320)[0] for picture in pictures]

    for one, other in zip(together, alone, strict=True):
        assert one.boxes.tolist() == other.boxes.tolist()
        assert one.scores.tolist() == other.scores.tolist()
