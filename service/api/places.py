"""Halls, cameras, windows and their zones."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response

from service.api.errors import ApiError, NotFound
from service.api.present import live_out
from service.api.schemas import CameraOut, HallOut, TextOut, WindowOut, ZonesIn, ZonesOut
from service.api.site import Site, SiteDep
from service.storage import PlaceQueries
from service.storage.places import DrawnZones
from vision.errors import ZoneError
from vision.layout import layout
from vision.observation import WindowId

__all__ = ["router", "zones_of_all"]

router = APIRouter(tags=["places"])

Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


@router.get("/halls")
async def halls(site: SiteDep) -> list[HallOut]:
    """Every hall of this service."""
    async with site.database.session() as session:
        return [
            HallOut(id=hall.id, name=hall.name, time_zone=hall.time_zone)
            for hall in await PlaceQueries(session).halls()
        ]


@router.get("/cameras")
async def cameras(site: SiteDep) -> list[CameraOut]:
    """Every camera and how it does now."""
    async with site.database.session() as session:
        places = PlaceQueries(session)
        return live_out(site, await places.cameras(), await places.windows()).cameras


@router.get("/cameras/{camera}")
async def camera(site: SiteDep, camera: Id) -> CameraOut:
    """One camera and how it does now."""
    found = [one for one in await cameras(site) if one.id == camera]
    if not found:
        raise NotFound("camera", camera)
    return found[0]


@router.get(
    "/cameras/{camera}/picture",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}, "description": "The latest picture."}},
)
async def picture(site: SiteDep, camera: Id) -> Response:
    """The latest picture that was looked at, as JPEG."""
    latest = site.board.picture(camera)
    if latest is None:
        raise NotFound("picture yet of camera", camera)
    return Response(latest[1], media_type="image/jpeg", headers={"Cache-Control": "no-store"})


@router.get("/windows")
async def windows(site: SiteDep) -> list[WindowOut]:
    """Every window and how it stands now."""
    async with site.database.session() as session:
        places = PlaceQueries(session)
        return live_out(site, await places.cameras(), await places.windows()).windows


@router.get("/windows/{window}")
async def window(site: SiteDep, window: Id) -> WindowOut:
    """One window and how it stands now."""
    found = [one for one in await windows(site) if one.id == window]
    if not found:
        raise NotFound("window", window)
    return found[0]


@router.get("/windows/{window}/zones")
async def zones(site: SiteDep, window: Id) -> ZonesOut:
    """A window's zones, and where they come from."""
    given = _given(site, window)
    if given:
        return _zones_out(site, window, given, "file")
    async with site.database.session() as session:
        drawn = (await PlaceQueries(session).drawn()).get(window)
    if drawn is None:
        return _zones_out(site, window, {}, "whole_picture")
    return _zones_out(site, window, drawn.zones, "page", drawn)


@router.put("/windows/{window}/zones")
async def draw_zones(site: SiteDep, window: Id, wanted: ZonesIn) -> ZonesOut:
    """Keep new zones, drawn on the camera's picture; its worker takes them up at once."""
    if _given(site, window):
        raise ApiError(
            409, "given_in_file", f'the zones of window "{window}" are given in zaigang.yaml; change them there'
        )
    camera = site.settings.windows()[WindowId(window)][0]
    known = site.board.cameras().get(camera.id, {}).get("size")
    if known is not None and tuple(known) != wanted.size:
        raise ApiError(
            422, "bad_input", f"size: drawn on {wanted.size}, but the camera's picture is {tuple(known)}", "size"
        )
    for zone, numbers in wanted.zones.items():
        try:
            layout(camera.title, wanted.size, {WindowId(window): {zone: numbers}})
        except ZoneError as error:
            raise ApiError(422, "bad_input", str(error), f"zones.{zone}") from error
    async with site.database.session() as session:
        drawn = await PlaceQueries(session).draw(window, wanted.zones, wanted.size, site.board.now())
    await site.workers.restart(camera.id)
    return _zones_out(site, window, wanted.zones, "page", drawn)


async def zones_of_all(site: Site) -> dict[WindowId, Mapping[str, Sequence[float]]]:
    """The zones of every window, given or drawn, as its worker takes them."""
    async with site.database.session() as session:
        drawn = await PlaceQueries(session).drawn()
    return {
        window: _given(site, window) or (drawn[window].zones if window in drawn else {})
        for window in site.settings.windows()
    }


def _zones_out(
    site: Site,
    window: str,
    zones: Mapping[str, Sequence[float]],
    origin: Literal["file", "page", "whole_picture"],
    drawn: DrawnZones | None = None,
) -> ZonesOut:
    asked_by: dict[str, list[TextOut]] = {}
    for rule in site.books[WindowId(window)].judged().values():
        for zone in rule.zones:
            asked_by.setdefault(zone, []).append(TextOut(**rule.name.model_dump()))
    return ZonesOut(
        window=window,
        zones={name: list(numbers) for name, numbers in zones.items()},
        size=drawn.size if drawn is not None else None,
        origin=origin,
        version=drawn.version if drawn is not None else None,
        asked_by=asked_by,
    )


def _given(site: Site, window: str) -> dict[str, list[float]]:
    known = site.settings.windows().get(WindowId(window))
    if known is None:
        raise NotFound("window", window)
    return {str(name): list(numbers) for name, numbers in known[1].zones.items()}
