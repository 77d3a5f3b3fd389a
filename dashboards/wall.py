"""The live wall: every window of the hall as it stands now, and the alerts beside it."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, HTMLResponse

from dashboards.assets import STATIC
from dashboards.rendering import rendered
from service.api.events import events
from service.api.live import live_now
from service.api.places import zones
from service.api.schemas import EventOut
from service.api.site import SiteDep

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_RECENT: Final = 20


@router.get("/")
async def wall(request: Request, site: SiteDep) -> HTMLResponse:
    """The wall begins with what is known now; its modules follow the live state from there."""
    recent = await events(site, limit=_RECENT)
    still_open = await events(site, state="open", limit=200)
    shown: dict[str, EventOut] = {event.id: event for event in (*still_open.events, *recent.events)}
    live = await live_now(site)
    drawn = {window.id: (await zones(site, window.id)).model_dump() for window in live.windows}
    told = [event.model_dump() for event in shown.values()]
    return await rendered(request, "wall.html", live=live, events=told, zones=drawn)


@router.get("/favicon.ico")
async def favicon() -> FileResponse:
    """For what asks without reading the page's own link."""
    return FileResponse(STATIC / "favicon.svg", media_type="image/svg+xml")
