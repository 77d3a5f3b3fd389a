"""What is asked of halls, cameras, windows and zones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.storage import tables
from vision.streamtime import StreamTime

__all__ = ["Camera", "DrawnZones", "Hall", "PlaceQueries", "Window"]


@dataclass(frozen=True, slots=True)
class Hall:
    id: str
    name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Camera:
    """``source`` is the address without its password."""

    id: str
    hall: str
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Window:
    """``active`` is false for one that the configuration no longer names; its events stay."""

    id: str
    hall: str
    camera: str
    name: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class DrawnZones:
    """A window's zones as drawn in the page, on a picture of ``size``."""

    version: int
    zones: Mapping[str, Sequence[float]]
    size: tuple[int, int]


class PlaceQueries:
    """Places within one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def follow(self, hall: Hall, cameras: Sequence[Camera], windows: Sequence[Window]) -> None:
        """Make the tables name these places in this order; others stay, inactive, with their events."""
        await self._session.merge(tables.Hall(id=hall.id, name=hall.name, time_zone=hall.time_zone))
        await self._session.flush()
        await self._session.execute(update(tables.Camera).values(active=False))
        await self._session.execute(update(tables.Window).values(active=False))
        for place, camera in enumerate(cameras):
            row = tables.Camera(id=camera.id, hall=camera.hall, name=camera.name, source=camera.source)
            row.place, row.active = place, True
            await self._session.merge(row)
        await self._session.flush()
        for place, window in enumerate(windows):
            seat = tables.Window(id=window.id, hall=window.hall, camera=window.camera, name=window.name)
            seat.place, seat.active = place, True
            await self._session.merge(seat)

    async def halls(self) -> list[Hall]:
        rows = await self._session.scalars(select(tables.Hall).order_by(tables.Hall.id))
        return [Hall(row.id, row.name, row.time_zone) for row in rows]

    async def cameras(self) -> list[Camera]:
        query = select(tables.Camera).where(tables.Camera.active).order_by(tables.Camera.place)
        return [Camera(row.id, row.hall, row.name, row.source) for row in await self._session.scalars(query)]

    async def windows(self, also_inactive: bool = False) -> list[Window]:
        query = select(tables.Window).order_by(tables.Window.place)
        if not also_inactive:
            query = query.where(tables.Window.active)
        rows = await self._session.scalars(query)
        return [Window(row.id, row.hall, row.camera, row.name, row.active) for row in rows]

    async def window_names(self) -> dict[str, str]:
        """What every window is called, those too that the configuration no longer names."""
        return {window.id: window.name for window in await self.windows(also_inactive=True)}

    async def drawn(self) -> dict[str, DrawnZones]:
        """The latest drawn zones of every window that has any."""
        zones = tables.Zones
        latest = select(zones.window, func.max(zones.version).label("version")).group_by(zones.window).subquery()
        query = select(zones).join(latest, (zones.window == latest.c.window) & (zones.version == latest.c.version))
        rows = await self._session.scalars(query)
        return {row.window: DrawnZones(row.version, row.drawn, (row.width, row.height)) for row in rows}

    async def draw(
        self, window: str, zones: Mapping[str, Sequence[float]], size: tuple[int, int], at: StreamTime
    ) -> DrawnZones:
        """Keep a new version of a window's zones."""
        query = select(func.max(tables.Zones.version)).where(tables.Zones.window == window)
        version = ((await self._session.scalar(query)) or 0) + 1
        drawn = {name: list(numbers) for name, numbers in zones.items()}
        row = tables.Zones(window=window, version=version, drawn=drawn, saved_at=at)
        row.width, row.height = size
        self._session.add(row)
        return DrawnZones(version, drawn, size)
