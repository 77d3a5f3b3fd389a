"""Live state: the whole of it on request, and pushed over one WebSocket."""

import asyncio
import json
from typing import Final

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from service.api.board import Follower
from service.api.present import live_out
from service.api.schemas import HealthOut, LiveOut
from service.api.site import Site, SiteDep
from service.storage import PlaceQueries

__all__ = ["router"]

router = APIRouter(tags=["live"])

_AT_MOST_EVERY_S: Final = 0.4
_AT_LEAST_EVERY_S: Final = 1.0  # a page that hears nothing for 3 s shows that it has lost the service


async def live_now(site: Site) -> LiveOut:
    """The live state as of now."""
    async with site.database.session() as session:
        places = PlaceQueries(session)
        return live_out(site, await places.cameras(), await places.windows())


@router.get("/live")
async def live(site: SiteDep) -> LiveOut:
    """Windows, cameras and health as of now."""
    return await live_now(site)


@router.get("/health")
async def health(site: SiteDep) -> HealthOut:
    """Whether anything needs a person, and what."""
    return (await live_now(site)).health


@router.websocket("/live")
async def follow(socket: WebSocket, site: SiteDep) -> None:
    """Push ``{"type": "state"}`` whenever it changes (the latest wins) and ``{"type": "event"}`` for every event."""
    await socket.accept()
    follower = site.board.follow()
    closing = asyncio.create_task(_until_closed(socket))
    try:
        while not closing.done():
            await _news(follower)
            told, follower.events = follower.events, []
            for event in told:
                await socket.send_text(json.dumps({"type": "event", **event}, ensure_ascii=False))
            await socket.send_text((await live_now(site)).model_dump_json())
            await asyncio.wait({closing}, timeout=_AT_MOST_EVERY_S)
    except (WebSocketDisconnect, RuntimeError):
        return  # the page went away between two messages
    finally:
        site.board.leave(follower)
        closing.cancel()


async def _news(follower: Follower) -> None:
    """Wait for news, or long enough that durations and lost workers have to be told anew."""
    try:
        await asyncio.wait_for(follower.news.wait(), _AT_LEAST_EVERY_S)
    except TimeoutError:
        return
    follower.news.clear()


async def _until_closed(socket: WebSocket) -> None:
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        return
