"""Torsos are found in people of any shape, and those that show too little are not judged."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from vision.torso import cut, torso_of, unclear

Pixels = npt.NDArray[np.uint8]


def shirt(width: int, height: int) -> Pixels:
    """Grey ground with a lighter shirt, a tie and a pocket."""
    picture = np.full((height, width, 3), 90, np.uint8)
    cv2.rectangle(picture, (width // 8, height // 8), (width - width // 8, height), (190, 180, 170), -1)
    cv2.rectangle(picture, (width * 9 // 20, height // 8), (width * 11 // 20, height * 3 // 4), (60, 30, 30), -1)
    return picture


@pytest.mark.parametrize(
    ("person", "shoulders", "hips"),
    [
        ((0, 0, 100, 300), 62, 150),  # standing
        ((0, 0, 100, 200), 60, 145),
        ((0, 0, 100, 120), 50, 100),  # seated behind a desk
    ],
)
def test_torso_is_what_lies_between_shoulders_and_hips_and_nothing_of_the_room(
    person: tuple[int, int, int, int], shoulders: int, hips: int
) -> None:
    left, top, right, bottom = torso_of(person)

    assert top <= shoulders
    assert (shoulders + hips) / 2 <= bottom <= hips
    assert left >= person[0] + 15
    assert right <= person[2] - 15


def test_cut_keeps_to_the_picture() -> None:
    picture = shirt(60, 80)

    assert cut(picture, (-20, -10, 200, 300), (24, 32)).shape == (32, 24, 3)
    assert cut(picture, (58, 79, 90, 120), (24, 32)).shape == (32, 24, 3)


def test_torso_that_shows_enough_is_judged() -> None:
    assert unclear(shirt(60, 80), (0, 0, 60, 80)) is None


def test_light_changes_nothing() -> None:
    assert unclear((shirt(60, 80) // 4).astype(np.uint8), (0, 0, 60, 80)) is None


@pytest.mark.parametrize(
    ("picture", "torso", "why"),
    [
        (shirt(60, 80), (30, 0, 120, 80), "outside"),
        (shirt(60, 80), (0, 0, 8, 14), "small"),
        ((shirt(60, 80) // 20).astype(np.uint8), (0, 0, 60, 80), "dark"),
        (cv2.GaussianBlur(shirt(60, 80), (0, 0), 14), (0, 0, 60, 80), "blurred"),
    ],
)
def test_reason_is_named(picture: Pixels, torso: tuple[float, float, float, float], why: str) -> None:
    assert unclear(picture, torso) == why
