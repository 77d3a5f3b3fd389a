"""Puts the pages together: routes, static files, errors in style, and the headers of them all."""

from typing import Final

from fastapi import FastAPI

from dashboards import changes, event, events, leave, month, preferences, verdict, wall, zones
from dashboards.assets import STATIC, Assets, version
from dashboards.faults import add_fault_pages
from dashboards.headers import SecurityHeaders

__all__ = ["add_pages"]

_PARTS: Final = (wall, events, event, verdict, month, leave, changes, zones, preferences)


def add_pages(app: FastAPI) -> None:
    """Add the pages and their static files to ``app``; its API's errors stay as they are."""
    for part in _PARTS:
        app.include_router(part.router)
    app.mount(f"/static/{version()}", Assets(directory=STATIC), name="static")
    add_fault_pages(app)
    app.add_middleware(SecurityHeaders)
