"""What must hold for every box and polygon."""

import cv2
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vision.errors import ZoneError
from vision.geometry import area, bounds, box_polygon, contains, intersection_areas, iou, polygon, square_around

coordinates = st.integers(0, 200)


@st.composite
def boxes(draw: st.DrawFn) -> tuple[int, int, int, int]:
    x1, y1 = draw(coordinates), draw(coordinates)
    return x1, y1, x1 + draw(st.integers(1, 100)), y1 + draw(st.integers(1, 100))


@st.composite
def stars(draw: st.DrawFn) -> list[float]:
    """A polygon around (150, 150) that does not cross itself: corners by growing angle at any distance."""
    count = draw(st.integers(3, 9))
    turns = [(index + draw(st.floats(0, 0.8))) / count for index in range(count)]
    radii = [draw(st.floats(20, 140)) for _ in range(count)]
    return [
        part
        for turn, radius in zip(turns, radii, strict=True)
        for part in (150 + radius * np.cos(2 * np.pi * turn), 150 + radius * np.sin(2 * np.pi * turn))
    ]


@given(stars(), boxes())
def test_shared_area_agrees_with_counting_pixels(corners: list[float], box: tuple[int, int, int, int]) -> None:
    zone = polygon(corners, "zone")
    scale = 4
    canvas = np.zeros((310 * scale, 310 * scale), np.uint8)
    cv2.fillPoly(canvas, [np.round(zone * scale).astype(np.int32)], 1)
    x1, y1, x2, y2 = (edge * scale for edge in box)
    counted = canvas[y1:y2, x1:x2].sum() / scale**2

    shared = intersection_areas(zone, np.array([box], np.float32))[0]

    outline = float(cv2.arcLength(zone, True))
    assert shared == pytest.approx(counted, abs=0.5 * outline + 1)


@given(stars())
def test_a_polygon_lies_wholly_in_its_bounds(corners: list[float]) -> None:
    zone = polygon(corners, "zone")

    assert intersection_areas(zone, np.array([bounds(zone)], np.float32))[0] == pytest.approx(area(zone), rel=1e-3)


@given(boxes(), boxes())
def test_overlap_of_boxes_is_symmetric_and_at_most_one(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    first, second = np.array([a], np.float32), np.array([b], np.float32)

    assert iou(first, second)[0, 0] == iou(second, first)[0, 0]
    assert 0 <= iou(first, second)[0, 0] <= 1
    assert iou(first, first)[0, 0] == pytest.approx(1)


@given(boxes())
def test_a_box_as_polygon_holds_its_middle_alone_of_middle_and_outside(box: tuple[int, int, int, int]) -> None:
    zone = box_polygon(box)

    assert area(zone) == pytest.approx((box[2] - box[0]) * (box[3] - box[1]))
    assert contains(zone, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    assert not contains(zone, box[2] + 1, box[3] + 1)


@given(boxes(), st.floats(0.1, 4))
def test_the_square_around_a_box_lies_in_the_picture(box: tuple[int, int, int, int], grow: float) -> None:
    x1, y1, x2, y2 = square_around(box, grow, (320, 240))

    assert 0 <= x1 < x2 <= 320
    assert 0 <= y1 < y2 <= 240


@given(st.lists(st.tuples(coordinates, coordinates), min_size=4, max_size=4, unique=True))
def test_four_corners_are_accepted_exactly_when_no_edges_cross(corners: list[tuple[int, int]]) -> None:
    a, b, c, d = (np.array(corner, float) for corner in corners)

    def side(p: np.ndarray, q: np.ndarray, r: np.ndarray) -> float:
        return float((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]))

    assume(all(side(p, q, r) != 0 for p, q, r in ((a, b, c), (a, b, d), (a, c, d), (b, c, d))))

    def crosses(p: np.ndarray, q: np.ndarray, r: np.ndarray, s: np.ndarray) -> bool:
        return side(p, q, r) * side(p, q, s) < 0 and side(r, s, p) * side(r, s, q) < 0

    numbers = [float(part) for corner in corners for part in corner]
    if crosses(a, b, c, d) or crosses(b, c, d, a):
        with pytest.raises(ZoneError, match="cross"):
            polygon(numbers, "zone")
    else:
        assert area(polygon(numbers, "zone")) > 0
