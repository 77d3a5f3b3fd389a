"""Batches of composed pictures: every picture once a pass, labels that stay with what they are about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from training.batches import Batches, framed
from training.compose import Composed, Group
from training.labels import Known, Region
from training.recipe import Fit

MARK = Region(3, 60, 20, 100, 50)


def fit(**changed: object) -> Fit:
    settings = {
        "steps": 10,
        "batch": 4,
        "lr0": 0.001,
        "lrf": 0.1,
        "warmup_steps": 1,
        "weight_decay": 0.0,
        "freeze": 0,
        "shapes": {"close": (64, 64), "scene": (64, 128)},
        "seed": 1,
    }
    return Fit.model_validate({**settings, **changed})


def marked(width: int = 160, height: int = 90) -> np.ndarray:
    """Black with a white box where ``MARK`` is."""
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    picture[int(MARK.y1) : int(MARK.y2), int(MARK.x1) : int(MARK.x2)] = 255
    return picture


def rows(folder: Path, groups: Sequence[Group]) -> list[Composed]:
    out = []
    for number, group in enumerate(groups):
        file = folder / f"{number}.png"
        cv2.imwrite(str(file), marked())
        out.append(Composed(file, "look", group, Known((MARK,), ()), None, None, {"phone": number % 2 == 0}))
    return out


@pytest.mark.parametrize("seed", range(30))
def test_box_stays_on_what_it_is_about_however_it_is_framed(seed: int) -> None:
    picture, known = framed(marked(), Known((MARK,), ()), (96, 128), np.random.default_rng(seed), (0.6, 1.2))

    white = np.argwhere(picture[:, :, 0] > 200)
    if not known.objects:  # less than two fifths of it are left
        assert len(white) < 0.45 * MARK.area
        return
    (region,) = known.objects
    assert region.box == pytest.approx(
        (white[:, 1].min(), white[:, 0].min(), white[:, 1].max() + 1, white[:, 0].max() + 1), abs=2
    )


def test_without_a_random_stream_a_picture_is_framed_as_at_run_time() -> None:
    picture, known = framed(marked(), Known((MARK,), ()), (160, 160), None)

    assert picture.shape == (160, 160, 3)
    assert known.objects[0].box == pytest.approx((60, 55, 100, 85))
    assert (picture[:35] == 114).all()


def test_every_group_comes_in_its_own_batches_and_every_picture_once(tmp_path: Path) -> None:
    batches = Batches(rows(tmp_path, ["close"] * 8 + ["scene"] * 4), fit(batch={"close": 4, "scene": 2}), ["phone"])

    plan = batches._planned(0)

    assert len(batches) == len(plan) == 4
    assert sorted(at for _, members, _ in plan for at in members) == list(range(12))
    assert {(group, len(members)) for group, members, _ in plan} == {("close", 4), ("scene", 2)}
    assert plan != batches._planned(1)
    assert plan == batches._planned(0)


def test_batch_holds_pictures_boxes_and_acts_of_its_members(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    batches = Batches(rows(tmp_path, ["close"] * 4), fit(), ["phone", "smoking"])

    batch = batches.batch("close", [0, 1, 2], seed=5)

    assert batch["img"].shape == (3, 64, 64, 3)
    assert batch["acts"][:, 0].tolist() == [1.0, 0.0, 1.0]
    assert torch.isnan(batch["acts"][:, 1]).all()
    assert set(batch["cls"].flatten().tolist()) <= {3.0}


def test_pictures_side_by_side_keep_their_boxes_and_say_nothing_of_acts(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    batches = Batches(rows(tmp_path, ["close"] * 6), fit(mosaic={"close": 1.0}), ["phone"])

    batch = batches.batch("close", [0, 1], seed=2)

    assert torch.isnan(batch["acts"]).all()
    assert (batch["batch_idx"] == 0).sum() > 1
    for owner, (cx, cy, _, _) in zip(batch["batch_idx"].int().tolist(), batch["bboxes"].tolist(), strict=True):
        assert batch["img"][owner, int(cy * 64), int(cx * 64), 0] > 150
