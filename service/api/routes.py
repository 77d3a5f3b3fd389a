"""Puts the routers together under /api/v1."""

from fastapi import APIRouter

from service.api import (
    consequences,
    events,
    exports,
    ingest,
    leave,
    live,
    observations,
    parts,
    places,
    rules,
    tables,
    verdicts,
    whatif,
)
from service.api.errors import ErrorOut

__all__ = ["api_router"]

api_router = APIRouter(
    prefix="/api/v1",
    responses={404: {"model": ErrorOut}, 422: {"model": ErrorOut}, 503: {"model": ErrorOut}},
)
_NOUNS = (
    live,
    places,
    observations,
    events,
    verdicts,
    exports,
    rules,
    whatif,
    parts,
    tables,
    leave,
    consequences,
    ingest,
)
for noun in _NOUNS:
    api_router.include_router(noun.router)
