"""A hall's camera: the same picture from the same seed, and boxes that go where things go."""

import cv2
import numpy as np
import pytest

from training.augment import h264, hall_camera, hall_transforms
from training.look import Picture


def picture(height: int = 120, width: int = 160) -> Picture:
    rng = np.random.default_rng(5)
    small = rng.integers(0, 255, (height // 10, width // 10, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(small, (width, height)), dtype=np.uint8)


@pytest.mark.parametrize("seed", range(8))
def test_same_seed_gives_the_same_picture_of_the_same_size(seed: int) -> None:
    one, other = (hall_camera(picture(), np.random.default_rng(seed)) for _ in range(2))

    assert one.shape == (120, 160, 3)
    assert np.array_equal(one, other)


def test_pictures_of_odd_size_go_through_h264() -> None:
    assert h264(picture(51, 73), 30).shape == picture(51, 73).shape


def test_boxes_follow_a_wide_lens() -> None:
    albumentations = pytest.importorskip("albumentations", reason="albumentations is missing: the extra training")
    black = np.zeros((400, 600, 3), dtype=np.uint8)
    cv2.rectangle(black, (400, 250), (520, 330), (255, 255, 255), -1)
    lens = [one for one in hall_transforms() if type(one).__name__ == "OpticalDistortion"]
    lens[0].p = 1
    look = albumentations.Compose(
        lens, bbox_params=albumentations.BboxParams(format="pascal_voc", label_fields=["names"]), seed=1
    )

    seen = look(image=black, bboxes=[[400, 250, 520, 330]], names=["card"])

    rows, columns = np.where(seen["image"][..., 0] > 200)
    assert seen["bboxes"][0] == pytest.approx([columns.min(), rows.min(), columns.max(), rows.max()], abs=2)
    assert columns.max() < 515


def test_transforms_survive_a_checkpoint_and_draw_the_same_from_the_same_seed() -> None:
    albumentations = pytest.importorskip("albumentations", reason="albumentations is missing: the extra training")
    kept = [albumentations.to_dict(one) for one in hall_transforms()]
    looks = [albumentations.Compose([albumentations.from_dict(one) for one in kept], seed=seed) for seed in (3, 3, 4)]

    one, same, other = ([look(image=picture(320, 480))["image"] for _ in range(4)] for look in looks)

    assert all(np.array_equal(a, b) for a, b in zip(one, same, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
