"""The page that draws a window's zones on its camera's picture."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from dashboards.rendering import rendered
from service.api.places import camera, window
from service.api.places import zones as zones_of
from service.api.site import SiteDep

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

KINDS = ("staff", "seat", "customer", "queue", "ignore")


@router.get("/zones/{window_id}")
async def zones(request: Request, site: SiteDep, window_id: str) -> HTMLResponse:
    """Zones that zaigang.yaml gives are shown and not changed: the page says where they are."""
    shown = await zones_of(site, window_id)
    seat = await window(site, window_id)
    return await rendered(
        request, "zones.html", window=seat, camera=await camera(site, seat.camera), zones=shown, kinds=KINDS
    )
