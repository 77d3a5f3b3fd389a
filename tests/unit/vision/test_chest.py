"""Clear looks at a chest: large, in view, whole and sharp, or no look to say 'not there' by."""

import cv2
import numpy as np
import pytest

from tests.fixtures.sights import Box
from vision.chest import ChestLimits, chest_of, clearly_shown
from vision.picture import Pixels

LIMITS = ChestLimits()
CLERK: Box = (200, 60, 320, 300)


def drawn(box: Box = CLERK) -> Pixels:
    """A clerk in a plain jacket with a collar, buttons and dark sleeves before a wall."""
    x1, y1, x2, y2 = (round(edge) for edge in box)
    wide = x2 - x1
    picture = np.full((360, 640, 3), 190, np.uint8)
    cv2.rectangle(picture, (x1, y1 + wide // 3), (x2, y2), (90, 60, 50), -1)
    cv2.rectangle(picture, (x1, y1 + wide // 2), (x1 + wide // 8, y2), (40, 30, 30), -1)
    cv2.ellipse(picture, (x1 + wide // 2, y1 + wide // 4), (wide // 5, wide // 4), 0, 0, 360, (150, 170, 210), -1)
    middle = x1 + wide // 2
    cv2.line(picture, (middle, y1 + wide // 2), (middle - wide // 6, y1 + wide), (230, 230, 230), max(1, wide // 20))
    cv2.line(picture, (middle, y1 + wide // 2), (middle + wide // 6, y1 + wide), (230, 230, 230), max(1, wide // 20))
    return picture


def shown(picture: Pixels | None = None, box: Box = CLERK, others: tuple[Box, ...] = ()) -> bool:
    return clearly_shown(drawn(box) if picture is None else picture, box, others, LIMITS)


def test_a_clerk_who_is_whole_and_sharp_is_clearly_shown() -> None:
    assert shown()


@pytest.mark.parametrize(("wide", "clear"), [(79, False), (81, True), (200, True)])
def test_a_chest_needs_so_many_pixels_that_a_card_has_ten(wide: int, clear: bool) -> None:
    assert shown(box=(200, 60, 200 + wide, 60 + 1.4 * wide)) is clear


def test_head_and_shoulders_are_no_chest() -> None:
    assert not shown(box=(200, 60, 320, 200))


@pytest.mark.parametrize("sigma", [0.03, 0.05, 0.1])
@pytest.mark.parametrize("wide", [90, 180])
def test_a_blurred_chest_is_not_clear_however_large(sigma: float, wide: int) -> None:
    box = (200, 60, 200 + wide, 60 + 1.4 * wide)
    soft = np.asarray(cv2.GaussianBlur(drawn(box), (0, 0), sigma * wide), np.uint8)

    assert shown(box=box)
    assert not shown(soft, box)


@pytest.mark.parametrize(
    ("other", "clear"),
    [
        ((330.0, 60.0, 450.0, 300.0), True),  # beside her
        ((290.0, 60.0, 410.0, 300.0), True),  # before an arm
        ((260.0, 60.0, 380.0, 300.0), False),  # before half of her
        ((180.0, 180.0, 340.0, 360.0), False),  # a customer's head and shoulders before the counter
    ],
)
def test_nobody_may_stand_before_the_chest(other: Box, clear: bool) -> None:
    assert shown(others=(other,)) is clear


@pytest.mark.parametrize("box", [(0, 60, 120, 300), (520, 60, 640, 300), (200, 0, 320, 240)])
def test_of_whom_the_picture_cuts_off_head_or_side_nothing_is_clear(box: Box) -> None:
    assert not shown(box=box)


def test_the_chest_is_where_cards_hang() -> None:
    left, top, right, bottom = chest_of(CLERK, LIMITS)
    card = (CLERK[0] + 60, CLERK[1] + 0.94 * 120)

    assert left < card[0] < right
    assert top < card[1] < bottom
