"""Composes the service: API, pages, and the guard before both."""

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from typing import TypeAlias

from fastapi import FastAPI

from dashboards.pages import add_pages
from service.api.errors import add_error_handlers
from service.api.guard import Guard
from service.api.routes import api_router
from service.api.site import Site

__all__ = ["create_app"]


Lifespan: TypeAlias = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(site: Site, lifespan: Lifespan | None = None, hosts: Iterable[str] | None = None) -> FastAPI:
    """The service for ``site``; ``hosts`` are the names it answers for, None for every name."""
    app = FastAPI(
        title="zaigang 在岗",
        version=version("zaigang"),
        description="Discipline events of service windows, with their evidence.",
        lifespan=lifespan,
        docs_url=None,  # their scripts come from the network, which a hall's machine need not have
        redoc_url=None,
    )
    app.state.site = site
    add_error_handlers(app)
    app.include_router(api_router)
    add_pages(app)
    app.add_middleware(Guard, hosts=hosts)
    return app
