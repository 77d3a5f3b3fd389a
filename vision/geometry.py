"""Boxes and polygons in pixels of the camera's picture: overlaps, shares, and what makes a polygon usable as a zone."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from vision.errors import ZoneError

__all__ = [
    "Boxes",
    "Polygon",
    "Size",
    "area",
    "bounds",
    "box_polygon",
    "contains",
    "intersection_areas",
    "iou",
    "polygon",
    "square_around",
]

Boxes: TypeAlias = npt.NDArray[np.float32]
"""Shape (n, 4), xyxy in pixels of the source picture."""

Polygon: TypeAlias = npt.NDArray[np.float32]
"""Corners in order, shape (n, 2), n >= 3, in pixels of the source picture."""

Size: TypeAlias = tuple[int, int]
"""Width and height in pixels."""


def polygon(numbers: Sequence[float], name: str, size: Size | None = None) -> Polygon:
    """The zone ``name`` from x1, y1, x2, y2 (a box) or from three or more corners x, y.

    Raises ZoneError when the numbers are no polygon, cross themselves, span no area, or leave the picture of ``size``.
    """
    if len(numbers) < 4 or len(numbers) % 2:
        raise ZoneError(
            f"{name}: {len(numbers)} numbers; a box takes 4 (x1,y1,x2,y2), a polygon 6 or more (x,y of each corner)"
        )
    if not np.all(np.isfinite(numbers)):
        raise ZoneError(f"{name}: every coordinate must be a finite number")
    corners = box_polygon(numbers) if len(numbers) == 4 else np.asarray(numbers, np.float32).reshape(-1, 2)
    if len(numbers) == 4 and (numbers[2] <= numbers[0] or numbers[3] <= numbers[1]):
        raise ZoneError(f"{name}: the box {_list(numbers)} is empty; it is written left, top, right, bottom")
    if size is not None:
        for index, (x, y) in enumerate(corners, 1):
            if not (0 <= x <= size[0] and 0 <= y <= size[1]):
                raise ZoneError(f"{name}: point {index} ({x:g}, {y:g}) lies outside the {size[0]}x{size[1]} picture")
    crossing = _crossing(corners)
    if crossing is not None:
        raise ZoneError(
            f"{name}: its edges {crossing[0]} and {crossing[1]} cross; give the corners in order around the zone"
        )
    if area(corners) < 1:
        raise ZoneError(f"{name}: the polygon spans no area")
    return corners


def box_polygon(box: Sequence[float]) -> Polygon:
    """The four corners of an xyxy ``box``."""
    x1, y1, x2, y2 = box
    return np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float32)


def area(corners: Polygon) -> float:
    """Area in square pixels (shoelace formula); self-touching edges count as none."""
    x, y = corners[:, 0].astype(np.float64), corners[:, 1].astype(np.float64)
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def bounds(corners: Polygon) -> tuple[float, float, float, float]:
    """The smallest xyxy box that holds the polygon."""
    (x1, y1), (x2, y2) = corners.min(axis=0), corners.max(axis=0)
    return float(x1), float(y1), float(x2), float(y2)


def contains(corners: Polygon, x: float, y: float) -> bool:
    """Whether the point lies inside (even-odd rule; a point on an edge may fall on either side)."""
    inside = False
    ax, ay = corners[-1]
    for bx, by in corners:
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
        ax, ay = bx, by
    return inside


def intersection_areas(corners: Polygon, boxes: Boxes) -> npt.NDArray[np.float64]:
    """Area shared by the polygon and each box, shape (n,), in square pixels."""
    return np.array([_clipped_area(corners, *box) for box in boxes.tolist()], np.float64)


def iou(a: Boxes, b: Boxes) -> npt.NDArray[np.float64]:
    """Intersection over union of every box of ``a`` with every box of ``b``, shape (len(a), len(b))."""
    left_top = np.maximum(a[:, None, :2], b[None, :, :2])
    right_bottom = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.prod(np.clip(right_bottom - left_top, 0, None), axis=2, dtype=np.float64)
    area_a = np.prod(a[:, 2:] - a[:, :2], axis=1, dtype=np.float64)
    area_b = np.prod(b[:, 2:] - b[:, :2], axis=1, dtype=np.float64)
    union = area_a[:, None] + area_b[None, :] - shared
    overlap: npt.NDArray[np.float64] = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return overlap


def square_around(box: Sequence[float], grow: float, size: Size) -> tuple[int, int, int, int]:
    """The square of ``grow`` times the box's longer side around its centre, moved and cut to lie in the picture.

    Returns whole pixels x1, y1, x2, y2 with at least one pixel each way.
    """
    x1, y1, x2, y2 = box
    side = max(1.0, max(x2 - x1, y2 - y1) * grow)
    left, right = _within(round((x1 + x2 - side) / 2), round(side), size[0])
    top, bottom = _within(round((y1 + y2 - side) / 2), round(side), size[1])
    return left, top, right, bottom


def _within(start: int, length: int, limit: int) -> tuple[int, int]:
    length = max(1, min(length, limit))
    start = min(max(start, 0), limit - length)
    return start, start + length


def _clipped_area(corners: Polygon, x1: float, y1: float, x2: float, y2: float) -> float:
    # Sutherland-Hodgman: clipping any polygon by a convex one keeps its area right, even where a concave outline
    # falls into pieces joined by edges that cover nothing.
    points: list[tuple[float, float]] = [(float(x), float(y)) for x, y in corners]
    for axis, limit, keep_above in ((0, x1, True), (0, x2, False), (1, y1, True), (1, y2, False)):
        kept: list[tuple[float, float]] = []
        for previous, current in zip([*points[-1:], *points[:-1]], points, strict=True):
            was_in = (previous[axis] >= limit) == keep_above or previous[axis] == limit
            is_in = (current[axis] >= limit) == keep_above or current[axis] == limit
            if was_in != is_in:
                share = (limit - previous[axis]) / (current[axis] - previous[axis])
                other = previous[1 - axis] + share * (current[1 - axis] - previous[1 - axis])
                kept.append((limit, other) if axis == 0 else (other, limit))
            if is_in:
                kept.append(current)
        points = kept
        if not points:
            return 0.0
    return area(np.array(points, np.float64).astype(np.float32))


def _crossing(corners: Polygon) -> tuple[int, int] | None:
    count = len(corners)
    points = [(float(x), float(y)) for x, y in corners]
    for i in range(count):
        for j in range(i + 1, count):
            if j == i + 1 or (i == 0 and j == count - 1):
                continue
            if _segments_meet(points[i], points[(i + 1) % count], points[j], points[(j + 1) % count]):
                return i + 1, j + 1
    return None


def _segments_meet(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]
) -> bool:
    def side(p: tuple[float, float], q: tuple[float, float], r: tuple[float, float]) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    def on(p: tuple[float, float], q: tuple[float, float], r: tuple[float, float]) -> bool:
        return min(p[0], q[0]) <= r[0] <= max(p[0], q[0]) and min(p[1], q[1]) <= r[1] <= max(p[1], q[1])

    abc, abd, cda, cdb = side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)
    if ((abc > 0) != (abd > 0)) and ((cda > 0) != (cdb > 0)) and 0 not in (abc, abd, cda, cdb):
        return True
    return (
        (abc == 0 and on(a, b, c))
        or (abd == 0 and on(a, b, d))
        or (cda == 0 and on(c, d, a))
        or (cdb == 0 and on(c, d, b))
    )


def _list(numbers: Sequence[float]) -> str:
    return ",".join(f"{number:g}" for number in numbers)
