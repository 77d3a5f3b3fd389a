"""What a camera's picture holds: its windows and their zones, in pixels of that picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt

from vision.errors import ZoneError
from vision.geometry import Boxes, Polygon, Size, area, bounds, contains, intersection_areas, polygon
from vision.observation import WindowId

__all__ = ["ZONES", "CameraLayout", "WindowLayout", "Zone", "layout"]

Zone = Literal["staff", "seat", "customer", "queue", "ignore"]
"""``staff``: where the clerk of this window is. ``seat``: her chair, where drawn. ``customer``: where customers stand.
``queue``: where people wait. ``ignore``: what is never looked at (a poster, a screen, a mirror)."""

ZONES: Final[tuple[Zone, ...]] = get_args(Zone)

_NO_ZONES: Final[Mapping[str, Polygon]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class WindowLayout:
    """One window's zones and how many people its post is for."""

    id: WindowId
    zones: Mapping[str, Polygon] = field(default_factory=lambda: _NO_ZONES)

    @property
    def staff(self) -> Polygon:
        return self.zones["staff"]

    @property
    def place(self) -> tuple[float, float, float, float]:
        """The box, xyxy, in which a close look searches for the clerk: the seat where drawn, else the staff zone."""
        return bounds(self.zones.get("seat", self.staff))

    def membership(self, boxes: Boxes) -> npt.NDArray[np.float64]:
        """How much each person belongs to this post, 0..1, shape (n,).

        The larger of two shares: of the person that lies in the staff zone, and of the zone that the person fills.
        The first carries a seated clerk inside a roomy zone, the second one who outgrows a zone drawn as tight as her
        chair. People whose foot point is in the customer zone, or whose middle is in an ignored one, do not belong.
        """
        if not len(boxes):
            return np.zeros(0)
        shared = intersection_areas(self.staff, boxes)
        own = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1, dtype=np.float64)
        fit: npt.NDArray[np.float64] = np.maximum(shared / np.maximum(own, 1e-9), shared / area(self.staff))
        for index, (x1, y1, x2, y2) in enumerate(boxes.tolist()):
            middle = (x1 + x2) / 2
            if self._holds("customer", middle, y2) or self._holds("ignore", middle, (y1 + y2) / 2):
                fit[index] = 0.0
        return np.clip(fit, 0.0, 1.0)

    def _holds(self, zone: Zone, x: float, y: float) -> bool:
        return zone in self.zones and contains(self.zones[zone], x, y)


@dataclass(frozen=True, slots=True, eq=False)
class CameraLayout:
    """The windows that one camera sees."""

    size: Size
    windows: tuple[WindowLayout, ...]

    def assign(
        self, boxes: Boxes, least: float, settled: Sequence[int | None] = (), stays: float = 1.0
    ) -> list[int | None]:
        """For each person the index of the window she belongs to by at least ``least``, the best one, or None.

        ``settled``: the window at which each is settled, if any; who belongs to none by ``least`` still belongs to
        that one by ``stays``, so that nobody comes and goes who sits at the edge of a zone.
        """
        if not len(boxes) or not self.windows:
            return [None] * len(boxes)
        fits = np.stack([window.membership(boxes) for window in self.windows])
        found: list[int | None] = [
            int(row) if fits[row, column] >= least else None for column, row in enumerate(fits.argmax(axis=0))
        ]
        for column, own in enumerate(settled):
            if own is not None and found[column] is None and fits[own, column] >= stays:
                found[column] = own
        return found


def layout(camera: str, size: Size, zones: Mapping[WindowId, Mapping[str, Sequence[float]]]) -> CameraLayout:
    """The layout of ``camera`` from the numbers of its windows' zones; a window without a staff zone gets the picture.

    Raises ZoneError naming camera, window and zone.
    """
    windows = []
    for window, drawn in zones.items():
        polygons: dict[str, Polygon] = {}
        for zone, numbers in drawn.items():
            name = f'zones.{zone} of window "{window}", camera "{camera}"'
            if zone not in ZONES:
                raise ZoneError(f"{name}: there is no such kind of zone; use {', '.join(ZONES)}")
            polygons[zone] = polygon(numbers, name, size)
        polygons.setdefault("staff", polygon((0, 0, *size), "staff", size))
        windows.append(WindowLayout(window, MappingProxyType(polygons)))
    return CameraLayout(size, tuple(windows))
