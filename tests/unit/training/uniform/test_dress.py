"""Drawn uniforms go on the cloth and nowhere else, the same for the same seed, and cameras are one camera."""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from training.uniform.camera import drawn_camera
from training.uniform.cloth import Cloth, trunk_of
from training.uniform.dress import dressed, put_on, swatch_of
from training.uniform.garment import bgr, colour, drawn, near, near_miss
from training.uniform.people import Person
from training.uniform.recipe import Dress
from training.uniform.views import plain_view, roughened, view

SIZE = (96, 128)


def somebody(key: str = "set/1.jpg#0", garment: str = "") -> Person:
    """A drawn person: a head, a grey shirt with folds, shoulders at 60 and hips at 150."""
    rng = np.random.default_rng(2)
    pixels = np.full((200, 140, 3), 200, np.uint8)
    cv2.circle(pixels, (70, 30), 22, (120, 150, 200), -1)
    cv2.rectangle(pixels, (30, 58), (110, 160), (130, 130, 130), -1)
    pixels = np.clip(pixels + rng.normal(0, 6, pixels.shape), 0, 255).astype(np.uint8)
    points = np.zeros((17, 3), np.float32)
    points[[5, 6, 11, 12]] = [(105, 60, 1), (35, 60, 1), (100, 150, 1), (40, 150, 1)]
    return Person(key, "set", pixels, (20, 5, 120, 195), None, points, garment, "set/1", key)


@pytest.fixture
def cloth() -> Cloth:
    person = somebody()
    trunk = trunk_of(person)
    assert trunk is not None
    mask = np.zeros(person.pixels.shape[:2], np.uint8)
    mask[58:160, 30:110] = 1
    return Cloth(person, mask, trunk)


def test_trunk_is_sorted_as_it_is_seen(cloth: Cloth) -> None:
    assert cloth.trunk.tolist() == [[35, 60], [105, 60], [100, 150], [40, 150]]
    assert cloth.shoulders == pytest.approx(70)


def test_only_the_cloth_changes(cloth: Cloth) -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        out = put_on(cloth, drawn(rng, []), rng)
        changed = np.abs(out.astype(int) - cloth.person.pixels).max(axis=2) > 2
        away = cv2.dilate(cloth.mask, np.ones((9, 9), np.uint8)) == 0
        assert not changed[away].any()
        assert out.shape == cloth.person.pixels.shape


def test_a_killed_run_dresses_the_same_people(cloth: Cloth, tmp_path: Path) -> None:
    dress = Dress(uniforms=2, people=2, near=1, seed=9)
    whole = dressed([cloth], dress, tmp_path / "whole")
    dressed([cloth], dress.model_copy(update={"uniforms": 1}), tmp_path / "killed")

    resumed = dressed([cloth], dress, tmp_path / "killed")

    assert [one.garment for one in whole] == [f"drawn-{number}.{kind}" for number in (0, 1) for kind in (0, 0, 1, 2)]
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(whole, resumed, strict=True))


def test_near_miss_is_another_garment(cloth: Cloth) -> None:
    rng = np.random.default_rng(3)
    for _ in range(30):
        garment = drawn(rng, [])
        miss = near_miss(garment, rng)
        assert (garment.base is not miss.base) or (garment.pieces != miss.pieces)


def test_colours_are_colours() -> None:
    rng = np.random.default_rng(5)
    for _ in range(200):
        shade = colour(rng)
        assert ((bgr(shade) >= 0) & (bgr(shade) <= 1)).all()
        assert 5 < np.linalg.norm(near(shade, rng, 10.0) - shade) < 20


def test_plain_cloth_is_no_pattern(cloth: Cloth) -> None:
    assert swatch_of(cloth) is None


def test_one_camera_gives_all_pictures_its_light() -> None:
    person = somebody()
    means: list[npt.NDArray[np.float64]] = []
    for seed in range(12):
        camera = drawn_camera(np.random.default_rng(seed))
        seen = [view(person, SIZE, camera, np.random.default_rng(number)) for number in range(6)]
        means.append(np.array([one.reshape(-1, 3).mean(axis=0) for one in seen]))
    within = np.mean([one.std(axis=0) for one in means])
    between = np.std([one.mean(axis=0) for one in means], axis=0).mean()
    assert within < between


def test_views_have_the_networks_size_whatever_is_drawn() -> None:
    person = somebody()
    for seed in range(40):
        rng = np.random.default_rng(seed)
        assert roughened(view(person, SIZE, drawn_camera(rng), rng), rng).shape == (128, 96, 3)
    assert plain_view(person, SIZE).shape == (128, 96, 3)
